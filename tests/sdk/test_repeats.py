"""A call that comes again goes on where it was, whatever it had done (docs/spec/action-call.md)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, ClassVar

import pytest

from actions.identity import AnswerChallenge, ProveIdentity
from actions.rights import EraseData
from discreet.crypto.signing import ActionCall
from discreet.errors import StorageConflict
from discreet.records.audit import Audit
from discreet.records.erasure import erase
from discreet.sdk import GuardedAction, Turn
from discreet.storage.engine import Transaction
from tests.conftest import TestDatabase
from tests.records.identity.conftest import world as world
from tests.sdk.test_letters import sealed
from tests.sdk.test_step_up import ANNA, Bench, Skill
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import pressed, say, signed_in

CALL = bytes(range(16))
OTHER_TOKEN = "vt_mail_00000000000000000000a"


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


def test_what_a_call_found_out_long_ago_counts_no_longer(bench: Bench, database: TestDatabase) -> None:
    signed_in(bench.world)
    say(bench, ProveIdentity())
    token = sealed(bench, database, bench.code().replace(" ", ""))
    say(bench, AnswerChallenge(), code=token, proving="code", turn_id=CALL)
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        tx.execute("UPDATE action.step SET created_at = now() - interval '11 minutes'")
    again = say(bench, AnswerChallenge(), code=token, proving="code", turn_id=CALL)
    assert "utter_proved" not in [response.get("response") for response in again.responses]


def test_of_two_attempts_at_once_one_does_the_step_and_the_other_nothing(bench: Bench) -> None:
    """The second one began before the first had done anything, so it knows of nothing."""
    signed_in(bench.world)
    say(bench, ProveIdentity(), turn_id=CALL)
    sql = "SELECT mails FROM identity.attempts WHERE scope = 'conversation'"
    assert bench.world.sql(sql) == [(1,)]
    with pytest.raises(StorageConflict):
        bench.run(ProveIdentity(), ActionCall(CALL, next(bench.turns), 0), {"slots": {}}, knows=False)
    assert bench.world.sql(sql) == [(1,)]
    bench.services.identity.mailer.flush()
    assert len(bench.world.letters.kept) == 1


def test_a_mail_for_a_call_comes_once_with_the_code_that_counts(bench: Bench) -> None:
    signed_in(bench.world)
    say(bench, ProveIdentity(), turn_id=CALL)
    first = bench.code()
    say(bench, ProveIdentity(), turn_id=CALL)
    assert bench.code() == first
    assert len(bench.world.letters.kept) == 1
    bench.prove()


class GoesOn(GuardedAction):
    """Does something, looks once more whether it may go on, and does."""

    name_ = "action_goes_on"
    purpose = "feedback"

    async def act(self, turn: Turn) -> None:
        await turn.in_transaction(_discard(turn))
        await turn.recheck()
        await turn.in_transaction(_discard(turn))
        turn.say("utter_greet")


def test_a_withdrawal_between_two_attempts_stops_the_second(bench: Bench) -> None:
    consent = bench.services.consent
    with bench.world.actions.transaction() as tx:
        asked = consent.ask(tx, ANNA, "feedback", resume="action_goes_on", turn_id=CALL).operation
        consent.answer(tx, ANNA, asked, given=True, method="button", turn_id=CALL)
    assert say(bench, GoesOn(), turn_id=CALL).responses == [{"response": "utter_greet", "template": "utter_greet"}]
    assert say(bench, GoesOn(), turn_id=CALL).responses[-1]["response"] == "utter_greet"
    with bench.world.actions.transaction() as tx:
        consent.withdraw(tx, ANNA, method="page", turn_id=None)
    assert say(bench, GoesOn(), turn_id=CALL).slot("asking") == "consent"


class Overtaken(GoesOn):
    """Its turn lost the conversation's lock in the middle: a newer one has begun, and acts."""

    name_ = "action_overtaken"
    newer: ClassVar[ActionCall]

    async def act(self, turn: Turn) -> None:
        await turn.in_transaction(_discard(turn))
        await turn.services.statements.run(turn.services.results.claim(turn.subject, self.newer))
        await turn.in_transaction(_discard(turn))


def _discard(turn: Turn) -> Callable[[Transaction], object]:
    return lambda tx: tx.execute("INSERT INTO vault.discard (subject, category) VALUES (%s, 'iban')", turn.subject)


def test_a_turn_that_was_overtaken_changes_nothing_more(bench: Bench, database: TestDatabase) -> None:
    consent = bench.services.consent
    with bench.world.actions.transaction() as tx:
        asked = consent.ask(tx, ANNA, "feedback", resume="action_goes_on", turn_id=CALL).operation
        consent.answer(tx, ANNA, asked, given=True, method="button", turn_id=CALL)
    Overtaken.newer = ActionCall(CALL[::-1], 10_000, 0)
    with pytest.raises(StorageConflict):
        say(bench, Overtaken(), turn_id=CALL)
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM vault.discard") == [(1,)]


def test_a_step_up_that_was_ended_between_two_attempts_is_asked_for_again(bench: Bench) -> None:
    """ "This was not me", from wherever the customer said it, is stronger than what a lost call had shown."""
    customer = signed_in(bench.world)
    bench.call(Skill())
    bench.prove()
    assert bench.call(Skill(), turn_id=CALL).proof is not None
    assert bench.call(Skill(), turn_id=CALL).proof is not None
    with bench.world.actions.transaction() as tx:
        bench.world.identity.challenges.end_of(tx, customer)
    again = bench.call(Skill(), turn_id=CALL)
    assert again.proof is None
    assert again.slot("proving") == "code"


def test_a_deletion_that_was_faster_than_the_repeat_of_its_yes_is_confirmed_all_the_same(
    bench: Bench, database: TestDatabase
) -> None:
    request = pressed(say(bench, EraseData()))
    lost = say(bench, EraseData(), operation=request, turn_id=CALL)
    assert lost.responses[-1]["custom"] == {"rights": {"certificate": request}}
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
        assert tx.execute("SELECT count(*) FROM action.step") == [(0,)]
    assert said(say(bench, EraseData(), operation=request, turn_id=CALL)) == said(lost)
    cancelled = pressed(say(bench, EraseData()))
    say(bench, EraseData(), operation=f"no_{cancelled}")
    assert "no longer open" in say(bench, EraseData(), operation=cancelled).responses[-1]["text"]


def test_a_repeat_that_goes_another_way_is_a_call_of_its_own_from_there(bench: Bench) -> None:
    """Nothing that one action has shown stands for what another one asks."""
    signed_in(bench.world)
    bench.call(Skill(), turn_id=CALL)
    bench.prove()
    bench.call(Skill(), turn_id=CALL[::-1])
    assert bench.call(Skill(), turn_id=CALL[::-1], new_email=OTHER_TOKEN).proof is None
