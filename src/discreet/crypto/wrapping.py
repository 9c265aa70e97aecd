"""Keys that wrap keys: a list of key-encryption keys, oldest to newest.

New keys are wrapped by the newest; any key on the list still unwraps, so that rotation needs no pause.
AES-256-GCM-SIV (RFC 8452): a repeated nonce would reveal no more than that two wrapped keys are equal.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from discreet.errors import IntegrityError, SettingsError

KEY_SIZE = 32
"""Bytes of every symmetric key."""
_NONCE = 12
REREAD_SECONDS = 5.0
"""A key that was added wraps, in every process that has been handed it, after at most so long."""
_UNKNOWN_SECONDS = 0.1  # whoever can write rows must not make each look a read

Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Wrapped:
    """A wrapped key as it lies in the database, with the id of the key that wrapped it."""

    kek: str
    blob: bytes


class KeyRing:
    """Key-encryption keys by id, oldest to newest.

    ``reread`` gives the keys as they are now: one that was added while this process runs is learned of before wrapping
    (at most every REREAD_SECONDS) and when something names an id that is not on the ring (docs/spec/keys.md).
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        *,
        reread: Callable[[], Mapping[str, bytes]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = _checked(keys)
        self._reread = reread
        self._clock = clock
        self._read_at = clock()

    @property
    def newest(self) -> str:
        """The id of the key that wraps from now on."""
        return next(reversed(self._keys))

    def wrap(self, key: bytes, context: bytes, random: Random = os.urandom) -> Wrapped:
        """Wraps a key. ``context`` says what it is for and must be given again to unwrap."""
        self._follow(REREAD_SECONDS)
        nonce, kek = random(_NONCE), self.newest
        return Wrapped(kek, nonce + AESGCMSIV(self._keys[kek]).encrypt(nonce, key, _aad(kek, context)))

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes:
        """The key again. Raises IntegrityError for an unknown key id, another context or changed bytes."""
        if wrapped.kek not in self._keys:
            self._follow(_UNKNOWN_SECONDS)
        kek = self._keys.get(wrapped.kek)
        if kek is None:
            raise IntegrityError("a wrapped key names a key-encryption key that is not on the ring")
        try:
            return AESGCMSIV(kek).decrypt(wrapped.blob[:_NONCE], wrapped.blob[_NONCE:], _aad(wrapped.kek, context))
        except (InvalidTag, ValueError):
            raise IntegrityError("a wrapped key does not open") from None

    def _follow(self, seconds: float) -> None:
        """Reads the keys again unless that was done ``seconds`` ago. What cannot be read leaves the ring as it is."""
        if self._reread is None or self._clock() - self._read_at < seconds:
            return
        self._read_at = self._clock()
        with contextlib.suppress(SettingsError):
            self._keys = _checked(self._reread())


def _checked(keys: Mapping[str, bytes]) -> dict[str, bytes]:
    if not keys:
        raise SettingsError("a key ring is empty; run `discreet up` once, or restore the keys folder")
    if any(len(key) != KEY_SIZE for key in keys.values()):
        raise SettingsError("a key ring holds a key that is not 32 bytes long")
    return dict(keys)


def _aad(kek: str, context: bytes) -> bytes:
    return b"discreet wrapped key\0\x01" + len(kek.encode()).to_bytes(2, "big") + kek.encode() + context
