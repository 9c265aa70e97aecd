"""Turns drawn at random from the events that Rasa logs, for whatever must keep them as its stock stores do."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

_words = st.text(alphabet=string.ascii_letters + " é😀", max_size=12)
_events: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda t: UserUttered(t, {"name": "greet", "confidence": 1.0}), _words),
    st.builds(BotUttered, _words),
    st.builds(lambda v: SlotSet("item", v), st.one_of(st.none(), _words)),
    st.builds(lambda v: SlotSet("count", v), st.one_of(st.integers(), st.lists(st.integers(), max_size=2))),
    # Each is made anew: one object twice would carry the second's time twice, and stock stores go by times.
    st.builds(ActionExecuted, st.sampled_from(["action_listen", "action_x"])),
    st.builds(ActiveLoop, st.sampled_from(["order_form", None])),
    st.builds(AllSlotsReset),
    st.builds(Restarted),
    st.builds(UserUtteranceReverted),
    st.builds(lambda: FollowupAction("action_x")),
    st.just("session"),
)


def drawn_turns(*, most_events: int = 5, most_turns: int = 5) -> st.SearchStrategy[list[list[Any]]]:
    """Turns for ``logged``."""
    return st.lists(st.lists(_events, max_size=most_events), min_size=1, max_size=most_turns)


def logged(turns: list[list[Any]], clock: float = 1_700_000_000.0) -> Iterator[list[Event]]:
    """The events of each turn, each a second after the one before; the first turn opens a session."""
    for number, turn in enumerate(turns):
        events = session() if number == 0 else []
        for event in turn:
            events += session() if event == "session" else [event]
        for event in events:
            clock += 1
            event.timestamp = clock
        yield events


def session() -> list[Event]:
    """How a session begins."""
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def put(tracker: DialogueStateTracker, events: list[Event], domain: Any) -> None:
    """Copies of them, as each store would read its own."""
    for event in events:
        tracker.update(type(event)._from_parameters(event.as_dict()), domain)


def state(tracker: DialogueStateTracker | None) -> Any:
    """All that Rasa's policies and actions look at."""
    return None if tracker is None else tracker.current_state(EventVerbosity.ALL)
