"""A call that comes again goes on where it was, whatever it had done (docs/spec/action-call.md)."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from actions.identity import AnswerChallenge, ProveIdentity
from discreet.sdk import Turn
from tests.conftest import TestDatabase
from tests.records.identity.conftest import world as world
from tests.sdk.test_letters import sealed
from tests.sdk.test_step_up import Bench
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import say, signed_in

CALL = b"r" * 16


def said(turn: Turn) -> list[Any]:
    return [turn.responses, turn.events]


def destroyed(database: TestDatabase, token: str) -> None:
    """As the keeper does with what was filed for it."""
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        tx.execute("DELETE FROM vault.value WHERE token = %s", token)
        tx.execute("DELETE FROM key.value_key WHERE token = %s", token)


def test_a_code_that_was_taken_in_a_call_that_was_lost_is_taken_in_its_repeat(
    bench: Bench, database: TestDatabase
) -> None:
    """The person hears what they would have heard, and what waited is done; the code itself is gone by then."""
    signed_in(bench.world)
    asked = say(bench, ProveIdentity())
    assert asked.slot("proving") == "code"
    token = sealed(bench, database, bench.code().replace(" ", ""))
    lost = say(bench, AnswerChallenge(), code=token, proving="code", turn_id=CALL)
    assert [response["response"] for response in lost.responses] == ["utter_proved", "utter_identity_linked"]
    destroyed(database, token)
    again = say(bench, AnswerChallenge(), code=token, proving="code", turn_id=CALL)
    assert said(again) == said(lost)
    other = say(bench, AnswerChallenge(), code=token, proving="code")
    assert other.responses[-1].get("response") != "utter_identity_linked"
