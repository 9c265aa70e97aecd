"""A new e-mail address is made whole or not at all, whatever dies in between and whoever has it already."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from actions.account import ConfirmEmail
from discreet.errors import StorageConflict, StorageUnavailable
from discreet.records.identity.changes import EMAIL, UNLOCK
from discreet.records.identity.operation import operation_hash
from discreet.sdk.identity import apply_due, apply_due_safely, index_customers
from tests.conftest import TestDatabase
from tests.records.identity.conftest import World
from tests.records.identity.conftest import world as world
from tests.sdk.test_step_up import ANNA, MAIL, TOKEN, Bench
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import OLD, say, signed_in

TAKEN = "imke.sandoval@post.example"


def filed(world: World, email: str) -> bytes:
    customer = world.owner().id
    with world.actions.transaction() as tx:
        world.identity.changes.file(tx, customer, EMAIL, timedelta(0), value=email, proved=True)
    return customer


def test_a_change_that_died_half_way_is_made_the_next_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else letters would go on to the old address, and the person would be found by the new one."""
    customer = filed(world, MAIL)

    def die(*_: object) -> None:
        raise StorageUnavailable("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(world.shop, "change_email", die)
        with pytest.raises(StorageUnavailable):
            apply_due(world.actions, world.identity)
    assert apply_due(world.actions, world.identity) == 1
    assert world.shop.email_of(customer) == MAIL
    assert apply_due(world.actions, world.identity) == 0


def test_an_address_of_somebody_else_moves_nobody_and_stops_nothing_else(world: World) -> None:
    customer = filed(world, TAKEN)
    with world.actions.transaction() as tx:
        world.identity.changes.file(tx, customer, UNLOCK, timedelta(days=3), proved=True)
    with pytest.raises(StorageConflict):
        apply_due(world.actions, world.identity)
    apply_due_safely(world.actions, world.identity)
    assert world.shop.email_of(customer) == OLD
    assert world.sql("SELECT kind FROM identity.change") == [("unlock",)]
    world.identity.mailer.flush()
    assert [(letter.to, "stays as it is" in letter.text) for letter in world.letters.kept] == [(OLD, True)]


def test_whoever_confirms_an_address_of_somebody_else_is_told(bench: Bench) -> None:
    """The conversation goes on; the letter's code has shown that they read that mailbox."""
    customer = signed_in(bench.world)
    operation = operation_hash(ConfirmEmail.name_, {"new_email": TOKEN})
    challenges = bench.world.identity.challenges
    with bench.world.actions.transaction() as tx:
        bench.world.identity.changes.file(tx, customer, EMAIL, timedelta(0), value=MAIL)
        code = challenges.begin_for_address(tx, ANNA, customer, operation, ConfirmEmail.name_)
        bench.world.identity.accounts.remember(tx, bench.world.owner("DS-10622").id, MAIL)
    bench.world.answer(code)
    told = say(bench, ConfirmEmail(), new_email=TOKEN)
    assert "belongs to another account" in told.responses[-1]["text"]
    assert bench.world.shop.email_of(customer) == OLD
    assert bench.world.sql("SELECT 1 FROM identity.change") == []


def test_two_customers_with_one_address_stop_nobodys_start(world: World, database: TestDatabase) -> None:
    first, second = world.owner().id, world.owner("DS-10622").id
    world.shop.change_email(second, OLD)
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        tx.execute("DELETE FROM identity.mailbox")
    index_customers(world.actions, world.identity)
    known = {bytes(row[0]) for row in world.sql("SELECT customer FROM identity.mailbox")}
    assert len(known) == 2
    assert len(known & {first, second}) == 1
