"""One turn as a unit of work: what the guard loads, Rasa works on, and the guard commits once.

The turn travels in a context variable, so that Rasa's own calls of the tracker store, the lock store and the action
endpoint find it without a change to Rasa.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field

from rasa.shared.core.trackers import DialogueStateTracker

from discreet.crypto.signing import ActionCall
from discreet.records.conversations import Position


@dataclass
class Turn:
    """State of the running turn. Rasa's tracker lives here from load to commit.

    ``position`` is where the store stood when the turn loaded, None for a conversation that is not kept yet;
    ``loaded_events`` counts the tracker's events at that moment, so that what came after is what to write.
    """

    sender_id: str
    conversation: bytes
    turn_id: bytes
    fence: int
    position: Position | None
    tracker: DialogueStateTracker | None
    loaded_events: int
    saved: bool = False
    active: bool = True
    _ordinal: int = field(default=0, repr=False)

    def next_action_call(self) -> ActionCall:
        """Identifies the next action call of this turn; the same again when the turn is repeated."""
        call = ActionCall(self.turn_id, self.fence, self._ordinal)
        self._ordinal += 1
        return call


running: ContextVar[Turn | None] = ContextVar("discreet_turn", default=None)


def turn_of(sender_id: str) -> Turn | None:
    """The running turn of that conversation; None outside a turn, and for a timer that outlived one."""
    turn = running.get()
    return turn if turn is not None and turn.active and turn.sender_id == sender_id else None
