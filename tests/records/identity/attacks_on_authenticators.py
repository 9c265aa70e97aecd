"""Attacks on authenticator apps, recovery codes and passkeys.

Each returns what the attacker gained: an Outcome.PASSED or a Proof; None where it is nothing.
"""

from __future__ import annotations

from discreet.errors import DiscreetError
from discreet.records.identity.challenges import Outcome
from tests.records.identity.codes_of import totp_at
from tests.records.identity.conftest import ANNA_TALKS, BEN_TALKS, World


def totp_of_a_customer_without_one(w: World) -> object:
    w.begin()
    return w.answer(totp_at("A" * 32, w.now)).outcome is Outcome.PASSED


def totp_of_another_customer(w: World) -> object:
    secret = w.totp_secret(w.owner("DS-10622"))
    w.begin()
    return w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED


def totp_step_replayed(w: World) -> object:
    secret = w.totp_secret()
    w.begin()
    assert w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED
    w.begin()
    return w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED


def totp_step_before_the_last_one(w: World) -> object:
    secret = w.totp_secret()
    w.begin()
    assert w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED
    w.begin()
    return w.answer(totp_at(secret, w.now - 30)).outcome is Outcome.PASSED


def totp_two_steps_old(w: World) -> object:
    secret = w.totp_secret()
    w.begin()
    return w.answer(totp_at(secret, w.now - 60)).outcome is Outcome.PASSED


def totp_never_confirmed(w: World) -> object:
    with w.actions.transaction() as tx:
        secret = w.identity.authenticators.prepare_totp(tx, w.owner().id)
    w.begin()
    return w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED


def totp_confirmed_too_late(w: World) -> object:
    with w.actions.transaction() as tx:
        secret = w.identity.authenticators.prepare_totp(tx, w.owner().id)
    w.sql("UPDATE identity.authenticator SET created_at = now() - interval '31 minutes'")
    with w.actions.transaction() as tx:
        return w.identity.authenticators.confirm_totp(tx, w.owner().id, totp_at(secret, w.now), w.now)


def totp_of_a_locked_account(w: World) -> object:
    secret = w.totp_secret()
    with w.actions.transaction() as tx:
        assert w.identity.authenticators.lock(tx, w.owner().id) == 1
    w.begin()
    return w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED


def recovery_code_reused(w: World) -> object:
    code = w.recovery_codes()[0]
    w.begin()
    assert w.answer(code).outcome is Outcome.PASSED
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def recovery_code_of_another_customer(w: World) -> object:
    code = w.recovery_codes("DS-10622")[0]
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def recovery_code_that_new_ones_replaced(w: World) -> object:
    code = w.recovery_codes()[0]
    w.recovery_codes()
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def recovery_code_found_but_wrong(w: World) -> object:
    code = w.recovery_codes()[0]
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    w.begin()
    return w.answer(wrong).outcome is Outcome.PASSED


def recovery_code_of_a_locked_account(w: World) -> object:
    code = w.recovery_codes()[0]
    with w.actions.transaction() as tx:
        w.identity.authenticators.lock(tx, w.owner().id)
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def passkey_question_twice(w: World) -> object:
    w.begin()
    with w.actions.transaction() as tx:
        assert w.identity.challenges.passkey_question(tx, ANNA_TALKS)
        assert w.identity.challenges.take_passkey_question(tx, ANNA_TALKS)
        return w.identity.challenges.take_passkey_question(tx, ANNA_TALKS)


def passkey_question_of_another_conversation(w: World) -> object:
    w.begin()
    w.begin(BEN_TALKS)
    with w.actions.transaction() as tx:
        assert w.identity.challenges.passkey_question(tx, BEN_TALKS)
        return w.identity.challenges.take_passkey_question(tx, ANNA_TALKS)


def passkey_question_too_late(w: World) -> object:
    w.begin()
    with w.actions.transaction() as tx:
        assert w.identity.challenges.passkey_question(tx, ANNA_TALKS)
    w.sql("UPDATE identity.challenge SET passkey_until = now() - interval '1 second'")
    with w.actions.transaction() as tx:
        return w.identity.challenges.take_passkey_question(tx, ANNA_TALKS)


def passkey_for_a_decoy(w: World) -> object:
    with w.actions.transaction() as tx:
        nobody = w.identity.accounts.find(tx, "nobody@post.example")
    w.begin(account=nobody)
    with w.actions.transaction() as tx:
        return w.identity.challenges.passed_by(tx, ANNA_TALKS, 0).outcome is Outcome.PASSED


def passkey_of_another_customer(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.authenticators.add_passkey(tx, w.owner("DS-10622").id, b"id", b"key", 0)
        return w.identity.authenticators.passkey(tx, w.owner("DS-10563").id, b"id")


def passkey_of_a_locked_account(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.authenticators.add_passkey(tx, w.owner().id, b"id", b"key", 0)
        w.identity.authenticators.lock(tx, w.owner().id)
        return w.identity.authenticators.passkey(tx, w.owner().id, b"id")


def passkey_registered_a_second_time(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.authenticators.add_passkey(tx, w.owner("DS-10622").id, b"id", b"key", 0)
    try:
        with w.actions.transaction() as tx:
            w.identity.authenticators.add_passkey(tx, w.owner("DS-10563").id, b"id", b"key", 0)
    except DiscreetError:
        return None
    return True
