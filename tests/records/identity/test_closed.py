"""A hundred wrong codes of one kind, one after the other, close that kind: NIST SP 800-63B, 5.2.2."""

from __future__ import annotations

from contextlib import closing

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.identity import guesses
from discreet.records.identity.accounts import Account
from discreet.records.identity.challenges import Outcome, Result
from discreet.records.identity.guesses import MOST, Closed
from tests.conftest import TestDatabase
from tests.records.identity.codes_of import other_than, totp_at
from tests.records.identity.conftest import OPERATION, World


def talk(number: int) -> bytes:
    return number.to_bytes(16, "big")


def begun(world: World, subject: bytes, account: Account | None = None, asks: int = 1) -> None:
    """A challenge without a letter: those are counted too."""
    with world.actions.transaction() as tx:
        world.identity.challenges.begin(tx, subject, account or world.owner(), OPERATION, "x", asks)


def waited(world: World) -> None:
    world.sql("UPDATE identity.attempts SET locked_until = now() - interval '1 second', mails = 0")


def guessed(world: World, code: str, most: int = 150, account: Account | None = None) -> list[Result]:
    """Wrong codes from one new conversation after the other, by somebody who waits every lock out."""
    results: list[Result] = []
    while len(results) < most:
        if len(results) % 4 == 0:
            begun(world, talk(len(results)), account)
        waited(world)
        try:
            results.append(world.answer(code, talk(len(results) // 4 * 4)))
        except Closed:
            break
    return results


def closed(world: World, code: str) -> bool:
    waited(world)
    begun(world, talk(900))
    try:
        world.answer(code, talk(900))
    except Closed:
        return True
    return False


@pytest.fixture
def app(world: World) -> str:
    return world.totp_secret()


def test_a_hundred_wrong_ones_close_the_app_even_for_the_right_one(world: World, app: str) -> None:
    results = guessed(world, other_than(totp_at(app, world.now)))
    assert [one.outcome for one in results] == [Outcome.WRONG] * MOST
    assert [one.closed for one in results] == [False] * (MOST - 1) + [True]
    assert closed(world, totp_at(app, world.now))


def test_what_is_closed_for_one_is_open_for_another_and_in_another_way(world: World, app: str) -> None:
    guessed(world, other_than(totp_at(app, world.now)))
    code = world.begin(talk(800))
    assert world.answer(code, talk(800)).outcome is Outcome.PASSED
    begun(world, talk(801), world.owner("DS-10622"))
    assert world.answer("000000", talk(801)).outcome is Outcome.WRONG


def test_who_has_the_mailbox_gets_no_more_guesses_at_the_app(world: World, app: str) -> None:
    guessed(world, other_than(totp_at(app, world.now)), most=MOST - 1)
    waited(world)
    assert world.answer(world.begin(talk(800)), talk(800)).outcome is Outcome.PASSED
    begun(world, talk(801))
    assert world.answer(other_than(totp_at(app, world.now)), talk(801)).closed


def test_a_right_one_begins_its_own_count_anew(world: World, app: str) -> None:
    guessed(world, other_than(totp_at(app, world.now)), most=60)
    waited(world)
    begun(world, talk(800))
    assert world.answer(totp_at(app, world.now), talk(800)).outcome is Outcome.PASSED
    assert world.sql("SELECT wrong FROM identity.guesses") == []


def test_two_other_factors_open_it_again(world: World, app: str) -> None:
    recovery = world.recovery_codes()
    guessed(world, other_than(totp_at(app, world.now)))
    waited(world)
    code = world.begin(talk(800), asks=2)
    assert world.answer(recovery[0], talk(800)).outcome is Outcome.MORE
    assert world.answer(code, talk(800)).outcome is Outcome.PASSED
    assert not closed(world, totp_at(app, world.now))


def test_an_app_that_is_set_up_anew_is_open(world: World, app: str) -> None:
    guessed(world, other_than(totp_at(app, world.now)))
    assert not closed(world, totp_at(world.totp_secret(), world.now))


def test_no_letter_is_sent_for_a_code_that_would_not_be_taken(world: World) -> None:
    guessed(world, "00000000")
    waited(world)
    with pytest.raises(Closed):
        world.begin(talk(800))


def test_what_cannot_be_guessed_never_closes(world: World) -> None:
    recovery = world.recovery_codes()
    wrong = recovery[0][:2] + recovery[1][2:]
    assert len(guessed(world, wrong, most=MOST + 5)) == MOST + 5
    assert not closed(world, recovery[0])


def test_nobody_is_closed_like_a_customer_and_forgotten_after_a_year(
    world: World, database: TestDatabase, policy: Policy
) -> None:
    with world.actions.transaction() as tx:
        nobody = world.identity.accounts.find(tx, "nobody@post.example")
        assert nobody.decoy
        for account in (nobody, world.owner()):
            for _ in range(MOST - 1):
                assert not guesses.wrong(tx, account.id, "totp")
            assert guesses.wrong(tx, account.id, "totp")
    begun(world, talk(1), nobody)
    with pytest.raises(Closed):
        world.answer("000000", talk(1))
    kept = []
    with closing(database.open("keeper")) as keeper:
        for days in (360, 10):
            world.sql("UPDATE identity.guesses SET last_at = last_at - make_interval(days => %s)", days)
            Keeper(keeper, policy, KeyRing({"conversation-1": bytes(32)}), bytes(32)).run_once()
            kept.append({bytes(row[0]) for row in world.sql("SELECT id FROM identity.guesses")})
    assert kept == [{nobody.id, world.owner().id}, {world.owner().id}]
