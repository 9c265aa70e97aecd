"""Removing what erased rows left in the database's files and log (docs/spec/rights.md, "What is where afterwards").

Nothing of it can be opened any more: this is for whoever wants the bytes gone too. Needs the database's owner.
"""

from __future__ import annotations

from dataclasses import dataclass

from discreet.errors import StorageError
from discreet.records.erasure import existing
from discreet.records.rights.registry import NOTHING_PERSONAL
from discreet.storage.engine import Database


@dataclass(frozen=True)
class Scrubbed:
    """How many tables were rewritten; whether the log could be switched and checkpointed, which needs more rights."""

    tables: int
    log: bool


def scrub(owner: Database) -> Scrubbed:
    """Rewrites every table that holds something personal, so that no dead row is left in its file; people wait.

    ``VACUUM FULL``, because a plain one leaves old bytes in the free room of pages; the statistics too, because a
    histogram quotes columns. Then the log is switched and checkpointed, so that old files of it go.
    """
    with owner.autocommit() as tx:
        tables = [held.table for held in existing(tx)] + ["rights.event", "channel.receipt"]
        assert set(tables) <= {held.table for held in existing(tx)} | set(NOTHING_PERSONAL)
        tx.execute("ANALYZE")
        for table in tables:
            tx.execute(f"VACUUM (FULL) {table}")
        tx.execute("VACUUM (FULL) pg_catalog.pg_statistic")
        try:
            tx.execute("SELECT pg_switch_wal()")
            tx.execute("CHECKPOINT")
        except StorageError:
            return Scrubbed(len(tables), log=False)
    return Scrubbed(len(tables), log=True)
