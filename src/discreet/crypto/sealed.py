"""Sealed values: what the Rasa server can write and only the action server can read (docs/spec/vault.md).

Inside, HPKE (RFC 9180; X-Wing, or X25519 where that was chosen) to the action server's public key; outside, AES-256-GCM
under a key of that one value. Both are bound to category, subject and token.
"""

from __future__ import annotations

import os
from hashlib import shake_256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discreet.crypto.wrapping import Random
from discreet.errors import IntegrityError, SettingsError

SEED_SIZE = 32
PUBLIC_KEY_SIZE, CURVE_KEY_SIZE = 1216, 32
MAX_VALUE = 4096
"""Bytes of a value in UTF-8."""
MAX_COLUMN = 60_000
"""Bytes of a sealed column in UTF-8."""
X_WING, X25519 = 1, 2
"""How a value is sealed, its first byte: post-quantum hybrid (the default), or the curve alone, 1,088 bytes smaller."""
KEMS = {"x-wing": X_WING, "x25519": X25519}
_COLUMN_VERSION = 1
_NONCE = 12
_BLOCK = 64
_SUITES = {
    X_WING: hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM),
    X25519: hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM),
}


class VaultPublicKey:
    """Seals values; cannot open them. 1216 bytes are X-Wing's (ML-KEM-768 and X25519), 32 bytes X25519's."""

    def __init__(self, public: bytes) -> None:
        self._key: Any
        if len(public) == PUBLIC_KEY_SIZE:
            self._version = X_WING
            self._key = hpke.MLKEM768X25519PublicKey(
                mlkem.MLKEM768PublicKey.from_public_bytes(public[:1184]),
                x25519.X25519PublicKey.from_public_bytes(public[1184:]),
            )
        elif len(public) == CURVE_KEY_SIZE:
            self._version = X25519
            self._key = x25519.X25519PublicKey.from_public_bytes(public)
        else:
            raise SettingsError("the vault's public key is neither 1216 bytes long (X-Wing) nor 32 (X25519)")

    def seal(
        self,
        value_key: bytes,
        *,
        category: str,
        subject: bytes,
        token: str,
        value: str,
        random: Random = os.urandom,
    ) -> bytes:
        """The sealed value. ``value`` is the person's; raises ValueError over MAX_VALUE bytes."""
        binding = _binding(self._version, category, subject, token)
        inner = _SUITES[self._version].encrypt(_pad(value.encode(), MAX_VALUE), self._key, info=binding)
        nonce = random(_NONCE)
        return bytes((self._version,)) + nonce + AESGCM(value_key).encrypt(nonce, inner, binding)


class VaultPrivateKey:
    """Opens sealed values of either kind: the action server's alone.

    Made from a 32-byte seed: for X-Wing as draft-connolly-cfrg-xwing-kem says, for X25519 alone by a label of ours, so
    that no private key serves both.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise SettingsError("the vault's private seed is not 32 bytes long")
        expanded = shake_256(seed).digest(96)
        kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        alone = x25519.X25519PrivateKey.from_private_bytes(shake_256(b"discreet vault x25519\0" + seed).digest(32))
        self._keys: dict[int, Any] = {X_WING: hpke.MLKEM768X25519PrivateKey(kem, curve), X25519: alone}
        self._public = {
            X_WING: kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw(),
            X25519: alone.public_key().public_bytes_raw(),
        }

    def public_bytes(self, kem: str = "x-wing") -> bytes:
        """The public key of one of ``KEMS``, for whoever seals. Raises SettingsError for another name."""
        if kem not in KEMS:
            raise SettingsError(f"the vault's KEM must be one of {', '.join(KEMS)}")
        return self._public[KEMS[kem]]

    def open(self, value_key: bytes, *, category: str, subject: bytes, token: str, sealed: bytes) -> str:
        """The value again. Raises IntegrityError for another key, category, subject or token, or changed bytes."""
        if len(sealed) < 1 + _NONCE + 16 or sealed[0] not in _SUITES:
            raise IntegrityError("a sealed value does not open")
        version = sealed[0]
        binding = _binding(version, category, subject, token)
        try:
            inner = AESGCM(value_key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], binding)
            return _unpad(_SUITES[version].decrypt(inner, self._keys[version], info=binding)).decode()
        except (InvalidTag, ValueError):
            raise IntegrityError("a sealed value does not open") from None


def seal_column(owner_key: bytes, *, column: str, owner: bytes, value: str, random: Random = os.urandom) -> bytes:
    """A personal column of a row, AES-256-GCM under its owner's key. Raises ValueError over MAX_COLUMN bytes."""
    nonce = random(_NONCE)
    sealed = AESGCM(owner_key).encrypt(nonce, _pad(value.encode(), MAX_COLUMN), _column_binding(column, owner))
    return bytes((_COLUMN_VERSION,)) + nonce + sealed


def open_column(owner_key: bytes, *, column: str, owner: bytes, sealed: bytes) -> str:
    """The column's value again. Raises IntegrityError."""
    if len(sealed) < 1 + _NONCE + 16 or sealed[0] != _COLUMN_VERSION:
        raise IntegrityError("a sealed column does not open")
    try:
        padded = AESGCM(owner_key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _column_binding(column, owner))
        return _unpad(padded).decode()
    except (InvalidTag, ValueError):
        raise IntegrityError("a sealed column does not open") from None


def _binding(version: int, category: str, subject: bytes, token: str) -> bytes:
    return b"discreet value\0" + bytes((version,)) + _framed(category) + _framed(token) + subject


def _column_binding(column: str, owner: bytes) -> bytes:
    return b"discreet column\0" + bytes((_COLUMN_VERSION,)) + _framed(column) + owner


def _framed(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def _pad(value: bytes, limit: int) -> bytes:
    if len(value) > limit:
        raise ValueError("a value is longer than may be sealed")
    framed = len(value).to_bytes(2, "big") + value
    return framed.ljust(-(-len(framed) // _BLOCK) * _BLOCK, b"\0")


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:2], "big")
    if 2 + length > len(padded):
        raise ValueError
    return padded[2 : 2 + length]
