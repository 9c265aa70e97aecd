"""``discreet account``: on a real database, as an operator types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from discreet.cli import app
from discreet.crypto import keyring
from discreet.mail import Mailer, MemoryOutbox
from discreet.records.identity import guesses, links
from discreet.sdk.identity import identity_for, index_customers
from discreet.shop.postgres import PostgresShop
from discreet.shop.seed import seed_if_empty
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

MAIL = "casimir.oyelaran@post.example"
TALK = b"t" * 16


@pytest.fixture
def owner(database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The customers of the shop, one with recovery codes and a linked conversation, under this installation's keys."""
    keyring.create_keys(tmp_path / "keys")
    monkeypatch.setenv("DISCREET_STATE", str(tmp_path))
    monkeypatch.setenv("DISCREET_DATABASE_URL", database.url("owner"))
    keys = keyring.keys_for("actions", tmp_path / "keys")
    ring, pool = keyring.ring(keys, "value"), database.open("owner")
    seed_if_empty(pool, ring)
    shop = PostgresShop(pool, ring)
    identity = identity_for(keyring.key(keys, "vault_seed"), ring, shop, Mailer(MemoryOutbox()))
    index_customers(pool, identity)
    with pool.transaction() as tx:
        customer = identity.accounts.find(tx, MAIL).id
        links.link(tx, TALK, customer)
        identity.authenticators.new_recovery_codes(tx, customer)
        for _ in range(guesses.MOST):
            guesses.wrong(tx, customer, "mail")
    yield pool
    pool.close()


def _discreet(*arguments: str, address: str = MAIL) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["account", *arguments], input=f"{address}\n")
    return done.exit_code, done.output


def _held(owner: Database) -> tuple[int, int, list[tuple[str, str, bytes]]]:
    with owner.transaction() as tx:
        ((closed,),) = tx.execute("SELECT count(*) FROM identity.guesses")
        ((codes,),) = tx.execute("SELECT count(*) FROM identity.authenticator")
        rows = tx.execute("SELECT actor, outcome, subject FROM audit.event WHERE event = 'account' ORDER BY id")
    return closed, codes, [(row[0], row[1], bytes(row[2])) for row in rows]


def test_an_operator_opens_a_closed_kind_again(owner: Database) -> None:
    assert _discreet("reopen") == (0, "Kinds of code that are taken again: 1.\n")
    assert _held(owner) == (0, 10, [("operator", "codes_reopened", TALK)])


def test_an_operator_removes_what_somebody_lost(owner: Database) -> None:
    code, said = _discreet("remove", "recovery")
    assert (code, said.partition(".")[0]) == (0, "Removed: 10")
    assert _held(owner) == (1, 0, [("operator", "recovery_removed", TALK)])


@pytest.mark.parametrize(
    ("arguments", "address"),
    [(("reopen",), "nobody@post.example"), (("remove", "recovery"), ""), (("remove", "mail"), MAIL)],
    ids=["nobody", "nothing", "no_authenticator"],
)
def test_what_is_not_there_changes_nothing(owner: Database, arguments: tuple[str, ...], address: str) -> None:
    code, said = _discreet(*arguments, address=address)
    assert code == 1
    assert address == "" or address not in said
    assert _held(owner) == (1, 10, [])
