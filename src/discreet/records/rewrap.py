"""Every wrapped key of the database: counted, checked, and wrapped anew by the newest of its ring (docs/spec/keys.md).

Records and sealed values are not touched: what changes is who can open their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import IntegrityError
from discreet.records.keys import owner_context, session_context, unwrap_value_key
from discreet.storage.engine import Database, Transaction

BATCH = 500
"""Rows a transaction: an interruption costs at most so many."""


@dataclass(frozen=True)
class _Table:
    """Where the keys lie that one ring wraps, and whose they are."""

    name: str
    whose: str
    context: Callable[[bytes, int], bytes]


_TABLES = {
    "conversation": _Table("key.session_key", "conversation", session_context),
    "value": _Table("key.owner_key", "subject", owner_context),
}
"""By ring: ``keyring.RINGS``."""


@dataclass(frozen=True)
class BadKey:
    """A wrapped key that does not open: whose it is (conversation or person), and its id."""

    ring: str
    whose: bytes
    id: int


@dataclass(frozen=True)
class Progress:
    """So far: keys wrapped anew, keys looked at, and those that do not open and were left as they are."""

    rewrapped: int
    seen: int
    bad: tuple[BadKey, ...] = ()


def wrapped_by(database: Database, ring_name: str) -> dict[str, int]:
    """How many keys each key-encryption key wraps, by its id. Raises StorageError."""
    with database.transaction() as tx:
        rows = tx.execute(f"SELECT kek, count(*) FROM {_TABLES[ring_name].name} GROUP BY kek")  # noqa: S608
    return dict(rows)


def newest_opens(database: Database, ring_name: str, ring: KeyRing) -> bool:
    """Whether the key that was wrapped last opens; also where there is none. Raises StorageError."""
    table = _TABLES[ring_name]
    with database.transaction() as tx:
        rows = tx.execute(
            f"SELECT id, {table.whose}, kek, wrapped FROM {table.name} ORDER BY created_at DESC LIMIT 1"  # noqa: S608
        )
    try:
        for key_id, whose, kek, wrapped in rows:
            ring.unwrap(Wrapped(kek, bytes(wrapped)), table.context(bytes(whose), key_id))
    except IntegrityError:
        return False
    return True


def rewrap(database: Database, ring_name: str, ring: KeyRing) -> Iterator[Progress]:
    """Wraps what older keys wrap by the newest, while turns go on; yields after each batch. Raises StorageError.

    Passes repeat until one finds nothing: a process that has not yet heard of the newest key still wraps by the one
    before. A key that does not open is left as it is and told of.
    """
    table, newest = _TABLES[ring_name], ring.newest
    rewrapped = seen = 0
    bad: dict[int, BadKey] = {}
    while True:
        last, before = 0, rewrapped
        while True:
            with database.transaction() as tx:
                rows = tx.execute(
                    f"SELECT id, {table.whose}, kek, wrapped FROM {table.name}"  # noqa: S608
                    " WHERE id > %s AND kek <> %s ORDER BY id LIMIT %s",
                    last, newest, BATCH,
                )  # fmt: skip
                if not rows:
                    break
                opened: list[tuple[int, bytes, Wrapped]] = []
                for key_id, whose, kek, blob in rows:
                    context = table.context(bytes(whose), key_id)
                    try:
                        opened.append(
                            (key_id, bytes(blob), ring.wrap(ring.unwrap(Wrapped(kek, bytes(blob)), context), context))
                        )
                    except IntegrityError:
                        bad[key_id] = BadKey(ring_name, bytes(whose), key_id)
                rewrapped += _replace(tx, table, opened)
            last, seen = rows[-1][0], seen + len(rows)
            yield Progress(rewrapped, seen, tuple(bad.values()))
        if rewrapped == before:
            return


def bad_keys(database: Database, ring_name: str, ring: KeyRing) -> Iterator[BadKey]:
    """Every wrapped key that does not open, of persons with the keys of their values. Raises StorageError."""
    table, last = _TABLES[ring_name], 0
    while True:
        with database.transaction() as tx:
            rows = tx.execute(
                f"SELECT id, {table.whose}, kek, wrapped FROM {table.name} WHERE id > %s ORDER BY id LIMIT %s",  # noqa: S608
                last, BATCH,
            )  # fmt: skip
            if not rows:
                return
            for key_id, whose, kek, blob in rows:
                try:
                    key = ring.unwrap(Wrapped(kek, bytes(blob)), table.context(bytes(whose), key_id))
                    if ring_name == "value":
                        _require_value_keys(tx, key_id, key)
                except IntegrityError:
                    yield BadKey(ring_name, bytes(whose), key_id)
        last = rows[-1][0]


def _replace(tx: Transaction, table: _Table, opened: list[tuple[int, bytes, Wrapped]]) -> int:
    """Only where the row is still what was read: a row that was destroyed meanwhile stays destroyed."""
    tx.execute(
        f"UPDATE {table.name} k SET kek = n.kek, wrapped = n.wrapped"  # noqa: S608
        " FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::bytea[]) AS n (id, before, kek, wrapped)"
        " WHERE k.id = n.id AND k.wrapped = n.before",
        [row[0] for row in opened],
        [row[1] for row in opened],
        [row[2].kek for row in opened],
        [row[2].blob for row in opened],
    )
    return tx.rowcount


def _require_value_keys(tx: Transaction, owner_key_id: int, owner_key: bytes) -> None:
    for token, wrapped in tx.execute("SELECT token, wrapped FROM key.value_key WHERE owner_key = %s", owner_key_id):
        unwrap_value_key(owner_key, token, bytes(wrapped))
