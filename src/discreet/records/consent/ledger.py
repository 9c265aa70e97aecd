"""The ledger of consent: appended to under the lock of a person's chain, never changed (docs/spec/consent.md)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from discreet.errors import IntegrityError
from discreet.records.consent.chain import NO_EVENT, Event, head_mac, person_of, state_mac
from discreet.storage.engine import Transaction

COLUMNS = (
    "subject, salt, person, seq, previous, purpose, status, policy_version, notice_hash, language, method, operation,"
    " actor, turn_id, at, expires_at, hash"
)


@dataclass(frozen=True)
class Entry:
    """What happened. ``method`` is how it was said: words, button, page, command line, clock; ``actor`` who said it."""

    purpose: str
    status: str
    policy_version: str
    notice_hash: bytes
    language: str
    method: str
    actor: str = "subject"
    operation: str | None = None
    turn_id: bytes | None = None
    keep: timedelta | None = None


class Ledger:
    """Appends and reads. ``head_key`` authenticates where each chain ends."""

    def __init__(self, head_key: bytes, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._head_key = head_key
        self._random = random

    def lock(self, tx: Transaction, subject: bytes) -> None:
        """Makes the caller's transaction the only one that appends to a person's chain.

        Taken before any row of ``consent.state``, so that two writers never wait for each other.
        """
        for _ in range(2):  # An erasure that ends while we wait takes the chain away.
            tx.execute(
                "INSERT INTO consent.chain (subject, seq, hash, mac) VALUES (%s, 0, %s, %s) ON CONFLICT DO NOTHING",
                subject, NO_EVENT, head_mac(self._head_key, 0, NO_EVENT),
            )  # fmt: skip
            if tx.execute("SELECT 1 FROM consent.chain WHERE subject = %s FOR UPDATE", subject):
                return

    def append(self, tx: Transaction, subject: bytes, entry: Entry) -> None:
        """Adds one event under the lock.

        Raises IntegrityError where the chain's end does not verify: nothing is added to what somebody has changed.
        """
        self._append(tx, subject, entry)

    def _append(self, tx: Transaction, subject: bytes, entry: Entry) -> tuple[int, Event]:
        seq, last, at = self._end(tx, subject)
        salt = self._random(16)
        event = Event(
            subject=subject,
            salt=salt,
            person=person_of(salt, subject, entry.turn_id),
            seq=seq + 1,
            previous=last,
            purpose=entry.purpose,
            status=entry.status,
            policy_version=entry.policy_version,
            notice_hash=entry.notice_hash,
            language=entry.language,
            method=entry.method,
            operation=entry.operation,
            actor=entry.actor,
            turn_id=entry.turn_id,
            at=at,
            expires_at=None if entry.keep is None else at + entry.keep,
        )
        ((event_id,),) = tx.execute(
            f"INSERT INTO consent.event ({COLUMNS})"  # noqa: S608 (names are constants)
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
            event.subject, event.salt, event.person, event.seq, event.previous, event.purpose, event.status,
            event.policy_version, event.notice_hash, event.language, event.method, event.operation, event.actor,
            event.turn_id, event.at, event.expires_at, event.hash,
        )  # fmt: skip
        tx.execute(
            "UPDATE consent.chain SET seq = %s, hash = %s, mac = %s WHERE subject = %s",
            event.seq, event.hash, head_mac(self._head_key, event.seq, event.hash), subject,
        )  # fmt: skip
        return int(event_id), event

    def append_and_hold(self, tx: Transaction, subject: bytes, entry: Entry) -> None:
        """``append``, and makes the event what holds now for its purpose."""
        event_id, event = self._append(tx, subject, entry)
        mac = state_mac(
            self._head_key, subject, event.purpose, event.status, event_id, event.expires_at, event.notice_hash
        )
        tx.execute(
            "INSERT INTO consent.state (subject, purpose, status, event, expires_at, notice_hash, at, mac)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (subject, purpose) DO UPDATE"
            " SET status = EXCLUDED.status, event = EXCLUDED.event, expires_at = EXCLUDED.expires_at,"
            " notice_hash = EXCLUDED.notice_hash, at = EXCLUDED.at, mac = EXCLUDED.mac",
            subject, event.purpose, event.status, event_id, event.expires_at, event.notice_hash, event.at, mac,
        )  # fmt: skip

    def holds(self, subject: bytes, purpose: str, row: tuple[Any, ...]) -> bool:
        """Whether a row of the state, (status, event, expires_at, notice_hash, mac), was written by us."""
        status, event, expires_at, notice_hash, mac = row
        if notice_hash is None or mac is None:
            return False
        ours = state_mac(self._head_key, subject, purpose, status, event, expires_at, bytes(notice_hash))
        return hmac.compare_digest(bytes(mac), ours)

    def _end(self, tx: Transaction, subject: bytes) -> tuple[int, bytes, datetime]:
        rows = tx.execute("SELECT seq, hash, mac, clock_timestamp() FROM consent.chain WHERE subject = %s", subject)
        if not rows:
            raise IntegrityError("the chain of consent was not locked")
        seq, last, mac, at = rows[0]
        if not hmac.compare_digest(bytes(mac), head_mac(self._head_key, seq, bytes(last))):
            raise IntegrityError("the end of a chain of consent does not verify", seq=seq)
        return seq, bytes(last), at


def events_of(tx: Transaction, subject: bytes) -> list[tuple[Event, bytes]]:
    """A person's chain in its order, each event with the hash that is stored beside it."""
    rows = tx.execute(
        f"SELECT {COLUMNS} FROM consent.event WHERE subject = %s AND seq IS NOT NULL ORDER BY seq",  # noqa: S608
        subject,
    )
    return [event_of(row) for row in rows]


def event_of(row: tuple[Any, ...]) -> tuple[Event, bytes]:
    """An event and its stored hash, from a row of ``COLUMNS``."""
    subject, salt, person, seq, previous, *rest, hashed = row
    purpose, status, version, notice, language, method, operation, actor, turn_id, at, expires_at = rest
    event = Event(
        bytes(subject), None if salt is None else bytes(salt), bytes(person), seq, bytes(previous),
        purpose, status, version, bytes(notice), language, method, operation, actor,
        None if turn_id is None else bytes(turn_id), at, expires_at,
    )  # fmt: skip
    return event, bytes(hashed)
