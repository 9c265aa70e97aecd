"""Trackers that this process has kept, lent out again instead of being read anew.

A loaded conversation costs a decryption and a replay of every event; the tracker that was just saved knows all of
it. It is lent, not shared: taking one removes it, so that a turn that fails gives nothing back. Whoever takes
one asks the database first whether its position is still the newest (``Conversations.look``).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
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


@dataclass(frozen=True)
class _Kept:
    lent: Lent
    events: int
    until: float


class Lending:
    """Thread-safe. Bounded by events, because conversations differ a thousandfold in length."""

    def __init__(self, *, most_events: int = MOST_EVENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most_events
        self._clock = clock
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._events = 0
        self._mutex = threading.Lock()

    def take(self, conversation: bytes) -> Lent | None:
        """The tracker of that conversation, which is the caller's from now on; None when there is none."""
        with self._mutex:
            kept = self._pop(conversation)
        if kept is None or kept.until <= self._clock() or len(kept.lent.tracker.events) != kept.events:
            # A tracker that has grown since is still somebody else's.
            return None
        kept.lent.tracker.model_id = kept.lent.tracker.assistant_id = None  # as in one that was read
        return kept.lent

    def give(self, conversation: bytes, position: Position, tracker: DialogueStateTracker) -> None:
        """Keeps what was just committed. The giver may still read the tracker, and no longer change it."""
        kept = _Kept(Lent(position, tracker), len(tracker.events), self._clock() + LONGEST_SECONDS)
        with self._mutex:
            self._pop(conversation)
            self._kept[conversation] = kept
            self._events += kept.events
            while self._kept:
                oldest, first = next(iter(self._kept.items()))
                if self._events <= self._most and first.until > self._clock():
                    break
                self._pop(oldest)

    def kept(self) -> list[bytes]:
        """Which conversations have a tracker here."""
        with self._mutex:
            return list(self._kept)

    def forget(self, conversations: Iterable[bytes]) -> None:
        """Drops the trackers of conversations that exist no more."""
        with self._mutex:
            for conversation in conversations:
                self._pop(conversation)

    def _pop(self, conversation: bytes) -> _Kept | None:
        kept = self._kept.pop(conversation, None)
        if kept is not None:
            self._events -= kept.events
        return kept
