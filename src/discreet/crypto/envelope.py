"""The encrypted record of one turn and the authenticated head of a conversation: docs/spec/envelope.md.

Compress alone, pad, encrypt, chain. Nothing outside this module knows the layout.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from discreet.crypto.compression import NEWEST_DICTIONARY, compress, decompress
from discreet.crypto.wrapping import Random
from discreet.errors import IntegrityError

VERSION = 1
HASH_SIZE = 32
GENESIS = bytes(HASH_SIZE)
"""The previous hash of a conversation's first record."""
_NONCE = 12
_HEADER = 2 + _NONCE + HASH_SIZE
_FLOOR = 256
_NO_TURN = bytes(16)


@dataclass(frozen=True)
class RecordPlace:
    """Where a record stands: everything that its ciphertext is bound to."""

    conversation: bytes
    seq: int
    session_key: int
    previous_hash: bytes
    turn_id: bytes | None = None

    def aad(self, dictionary: int) -> bytes:
        """Associated data (docs/spec/envelope.md, "Binding"): fixed lengths, so that no two places agree."""
        return b"".join(
            (
                b"discreet record\0",
                bytes((VERSION, dictionary)),
                self.conversation,
                self.seq.to_bytes(8, "big"),
                self.session_key.to_bytes(8, "big"),
                self.turn_id or _NO_TURN,
                self.previous_hash,
            )
        )


@dataclass(frozen=True)
class Head:
    """The newest state of a conversation. The MAC covers all of it (docs/spec/envelope.md, "Head")."""

    conversation: bytes
    seq: int
    hash: bytes
    session_seq: int
    session_key: int
    base_seq: int = 0
    base_hash: bytes = GENESIS

    def message(self) -> bytes:
        """What the MAC is computed over."""
        return b"".join(
            (
                b"discreet head\0",
                bytes((VERSION,)),
                self.conversation,
                self.seq.to_bytes(8, "big"),
                self.hash,
                self.session_seq.to_bytes(8, "big"),
                self.session_key.to_bytes(8, "big"),
                self.base_seq.to_bytes(8, "big"),
                self.base_hash,
            )
        )


@dataclass(frozen=True)
class DataKey:
    """The data key of one session; subkeys for records and for the head are derived (RFC 5869, expand)."""

    id: int
    _record: AESGCM = field(repr=False)
    _head: bytes = field(repr=False)

    @classmethod
    def from_bytes(cls, key_id: int, key: bytes) -> DataKey:
        """``key`` is 32 random bytes; ``key_id`` a random positive 63-bit number."""
        return cls(key_id, AESGCM(_expand(key, b"discreet record key")), _expand(key, b"discreet head key"))

    def seal(
        self, place: RecordPlace, body: bytes, random: Random = os.urandom, *, dictionary: int = NEWEST_DICTIONARY
    ) -> bytes:
        """The record's bytes. Raises ValueError for a body over MAX_BODY."""
        nonce = random(_NONCE)
        packed = _pad(compress(body, dictionary))
        sealed = self._record.encrypt(nonce, packed, place.aad(dictionary))
        return bytes((VERSION, dictionary)) + nonce + place.previous_hash + sealed

    def open(self, place: RecordPlace, record: bytes) -> bytes:
        """The body again. Raises IntegrityError for whatever is not exactly this record at this place."""
        if len(record) < _HEADER + 16 or record[0] != VERSION:
            raise IntegrityError("a record does not open")
        try:
            packed = self._record.decrypt(record[2 : 2 + _NONCE], record[_HEADER:], place.aad(record[1]))
        except InvalidTag:
            raise IntegrityError("a record does not open") from None
        return decompress(_unpad(packed), record[1])

    def mac(self, head: Head) -> bytes:
        """HMAC-SHA-256 over the head."""
        return hmac.new(self._head, head.message(), hashlib.sha256).digest()

    def verify(self, head: Head, mac: bytes) -> None:
        """Raises IntegrityError unless the MAC is this head's."""
        if not hmac.compare_digest(self.mac(head), mac):
            raise IntegrityError("a conversation's head does not verify")


def previous_hash(record: bytes) -> bytes:
    """The hash that a record claims to follow; only ``open`` at a place with that hash makes it true."""
    return record[2 + _NONCE : _HEADER]


def record_hash(place: RecordPlace, record: bytes) -> bytes:
    """The chain: each record's hash covers the one before it."""
    return hashlib.sha256(b"discreet chain\0" + place.previous_hash + place.seq.to_bytes(8, "big") + record).digest()


def padded_length(length: int) -> int:
    """Padmé (Nikitin et al., PETS 2019) with a floor of 256 bytes: at most 12 % more, few distinct sizes."""
    if length <= _FLOOR:
        return _FLOOR
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def _pad(packed: bytes) -> bytes:
    framed = len(packed).to_bytes(4, "big") + packed
    return framed.ljust(padded_length(len(framed)), b"\0")


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:4], "big")
    if 4 + length > len(padded):
        raise IntegrityError("a record does not open")
    return padded[4 : 4 + length]


def _expand(key: bytes, label: bytes) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=label).derive(key)
