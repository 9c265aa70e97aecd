"""How a command reaches the database: one's own, the running assistant's, or the embedded one, started for as long."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from discreet.cli.up import only_one
from discreet.errors import SettingsError
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database

STATEMENT_TIMEOUT_MS = 600_000


@contextmanager
def owner_database(state: Path) -> Iterator[Database]:
    """One connection as the database's owner. Raises SettingsError or StorageUnavailable."""
    with _owner_url(state) as url:
        database = Database(url, pool_size=1, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _owner_url(state: Path) -> Iterator[str]:
    if own := os.environ.get("DISCREET_DATABASE_URL"):
        yield own
        return
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
                    raise
            else:
                url = held.enter_context(server).url
            yield url
    finally:
        shutil.rmtree(run, ignore_errors=True)
