"""Conversations in Postgres: encrypted records in a chain, under an authenticated head (docs/spec/envelope.md).

Knows nothing of Rasa: a record's body is bytes. Positions are immutable; whoever holds an old one and appends
gets StorageConflict, so that two writers never splice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from discreet.crypto.envelope import GENESIS, DataKey, Head, RecordPlace, previous_hash, record_hash
from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import IntegrityError, StorageConflict
from discreet.records.keys import SessionKeys
from discreet.records.vault import CONFIRM
from discreet.storage.engine import Steps, Transaction

HEAD = "h.seq, h.hash, h.session_seq, h.session_key, h.base_seq, h.base_hash, h.mac"
"""The columns that ``head_of`` reads, and the MAC over them."""
_HEAD_ONCE = ", ".join(f"CASE row_number() OVER (ORDER BY t.seq) WHEN 1 THEN {c} END" for c in HEAD.split(", "))
"""In the first row only: a long conversation would carry its head's hashes hundreds of times."""
_RECORD = "t.seq, t.session_key, t.turn_id, t.record, k.kek, k.wrapped, extract(epoch FROM t.at)::float8"
_INSERT_KEY = "INSERT INTO key.session_key (id, conversation, kek, wrapped)"
_INSERT_TURN = "INSERT INTO conversation.turn (conversation, seq, session_key, turn_id, record)"


Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Position:
    """Where a writer stands: the head it has verified and the key of the running session."""

    head: Head
    key: DataKey


@dataclass(frozen=True)
class Record:
    """One opened record. ``at`` is Unix time in seconds, from the database's clock."""

    seq: int
    turn_id: bytes | None
    body: bytes
    at: float


@dataclass(frozen=True)
class Look:
    """One look at a conversation: a repeated turn's record, and whether a position that is held is still the newest."""

    committed: Record | None
    is_newest: bool


def _confirmed(rows: str, turn_id: bytes | None) -> tuple[str, tuple[object, ...]]:
    return f", confirmed AS ({CONFIRM.format(rows)})", (turn_id,)


class Conversations:
    """Reads and appends. The transaction is the caller's; rows and vault confirmations go in it together.

    ``load``, ``look``, ``begin`` and ``append`` are one statement each, which may also be a transaction of its own.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._keys = SessionKeys(ring)

    def load(self, conversation: bytes, *, whole: bool = False) -> Steps[tuple[Position, list[Record]] | None]:
        """The last session's records (with ``whole`` all that is kept) and where to append; None for nobody known.

        Raises as ``opened``.
        """
        rows = yield from self.fetch(conversation, whole=whole)
        return self.opened(conversation, rows, whole=whole)

    def fetch(self, conversation: bytes, *, whole: bool = False) -> Steps[Rows]:
        """What ``opened`` makes ``load``'s answer of, which for a long conversation takes its time."""
        return (
            yield (
                f"SELECT {_HEAD_ONCE}, {_RECORD} FROM conversation.head h"  # noqa: S608 (columns are constants)
                " LEFT JOIN conversation.turn t ON t.conversation = h.conversation"
                f" AND t.seq {'> h.base_seq' if whole else '>= h.session_seq'}"
                " LEFT JOIN key.session_key k ON k.id = t.session_key AND k.conversation = h.conversation"
                " WHERE h.conversation = %s ORDER BY t.seq",
                (conversation,),
            )
        )

    def opened(self, conversation: bytes, rows: Rows, *, whole: bool = False) -> tuple[Position, list[Record]] | None:
        """``load``'s answer out of the rows of ``fetch``.

        Raises IntegrityError unless the head verifies, every record opens at its place, none is missing, and
        the chain ends at the head.
        """
        if not rows:
            return None
        head = head_of(conversation, rows[0])
        keys: dict[int, DataKey] = {}
        records: list[Record] = []
        expected_seq = head.base_seq + 1 if whole else head.session_seq
        last_hash = head.base_hash if whole else None
        for row in rows:
            if row[7] != expected_seq:
                raise IntegrityError("a record is missing", seq=expected_seq)
            record, last_hash = self._open(conversation, row[7:], last_hash, keys)
            expected_seq += 1
            records.append(record)
        if records[-1].seq != head.seq or last_hash != head.hash or head.session_key not in keys:
            raise IntegrityError("a conversation does not end where its head says")
        key = keys[head.session_key]
        key.verify(head, bytes(rows[0][6]))
        return Position(head, key), records

    def look(self, conversation: bytes, turn_id: bytes | None, held: Position | None) -> Steps[Look]:
        """Whether that turn was committed, and whether ``held`` still is where the next record goes.

        Reads no other record. Raises IntegrityError for a head or a record that does not verify.
        """
        rows = yield (
            f"SELECT {HEAD}, {_RECORD}, EXISTS (SELECT FROM key.session_key WHERE id = h.session_key)"  # noqa: S608
            " FROM conversation.head h"
            " LEFT JOIN conversation.turn t ON t.turn_id = %s AND t.conversation = h.conversation"
            " LEFT JOIN key.session_key k ON k.id = t.session_key AND k.conversation = h.conversation"
            " WHERE h.conversation = %s",
            (turn_id, conversation),
        )  # fmt: skip
        if not rows:
            return Look(None, is_newest=False)
        row = rows[0]
        committed = None if row[7] is None else self._open(conversation, row[7:14], None, {})[0]
        if held is None or not row[14] or head_of(conversation, row) != held.head:
            return Look(committed, is_newest=False)
        held.key.verify(held.head, bytes(row[6]))
        return Look(committed, is_newest=True)

    def begin(
        self, conversation: bytes, body: bytes, *, turn_id: bytes | None = None, sealed: bool = False
    ) -> Steps[Position]:
        """The first record of a conversation. Raises StorageConflict if somebody else began it.

        ``sealed``: the turn put values into the vault, which outlast it with this.
        """
        key, wrapped = self._keys.new(conversation)
        before = Head(conversation, 0, GENESIS, session_seq=1, session_key=key.id)
        after, record = next_record(before, key, body, turn_id)
        confirmed, confirmed_params = _confirmed("VALUES (%s)", turn_id) if sealed else ("", ())
        yield (
            f"WITH made AS ({_INSERT_KEY} VALUES (%s, %s, %s, %s)), begun AS (INSERT INTO conversation.head"  # noqa: S608
            " (conversation, seq, hash, session_seq, session_key, base_seq, base_hash, mac)"
            f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s)){confirmed} {_INSERT_TURN} VALUES (%s, %s, %s, %s, %s)",
            (key.id, conversation, wrapped.kek, wrapped.blob,
            conversation, after.seq, after.hash, after.session_seq, after.session_key,
            after.base_seq, after.base_hash, key.mac(after), *confirmed_params,
            conversation, after.seq, after.session_key, turn_id, record),
        )  # fmt: skip
        return Position(after, key)

    def append(
        self,
        position: Position,
        body: bytes,
        *,
        turn_id: bytes | None = None,
        new_session: bool = False,
        sealed: bool = False,
    ) -> Steps[Position]:
        """One more record after ``position``; with ``new_session`` it begins a session under a key of its own.

        ``sealed``: the turn put values into the vault, which outlast it with this.
        Raises StorageConflict when the head has moved, or the key of the session that was read was destroyed since.
        """
        before, key = position.head, position.key
        made = ""
        made_params: tuple[object, ...] = ()
        if new_session:
            key, wrapped = self._keys.new(before.conversation)
            before = replace(before, session_key=key.id, session_seq=before.seq + 1)
            made = f", made AS ({_INSERT_KEY} SELECT %s, %s, %s, %s FROM moved)"  # noqa: S608
            made_params = (key.id, before.conversation, wrapped.kek, wrapped.blob)
        if sealed:
            confirmed, confirmed_params = _confirmed("SELECT %s FROM moved", turn_id)
            made, made_params = made + confirmed, (*made_params, *confirmed_params)
        after, record = next_record(before, key, body, turn_id)
        moved = yield (
            "WITH moved AS (UPDATE conversation.head"  # noqa: S608 (what is put in are constants)
            " SET seq = %s, hash = %s, session_seq = %s, session_key = %s, mac = %s, touched_at ="
            " CASE WHEN touched_at < now() - interval '1 minute' THEN now() ELSE touched_at END"
            " WHERE conversation = %s AND seq = %s AND hash = %s AND base_seq = %s"
            " AND EXISTS (SELECT FROM key.session_key WHERE id = %s) RETURNING conversation)"
            f"{made} {_INSERT_TURN} SELECT conversation, %s, %s, %s, %s FROM moved RETURNING seq",
            (after.seq, after.hash, after.session_seq, after.session_key, key.mac(after),
            after.conversation, position.head.seq, position.head.hash, position.head.base_seq, position.key.id,
            *made_params, after.seq, after.session_key, turn_id, record),
        )  # fmt: skip
        if not moved:
            raise StorageConflict("the conversation moved on, or was erased, since it was read")
        return Position(after, key)

    def without_head(self, conversations: list[bytes]) -> Steps[list[bytes]]:
        """Those of these conversations that exist no more."""
        rows = yield (
            "SELECT c FROM unnest(%s::bytea[]) c"
            " WHERE NOT EXISTS (SELECT FROM conversation.head h WHERE h.conversation = c)",
            (conversations,),
        )
        return [bytes(row[0]) for row in rows]

    def headless(self, tx: Transaction) -> list[bytes]:
        """Conversations of which records are left and no head: somebody deleted it."""
        rows = tx.execute(
            "SELECT DISTINCT t.conversation FROM conversation.turn t"
            " WHERE NOT EXISTS (SELECT FROM conversation.head h WHERE h.conversation = t.conversation) ORDER BY 1"
        )
        return [bytes(row[0]) for row in rows]

    def all_ids(self, tx: Transaction) -> list[bytes]:
        """Every conversation that is kept."""
        return [bytes(row[0]) for row in tx.execute("SELECT conversation FROM conversation.head ORDER BY 1")]

    def _open(
        self, conversation: bytes, row: tuple[Any, ...], last_hash: bytes | None, keys: dict[int, DataKey]
    ) -> tuple[Record, bytes]:
        seq, key_id, turn_id, blob, kek, wrapped, at = row
        if wrapped is None:
            raise IntegrityError("a record's key is missing", seq=seq)
        blob = bytes(blob)
        before = previous_hash(blob) if last_hash is None else last_hash
        place = RecordPlace(conversation, seq, key_id, before, None if turn_id is None else bytes(turn_id))
        try:
            if key_id not in keys:
                keys[key_id] = self._keys.unwrap(conversation, key_id, Wrapped(kek, bytes(wrapped)))
            body = keys[key_id].open(place, blob)
        except IntegrityError as error:
            raise IntegrityError(str(error), seq=seq) from None
        return Record(seq, place.turn_id, body, at), record_hash(place, blob)


def next_record(before: Head, key: DataKey, body: bytes, turn_id: bytes | None) -> tuple[Head, bytes]:
    """The head after one more record, and that record. Raises ValueError for a body that is too large."""
    place = RecordPlace(before.conversation, before.seq + 1, key.id, before.hash, turn_id)
    record = key.seal(place, body)
    return replace(before, seq=place.seq, hash=record_hash(place, record)), record


def head_of(conversation: bytes, row: tuple[Any, ...]) -> Head:
    """The head that stands in a row of ``HEAD``; only its MAC makes it true."""
    seq, digest, session_seq, session_key, base_seq, base_hash = row[:6]
    return Head(conversation, seq, bytes(digest), session_seq, session_key, base_seq, bytes(base_hash))
