"""Conversations of Rasa's own SQL tracker store, moved into ours: one record a turn, each event as it was.

Moving is repeated until nothing is left to do: what is here already is compared, what the source has more is
added, and a conversation with other content is left as it is and reported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from discreet.crypto.compression import MAX_BODY
from discreet.crypto.identifiers import conversation_id
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError, StorageConflict
from discreet.rasa.codec import TurnBody, event_from
from discreet.records.backfill import Backfill, PastConversation, PastTurn
from discreet.records.conversations import Conversations, Position
from discreet.storage.engine import Database
from discreet.storage.stock_events import StockConversation, StockRow

_RECORD_SIZE = 256 * 1024
"""Bytes of events after which a turn goes on in another record, far below what one may hold."""
_EVENT_SIZE = MAX_BODY - 2 * _RECORD_SIZE
_START = "action_session_start"


class State(Enum):
    """How a conversation of the source stands here."""

    AGREES = "agrees"
    MISSING = "is not here"
    DIFFERS = "has other content here"
    DAMAGED = "is damaged here: see `discreet db verify`"
    UNREADABLE = "holds rows that are no events of Rasa"


@dataclass(frozen=True)
class Outcome:
    """What became of one conversation, named by its first row. ``unreadable``: which of its rows are no events."""

    first_row: int
    state: State
    events: int = 0
    unreadable: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    """One conversation of the source, parsed."""

    conversation: bytes
    sender_id: str
    first_row: int
    events: list[dict[str, Any]]
    sizes: list[int]
    unreadable: list[int]


@dataclass(frozen=True)
class _Kept:
    """What is here of a conversation."""

    position: Position
    events: list[dict[str, Any]]


class Moving:
    """``now``: Unix seconds, the latest time that may be written down for a turn."""

    def __init__(self, database: Database, ring: KeyRing, identity_key: bytes, *, now: float) -> None:
        self._database = database
        self._conversations = Conversations(ring)
        self._backfill = Backfill(ring, now)
        self._identity = identity_key

    def move(self, batch: Sequence[StockConversation], *, write: bool = True) -> list[Outcome]:
        """Writes what is missing of these, and says how each stands here afterwards, as read back from the database.

        With ``write`` False it only compares. What a killed call wrote is there whole, conversation by conversation,
        or not at all. Raises StorageError.
        """
        sources = [self._parsed(one) for one in batch]
        sound = [one for one in sources if not one.unreadable]
        if write:
            self._write([turns for one in sound if (turns := self._missing(one)) is not None])
        return [self._outcome(one) for one in sources]

    def _parsed(self, one: StockConversation) -> _Source:
        source = _Source(conversation_id(self._identity, one.sender_id), one.sender_id, one.rows[0].id, [], [], [])
        for row in one.rows:
            try:
                event, size = _event(row)
            except Exception:  # Rasa's events raise whatever comes to them
                source.unreadable.append(row.id)
                continue
            source.events.append(event)
            source.sizes.append(size)
        return source

    def _missing(self, source: _Source) -> PastConversation | None:
        """What is to be written of this conversation, if anything may be."""
        try:
            kept = self._kept(source.conversation)
        except IntegrityError:
            return None
        count = len(kept.events) if kept else 0
        if count >= len(source.events) or (kept and not _same(kept.events, source.events[:count])):
            return None
        turns = list(_turns(source, count))
        return PastConversation(source.conversation, kept.position if kept else None, turns)

    def _write(self, missing: Sequence[PastConversation]) -> None:
        try:
            with self._database.transaction() as tx:
                self._backfill.write(tx, missing)
            return
        except StorageConflict:
            if len(missing) == 1:
                return  # a bot that runs was first: comparing tells
        for one in missing:
            self._write([one])

    def _outcome(self, source: _Source) -> Outcome:
        state = State.UNREADABLE if source.unreadable else self._state(source)
        return Outcome(source.first_row, state, len(source.events) + len(source.unreadable), source.unreadable)

    def _state(self, source: _Source) -> State:
        try:
            kept = self._kept(source.conversation)
        except IntegrityError:
            return State.DAMAGED
        if kept is None:
            return State.MISSING
        count = len(source.events)
        if _same(kept.events[:count], source.events):
            return State.AGREES  # and may have gone on here since
        return State.MISSING if _same(kept.events, source.events[: len(kept.events)]) else State.DIFFERS

    def _kept(self, conversation: bytes) -> _Kept | None:
        with self._database.autocommit() as tx:
            loaded = tx.run(self._conversations.load(conversation, whole=True))
        if loaded is None:
            return None
        return _Kept(loaded[0], [event for record in loaded[1] for event in TurnBody.decode(record.body).events])


def _event(row: StockRow) -> tuple[dict[str, Any], int]:
    """The row's event and its size. Raises unless Rasa can make it again: beside it nobody could read the others."""
    if not isinstance(row.data, (str, bytes)):
        raise IntegrityError("a row holds no text")
    raw: dict[str, Any] = json.loads(row.data)
    event_from(raw)
    size = len(row.data) if row.data.isascii() else len(json.dumps(raw))
    if size > _EVENT_SIZE:
        raise IntegrityError("an event is larger than a record may be")
    return raw, size


def _turns(source: _Source, start: int) -> Iterator[PastTurn]:
    """The events from ``start`` on, cut where a person speaks or a session begins."""
    first, size = start, 0
    for index in range(start, len(source.events)):
        if index > first and (_begins_turn(source.events, first, index) or size > _RECORD_SIZE):
            yield _turn(source, first, index)
            first, size = index, 0
        size += source.sizes[index]
    yield _turn(source, first, len(source.events))


def _begins_turn(events: Sequence[dict[str, Any]], first: int, index: int) -> bool:
    """A session's first event begins a turn, and so does what a person says, unless it opens that very session."""
    kind = events[index]["event"]
    if kind == "session_started":
        return not _is_start(events[index - 1])
    if kind == "user":
        opened = [event["event"] for event in events[first:index]]
        return "user" in opened or "session_started" not in opened
    follows = [event["event"] for event in events[index + 1 : index + 2]]
    return _is_start(events[index]) and follows == ["session_started"]


def _is_start(event: dict[str, Any]) -> bool:
    return event["event"] == "action" and event.get("name") == _START


def _turn(source: _Source, first: int, end: int) -> PastTurn:
    events = source.events[first:end]
    starts = [index for index, event in enumerate(events) if event["event"] == "session_started"]
    session_index = starts[-1] if starts else None
    names_sender = first == 0 or session_index is not None
    body = TurnBody(events, source.sender_id if names_sender else None, session_index)
    times = [at for event in events if isinstance(at := event.get("timestamp"), (int, float))]
    return PastTurn(body.encode(), float(times[-1]) if times else 0.0, new_session=session_index is not None)


def _same(kept: list[dict[str, Any]], expected: list[dict[str, Any]]) -> bool:
    """Event by event; as text where they seem to differ, because NaN differs from itself."""
    return kept == expected or _text(kept) == _text(expected)


def _text(events: list[dict[str, Any]]) -> str:
    return json.dumps(events, sort_keys=True)
