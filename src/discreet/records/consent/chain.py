"""What makes the ledger tamper-evident: canonical bytes, hashes, the authenticated end (docs/spec/consent.md)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import rfc8785

FORMAT = 1
NO_EVENT = bytes(32)
"""What the first event of a chain follows."""


@dataclass(frozen=True)
class Event:
    """One event as the ledger holds it; every field but ``hash`` is in the hash. Times are the database's."""

    subject: bytes
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
            "subject": self.subject.hex(),
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
            "turn": None if self.turn_id is None else self.turn_id.hex(),
            "at": utc(self.at),
            "expires_at": None if self.expires_at is None else utc(self.expires_at),
        }

    @property
    def hash(self) -> bytes:
        """32 bytes."""
        return hash_of(self.content())


def hash_of(content: dict[str, Any]) -> bytes:
    """SHA-256 over 0x00 (a leaf, RFC 6962 section 2.1) and the canonical JSON (RFC 8785) of an event's content."""
    return hashlib.sha256(b"\0" + rfc8785.dumps(content)).digest()


def head_mac(key: bytes, subject: bytes, seq: int, last: bytes) -> bytes:
    """HMAC-SHA-256 of where a person's chain ends; 32 bytes."""
    return hmac.new(key, b"discreet consent head\0" + subject + seq.to_bytes(8, "big") + last, hashlib.sha256).digest()


def state_mac(
    key: bytes, subject: bytes, purpose: str, status: str, event: int, expires_at: datetime | None, notice_hash: bytes
) -> bytes:
    """HMAC-SHA-256 of what holds now for a person and purpose; 32 bytes."""
    ends = "" if expires_at is None else utc(expires_at)
    content: list[Any] = [subject.hex(), purpose, status, event, ends, notice_hash.hex()]
    return hmac.new(key, b"discreet consent state\0" + rfc8785.dumps(content), hashlib.sha256).digest()


def utc(moment: datetime) -> str:
    """A time as the ledger and receipts write it: UTC, microseconds, ``Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
