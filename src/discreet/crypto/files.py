"""The content of a file under a key of its own (docs/spec/attachments.md, "Kept")."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discreet.crypto.wrapping import Random
from discreet.errors import IntegrityError

KEY_SIZE = 32
_VERSION, _NONCE, _BLOCK = 1, 12, 4096


def seal_file(key: bytes, *, token: str, content: bytes, random: Random = os.urandom) -> bytes:
    """AES-256-GCM, bound to the token; the length is hidden up to 4,096 bytes. ``content`` is the person's."""
    framed = len(content).to_bytes(4, "big") + content
    padded = framed.ljust(-(-len(framed) // _BLOCK) * _BLOCK, b"\0")
    nonce = random(_NONCE)
    return bytes((_VERSION,)) + nonce + AESGCM(key).encrypt(nonce, padded, _binding(token))


def open_file(key: bytes, *, token: str, sealed: bytes) -> bytes:
    """The content again. Raises IntegrityError for another key or token, or changed bytes."""
    if len(sealed) < 1 + _NONCE + _BLOCK or sealed[0] != _VERSION:
        raise IntegrityError("a sealed file does not open")
    try:
        padded = AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _binding(token))
    except (InvalidTag, ValueError):
        raise IntegrityError("a sealed file does not open") from None
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _binding(token: str) -> bytes:
    raw = token.encode()
    return b"discreet file\0" + bytes((_VERSION,)) + len(raw).to_bytes(2, "big") + raw
