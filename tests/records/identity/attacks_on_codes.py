"""Attacks on codes by mail and on the step-up that they give.

Each returns what the attacker gained: an Outcome.PASSED or a Proof; None where it is nothing.
"""

from __future__ import annotations

from discreet.records.identity.challenges import Outcome
from tests.records.identity.codes_of import other_than
from tests.records.identity.conftest import ANNA_TALKS, BEN_TALKS, OPERATION, OTHER_CALL, OTHER_OPERATION, World


def wrong_code(w: World) -> object:
    return w.answer(other_than(w.begin())).outcome is Outcome.PASSED


def no_code_yet(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.challenges.begin(tx, ANNA_TALKS, w.owner(), OPERATION, "x", 1)
    return w.answer("00000000").outcome is Outcome.PASSED or w.take()


def code_replayed(w: World) -> object:
    code = w.begin()
    w.answer(code)
    w.take()
    return w.answer(code).outcome is Outcome.PASSED


def code_replayed_for_the_next_operation(w: World) -> object:
    code = w.begin()
    w.answer(code)
    w.begin(operation=OTHER_OPERATION)
    return w.answer(code).outcome is Outcome.PASSED


def code_of_another_conversation(w: World) -> object:
    code = w.begin(BEN_TALKS)
    w.begin(ANNA_TALKS)
    return w.answer(code, ANNA_TALKS).outcome is Outcome.PASSED


def code_without_any_challenge(w: World) -> object:
    code = w.begin(BEN_TALKS)
    return w.answer(code, ANNA_TALKS).outcome is Outcome.PASSED


def code_that_a_newer_one_replaced(w: World) -> object:
    code = w.begin()
    with w.actions.transaction() as tx:
        w.identity.challenges.new_code(tx, ANNA_TALKS)
    return w.answer(code).outcome is Outcome.PASSED


def code_too_late(w: World) -> object:
    code = w.begin()
    w.sql("UPDATE identity.challenge SET code_until = now() - interval '1 second'")
    return w.answer(code).outcome is Outcome.PASSED


def challenge_too_late(w: World) -> object:
    code = w.begin()
    w.sql("UPDATE identity.challenge SET expires_at = now() - interval '1 second'")
    return w.answer(code).outcome is Outcome.PASSED


def challenge_that_was_left(w: World) -> object:
    code = w.begin()
    with w.actions.transaction() as tx:
        w.identity.challenges.end(tx, ANNA_TALKS)
    return w.answer(code).outcome is Outcome.PASSED


def all_zero_mac(w: World) -> object:
    w.begin()
    w.sql("UPDATE identity.challenge SET code_mac = NULL, code_until = now() + interval '1 hour'")
    return w.answer("00000000").outcome is Outcome.PASSED


def step_up_of_another_operation(w: World) -> object:
    w.answer(w.begin())
    return w.take(operation=OTHER_OPERATION)


def step_up_of_another_conversation(w: World) -> object:
    w.answer(w.begin())
    return w.take(BEN_TALKS)


def step_up_of_another_customer(w: World) -> object:
    w.answer(w.begin(account=w.owner("DS-10622")))
    return w.take(customer=w.owner("DS-10563").id)


def step_up_used_by_a_second_call(w: World) -> object:
    w.answer(w.begin())
    w.take()
    return w.take(used_by=OTHER_CALL)


def stale_step_up(w: World) -> object:
    w.answer(w.begin())
    w.sql("UPDATE identity.challenge SET passed_at = now() - interval '5 minutes 1 second'")
    return w.take()


def step_up_after_a_new_challenge(w: World) -> object:
    w.answer(w.begin())
    w.begin()
    return w.take()


def downgrade_of_assurance(w: World) -> object:
    w.answer(w.begin(asks=1))
    return w.take(level=2)


def one_factor_where_two_are_asked(w: World) -> object:
    return w.answer(w.begin(asks=2)).outcome is Outcome.PASSED or w.take(level=2) or w.take(level=1)


def the_same_factor_twice_for_two(w: World) -> object:
    w.answer(w.begin(asks=2))
    with w.actions.transaction() as tx:
        sent = w.identity.challenges.new_code(tx, ANNA_TALKS)
    assert sent
    return w.answer(sent[0]).outcome is Outcome.PASSED


def code_of_a_decoy(w: World) -> object:
    with w.actions.transaction() as tx:
        nobody = w.identity.accounts.find(tx, "nobody@post.example")
    assert nobody.decoy
    return w.answer(w.begin(account=nobody)).outcome is Outcome.PASSED or w.take()


def decoy_passed_by_a_forged_row(w: World) -> object:
    with w.actions.transaction() as tx:
        nobody = w.identity.accounts.find(tx, "nobody@post.example")
    w.begin(account=nobody)
    w.sql("UPDATE identity.challenge SET passed_at = now(), level = 2")
    return w.take()


def naming_the_account_twice(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.challenges.ask_whose(tx, ANNA_TALKS, OPERATION, "x", 1)
        assert w.identity.challenges.name(tx, ANNA_TALKS, w.owner("DS-10563"))
        return w.identity.challenges.name(tx, ANNA_TALKS, w.owner("DS-10622"))


def code_before_the_account_is_named(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.challenges.ask_whose(tx, ANNA_TALKS, OPERATION, "x", 1)
        assert w.identity.challenges.new_code(tx, ANNA_TALKS) is None
    return w.answer("12345678").outcome is Outcome.PASSED
