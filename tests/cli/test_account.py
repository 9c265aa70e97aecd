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
from tests.conftest import PROJECT, TestDatabase, free_port
from tests.smtp import smtp_server

MAIL = "casimir.oyelaran@post.example"
TALK = b"t" * 16


@pytest.fixture
def owner(database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The customers of the shop, one with recovery codes and a linked conversation, under this installation's keys."""
    keyring.create_keys(tmp_path / "keys")
    monkeypatch.chdir(PROJECT)
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
    code, said = _discreet("reopen")
    assert (code, said.splitlines()[-1]) == (0, "Kinds of code that are taken again: 1.")
    assert _held(owner) == (0, 10, [("operator", "codes_reopened", TALK)])


def test_an_operator_removes_what_somebody_lost(owner: Database) -> None:
    code, said = _discreet("remove", "recovery")
    assert (code, said) == (0, "Please tell the customer, by a way that you know otherwise too.\nRemoved: 10.\n")
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


@pytest.mark.parametrize(
    ("arguments", "about"), [(("reopen",), "taken again"), (("remove", "recovery"), "recovery codes")]
)
def test_the_customer_is_written_to_once(
    owner: Database, tmp_path: Path, arguments: tuple[str, ...], about: str
) -> None:
    with smtp_server() as (inbox, port):
        _mail_server(tmp_path, port)
        code, said = _discreet(*arguments)
        again = _discreet(*arguments)[1]
    assert code == 0
    assert "was sent" in said
    assert "sent" not in again, "the second time nothing was there to change"
    ((to, letter),) = inbox.envelopes
    assert to == [MAIL]
    assert about in str(letter.get_payload())


def test_a_mail_server_that_is_down_undoes_nothing(owner: Database, tmp_path: Path) -> None:
    _mail_server(tmp_path, free_port())
    code, said = _discreet("remove", "recovery")
    assert code == 0
    assert "could not be sent" in said
    assert "Please tell the customer" in said
    assert _held(owner)[1] == 0


def _mail_server(state: Path, port: int) -> None:
    file = state / "mail.yml"
    file.write_text(f"{{host: 127.0.0.1, port: {port}, from: chat@shop.example, tls: none}}")
    file.chmod(0o600)
