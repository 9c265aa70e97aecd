"""An aside is kept, and the dialogue stands where it stood."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.aside import answer_aside
from discreet.rasa.codec import event_from
from discreet.rasa.held import HeldOutput

NOTICE = {"buttons": [{"title": "Yes", "payload": '/greet{"operation": "op_1"}'}]}
LISTEN = ActionExecuted("action_listen")
BEGUN: list[Event] = [SessionStarted(), LISTEN]
ASKED: dict[str, tuple[list[Event], list[str]]] = {
    "nothing was said": ([], ["words only"]),
    "an answer was given": (
        [UserUttered("hi", {"name": "greet"}), ActionExecuted("utter_x"), BotUttered("Hello"), LISTEN],
        ["words only"],
    ),
    "a form asks": (
        [
            UserUttered("order", {"name": "order"}), ActionExecuted("order_form"), ActiveLoop("order_form"),
            SlotSet("requested_slot", "item"), BotUttered("Which item?"), LISTEN,
        ],
        ["words only", "Which item?"],
    ),
    "a notice waits": (
        [UserUttered("order", {"name": "order"}), ActionExecuted("action_x"), BotUttered("May I?", NOTICE), LISTEN],
        ["words only", "May I?"],
    ),
}  # fmt: skip


class _Rasa:
    """What an aside asks of the processor; the tracker and its events are Rasa's own."""

    def __init__(self, domain: Domain, tracker: DialogueStateTracker) -> None:
        self.domain, self.tracker, self.saved = domain, tracker, 0

    async def fetch_tracker_and_update_session(self, *_: Any) -> DialogueStateTracker:
        return self.tracker

    async def save_tracker(self, tracker: DialogueStateTracker) -> None:
        assert tracker is self.tracker
        self.saved += 1


@pytest.mark.parametrize("before", ASKED)
@pytest.mark.parametrize("times", [1, 3])
def test_nothing_of_it_is_part_of_the_dialogue(domain: Domain, before: str, times: int) -> None:
    events, said = ASKED[before]
    tracker = DialogueStateTracker.from_events("s", [*BEGUN, *events], domain.slots)
    plain = DialogueStateTracker.from_events("s", [*BEGUN, *events], domain.slots)
    rasa, held = _Rasa(domain, tracker), HeldOutput("web")
    for _ in range(times):
        parsed = {"intent": {"name": None, "confidence": 0.0}, "entities": []}
        message = UserMessage("👍", held, "s", parse_data=parsed)
        asyncio.run(answer_aside(cast("MessageProcessor", rasa), message, "words only"))
    assert [message["text"] for message in held.messages] == said * times
    assert rasa.saved == times
    again = DialogueStateTracker.from_events("s", [event_from(e.as_dict()) for e in tracker.events], domain.slots)
    for one in (tracker, again):
        assert one.past_states(domain) == plain.past_states(domain)
        assert one.current_slot_values() == plain.current_slot_values()
        assert one.active_loop_name == plain.active_loop_name
        assert one.latest_action_name == "action_listen"
        assert (one.latest_message and one.latest_message.text) == (plain.latest_message and plain.latest_message.text)
    assert [event.text for event in tracker.events if isinstance(event, UserUttered)][-1] == "👍"


def test_buttons_of_a_notice_come_with_it_again(domain: Domain) -> None:
    tracker = DialogueStateTracker.from_events("s", [*BEGUN, *ASKED["a notice waits"][0]], domain.slots)
    held = HeldOutput("web")
    message = UserMessage("👍", held, "s", parse_data={})
    asyncio.run(answer_aside(cast("MessageProcessor", _Rasa(domain, tracker)), message, "words only"))
    assert held.messages[1]["buttons"] == NOTICE["buttons"]
