"""What somebody who is not the customer tries, each attempt by its name (docs/spec/step-up.md).

An attack returns what it got; it must be nothing. Beside each way in, the honest way is tried too: a test of refusals
that refuses everybody proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from discreet.errors import DiscreetError
from discreet.records.identity import attempts, codes, links
from discreet.records.identity.attempts import Locked, TooManyMails
from discreet.records.identity.challenges import Outcome
from discreet.records.identity.changes import EMAIL
from discreet.sdk.identity import apply_due
from tests.records.identity.codes_of import totp_at
from tests.records.identity.conftest import ANNA_TALKS, BEN_TALKS, OPERATION, OTHER_CALL, OTHER_OPERATION, World


def _other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def test_the_honest_way_works_once(world: World) -> None:
    code = world.begin()
    assert world.take() is None
    assert world.answer(code).outcome is Outcome.PASSED
    proof = world.take()
    assert proof is not None
    assert (proof.customer, proof.methods, proof.level) == (world.owner().id, ("mail",), 1)
    assert world.take() == proof  # the same call again, after a crash
    assert world.sql("SELECT code_mac FROM identity.challenge") == [(None,)]
    assert world.take(used_by=OTHER_CALL) is None
    with world.actions.transaction() as tx:
        assert links.customer_of(tx, ANNA_TALKS) == world.owner().id


# Each returns what the attacker gained: an Outcome.PASSED or a Proof, or None.


def wrong_code(w: World) -> object:
    return w.answer(_other_than(w.begin())).outcome is Outcome.PASSED


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


def _recovery(w: World, order: str = "DS-10563") -> list[str]:
    with w.actions.transaction() as tx:
        return w.identity.authenticators.new_recovery_codes(tx, w.owner(order).id)


def recovery_code_reused(w: World) -> object:
    code = _recovery(w)[0]
    w.begin()
    assert w.answer(code).outcome is Outcome.PASSED
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def recovery_code_of_another_customer(w: World) -> object:
    code = _recovery(w, "DS-10622")[0]
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def recovery_code_that_new_ones_replaced(w: World) -> object:
    code = _recovery(w)[0]
    _recovery(w)
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def recovery_code_found_but_wrong(w: World) -> object:
    code = _recovery(w)[0]
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    w.begin()
    return w.answer(wrong).outcome is Outcome.PASSED


def recovery_code_of_a_locked_account(w: World) -> object:
    code = _recovery(w)[0]
    with w.actions.transaction() as tx:
        w.identity.authenticators.lock(tx, w.owner().id)
    w.begin()
    return w.answer(code).outcome is Outcome.PASSED


def new_address_proved_by_a_totp(w: World) -> object:
    secret = w.totp_secret()
    with w.actions.transaction() as tx:
        w.identity.challenges.begin_for_address(tx, ANNA_TALKS, w.owner().id, OPERATION, "action_confirm_email")
    return w.answer(totp_at(secret, w.now)).outcome is Outcome.PASSED


def new_address_proved_by_a_recovery_code(w: World) -> object:
    code = _recovery(w)[0]
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
        return w.identity.challenges.passed_by(tx, ANNA_TALKS, codes.PASSKEY).outcome is Outcome.PASSED


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


ATTACKS: list[Callable[[World], object]] = [
    wrong_code, no_code_yet, code_replayed, code_replayed_for_the_next_operation, code_of_another_conversation,
    code_without_any_challenge, code_that_a_newer_one_replaced, code_too_late, challenge_too_late,
    challenge_that_was_left, all_zero_mac, step_up_of_another_operation, step_up_of_another_conversation,
    step_up_of_another_customer, step_up_used_by_a_second_call, stale_step_up, step_up_after_a_new_challenge,
    downgrade_of_assurance, one_factor_where_two_are_asked, the_same_factor_twice_for_two, code_of_a_decoy,
    decoy_passed_by_a_forged_row, naming_the_account_twice, code_before_the_account_is_named,
    totp_of_a_customer_without_one, totp_of_another_customer, totp_step_replayed, totp_step_before_the_last_one,
    totp_two_steps_old, totp_never_confirmed, totp_confirmed_too_late, totp_of_a_locked_account,
    recovery_code_reused, recovery_code_of_another_customer, recovery_code_that_new_ones_replaced,
    recovery_code_found_but_wrong, recovery_code_of_a_locked_account, new_address_proved_by_a_totp,
    new_address_proved_by_a_recovery_code, new_address_proved_by_a_code_to_the_old_one,
    new_address_proved_by_the_usual_question, another_address_than_the_filed_one, address_changed_before_its_time,
    address_changed_without_being_proved, address_changed_after_it_was_stopped, registration_without_a_step_up,
    registration_question_of_another_conversation, registration_on_the_step_up_of_another_action,
    registration_with_the_question_of_the_proof,
    passkey_question_twice, passkey_question_of_another_conversation, passkey_question_too_late, passkey_for_a_decoy,
    passkey_of_another_customer, passkey_of_a_locked_account, passkey_registered_a_second_time,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nothing_is_gained_by(world: World, attack: Callable[[World], object]) -> None:
    assert attack(world) in (None, False, 0)


def test_every_other_factor_works_for_its_own_customer(world: World) -> None:
    secret, recovery = world.totp_secret(), _recovery(world)
    world.begin()
    assert world.answer(totp_at(secret, world.now)).outcome is Outcome.PASSED
    world.begin()
    assert world.answer(recovery[3]).outcome is Outcome.PASSED
    code = world.begin(asks=2)
    assert world.answer(recovery[4]).outcome is Outcome.MORE
    assert world.answer(code).outcome is Outcome.PASSED
    proof = world.take(level=2)
    assert proof is not None
    assert proof.methods == ("recovery", "mail")


def test_an_unlocked_account_has_its_authenticators_back(world: World) -> None:
    secret = world.totp_secret()
    with world.actions.transaction() as tx:
        world.identity.authenticators.lock(tx, world.owner().id)
        world.identity.authenticators.unlock(tx, world.owner().id)
    world.begin()
    assert world.answer(totp_at(secret, world.now)).outcome is Outcome.PASSED


def test_a_proved_address_counts_when_its_time_has_come(world: World) -> None:
    with world.actions.transaction() as tx:
        world.identity.changes.file(tx, world.owner().id, EMAIL, timedelta(0), value="new@post.example")
        assert world.identity.changes.prove_email(tx, world.owner().id, "new@post.example")
    assert apply_due(world.actions, world.identity) == 1
    assert world.shop.email_of(world.owner().id) == "new@post.example"
    with world.actions.transaction() as tx:
        assert world.identity.accounts.find(tx, " New@Post.Example ").id == world.owner().id
        assert world.identity.accounts.find(tx, "casimir.oyelaran@post.example").decoy


# Guessing


def test_five_wrong_ones_lock_a_conversation_even_for_the_right_one(world: World) -> None:
    code = world.begin()
    for _ in range(attempts.CONVERSATION.failures):
        assert world.answer(_other_than(code)).outcome is Outcome.WRONG
    with pytest.raises(Locked):
        world.answer(code)
    world.sql("UPDATE identity.attempts SET locked_until = now() - interval '1 second'")
    assert world.answer(code).outcome is Outcome.WRONG  # the lock burnt it


def test_a_new_conversation_does_not_get_round_the_lock_of_a_customer(world: World) -> None:
    told, tried = 0, 0
    for talk in range(20):
        subject = bytes((talk,)) * 16
        try:
            code = world.begin(subject)
        except TooManyMails:
            with world.actions.transaction() as tx:
                world.identity.challenges.begin(tx, subject, world.owner(), OPERATION, "x", 1)
            code = "00000000"
        try:
            told += world.answer(_other_than(code), subject).locked
            tried += 1
        except Locked:
            pass
    assert (tried, told) == (attempts.CUSTOMER.failures, 1)


def test_patience_gets_no_more_guesses_at_a_customer(world: World) -> None:
    """Nine an hour for ever would be two hundred a day (NIST SP 800-63B limits consecutive ones)."""
    secret = world.totp_secret()
    tried = 0
    for hour in range(6):
        subject = bytes((hour,)) * 16
        with world.actions.transaction() as tx:
            world.identity.challenges.begin(tx, subject, world.owner(), OPERATION, "x", 1)
        for _ in range(4):
            try:
                world.answer(_other_than(totp_at(secret, world.now)), subject)
                tried += 1
            except Locked:
                break
        world.sql("UPDATE identity.attempts SET since = since - interval '61 minutes'")
    assert tried == attempts.CUSTOMER.failures


def test_each_lock_of_a_customer_is_twice_as_long(world: World) -> None:
    spans = []
    for _ in range(7):
        with world.actions.transaction() as tx:
            for _ in range(attempts.CUSTOMER.failures):
                locked = attempts.failed(tx, attempts.CUSTOMER, b"x" * 16)
            assert locked
        spans.append(
            world.sql("SELECT extract(epoch FROM locked_until - now())::int / 3600 FROM identity.attempts")[0][0]
        )
    assert spans == [0, 1, 3, 7, 15, 23, 23] or spans == [1, 2, 4, 8, 16, 24, 24]


def test_a_right_one_begins_the_count_anew(world: World) -> None:
    code = world.begin()
    for _ in range(attempts.CONVERSATION.failures - 1):
        world.answer(_other_than(code))
    assert world.answer(code).outcome is Outcome.PASSED
    assert world.answer(_other_than(world.begin())).outcome is Outcome.WRONG


def test_parallel_guesses_are_as_few_as_serial_ones(world: World) -> None:
    code = world.begin()

    def guess(number: int) -> str:
        try:
            return world.answer(f"{(int(code) + 1 + number) % 10**8:08d}").outcome.value
        except Locked:
            return "locked"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(40)))
    assert outcomes.count("wrong") == attempts.CONVERSATION.failures
    assert set(outcomes) == {"wrong", "locked"}


def test_one_code_sent_at_once_from_everywhere_counts_once(world: World) -> None:
    code = world.begin()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: world.answer(code).outcome, range(4)))
    assert outcomes.count(Outcome.PASSED) == 1


def test_one_totp_step_sent_at_once_from_two_conversations_counts_once(world: World) -> None:
    code = totp_at(world.totp_secret(), world.now)
    subjects = [bytes((talk,)) * 16 for talk in range(4)]
    for subject in subjects:
        with world.actions.transaction() as tx:
            world.identity.challenges.begin(tx, subject, world.owner(), OPERATION, "x", 1)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda subject: world.answer(code, subject).outcome, subjects))
    assert outcomes.count(Outcome.PASSED) == 1


def test_a_step_up_taken_at_once_by_many_calls_is_taken_once(world: World) -> None:
    world.answer(world.begin())
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda call: world.take(used_by=bytes((call,)) * 32), range(16)))
    assert sum(proof is not None for proof in taken) == 1


def test_codes_are_mailed_three_times_an_hour_to_a_conversation_and_six_to_a_customer(world: World) -> None:
    sent = 0
    for talk in range(10):
        for _ in range(5):
            try:
                world.begin(bytes((talk,)) * 16)
                sent += 1
            except TooManyMails:
                break
        assert sent <= (talk + 1) * attempts.CONVERSATION.mails
    assert sent == attempts.CUSTOMER.mails


# Who has an account


def test_a_decoy_has_the_same_counters_and_the_same_refusals(world: World) -> None:
    with world.actions.transaction() as tx:
        somebody = world.identity.accounts.find(tx, "casimir.oyelaran@post.example")
        nobody = world.identity.accounts.find(tx, "nobody@post.example")
        assert nobody == world.identity.accounts.find(tx, "NOBODY@post.example ")
    assert (somebody.decoy, nobody.decoy) == (False, True)
    seen = []
    for account, subject in ((somebody, ANNA_TALKS), (nobody, BEN_TALKS)):
        outcomes: list[object] = []
        for typed in ("00000000", "000000", "k3m9x-7q2wd-p5t8v-z4n6c", "x", "11111111", "22222222"):
            if not outcomes:
                world.begin(subject, account)
            try:
                outcomes.append(world.answer(typed, subject).outcome)
            except Locked as error:
                outcomes.append(error.sentence)
        seen.append(outcomes)
    assert seen[0] == seen[1]
    assert len(world.sql("SELECT 1 FROM identity.attempts WHERE failures > 0 OR locked_until IS NOT NULL")) == 4


@pytest.mark.parametrize("has", ["a_mailbox", "an_app_and_recovery_codes"])
def test_no_answer_costs_more_statements_for_a_customer_than_for_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, has: str
) -> None:
    """Work done, counted: statements on the database and hashes of a recovery code."""
    from discreet.storage.engine import Transaction

    if has != "a_mailbox":
        world.totp_secret()
        _recovery(world)
    done: list[str] = []
    execute, matches = Transaction.execute, codes.recovery_matches
    monkeypatch.setattr(
        Transaction, "execute", lambda self, sql, *params: (done.append("sql"), execute(self, sql, *params))[1]
    )
    monkeypatch.setattr(codes, "recovery_matches", lambda *given: (done.append("argon"), matches(*given))[1])
    with world.actions.transaction() as tx:
        accounts = [
            world.identity.accounts.find(tx, email)
            for email in ("casimir.oyelaran@post.example", "nobody@post.example")
        ]
    work = []
    for account, subject in zip(accounts, (ANNA_TALKS, BEN_TALKS), strict=True):
        done.clear()
        world.begin(subject, account)
        for typed in ("00000000", "000000", "k3m9x-7q2wd-p5t8v-z4n6c"):
            world.answer(typed, subject)
        work.append(tuple(done))
    assert work[0] == work[1]
    assert work[0].count("argon") == 1


def test_what_a_dump_shows_is_no_address_no_code_and_no_secret(world: World) -> None:
    secret, recovery = world.totp_secret(), _recovery(world)
    code = world.begin()
    with world.actions.transaction() as tx:
        world.identity.changes.file(tx, world.owner().id, EMAIL, timedelta(days=3), value="new@post.example")
    dump = "".join(
        repr(world.sql(f"SELECT t::text FROM identity.{table} t"))
        for table in ("mailbox", "authenticator", "challenge", "attempts", "change", "link")
    )
    for value in (secret, recovery[0], code, "new@post.example", "casimir.oyelaran@post.example"):
        assert value not in dump
        assert value.encode().hex() not in dump


@pytest.mark.parametrize("table", ["mailbox", "authenticator", "challenge", "attempts", "change"])
def test_rasas_role_reads_nothing_of_it(world: World, database: object, table: str) -> None:
    rasa = database.open("rasa")  # type: ignore[attr-defined]
    with pytest.raises(DiscreetError), rasa.transaction() as tx:
        tx.execute(f"SELECT * FROM identity.{table}")
    rasa.close()
