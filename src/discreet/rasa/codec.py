"""A turn's record body: Rasa's events and what the person was shown, as compact JSON.

    {"n": sender_id, "s": index of the event that begins a session, "e": [events], "u": shown to "you", "r": [replies]}

``n`` stands in the first record of a session only, ``s`` only where a session begins; ``u`` and ``r`` are masked.
A body that begins with a blank may hold whole numbers over 64 bits, which only Python's own JSON reads as they were.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from discreet.errors import IntegrityError

_LONG_NUMBER = re.compile(rb"(?<![0-9.])[0-9]{19}")


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
        encoded = json.dumps({k: v for k, v in body.items() if v is not None}, separators=(",", ":")).encode()
        return b" " + encoded if _LONG_NUMBER.search(encoded) else encoded

    @classmethod
    def decode(cls, body: bytes) -> TurnBody:
        """The body again; its bytes are authentic, so only a newer format can fail here. Raises IntegrityError."""
        try:
            raw = json.loads(body) if body.startswith(b" ") else _loads(body)
            return cls(raw["e"], raw.get("n"), raw.get("s"), raw.get("u"), raw.get("r", []))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise IntegrityError("a record's body is of another format") from None


def _loads(body: bytes) -> Any:
    """Four times as fast as Python's own JSON, which a long conversation notices; NaN and the like are left to that."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


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


def session_tracker(sender_id: str, bodies: Iterable[TurnBody], slots: Iterable[Slot]) -> DialogueStateTracker:
    """The tracker of the session that the first body begins: events before its session start are left out.

    Takes one body at a time: what its JSON took is free for the next, which a long conversation notices.
    """
    events: list[Event] = []
    first = True
    for body in bodies:
        events += map(event_from, islice(body.events, body.session_index if first else 0, None))
        first = False
    return DialogueStateTracker.from_events(sender_id, events, slots)


def tracker_from(sender_id: str, events: Iterable[dict[str, Any]], slots: Iterable[Slot]) -> DialogueStateTracker:
    """A tracker that has replayed these events."""
    return DialogueStateTracker.from_events(sender_id, list(map(event_from, events)), slots)


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
