"""What Rasa finds out about a whole conversation with every message, remembered on its tracker and only continued.

Stock Rasa replays every event of a session some ten times a message, so that a message costs more the longer its
conversation is. Here each event is walked once: what applies of the events (``applied_events``), the tracker that a
replay of them makes (``copy``), and the last states of the dialogue (``last_states``).

A tracker's events only grow at the end; a tracker of another kind, or one with events of the few kinds that change
events before them, is left to Rasa. Of messages, only the latest is ever changed after it was said (how it is
featurized), and a form that asks again takes it out: the states are remembered up to the message before the latest
and made anew from there.
"""

from __future__ import annotations

import copy as shallow
from collections import deque
from itertools import islice
from typing import Any

from rasa.shared.core.constants import PREVIOUS_ACTION
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    Restarted,
    SessionStarted,
    StoryExported,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

State = dict[str, dict[str, Any]]
_HISTORY = "_discreet_history"
_TAKEN_OUT = (ActionExecuted, UserUttered, DefinePrevUserUtteredFeaturization)
"""What a loop that runs again takes out of the turns since it ran last."""


SHORT = 128
"""Events. What is shorter is Rasa's own to walk, too: there is little to save."""


def history_of(tracker: DialogueStateTracker) -> History | None:
    """The history of a plain tracker, up to its newest event. None for any other: that is Rasa's own to walk."""
    if type(tracker) is not DialogueStateTracker or type(tracker.slots) is not dict:
        return None
    events = tracker.events
    if len(events) < SHORT:
        return None
    history: History | None = tracker.__dict__.get(_HISTORY)
    if history is None or not history.begins(events):
        history = tracker.__dict__[_HISTORY] = History(events)
    history.go_on()
    return history if history.plain else None


class History:
    """Of one tracker. Whoever reads it keeps to the tracker's own thread."""

    def __init__(self, events: deque[Event]) -> None:
        self.plain = events.maxlen is None
        self._events = events
        self._applied: list[Event] = []
        self._seen: list[Event] = []
        """At most one: the newest event that was walked."""
        self._count = 0
        self._loops: set[str] = set()
        self._executed: set[str] = set()
        self._states: dict[tuple[bool, int], _States] = {}
        self._replayed: tuple[int, DialogueStateTracker] | None = None

    def begins(self, events: deque[Event]) -> bool:
        """Whether these are the events that were walked, and maybe more."""
        if events is not self._events or len(events) < self._count:
            return False
        return not self._seen or events[self._count - 1] is self._seen[0]

    def go_on(self) -> None:
        """Walks what came since."""
        new = _last(self._events, len(self._events) - self._count)
        if not new or not self.plain:
            return
        if not all(_is_plain(event) for event in new):
            self.plain = False
            return
        loops = {event.name for event in new if isinstance(event, ActiveLoop) and event.name}
        if loops & self._executed - self._loops:
            # A loop ran before any event said that it is one: what was walked would have been walked otherwise.
            self._applied, self._states, new = [], {}, list(self._events)
        self._loops |= loops
        for event in new:
            self._apply(event)
        self._count, self._seen = len(self._events), [self._events[-1]]

    def applied(self) -> list[Event]:
        """Rasa's ``applied_events``: without what was reverted, and of a loop's turns only the last."""
        return list(self._applied)

    def copy_of(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Rasa's ``copy``: the tracker that a replay of all events makes."""
        count, replayed = self._replayed or (0, tracker.init_copy())
        if count < self._count:
            replayed = _clone(replayed)
            for event in _last(self._events, self._count - count):
                replayed.update(event)
            self._replayed = (self._count, replayed)
        made = _clone(replayed)
        made.__dict__[_HISTORY] = self._of_a_copy(made.events)
        return made

    def last_states(
        self, tracker: DialogueStateTracker, domain: Domain, most: int, rule_only: dict[str, Any] | None, hide: bool
    ) -> list[State]:
        """The last ``most`` of Rasa's ``past_states``. ``hide``: what Rasa calls ``ignore_rule_only_turns``."""
        states = self._states.get((hide, most))
        if states is None or not states.are_of(domain, rule_only):
            states = self._states[hide, most] = _States(tracker.init_copy(), domain, most, rule_only, hide)
        states.go_on(self._applied, self._settled(states.position))
        return states.to_the_end(self._applied)

    def _of_a_copy(self, events: deque[Event]) -> History:
        history = History(events)
        history._applied, history._seen, history._count = list(self._applied), self._seen, self._count
        history._loops, history._executed = set(self._loops), set(self._executed)
        history._replayed = self._replayed
        return history

    def _apply(self, event: Event) -> None:
        applied = self._applied
        if isinstance(event, (Restarted, SessionStarted)):
            applied.clear()
            self._states = {}
        elif isinstance(event, ActionReverted):
            self._undo(ActionExecuted)
        elif isinstance(event, UserUtteranceReverted):
            self._undo(UserUttered)
            self._undo(ActionExecuted)
        elif isinstance(event, ActionExecuted):
            self._executed.add(event.action_name)
            if event.action_name in self._loops and not self._is_first_run(event.action_name):
                self._undo_since_last_run(event.action_name)
            else:
                applied.append(event)
        else:
            applied.append(event)

    def _is_first_run(self, loop: str) -> bool:
        reads_applied_only = DialogueStateTracker._first_loop_execution_or_unhappy_path
        return bool(reads_applied_only(DialogueStateTracker, loop, self._applied))

    def _undo(self, kind: type[Event]) -> None:
        self._states = {}
        while self._applied and not isinstance(self._applied.pop(), kind):
            pass

    def _undo_since_last_run(self, loop: str) -> None:
        applied = self._applied
        index = len(applied) - 1
        while not (isinstance(applied[index], ActionExecuted) and applied[index].action_name == loop):
            index -= 1
        applied[index + 1 :] = [event for event in applied[index + 1 :] if not isinstance(event, _TAKEN_OUT)]
        self._states = {look: states for look, states in self._states.items() if states.position <= index + 1}

    def _settled(self, since: int) -> int:
        """Where the message before the latest stands, or ``since`` where that is later: nothing before it changes."""
        messages = 0
        for index in range(len(self._applied) - 1, since, -1):
            if isinstance(self._applied[index], UserUttered):
                messages += 1
                if messages == 2:
                    return index
        return since


class _States:
    """The last states of the applied events before ``position``, and what the state after them depends on."""

    def __init__(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        most: int,
        rule_only: dict[str, Any] | None,
        hide: bool,
    ) -> None:
        self.position = 0
        self._tracker, self._domain, self._rule_only, self._hide = tracker, domain, rule_only, hide
        self._last: deque[State] = deque(maxlen=most)
        self._shown_action: dict[str, Any] | None = None
        self._hidden = False

    def are_of(self, domain: Domain, rule_only: dict[str, Any] | None) -> bool:
        return self._domain is domain and self._rule_only == rule_only

    def go_on(self, applied: list[Event], until: int) -> None:
        """Takes in the applied events up to there."""
        for event in applied[self.position : until]:
            if isinstance(event, ActionExecuted):
                self._add(event.hide_rule_turn)
            event.apply_to(self._tracker)
        self.position = until

    def to_the_end(self, applied: list[Event]) -> list[State]:
        """The last states of all applied events; the caller may change them."""
        ahead = shallow.copy(self)
        ahead._tracker, ahead._last = _clone(self._tracker), self._last.copy()
        ahead.go_on(applied, len(applied))
        ahead._add(False)
        return [{kind: dict(part) for kind, part in state.items()} for state in ahead._last]

    def _add(self, hide_rule_turn: bool) -> None:
        """The state before an action, as ``Domain.states_for_tracker_history`` has it."""
        tracker, domain = self._tracker, self._domain
        if self._hide:
            if not self._hidden:
                self._shown_action = domain._get_prev_action_sub_state(tracker)
            if not tracker.followup_action and tracker.latest_action_name != tracker.active_loop_name:
                self._hidden = hide_rule_turn
            if self._hidden:
                return
        state: State = domain.get_active_state(tracker)
        if self._hide:
            domain._remove_rule_only_features(state, self._rule_only)
            if self._last:
                domain._substitute_rule_only_user_input(state, self._last[-1])
            if self._shown_action:
                state[PREVIOUS_ACTION] = self._shown_action
        self._last.append(domain._clean_state(state))


def _is_plain(event: Event) -> bool:
    """Whether it is one of Rasa's own that may be applied once only and leaves every event before it as it is."""
    return type(event).__module__ == Event.__module__ and not isinstance(event, (EntitiesAdded, StoryExported))


def _clone(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The same state with a life of its own; events are shared, as among Rasa's own copies."""
    made: DialogueStateTracker = shallow.copy(tracker)
    made.__dict__.pop(_HISTORY, None)
    made.events = tracker.events.copy()
    made.slots = {name: shallow.copy(slot) for name, slot in tracker.slots.items()}
    made.active_loop = shallow.copy(tracker.active_loop)
    return made


def _last(events: deque[Event], count: int) -> list[Event]:
    """Walks from the end: slicing the deque would grow with the conversation."""
    return list(islice(reversed(events), count))[::-1]
