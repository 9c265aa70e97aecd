"""The customer's own ways in, each of which works, as often as it should."""

from __future__ import annotations

from datetime import timedelta

from discreet.records.identity import links
from discreet.records.identity.challenges import Outcome
from discreet.records.identity.changes import EMAIL
from discreet.sdk.identity import apply_due
from tests.records.identity.codes_of import totp_at
from tests.records.identity.conftest import ANNA_TALKS, OTHER_CALL, World


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


def test_every_other_factor_works_for_its_own_customer(world: World) -> None:
    secret, recovery = world.totp_secret(), world.recovery_codes()
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
