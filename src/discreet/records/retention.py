"""Ending what is over: whole sessions, oldest first, key first, while turns go on (docs/spec/envelope.md, "Retention").

Needs the conversations' key ring, to authenticate a head again after its base has moved, and no right to read a record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from discreet.crypto.envelope import Head
from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import IntegrityError
from discreet.policy import Policy
from discreet.records.consent import LIVE
from discreet.records.conversations import HEAD, head_of
from discreet.records.keys import SessionKeys
from discreet.records.rights.standing import KEPT_FOR_THE_PERSON
from discreet.storage.engine import Database, Transaction
from discreet.storage.locks import lock_number

BATCH = 200
"""Conversations a round and kind."""
_AGREED = (
    f"EXISTS (SELECT FROM consent.state s WHERE s.subject = h.conversation AND s.purpose = 'transcript' AND {LIVE})"
)
_RESTRICTED = KEPT_FOR_THE_PERSON.format(whose="h.conversation")


@dataclass(frozen=True)
class Rule:
    """How long a session is kept after its last record: ``idle`` in general, ``agreed`` where that was consented to."""

    idle: timedelta
    agreed: timedelta


def rule_of(policy: Policy) -> Rule:
    """What privacy.yml says: ``session.idle``, and ``keep`` of the purpose ``transcript``."""
    transcript = policy.purposes.get("transcript")
    return Rule(policy.session_idle, max(policy.session_idle, transcript.keep if transcript else policy.session_idle))


@dataclass(frozen=True)
class Ended:
    """One round: conversations that are gone, sessions that are gone of others, and conversations left alone because
    their head does not verify. ``more``: a batch was full."""

    conversations: int = 0
    sessions: int = 0
    damaged: tuple[bytes, ...] = ()
    more: bool = False


class Retention:
    """Rounds over all conversations. Times are compared with the database's clock only."""

    def __init__(self, database: Database, ring: KeyRing, rule: Rule) -> None:
        self._database = database
        self._keys = SessionKeys(ring)
        self._rule = rule
        self._after = b""

    def run_once(self) -> Ended:
        """One batch of each kind; who is in the middle of a turn waits. Raises StorageError; what was done stays."""
        conversations = self._end_conversations()
        sessions, damaged = 0, []
        for conversation in self._with_older_sessions():
            try:
                sessions += self._end_sessions(conversation)
            except IntegrityError:
                damaged.append(conversation)
        return Ended(conversations, sessions, tuple(damaged), more=conversations == BATCH or self._after != b"")

    def _end_conversations(self) -> int:
        with self._database.transaction() as tx:
            over = f"h.touched_at < now() - %s AND (h.touched_at < now() - %s OR NOT {_AGREED}) AND NOT {_RESTRICTED}"
            times = (self._rule.idle, self._rule.agreed)
            rows = tx.execute(f"SELECT h.conversation FROM conversation.head h WHERE {over} LIMIT %s", *times, BATCH)  # noqa: S608
            ids = _locked(tx, [bytes(row[0]) for row in rows])
            if not ids:
                return 0
            # Again: a turn that ended before the lock was taken has touched its head.
            gone = tx.execute(
                f"DELETE FROM conversation.head h WHERE h.conversation = ANY(%s) AND {over} RETURNING h.conversation",  # noqa: S608
                ids, *times,
            )  # fmt: skip
            ids = [bytes(row[0]) for row in gone]
            tx.execute("DELETE FROM key.session_key WHERE conversation = ANY(%s)", ids)
            tx.execute("DELETE FROM conversation.turn WHERE conversation = ANY(%s)", ids)
            tx.execute("DELETE FROM channel.address WHERE conversation = ANY(%s)", ids)
            return len(ids)

    def _with_older_sessions(self) -> list[bytes]:
        """The next batch of conversations with a session that may be over; after the last one, from the start again."""
        with self._database.transaction() as tx:
            rows = tx.execute(
                "SELECT h.conversation FROM conversation.head h"  # noqa: S608
                " JOIN conversation.turn t ON t.conversation = h.conversation AND t.seq = h.base_seq + 1"
                " WHERE h.session_seq > h.base_seq + 1 AND h.conversation > %s"
                f" AND (t.at < now() - %s OR NOT {_AGREED}) AND NOT {_RESTRICTED} ORDER BY h.conversation LIMIT %s",
                self._after, self._rule.agreed, BATCH,
            )  # fmt: skip
        ids = [bytes(row[0]) for row in rows]
        self._after = ids[-1] if len(ids) == BATCH else b""
        return ids

    def _end_sessions(self, conversation: bytes) -> int:
        """Moves the base past the sessions that are over. Raises IntegrityError for a head that does not verify."""
        with self._database.transaction() as tx:
            if not _locked(tx, [conversation]):
                return 0
            rows = tx.execute(
                f"SELECT {HEAD}, k.kek, k.wrapped, {_AGREED} FROM conversation.head h"  # noqa: S608
                " JOIN key.session_key k ON k.id = h.session_key AND k.conversation = h.conversation"
                " WHERE h.conversation = %s",
                conversation,
            )
            if not rows:
                return 0
            *_, mac, kek, wrapped, agreed = rows[0]
            head = head_of(conversation, rows[0])
            key = self._keys.unwrap(conversation, head.session_key, Wrapped(kek, bytes(wrapped)))
            key.verify(head, bytes(mac))
            over = self._over(tx, head, agreed=agreed)
            if not over:
                return 0
            base = max(last for _, last in over)
            moved = replace(head, base_seq=base, base_hash=_follows(tx, conversation, base + 1))
            tx.execute("DELETE FROM key.session_key WHERE id = ANY(%s)", [key_id for key_id, _ in over])
            tx.execute("DELETE FROM conversation.turn WHERE conversation = %s AND seq <= %s", conversation, base)
            updated = tx.execute(
                "UPDATE conversation.head SET base_seq = %s, base_hash = %s, mac = %s"
                " WHERE conversation = %s AND seq = %s AND hash = %s RETURNING seq",
                moved.base_seq, moved.base_hash, key.mac(moved), conversation, head.seq, head.hash,
            )  # fmt: skip
            if not updated:
                raise IntegrityError("a conversation moved while its lock was held")
            return len(over)

    def _over(self, tx: Transaction, head: Head, *, agreed: bool) -> list[tuple[int, int]]:
        """(key id, last record) of the sessions from the base on that are over, up to the first that is not."""
        rows = tx.execute(
            "SELECT session_key, max(seq), max(at) < now() - %s FROM conversation.turn"
            " WHERE conversation = %s AND seq > %s AND seq < %s GROUP BY session_key ORDER BY max(seq)",
            self._rule.agreed, head.conversation, head.base_seq, head.session_seq,
        )  # fmt: skip
        over = []
        for key_id, last, old in rows:
            if agreed and not old:
                break
            over.append((key_id, last))
        return over


def _locked(tx: Transaction, conversations: list[bytes]) -> list[bytes]:
    """Those whose lock nobody else holds; it is ours until the transaction ends."""
    numbers = [lock_number(conversation) for conversation in conversations]
    rows: list[tuple[Any, ...]] = tx.execute(
        "SELECT n FROM unnest(%s::bigint[]) n WHERE pg_try_advisory_xact_lock(n)", numbers
    )
    ours = {row[0] for row in rows}
    return [conversation for conversation in conversations if lock_number(conversation) in ours]


def _follows(tx: Transaction, conversation: bytes, seq: int) -> bytes:
    ((digest,),) = tx.execute("SELECT conversation.follows(%s, %s)", conversation, seq)
    if digest is None:
        raise IntegrityError("a record is missing", seq=seq)
    return bytes(digest)
