"""How often somebody may guess, from however many conversations and at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from discreet.records.identity import attempts
from discreet.records.identity.attempts import Locked, TooManyMails
from discreet.records.identity.challenges import Outcome
from tests.records.identity.codes_of import other_than, totp_at
from tests.records.identity.conftest import OPERATION, World


def test_five_wrong_ones_lock_a_conversation_even_for_the_right_one(world: World) -> None:
    code = world.begin()
    for _ in range(attempts.CONVERSATION.failures):
        assert world.answer(other_than(code)).outcome is Outcome.WRONG
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
            told += world.answer(other_than(code), subject).locked
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
                world.answer(other_than(totp_at(secret, world.now)), subject)
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
        world.answer(other_than(code))
    assert world.answer(code).outcome is Outcome.PASSED
    assert world.answer(other_than(world.begin())).outcome is Outcome.WRONG


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
