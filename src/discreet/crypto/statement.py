"""Signed statements: JSON objects as compact JWS (RFC 7515) by Ed25519 (RFC 8037), one kind never taken for another."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from discreet.errors import IntegrityError

MAX_SIZE = 1024 * 1024
"""Characters of a statement that anybody reads."""


def sign(seed: bytes, kind: str, content: dict[str, Any]) -> str:
    """The statement. ``seed``: 32 bytes; ``kind`` becomes the header's ``typ``."""
    signed = f"{_encoded({'alg': 'EdDSA', 'typ': kind})}.{_encoded(content)}"
    return f"{signed}.{_text(Ed25519PrivateKey.from_private_bytes(seed).sign(signed.encode()))}"


def verify(public_key: bytes, kind: str, statement: str) -> dict[str, Any]:
    """What it states. ``statement`` is anybody's. Raises IntegrityError, the same for every way of being wrong."""
    try:
        if len(statement) > MAX_SIZE or not statement.isascii():
            raise ValueError
        signed, _, signature = statement.rpartition(".")
        header, _, content = signed.partition(".")
        if header != _encoded({"alg": "EdDSA", "typ": kind}) or _text(_bytes(signature)) != signature:
            raise ValueError
        Ed25519PublicKey.from_public_bytes(public_key).verify(_bytes(signature), signed.encode())
        stated = json.loads(_bytes(content))
    except (InvalidSignature, ValueError, binascii.Error):
        raise IntegrityError("a signed statement does not verify") from None
    if not isinstance(stated, dict):
        raise IntegrityError("a signed statement does not verify")
    return stated


def _encoded(content: dict[str, Any]) -> str:
    return _text(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
