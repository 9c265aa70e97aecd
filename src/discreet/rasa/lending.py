"""Trackers that this process has kept, lent out again instead of being read anew.

A loaded conversation costs a decryption and a replay of every event; the tracker that was just saved knows all of
it. It is lent, not shared: taking one removes it, so that a turn that fails gives nothing back. Whoever takes
one asks the database first whether its position is still the newest (``Conversations.look``).
"""

from __future__ import annotations

import copy
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from rasa.shared.core.trackers import DialogueStateTracker

from discreet.records.conversations import Position

MOST_EVENTS = 40_000
"""Over all trackers: about 1.4 KiB of memory an event."""
LONGEST_SECONDS = 15 * 60.0
"""After that nothing of a conversation is left in memory, erased or not."""


@dataclass(frozen=True)
class Lent:
    """A tracker of one's own, and where the next record of its conversation goes."""

    position: Position
    tracker: DialogueStateTracker


class Lending:
    """Thread-safe. Bounded by events, because conversations differ a thousandfold in length."""

    def __init__(self, *, most_events: int = MOST_EVENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most_events
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[Lent | None, float]] = OrderedDict()
        self._events = 0
        self._mutex = threading.Lock()

    def take(self, conversation: bytes) -> Lent | None:
        """The tracker of that conversation, which is the caller's from now on; None when there is none."""
        with self._mutex:
            lent, until = self._pop(conversation)
            return lent if until > self._clock() else None

    def give(self, conversation: bytes, position: Position, tracker: DialogueStateTracker) -> None:
        """Keeps a copy of what was just committed; the caller's own tracker stays the caller's."""
        lent = Lent(position, _clone(tracker))
        with self._mutex:
            self._pop(conversation)
            self._kept[conversation] = (lent, self._clock() + LONGEST_SECONDS)
            self._events += len(lent.tracker.events)
            while self._kept:
                oldest, (_, until) = next(iter(self._kept.items()))
                if self._events <= self._most and until > self._clock():
                    break
                self._pop(oldest)

    def _pop(self, conversation: bytes) -> tuple[Lent | None, float]:
        lent, until = self._kept.pop(conversation, (None, 0.0))
        if lent is not None:
            self._events -= len(lent.tracker.events)
        return lent, until


def _clone(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A tracker in the same state: Rasa's own copy replays every event. Events are shared; nobody changes them."""
    clone = copy.copy(tracker)
    clone.events = deque(tracker.events, tracker.events.maxlen)
    clone.slots = {name: copy.copy(slot) for name, slot in tracker.slots.items()}
    clone.active_loop = copy.copy(tracker.active_loop)
    clone.model_id = clone.assistant_id = None
    return clone
