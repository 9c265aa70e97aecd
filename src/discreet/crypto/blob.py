"""A larger piece of a person's data under their key: ``rights.copy`` (docs/spec/rights.md, "Copy")."""

from __future__ import annotations

import os
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discreet.crypto.wrapping import Random
from discreet.errors import IntegrityError

MAX_BLOB = 16 * 1024 * 1024
"""Bytes before compression; a reader stops decompressing there."""
_VERSION = b"\x01"
_NONCE = 12


def seal_blob(owner_key: bytes, *, name: bytes, owner: bytes, content: bytes, random: Random = os.urandom) -> bytes:
    """The content, compressed and sealed; ``name`` (16 bytes) and ``owner`` bind it. ValueError over MAX_BLOB."""
    if len(content) > MAX_BLOB:
        raise ValueError("a copy is larger than may be sealed")
    nonce = random(_NONCE)
    return _VERSION + nonce + AESGCM(owner_key).encrypt(nonce, zlib.compress(content), _binding(name, owner))


def open_blob(owner_key: bytes, *, name: bytes, owner: bytes, sealed: bytes) -> bytes:
    """The content again. Raises IntegrityError."""
    try:
        if len(sealed) < 1 + _NONCE + 16 or sealed[:1] != _VERSION:
            raise ValueError
        packed = AESGCM(owner_key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _binding(name, owner))
        reader = zlib.decompressobj()
        content = reader.decompress(packed, MAX_BLOB)
        if not reader.eof:
            raise ValueError
    except (InvalidTag, ValueError, zlib.error):
        raise IntegrityError("a copy does not open") from None
    return content


def _binding(name: bytes, owner: bytes) -> bytes:
    return b"discreet copy\0" + _VERSION + name + owner
