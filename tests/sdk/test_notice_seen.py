"""A typed yes answers the notice that was shown last, and none that nobody has seen (docs/spec/gate.md)."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.flow import AnswerNotice
from discreet.crypto.signing import ActionCall
from discreet.rasa.notices import notice_shown
from discreet.sdk import Turn, gate
from discreet.sdk.turn import CallContext, current_call
from tests.records.identity.conftest import world as world
from tests.sdk.test_step_up import ANNA, Bench
from tests.sdk.test_step_up import bench as bench


def turn_of(bench: Bench, message: dict[str, Any]) -> Turn:
    call = ActionCall(secrets.token_bytes(16), next(bench.turns), 0)
    with bench.world.actions.transaction() as tx:
        claim = tx.run(bench.services.results.claim(ANNA, call))
    current_call.set(CallContext(bench.services, call, ANNA, "web", claim))
    return Turn({"slots": {"asking": "consent"}, "latest_message": message}, "rights", (), AnswerNotice.name_)


def asked(bench: Bench, purpose: str) -> str:
    turn = turn_of(bench, {})
    asyncio.run(gate.ask(turn, purpose, resume="action_store_feedback"))
    return str(json.loads(turn.responses[-1]["buttons"][0]["payload"].removeprefix("/affirm"))["operation"])


def answered(bench: Bench, **metadata: Any) -> str:
    said = {"intent": {"name": "affirm", "confidence": 0.9}, "entities": [], "metadata": {"plain": True, **metadata}}
    turn = turn_of(bench, said)
    asyncio.run(AnswerNotice().guarded(turn))
    return str(turn.responses[0]["response"])


def given(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.world.sql("SELECT purpose FROM consent.state WHERE status = 'given'")


def test_a_yes_is_to_what_was_seen(bench: Bench) -> None:
    """Refunds were asked for in a turn that was lost; the person still looks at the notice for feedback."""
    seen = asked(bench, "feedback")
    lost = asked(bench, "refunds")
    assert answered(bench, notice=seen) == "utter_consent_ask_again"
    assert answered(bench) == "utter_consent_ask_again"
    assert answered(bench, notice={"$ne": None}) == "utter_consent_ask_again"
    assert given(bench) == []
    assert answered(bench, notice=lost) == "utter_consent_given"
    assert given(bench) == [("refunds",)]


def _bot(*payloads: str) -> BotUttered:
    return BotUttered("Shall I?", {"buttons": [{"title": "x", "payload": payload} for payload in payloads]})


@pytest.mark.parametrize(
    ("events", "notice"),
    [
        ([], None),
        ([_bot('/affirm{"operation": "op_a"}', '/deny{"operation": "op_a"}')], "op_a"),
        ([_bot('/affirm{"operation": "op_a"}'), UserUttered("hm"), _bot('/affirm{"operation": "op_b"}')], "op_b"),
        ([_bot('/affirm{"operation": "op_a"}'), ActionExecuted("x"), BotUttered("It is warm.")], "op_a"),
        ([_bot('/affirm{"operation": "op_a"}'), _bot('/erase_data{"operation": "rq_b"}')], "op_a"),
        ([BotUttered('/affirm{"operation": "op_a"}'), UserUttered('/affirm{"operation": "op_a"}')], None),
        ([_bot("/resend_code", "where is my order", "")], None),
    ],
    ids=["none", "one", "the_newer", "talk_since", "a_rights_button_since", "only_words", "other_buttons"],
)
def test_the_notice_that_was_shown_last(events: list[Any], notice: str | None) -> None:
    assert notice_shown(DialogueStateTracker.from_events("s", events)) == notice
    assert notice_shown(None) is None
