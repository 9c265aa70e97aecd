"""One link of the audit log: what it says of its event, and its hash (docs/spec/audit.md, "Link")."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from discreet.crypto.canonical import hash_of, utc

FORMAT = 1
NO_LINK = bytes(32)
"""What the first link follows."""
COLUMNS = "e.id, e.at, e.actor, e.event, e.outcome, e.subject, e.purpose, e.category, e.turn_id"


@dataclass(frozen=True)
class Event:
    """One event as the log holds it. ``subject`` and ``turn_id`` are all of it that erasing somebody changes."""

    id: int
    at: datetime
    actor: str
    event: str
    outcome: str
    subject: bytes | None
    purpose: str | None
    category: str | None
    turn_id: bytes | None

    def person(self, salt: bytes) -> bytes:
        """Whose event it is and of which turn: 32 bytes that say nothing without the salt (16 random bytes)."""
        return hashlib.sha256(b"discreet audit person\0" + salt + _field(self.subject) + _field(self.turn_id)).digest()

    def link(self, seq: int, previous: bytes, person: bytes) -> bytes:
        """The hash of its link at that place; 32 bytes."""
        content: dict[str, Any] = {
            "v": FORMAT,
            "seq": seq,
            "previous": previous.hex(),
            # As text: canonical JSON knows whole numbers to 53 bits.
            "id": str(self.id),
            "at": utc(self.at),
            "actor": self.actor,
            "event": self.event,
            "outcome": self.outcome,
            "purpose": self.purpose,
            "category": self.category,
            "person": person.hex(),
        }
        return hash_of(content)


def event_of(row: Sequence[Any]) -> Event:
    """An event, from a row of ``COLUMNS``."""
    event_id, at, actor, event, outcome, subject, purpose, category, turn_id = row
    return Event(event_id, at, actor, event, outcome, _bytes(subject), purpose, category, _bytes(turn_id))


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _field(value: bytes | None) -> bytes:
    return b"\0" if value is None else b"\1" + len(value).to_bytes(1, "big") + value
