"""Ways to somebody's account past what protects it, each through the real skill (docs/spec/step-up.md)."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from contextvars import copy_context
from typing import Any

import pytest

from actions.account import AddAuthenticator, ChangeEmail, LockAccount
from actions.rights import CorrectData
from discreet.crypto.signing import ActionCall
from discreet.records.identity import codes, links
from discreet.sdk import GuardedAction, Turn
from tests.conftest import TestDatabase
from tests.records.identity.codes_of import totp_at
from tests.records.identity.conftest import World
from tests.records.identity.conftest import world as world
from tests.sdk.test_step_up import ANNA, BEN, TOKEN, Bench
from tests.sdk.test_step_up import bench as bench

OLD = "casimir.oyelaran@post.example"


def say(
    bench: Bench,
    action: GuardedAction,
    *,
    operation: str | None = None,
    code: str | None = None,
    turn_id: bytes | None = None,
    **slots: Any,
) -> Turn:
    """One call of an action, as for a message with the new address or a code in it, or for a pressed button."""
    message = {
        "entities": [{"entity": "one_time_code", "value": code} if code else {"entity": "email", "value": TOKEN}],
        "metadata": {"operation": operation} if operation else {},
    }
    call = ActionCall(turn_id or secrets.token_bytes(16), next(bench.turns), 0)
    return bench.run(action, call, {"slots": slots, "latest_message": message})


def signed_in(world: World) -> bytes:
    """The conversation belongs to the customer from now on; whoever sits there has shown a code by mail once."""
    customer = world.owner().id
    with world.actions.transaction() as tx:
        links.link(tx, ANNA, customer)
    return customer


def pressed(turn: Turn) -> str:
    return str(turn.responses[-1]["buttons"][0]["payload"].partition('"operation": "')[2].rstrip('"}'))


def test_a_correction_does_not_move_the_account_to_another_mailbox(bench: Bench) -> None:
    """The account's address changes with a code to it and a letter to the old one, and in no other way."""
    customer = signed_in(bench.world)
    say(bench, CorrectData())
    bench.prove()
    asked = say(bench, CorrectData())
    assert "change my e-mail address" in asked.responses[-1]["text"]
    done = say(bench, CorrectData(), operation=pressed(asked))
    assert done.responses[-1]["response"] == "utter_corrected"
    assert bench.world.shop.email_of(customer) == OLD


@pytest.mark.parametrize(
    ("action", "slots"),
    [(AddAuthenticator(), {"factor": "recovery codes"}), (ChangeEmail(), {"new_email": TOKEN})],
    ids=["an_authenticator", "an_address"],
)
def test_locking_an_account_takes_nothing_off_its_assurance(
    bench: Bench, action: GuardedAction, slots: dict[str, Any]
) -> None:
    """Somebody with the mailbox alone writes "this was not me", and then adds or changes what that was to protect."""
    customer = signed_in(bench.world)
    bench.world.totp_secret()
    say(bench, LockAccount())
    say(bench, action, **slots)
    waiting = bench.world.sql("SELECT asks FROM identity.challenge WHERE subject = %s", ANNA)
    if waiting:
        bench.prove()
        say(bench, action, **slots)
    assert bench.world.sql("SELECT 1 FROM identity.authenticator WHERE customer = %s AND NOT locked", customer) == []
    assert bench.world.sql("SELECT 1 FROM identity.change") == []


def test_a_locked_account_is_told_how_it_opens_again(bench: Bench) -> None:
    signed_in(bench.world)
    bench.world.totp_secret()
    say(bench, LockAccount())
    asked = say(bench, AddAuthenticator(), factor="recovery codes")
    assert "unlock my account" in asked.responses[-1]["text"]
    assert bench.world.sql("SELECT 1 FROM identity.challenge") == []


def test_a_lock_and_an_answer_at_once_do_not_wait_for_each_other(bench: Bench) -> None:
    """Somebody else's proof is being looked at while the customer writes "this was not me": the lock must not fail."""
    customer, secret = signed_in(bench.world), bench.world.totp_secret()
    with bench.world.actions.transaction() as tx:
        bench.world.identity.challenges.begin(tx, BEN, bench.world.owner(), b"o" * 32, "x", 1)
    with ThreadPoolExecutor(1) as pool:
        with bench.world.actions.transaction() as tx:
            assert bench.world.identity.challenges.waiting(tx, BEN)
            locked = pool.submit(copy_context().run, say, bench, LockAccount())
            wait([locked], timeout=1)
            assert not locked.done()
            bench.world.identity.authenticators.take_totp(
                tx, customer, totp_at(secret, bench.world.now), bench.world.now
            )
        assert locked.result().responses[-1]["response"] == "utter_account_locked"
    assert bench.world.sql("SELECT 1 FROM identity.authenticator WHERE NOT locked") == []


def test_customers_without_an_authenticator_add_one_by_mail(bench: Bench) -> None:
    """Beside the refusals, the honest way."""
    customer = signed_in(bench.world)
    say(bench, AddAuthenticator(), factor="recovery codes")
    bench.prove()
    say(bench, AddAuthenticator(), factor="recovery codes")
    with bench.world.actions.transaction() as tx:
        assert bench.world.identity.authenticators.kinds(tx, customer) == {codes.RECOVERY}


def test_an_erased_customer_stops_nobodys_start(world: World, database: TestDatabase) -> None:
    """Erasing blanks the shop's record; looking for new customers at the next start must get over it."""
    from discreet.sdk.identity import index_customers

    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        tx.execute(
            "UPDATE shop.customers SET name = NULL, email = NULL, address = NULL WHERE id = %s", world.owner().id
        )
        tx.execute("DELETE FROM identity.mailbox")
    index_customers(world.actions, world.identity)
    with world.actions.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM identity.mailbox") == [(2,)]
    assert world.shop.email_of(world.owner().id) is None
