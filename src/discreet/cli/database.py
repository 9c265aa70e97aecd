"""How a command reaches the database: one's own, the running assistant's, or the embedded one, started for as long."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from discreet.cli.state import only_one
from discreet.errors import SettingsError, StorageUnavailable
from discreet.settings import load_settings, own_file
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import SNAPSHOT, Database, Transaction
from discreet.storage.migrations import default_logins, kept_passwords

STATEMENT_TIMEOUT_MS = 600_000


@contextmanager
def owner_database(state: Path) -> Iterator[Database]:
    """One connection as the database's owner. Raises SettingsError or StorageUnavailable."""
    with owner_url(state) as url, closing(_database(url)) as database:
        yield database


@contextmanager
def reader_database(state: Path) -> Iterator[Database]:
    """One connection that may read conversations and their keys: of a bot that takes the store alone, its own."""
    if own_file(state).exists() and "DISCREET_DATABASE_URL" not in os.environ:
        with closing(_database(load_settings({"DISCREET_STATE": str(state)}).database_url)) as database:
            yield database
        return
    with owner_database(state) as database:
        yield database


@contextmanager
def staff_database(state: Path) -> Iterator[Database]:
    """One connection as people who look things up: they read no value and no person, and change nothing.

    Raises SettingsError or StorageUnavailable.
    """
    if own := os.environ.get("DISCREET_STAFF_DATABASE_URL"):
        with closing(_database(own)) as database:
            yield database
        return
    with owner_url(state) as url:
        kept = state / "role-passwords.json"
        if not kept.exists():
            raise SettingsError("set DISCREET_STAFF_DATABASE_URL to the database, as its role for staff")
        login = default_logins(kept_passwords(kept))["staff"]
        with closing(_database(login.url(url))) as database:
            yield database


@contextmanager
def staff_snapshot(state: Path) -> Iterator[Transaction]:
    """One moment of the database, for people who look things up. Raises SettingsError or StorageUnavailable."""
    with staff_database(state) as database, database.transaction() as tx:
        tx.execute(SNAPSHOT)
        yield tx


def _database(url: str) -> Database:
    return Database(url, pool_size=1, statement_timeout_ms=STATEMENT_TIMEOUT_MS)


@contextmanager
def owner_url(state: Path) -> Iterator[str]:
    """The database's URL, as its owner. Raises SettingsError or StorageUnavailable."""
    if own := os.environ.get("DISCREET_DATABASE_URL"):
        yield own
        return
    if own_file(state).exists():
        raise SettingsError("set DISCREET_DATABASE_URL to this bot's database, as its owner")
    run = Path(tempfile.mkdtemp(prefix="discreet-"))
    run.chmod(0o711)
    server = EmbeddedPostgres(state, run)
    try:
        with ExitStack() as held:
            try:
                held.enter_context(only_one(state))
            except SettingsError:
                url = server.running_url
                if url is None:
                    raise StorageUnavailable("the assistant runs, but its Postgres does not; see its log") from None
            else:
                url = held.enter_context(server).url
            yield url
    finally:
        shutil.rmtree(run, ignore_errors=True)
