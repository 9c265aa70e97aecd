"""Keys that wrap keys: a list of key-encryption keys, oldest to newest.

New keys are wrapped by the newest; any key on the list still unwraps, so that rotation needs no pause.
AES-256-GCM-SIV (RFC 8452): a repeated nonce would reveal no more than that two wrapped keys are equal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from discreet.errors import IntegrityError, SettingsError

KEY_SIZE = 32
"""Bytes of every symmetric key."""
_NONCE = 12

Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Wrapped:
    """A wrapped key as it lies in the database, with the id of the key that wrapped it."""

    kek: str
    blob: bytes


@dataclass(frozen=True)
class KeyRing:
    """Key-encryption keys by id, oldest to newest."""

    keys: dict[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise SettingsError("a key ring is empty; run `discreet up` once, or restore the keys folder")
        if any(len(key) != KEY_SIZE for key in self.keys.values()):
            raise SettingsError("a key ring holds a key that is not 32 bytes long")

    @property
    def newest(self) -> str:
        """The id of the key that wraps from now on."""
        return next(reversed(self.keys))

    def wrap(self, key: bytes, context: bytes, random: Random = os.urandom) -> Wrapped:
        """Wraps a key. ``context`` says what it is for and must be given again to unwrap."""
        nonce = random(_NONCE)
        sealed = AESGCMSIV(self.keys[self.newest]).encrypt(nonce, key, _aad(self.newest, context))
        return Wrapped(self.newest, nonce + sealed)

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes:
        """The key again. Raises IntegrityError for an unknown key id, another context or changed bytes."""
        kek = self.keys.get(wrapped.kek)
        if kek is None:
            raise IntegrityError("a wrapped key names a key-encryption key that is not on the ring")
        try:
            return AESGCMSIV(kek).decrypt(wrapped.blob[:_NONCE], wrapped.blob[_NONCE:], _aad(wrapped.kek, context))
        except (InvalidTag, ValueError):
            raise IntegrityError("a wrapped key does not open") from None


def _aad(kek: str, context: bytes) -> bytes:
    return b"discreet wrapped key\0\x01" + len(kek.encode()).to_bytes(2, "big") + kek.encode() + context
