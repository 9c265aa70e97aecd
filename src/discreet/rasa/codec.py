"""A turn's record body: Rasa's events and what the person was shown, as compact JSON.

    {"n": sender_id, "s": index of the event that begins a session, "e": [events], "u": shown to "you", "r": [replies]}

``n`` stands in the first record of a session only, ``s`` only where a session begins; ``u`` and ``r`` are masked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

import ujson
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from discreet.errors import IntegrityError


@dataclass(frozen=True)
class TurnBody:
    """What one record holds."""

    events: list[dict[str, Any]]
    sender_id: str | None = None
    session_index: int | None = None
    shown: str | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)

    def encode(self) -> bytes:
        """Compact UTF-8 JSON; keys whose value is absent are left out."""
        body = {
            "n": self.sender_id,
            "s": self.session_index,
            "e": self.events,
            "u": self.shown,
            "r": self.replies or None,
        }
        return json.dumps({k: v for k, v in body.items() if v is not None}, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, body: bytes) -> TurnBody:
        """The body again; its bytes are authentic, so only a newer format can fail here."""
        try:
            raw = ujson.loads(body)  # twice as fast as json, which a long conversation notices
            return cls(raw["e"], raw.get("n"), raw.get("s"), raw.get("u"), raw.get("r", []))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise IntegrityError("a record's body is of another format") from None


def body_of(
    events: Sequence[Event],
    sender_id: str,
    *,
    first: bool,
    shown: str | None = None,
    replies: list[dict[str, Any]] | None = None,
) -> TurnBody:
    """The body for new events. ``first``: nothing of this conversation is kept yet."""
    starts = [index for index, event in enumerate(events) if isinstance(event, SessionStarted)]
    session_index = starts[-1] if starts else None
    names_sender = first or session_index is not None
    return TurnBody(
        events=[event.as_dict() for event in events],
        sender_id=sender_id if names_sender else None,
        session_index=session_index,
        shown=shown,
        replies=replies or [],
    )


def newest(tracker: DialogueStateTracker, kept: int) -> list[Event]:
    """The events after the first ``kept``. Walks from the end: slicing the deque would grow with the conversation."""
    return list(islice(reversed(tracker.events), len(tracker.events) - kept))[::-1]


def session_tracker(sender_id: str, bodies: Sequence[TurnBody], slots: Iterable[Slot]) -> DialogueStateTracker:
    """The tracker of the session that the first body begins: events before its session start are left out."""
    events = [event for body in bodies for event in body.events]
    if bodies and bodies[0].session_index is not None:
        events = events[bodies[0].session_index :]
    return tracker_from(sender_id, events, slots)


def tracker_from(sender_id: str, events: Iterable[dict[str, Any]], slots: Iterable[Slot]) -> DialogueStateTracker:
    """A tracker that has replayed these events."""
    return DialogueStateTracker.from_events(sender_id, [event_from(raw) for raw in events], slots)


def event_from(raw: dict[str, Any]) -> Event:
    """Rasa's event again. Raises IntegrityError, and whatever Rasa does, for what is none."""
    classes = event_classes()
    # Event.from_parameters walks all subclasses for every event: nine tenths of a long load.
    cls = classes.get(raw.get("event", ""))
    event = cls._from_parameters(raw) if cls is not None else Event.from_parameters(raw)
    if event is None:
        raise IntegrityError("a record holds an event that this Rasa does not know")
    return event


@lru_cache(maxsize=1)
def event_classes() -> dict[str, type[Event]]:
    """Rasa's events by the name that stands in their JSON."""
    named: dict[str, type[Event]] = {}
    for cls in all_subclasses(Event):
        named.setdefault(cls.type_name, cls)
    return named
