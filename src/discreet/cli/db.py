"""``discreet db verify``: every record of every conversation, whether the assistant runs or not."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from discreet.cli.up import only_one
from discreet.crypto import keyring
from discreet.crypto.wrapping import KeyRing
from discreet.errors import DiscreetError, SettingsError
from discreet.records.verify import verify
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database

PROGRESS_EVERY = 1000


def run_verify(state: Path) -> int:
    """Prints damage by conversation and record. Returns 1 where there is any, else 0."""
    try:
        ring = keyring.ring(keyring.keys_for("rasa", state / "keys"), "conversation")
        with _owner_url(state) as url:
            return _print(Database(url, pool_size=1, statement_timeout_ms=600_000), ring)
    except DiscreetError as error:
        print(f"discreet: {error}", file=sys.stderr)
        return 1


def _print(database: Database, ring: KeyRing) -> int:
    conversations = records = damaged = 0
    for verdict in verify(database, ring):
        conversations += 1
        records += verdict.records
        if verdict.damaged:
            damaged += 1
            where = "at its head" if verdict.seq is None else f"at record {verdict.seq}"
            print(f"conversation {verdict.conversation.hex()} is damaged {where}")
        if conversations % PROGRESS_EVERY == 0:
            print(f"  {conversations} conversations ...", file=sys.stderr, flush=True)
    database.close()
    print(f"{conversations} conversations, {records} records verified, {damaged} damaged")
    return 1 if damaged else 0


@contextmanager
def _owner_url(state: Path) -> Iterator[str]:
    """The database's owner: somebody's own, the running assistant's, or the embedded one, started for as long."""
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
