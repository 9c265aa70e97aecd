"""What makes the ledger tamper-evident: canonical bytes, hashes, the authenticated end (docs/spec/consent.md)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from discreet.crypto.canonical import hash_of, utc

FORMAT = 1
NO_EVENT = bytes(32)
"""What the first event of a chain follows."""


@dataclass(frozen=True)
class Event:
    """One event as the ledger holds it. Times are the database's.

    Every field is in the hash, ``subject`` and ``turn_id`` by way of ``person``: erasing somebody takes these two and
    the ``salt`` away, so that the chain stays whole and nobody's.
    """

    subject: bytes
    salt: bytes | None
    person: bytes
    seq: int
    previous: bytes
    purpose: str
    status: str
    policy_version: str
    notice_hash: bytes
    language: str
    method: str
    operation: str | None
    actor: str
    turn_id: bytes | None
    at: datetime
    expires_at: datetime | None

    def content(self) -> dict[str, Any]:
        """The event as JSON values, the way it is hashed."""
        return {
            "v": FORMAT,
            "person": self.person.hex(),
            "seq": self.seq,
            "previous": self.previous.hex(),
            "purpose": self.purpose,
            "status": self.status,
            "policy_version": self.policy_version,
            "notice": self.notice_hash.hex(),
            "language": self.language,
            "method": self.method,
            "operation": self.operation,
            "actor": self.actor,
            "at": utc(self.at),
            "expires_at": None if self.expires_at is None else utc(self.expires_at),
        }

    @property
    def is_theirs(self) -> bool:
        """Whether it is the event of this person and turn; of an erased person's nothing says so any more."""
        return self.salt is not None and self.person == person_of(self.salt, self.subject, self.turn_id)

    @property
    def is_nobodys(self) -> bool:
        """Whether its person was erased."""
        return self.salt is None and self.turn_id is None

    @property
    def hash(self) -> bytes:
        """32 bytes."""
        return hash_of(self.content())


def person_of(salt: bytes, subject: bytes, turn_id: bytes | None) -> bytes:
    """Whose event it is, and of which turn: 32 bytes that say nothing without the salt (16 random bytes)."""
    return hashlib.sha256(b"discreet consent person\0" + salt + subject + (turn_id or b"")).digest()


def head_mac(key: bytes, seq: int, last: bytes) -> bytes:
    """HMAC-SHA-256 of where a chain ends; 32 bytes. Whose chain it is, its events say."""
    return hmac.new(key, b"discreet consent head\0" + seq.to_bytes(8, "big") + last, hashlib.sha256).digest()


def state_mac(
    key: bytes, subject: bytes, purpose: str, status: str, event: int, expires_at: datetime | None, notice_hash: bytes
) -> bytes:
    """HMAC-SHA-256 of what holds now for a person and purpose; 32 bytes."""
    ends = "" if expires_at is None else utc(expires_at)
    content: list[Any] = [subject.hex(), purpose, status, event, ends, notice_hash.hex()]
    return hmac.new(key, b"discreet consent state\0" + rfc8785.dumps(content), hashlib.sha256).digest()
