"""Whether the ledger is as it was written: every event, its order, its end, the notices, and the state that follows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discreet.records.consent.chain import NO_EVENT, head_mac
from discreet.records.consent.ledger import COLUMNS, event_of
from discreet.storage.engine import Transaction

BATCH = 500
"""People a round."""


@dataclass(frozen=True)
class Damage:
    """What is wrong with one person's chain, and from which event on; ``seq`` None where it is the whole."""

    subject: bytes
    what: str
    seq: int | None = None


@dataclass(frozen=True)
class Verified:
    """One person's chain: how many events, the hashes of its first and its last, and what is wrong with it.

    ``erased``: its person is; the chain stays as evidence of nobody.
    """

    subject: bytes
    events: int
    first: bytes
    last: bytes
    damage: tuple[Damage, ...]
    erased: bool = False


def verify_ledger(
    tx: Transaction, head_key: bytes, *, anchors: Mapping[bytes, tuple[int, bytes]] | None = None
) -> Iterator[Verified]:
    """Every person's chain, in order of their pseudonyms. Needs to read only.

    ``anchors`` are ends of chains seen before, (seq, hash) by the hash of the first event, kept outside the database: a
    chain that does not hold them any more was cut off or rolled back, however well it verifies.
    """
    anchors = anchors or {}
    seen: set[bytes] = set()
    after = b""
    while subjects := _next(tx, after):
        for subject in subjects:
            verified = _verified(tx, head_key, subject, anchors)
            seen.add(verified.first)
            yield verified
        after = subjects[-1]
    for first in sorted(set(anchors) - seen):
        yield Verified(b"", 0, first, NO_EVENT, (Damage(b"", "everything of a person who was there is gone"),))


def damaged_notices(tx: Transaction) -> list[bytes]:
    """Hashes of notices whose content is not what the hash names."""
    rows = tx.execute("SELECT hash, content FROM consent.notice ORDER BY hash")
    return [bytes(digest) for digest, content in rows if hashlib.sha256(content.encode()).digest() != bytes(digest)]


def unchained(tx: Transaction) -> int:
    """Events from before the ledger was chained, which nothing protects."""
    ((count,),) = tx.execute("SELECT count(*) FROM consent.event WHERE seq IS NULL")
    return int(count)


def _next(tx: Transaction, after: bytes) -> list[bytes]:
    rows = tx.execute(
        "SELECT subject FROM (SELECT subject FROM consent.chain UNION SELECT subject FROM consent.event"
        " UNION SELECT subject FROM consent.state) s WHERE subject > %s ORDER BY subject LIMIT %s",
        after, BATCH,
    )  # fmt: skip
    return [bytes(row[0]) for row in rows]


def _verified(tx: Transaction, head_key: bytes, subject: bytes, anchors: Mapping[bytes, tuple[int, bytes]]) -> Verified:
    rows = tx.execute(
        f"SELECT id, {COLUMNS} FROM consent.event WHERE subject = %s AND seq IS NOT NULL ORDER BY seq",  # noqa: S608
        subject,
    )
    damage: list[Damage] = []
    seq, last = 0, NO_EVENT
    newest: dict[str, tuple[int, str]] = {}
    chain = [(event_id, *event_of(tuple(row))) for event_id, *row in rows]
    first = chain[0][2] if chain else NO_EVENT
    erased = bool(chain) and all(event.is_nobodys for _, event, _ in chain)
    anchor = anchors.get(first)
    anchored = anchor is None
    for seq, (event_id, event, stored) in enumerate(chain, 1):
        if event.seq != seq or event.previous != last:
            damage.append(Damage(subject, "an event is missing, added or out of its order", seq))
            break
        if event.hash != stored:
            damage.append(Damage(subject, "an event was changed", seq))
            break
        if not erased and not event.is_theirs:
            damage.append(Damage(subject, "an event is another person's, or of another turn", seq))
            break
        last = stored
        anchored = anchored or (anchor == (seq, last))
        if event.status != "requested":
            newest[event.purpose] = (event_id, event.status)
    else:
        damage += _end(tx, head_key, subject, seq, last)
        damage += _state(tx, subject, {} if erased else newest)
        if not anchored:
            damage.append(Damage(subject, "what an earlier verification saw is gone"))
    return Verified(subject, len(rows), first, last, tuple(damage), erased)


def _end(tx: Transaction, head_key: bytes, subject: bytes, seq: int, last: bytes) -> Iterator[Damage]:
    rows = tx.execute("SELECT seq, hash, mac FROM consent.chain WHERE subject = %s", subject)
    if not rows:
        if seq:
            yield Damage(subject, "the end of the chain is missing")
        return
    end_seq, end_hash, mac = rows[0]
    if not hmac.compare_digest(bytes(mac), head_mac(head_key, end_seq, bytes(end_hash))):
        yield Damage(subject, "the end of the chain does not verify")
    elif (end_seq, bytes(end_hash)) != (seq, last):
        yield Damage(subject, "events were cut off or added at the end", seq)


def _state(tx: Transaction, subject: bytes, newest: dict[str, tuple[int, str]]) -> Iterator[Damage]:
    """What is held to be true now must be what the newest event of each purpose says."""
    rows = tx.execute(
        "SELECT s.purpose, s.event, s.status, e.status, s.expires_at IS NOT DISTINCT FROM e.expires_at,"
        " s.notice_hash IS NOT DISTINCT FROM e.notice_hash, e.seq IS NULL"
        " FROM consent.state s JOIN consent.event e ON e.id = s.event WHERE s.subject = %s ORDER BY s.purpose",
        subject,
    )
    for purpose, event_id, status, of_event, same_expiry, same_notice, before_chain in rows:
        if before_chain:
            continue
        if newest.get(purpose) != (event_id, status) or status != of_event or not (same_expiry and same_notice):
            yield Damage(subject, "the state is not what the ledger says")
    if set(newest) - {row[0] for row in rows}:
        yield Damage(subject, "the state of a purpose is missing")
