"""Records of turns that happened before they came here: written many at a time, under the times when they happened."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from discreet.crypto.envelope import GENESIS, DataKey, Head
from discreet.crypto.wrapping import KeyRing
from discreet.errors import StorageConflict
from discreet.records.conversations import Position, next_record
from discreet.records.keys import SessionKeys
from discreet.storage.engine import Transaction


@dataclass(frozen=True)
class PastTurn:
    """A record's body and when it happened, in Unix seconds; an impossible time counts as now."""

    body: bytes
    at: float
    new_session: bool = False


@dataclass(frozen=True)
class PastConversation:
    """Turns to be written after ``position``, or from the first on when it is None."""

    conversation: bytes
    position: Position | None
    turns: Sequence[PastTurn]


class Backfill:
    """The transaction is the caller's. ``now``, in Unix seconds, bounds the times that are written."""

    def __init__(self, ring: KeyRing, now: float) -> None:
        self._keys = SessionKeys(ring)
        self._now = now

    def write(self, tx: Transaction, conversations: Iterable[PastConversation]) -> None:
        """Raises StorageConflict when one of them has begun, moved on or been erased since it was looked at."""
        keys: list[tuple[object, ...]] = []
        turns: list[tuple[object, ...]] = []
        begun: list[tuple[object, ...]] = []
        for one in conversations:
            head, key, at = self._chain(one, keys, turns)
            state = (head.seq, head.hash, head.session_seq, head.session_key, key.mac(head), at)
            if one.position is None:
                begun.append((one.conversation, *state, head.base_seq, head.base_hash))
            else:
                _move_head(tx, one.position, state)
        _insert(
            tx,
            "conversation.head"
            " (conversation, seq, hash, session_seq, session_key, mac, touched_at, base_seq, base_hash)",
            "(%s, %s, %s, %s, %s, %s, to_timestamp(%s), %s, %s)",
            begun,
        )
        _insert(
            tx,
            "key.session_key (id, conversation, kek, wrapped, created_at)",
            "(%s, %s, %s, %s, to_timestamp(%s))",
            keys,
        )
        _insert(
            tx,
            "conversation.turn (conversation, seq, session_key, record, at)",
            "(%s, %s, %s, %s, to_timestamp(%s))",
            turns,
        )

    def _chain(
        self, one: PastConversation, keys: list[tuple[object, ...]], turns: list[tuple[object, ...]]
    ) -> tuple[Head, DataKey, float]:
        """Seals its turns, notes their rows, and returns where the conversation stands then and since when."""
        head, key = (one.position.head, one.position.key) if one.position is not None else (None, None)
        at = self._now
        for turn in one.turns:
            at = turn.at if math.isfinite(turn.at) and 0.0 < turn.at < self._now else self._now
            if head is None or key is None or turn.new_session:
                key, wrapped = self._keys.new(one.conversation)
                keys.append((key.id, one.conversation, wrapped.kek, wrapped.blob, at))
                before = head or Head(one.conversation, 0, GENESIS, session_seq=1, session_key=key.id)
                head = replace(before, session_key=key.id, session_seq=before.seq + 1)
            head, record = next_record(head, key, turn.body, None)
            turns.append((one.conversation, head.seq, key.id, record, at))
        if head is None or key is None:
            raise ValueError("a conversation of no turns")
        return head, key, at


def _move_head(tx: Transaction, before: Position, state: tuple[object, ...]) -> None:
    moved = tx.execute(
        "UPDATE conversation.head SET seq = %s, hash = %s, session_seq = %s, session_key = %s, mac = %s,"
        " touched_at = greatest(touched_at, to_timestamp(%s))"
        " WHERE conversation = %s AND seq = %s AND hash = %s AND base_seq = %s"
        " AND EXISTS (SELECT FROM key.session_key WHERE id = %s) RETURNING seq",
        *state, before.head.conversation, before.head.seq, before.head.hash, before.head.base_seq, before.key.id,
    )  # fmt: skip
    if not moved:
        raise StorageConflict("the conversation moved on, or was erased, since it was read")


def _insert(tx: Transaction, into: str, places: str, rows: Sequence[tuple[object, ...]]) -> None:
    """One statement for all rows; ``into`` and ``places`` are constants."""
    if rows:
        values = ", ".join([places] * len(rows))
        tx.execute(f"INSERT INTO {into} VALUES {values}", *(value for row in rows for value in row))  # noqa: S608
