"""Attacks on what is changed after a step-up: the address on file, a new authenticator.

Each returns what the attacker gained: an Outcome.PASSED or a Proof; None where it is nothing.
"""

from __future__ import annotations

from datetime import timedelta

from discreet.records.identity.challenges import Outcome
from discreet.records.identity.changes import EMAIL
from discreet.sdk.identity import apply_due
from tests.records.identity.codes_of import totp_at
from tests.records.identity.conftest import ANNA_TALKS, BEN_TALKS, OPERATION, OTHER_CALL, World


def new_address_proved_by_a_totp(w: World) -> object:
    secret = w.totp_secret()
    with w.actions.transaction() as tx:
        w.identity.challenges.begin_for_address(tx, ANNA_TALKS, w.owner().id, OPERATION, "action_confirm_email")
    return w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED


def new_address_proved_by_a_recovery_code(w: World) -> object:
    code = w.recovery_codes()[0]
    with w.actions.transaction() as tx:
        w.identity.challenges.begin_for_address(tx, ANNA_TALKS, w.owner().id, OPERATION, "action_confirm_email")
    return w.answer(code).outcome is Outcome.PASSED


def new_address_proved_by_a_code_to_the_old_one(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.challenges.begin_for_address(tx, ANNA_TALKS, w.owner().id, OPERATION, "action_confirm_email")
        return w.identity.challenges.new_code(tx, ANNA_TALKS)


def new_address_proved_by_the_usual_question(w: World) -> object:
    w.answer(w.begin())
    proof = w.take()
    return proof is not None and proof.new_address


def another_address_than_the_filed_one(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.changes.file(tx, w.owner().id, EMAIL, timedelta(0), value="new@post.example")
        return w.identity.changes.prove_email(tx, w.owner().id, "other@post.example")


def address_changed_before_its_time(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.changes.file(tx, w.owner().id, EMAIL, timedelta(days=3), value="new@post.example", proved=True)
    return apply_due(w.actions, w.identity)


def address_changed_without_being_proved(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.changes.file(tx, w.owner().id, EMAIL, timedelta(0), value="new@post.example")
    return apply_due(w.actions, w.identity)


def address_changed_after_it_was_stopped(w: World) -> object:
    with w.actions.transaction() as tx:
        w.identity.changes.file(tx, w.owner().id, EMAIL, timedelta(0), value="new@post.example", proved=True)
        w.identity.changes.stop(tx, w.owner().id)
    return apply_due(w.actions, w.identity)


def registration_without_a_step_up(w: World) -> object:
    w.begin()
    with w.actions.transaction() as tx:
        return w.identity.challenges.registration_question(tx, ANNA_TALKS, OTHER_CALL)


def registration_question_of_another_conversation(w: World) -> object:
    w.answer(w.begin())
    w.take()
    with w.actions.transaction() as tx:
        assert w.identity.challenges.registration_question(tx, ANNA_TALKS, b"c" * 32)
        return w.identity.challenges.take_registration_question(tx, BEN_TALKS, "action_change_address")


def registration_on_the_step_up_of_another_action(w: World) -> object:
    w.answer(w.begin())
    w.take()
    with w.actions.transaction() as tx:
        w.identity.challenges.registration_question(tx, ANNA_TALKS, b"c" * 32)
        return w.identity.challenges.take_registration_question(tx, ANNA_TALKS, "action_add_authenticator")


def registration_with_the_question_of_the_proof(w: World) -> object:
    """A passkey's question that was asked to prove something is no leave to add one."""
    with w.actions.transaction() as tx:
        w.identity.challenges.begin(tx, ANNA_TALKS, w.owner(), OPERATION, "action_add_authenticator", 1)
        sent = w.identity.challenges.new_code(tx, ANNA_TALKS)
        assert w.identity.challenges.passkey_question(tx, ANNA_TALKS)
    assert sent
    w.answer(sent[0])
    assert w.take()
    with w.actions.transaction() as tx:
        return w.identity.challenges.take_registration_question(tx, ANNA_TALKS, "action_add_authenticator")
