"""Which notice a conversation has shown last, and in which language."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUtteranceReverted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.notices import language_of_notice
from discreet.records.consent.answers import INTENTS
from discreet.records.consent.phrases import PHRASES

LISTEN, SAID = ActionExecuted("action_listen"), UserUttered("hello", {"name": "greet"})


def _notice(language: str, operation: str = '{"operation": "op_1"}') -> BotUttered:
    buttons: list[dict[str, Any]] = [
        {"title": PHRASES[language][name], "payload": f"/{intent}{operation}"} for name, intent in INTENTS.items()
    ]
    return BotUttered("May I?", {"buttons": buttons})


TALK: dict[str, tuple[list[Event], str]] = {
    "nothing": ([], ""),
    "a German notice": ([SAID, _notice("de"), LISTEN], "de"),
    "an English notice": ([SAID, _notice("en"), LISTEN], "en"),
    "a German notice behind what is new in it": ([SAID, BotUttered("New"), _notice("de"), LISTEN], "de"),
    "a German notice, and something said behind it": ([SAID, _notice("de"), BotUttered("Bye"), LISTEN], "de"),
    "a German notice before something else was said": (
        [SAID, _notice("de"), LISTEN, SAID, BotUttered("x"), LISTEN],
        "",
    ),
    "two, the newer counts": ([SAID, _notice("de"), _notice("en"), LISTEN], "en"),
    "its buttons without an operation": ([SAID, _notice("de", ""), LISTEN], ""),
    "the same again beside the dialogue": (
        [SAID, _notice("de"), LISTEN, SAID, BotUttered("words only"), _notice("de"), UserUtteranceReverted(), LISTEN],
        "de",
    ),
    "its words typed by the person": ([UserUttered("Ja, gerne", {"name": "affirm"}), BotUttered("Hello"), LISTEN], ""),
    "a button of another title": (
        [SAID, BotUttered("x", {"buttons": [{"title": "Ja", "payload": '/affirm{"operation": "op_1"}'}]}), LISTEN],
        "",
    ),
}


@pytest.mark.parametrize("name", TALK)
def test_the_language_of_the_notice_that_was_shown_last(name: str) -> None:
    events, language = TALK[name]
    assert language_of_notice(DialogueStateTracker.from_events("anna", events, slots=[])) == language


def test_a_conversation_that_begins_has_none() -> None:
    assert language_of_notice(None) == ""
