"""Nobody learns who has an account, or anything of it, from answers, work done, or a dump."""

from __future__ import annotations

from datetime import timedelta

import pytest

from discreet.errors import DiscreetError
from discreet.records.identity import codes
from discreet.records.identity.attempts import Locked
from discreet.records.identity.changes import EMAIL
from discreet.storage.engine import Transaction
from tests.conftest import TestDatabase
from tests.records.identity.conftest import ANNA_TALKS, BEN_TALKS, World


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
    if has != "a_mailbox":
        world.totp_secret()
        world.recovery_codes()
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
    secret, recovery = world.totp_secret(), world.recovery_codes()
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
def test_rasas_role_reads_nothing_of_it(world: World, database: TestDatabase, table: str) -> None:
    rasa = database.open("rasa")
    with pytest.raises(DiscreetError), rasa.transaction() as tx:
        tx.execute(f"SELECT * FROM identity.{table}")
    rasa.close()
