"""The registry knows every table of the database and every file of the state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from discreet.assistant import Assistant
from discreet.checks.erasures import ledger_of
from discreet.policy import Policy
from discreet.records.rights.registry import FILES, HELD, NOTHING_PERSONAL, Erasure, HeldFile
from discreet.storage.engine import Database

_COLUMNS = (
    "SELECT n.nspname || '.' || c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
)


def _unknown(owner: Database) -> set[str]:
    """Tables that are neither registered nor known to hold nothing personal."""
    with owner.transaction() as tx:
        tables = {row[0] for row in tx.execute(_COLUMNS)}
    assert len(tables) > 25
    return tables - {held.table for held in HELD} - set(NOTHING_PERSONAL)


def test_every_table_is_known_and_exists(owner: Database) -> None:
    assert _unknown(owner) == set()
    with owner.transaction() as tx:
        columns = {(row[0], row[1]) for row in tx.execute(_COLUMNS)}
    assert {(held.table, held.whose) for held in HELD} <= columns
    assert {table for table, _ in columns} >= set(NOTHING_PERSONAL)


def test_a_new_table_is_noticed(owner: Database) -> None:
    with owner.transaction() as tx:
        tx.execute("CREATE TABLE shop.wishes (subject bytea, wish text)")
    assert _unknown(owner) == {"shop.wishes"}


def test_nothing_that_looks_like_a_person_is_called_impersonal(owner: Database) -> None:
    with owner.transaction() as tx:
        personal = {
            table
            for table, column in tx.execute(_COLUMNS)
            if column in ("subject", "conversation", "customer", "sender")
        }
    assert personal <= {held.table for held in HELD}


def test_the_database_may_not_copy_a_secret_into_its_statistics(owner: Database) -> None:
    """A histogram would keep wrapped keys and sealed values after their rows are gone."""
    secret = ("wrapped", "sealed", "record", "result", "mac", "reason", "text", "salt")
    with owner.transaction() as tx:
        analysed = tx.execute(
            "SELECT c.oid::regclass::text, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND a.attname = ANY(%s) AND coalesce(a.attstattarget, -1) <> 0"
            " AND c.oid::regclass::text = ANY(%s) AND a.atttypid <> 'text'::regtype",
            list(secret), [held.table for held in HELD],
        )  # fmt: skip
    assert analysed == []


def test_what_the_policy_keeps_is_what_the_registry_says(policy: Policy) -> None:
    purposes = {held.keep.partition(".keep")[0] for held in HELD if held.keep.endswith(".keep")}
    assert {name.split()[-1] for name in purposes} <= set(policy.purposes)
    assert {held.erased for held in HELD} == set(Erasure)
    assert all(held.what and held.copied and held.keep and held.key for held in HELD)


def _matching(file: Path) -> list[HeldFile]:
    return [held for held in FILES if file.match(held.pattern) or held.pattern.partition("/")[0] == file.parts[0]]


@pytest.mark.servers
def test_every_file_of_a_running_assistant_is_known(assistant: Assistant) -> None:
    files = [file.relative_to(assistant.state) for file in assistant.state.rglob("*") if file.is_file()]
    assert len(files) > 20
    assert [str(file) for file in files if not _matching(file)] == []
    assert _matching(Path("somewhere/else")) == []
    assert ledger_of(assistant.state).lines() == []
