"""The keeper's part: chains what is there and was not chained, and signs the end (docs/spec/audit.md, "Order")."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from discreet.crypto.signing import public_key_of
from discreet.records.audit.chain import COLUMNS, Event, event_of
from discreet.records.audit.heads import Head, heads_file, link_in, require_sound, set_head, take_head
from discreet.storage.engine import Database, Transaction

BATCH = 5000
"""Events a round."""
LINE_SECONDS, LINE_LINKS = 300, 10_000
"""How much may come to the chain before a line outside names its end."""


@dataclass(frozen=True)
class _Waiting:
    """The highest id that was visible at some moment, and the transactions that could still show a lower one."""

    newest: int
    writers: frozenset[str]


class Chaining:
    """``folder`` holds the lines outside; ``seed`` signs. ``clock`` gives Unix time in seconds."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        seed: bytes,
        *,
        random: Callable[[int], bytes] = secrets.token_bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._seed = seed
        self._public = public_key_of(seed)
        self._file = heads_file(folder, self._public)
        self._random = random
        self._clock = clock
        self._waiting: _Waiting | None = None

    def run_once(self, *, last: bool = False) -> int:
        """Chains one batch; how many events. ``last``: nothing comes after it, so a line outside is due.

        Raises StorageError, and IntegrityError where the end is not what was signed: then nothing was chained.
        """
        with self._database.transaction() as tx:
            head = take_head(tx, self._public)
            if head is None:  # another keeper chains, or somebody is being erased
                return 0
            settled = self._settled(tx)
            events = _unchained(tx, head.floor)
            if len(events) == BATCH or settled is None:
                settled = head.floor
            if events or settled > head.floor:
                newest = self._file.last()
                require_sound(tx, head, newest)
                seq, digest = self._chain(tx, head, events)
                head = Head(seq, digest, int(self._clock()), settled, (newest.seq, newest.hash))
                set_head(tx, self._seed, head)
            self._waiting = self._waiting or _look(tx)
        self._write_line(head, last=last)
        return len(events)

    def _settled(self, tx: Transaction) -> int | None:
        """The id up to which every event is visible or never will be; None where that is not known yet."""
        waiting = self._waiting
        if waiting is None or waiting.writers & _writers(tx):
            return None
        self._waiting = None
        return waiting.newest

    def _chain(self, tx: Transaction, head: Head, events: list[Event]) -> tuple[int, bytes]:
        seq, digest = head.seq, head.hash
        rows: list[tuple[int, int, bytes, bytes, bytes]] = []
        for seq, event in enumerate(events, head.seq + 1):
            salt = self._random(16)
            person = event.person(salt)
            digest = event.link(seq, digest, person)
            rows.append((seq, event.id, salt, person, digest))
        if rows:
            tx.execute(
                "INSERT INTO audit.link (seq, event, salt, person, hash)"
                " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])",
                *(list(column) for column in zip(*rows, strict=True)),
            )
        return seq, digest

    def _write_line(self, head: Head, *, last: bool) -> None:
        """After the commit: a line must not name what a crash could take back."""
        newest = self._file.last()
        named, _ = link_in(newest)
        now = int(self._clock())
        if head.seq <= named or not (last or now - newest.at >= LINE_SECONDS or head.seq - named >= LINE_LINKS):
            return
        with self._database.transaction() as tx:
            committed = take_head(tx, self._public)
            if committed is None:
                return
            require_sound(tx, committed, newest)
            with self._file.appending(self._seed) as held:
                if held.last() == newest:
                    link = {"seq": committed.seq, "hash": committed.hash.hex()}
                    held.append({"link": link, "resumed": None}, now)


def _unchained(tx: Transaction, floor: int) -> list[Event]:
    rows = tx.execute(
        f"SELECT {COLUMNS} FROM audit.event e WHERE e.id > %s"  # noqa: S608 (names are constants)
        " AND NOT EXISTS (SELECT FROM audit.link l WHERE l.event = e.id AND l.event > %s) ORDER BY e.id LIMIT %s",
        floor, floor, BATCH,
    )  # fmt: skip
    return [event_of(row) for row in rows]


def _look(tx: Transaction) -> _Waiting | None:
    """In this order: whoever drew a lower id than the highest that is visible holds the lock by now, or is over."""
    ((newest,),) = tx.execute("SELECT max(id) FROM audit.event")
    return None if newest is None else _Waiting(newest, _writers(tx))


def _writers(tx: Transaction) -> frozenset[str]:
    """Transactions that append to the log now: an INSERT takes this lock before it draws an id."""
    rows = tx.execute(
        "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'"
        " AND granted AND relation = 'audit.event'::regclass"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return frozenset(row[0] for row in rows)
