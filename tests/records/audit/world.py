"""An audit log on a real database, a keeper that chains it, and an attacker who owns the database and has no key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from discreet.crypto.signing import public_key_of
from discreet.records.audit import Audit
from discreet.records.audit.chaining import LINE_SECONDS, Chaining
from discreet.records.audit.heads import heads_file
from discreet.records.audit.verify import Verified, verify_log
from discreet.records.erasure import erase
from discreet.storage.engine import SNAPSHOT, Database
from tests.conftest import TestDatabase

SEED = bytes(range(1, 33))
PUBLIC = public_key_of(SEED)
ANNA, BEN = bytes(range(16)), bytes(range(16, 32))


@dataclass
class World:
    """Pools by role, the folder of heads, and a clock that only the test moves."""

    owner: Database
    actions: Database
    keeper: Database
    staff: Database
    folder: Path
    now: float = 1_800_000_000.0
    audit: Audit = field(default_factory=lambda: Audit("actions"))

    def chaining(self) -> Chaining:
        """A keeper just started."""
        return Chaining(self.keeper, self.folder, SEED, clock=lambda: self.now)

    def happened(self, *subjects: bytes | None) -> None:
        """One reveal each, by the action server."""
        for subject in subjects:
            turn = None if subject is None else subject[::-1]
            with self.actions.transaction() as tx:
                self.audit.append(
                    tx, event="reveal", outcome="opened", subject=subject, purpose="refunds", category="iban",
                    turn_id=turn,
                )  # fmt: skip

    def later(self, seconds: float = LINE_SECONDS) -> None:
        self.now += seconds

    def attack(self, sql: str) -> None:
        """As the database's owner, with every trigger off."""
        with self.owner.transaction() as tx:
            tx.execute("SET LOCAL session_replication_role = replica")
            tx.execute(sql)

    def erase(self, subject: bytes) -> None:
        with self.keeper.transaction() as tx:
            erase(tx, subject, Audit("keeper"))

    def verified(self, heads: Path | None = None) -> Verified:
        """As staff see it; with a copy of the heads instead of the file itself."""
        lines = heads_file(self.folder if heads is None else heads, PUBLIC).lines()
        with self.staff.transaction() as tx:
            tx.execute(SNAPSHOT)
            return verify_log(tx, PUBLIC, lines, older_copy=heads is not None)


@contextmanager
def world_on(database: TestDatabase, folder: Path) -> Iterator[World]:
    """Pools of every role."""
    folder.mkdir(exist_ok=True)
    pools = [database.open(role) for role in ("owner", "actions", "keeper", "staff")]
    try:
        yield World(*pools, folder=folder)
    finally:
        for pool in pools:
            with closing(pool):
                pass
