"""Signed JSON: JWS by Ed25519 (RFC 7515, RFC 8037) with exactly one header, so that a token chooses nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from discreet.errors import NotAuthentic

MAX_SIZE = 1024 * 1024
"""Characters of a token that is looked at."""
_PARTS = frozenset({"protected", "payload", "signature"})


def sign(seed: bytes, payload: dict[str, Any], typ: str) -> str:
    """Flattened JWS JSON (RFC 7515, section 7.2.2) over the payload's canonical JSON. ``seed``: 32 bytes, RFC 8032."""
    protected, body, signature = _signed(seed, payload, typ)
    return json.dumps({"protected": protected, "payload": body, "signature": signature}, indent=1) + "\n"


def compact(seed: bytes, payload: dict[str, Any], typ: str) -> str:
    """The same on one line (section 7.1)."""
    return ".".join(_signed(seed, payload, typ))


def verify(public_key: bytes, token: str, typ: str) -> dict[str, Any]:
    """The payload of a token that this key signed as ``typ``. ``token`` is anybody's: flattened JSON or compact.

    The header must be the one that ``sign`` writes, byte for byte: another algorithm, a key of the token's own, an
    extension or a second spelling is refused. Raises NotAuthentic, for every way of being wrong.
    """
    try:
        protected, body, signature = _parts(token)
        key = Ed25519PublicKey.from_public_bytes(public_key)
        if protected != _text(rfc8785.dumps(_header(key, typ))):
            raise ValueError
        key.verify(_bytes(signature), f"{protected}.{body}".encode())
        payload = json.loads(_bytes(body))
        if not isinstance(payload, dict) or rfc8785.dumps(payload) != _bytes(body):
            raise ValueError
    except (InvalidSignature, ValueError, TypeError, RecursionError, rfc8785.CanonicalizationError):
        raise NotAuthentic("the signature does not verify with this key") from None
    return payload


def public_pem(public_key: bytes) -> str:
    """A public key as PEM, to be handed out."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def from_pem(pem: str) -> bytes:
    """The 32 bytes of an Ed25519 public key from its PEM. Raises NotAuthentic for anything else."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        raise NotAuthentic("that is no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NotAuthentic("that public key is not of Ed25519")
    return key.public_bytes_raw()


def _signed(seed: bytes, payload: dict[str, Any], typ: str) -> tuple[str, str, str]:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    protected, body = _text(rfc8785.dumps(_header(private.public_key(), typ))), _text(rfc8785.dumps(payload))
    return protected, body, _text(private.sign(f"{protected}.{body}".encode()))


def _header(key: Ed25519PublicKey, typ: str) -> dict[str, str]:
    """``kid`` is the key's thumbprint (RFC 7638)."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _text(key.public_bytes_raw())}
    return {"alg": "EdDSA", "kid": _text(hashlib.sha256(rfc8785.dumps(jwk)).digest()), "typ": typ}


def _parts(token: str) -> tuple[str, str, str]:
    if len(token) > MAX_SIZE:
        raise ValueError
    text = token.strip()
    if not text.startswith("{"):
        protected, body, signature = text.split(".")
        return protected, body, signature
    parts = json.loads(text)
    if set(parts) != _PARTS or not all(isinstance(part, str) for part in parts.values()):
        raise ValueError
    return parts["protected"], parts["payload"], parts["signature"]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Strict: no padding, no other spelling of the same bytes."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError from None
    if _text(raw) != text:
        raise ValueError
    return raw
