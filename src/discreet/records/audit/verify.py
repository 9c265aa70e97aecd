"""Whether the audit log is as it was written: every event and link, their order, their end, what is known outside."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from discreet.errors import IntegrityError
from discreet.records.audit.chain import COLUMNS, NO_LINK, Event, event_of
from discreet.records.audit.heads import Head, head_in, link_in, require_sound
from discreet.records.signed_file import NOTHING, Signed
from discreet.storage.engine import Transaction

BATCH = 1000
ERASURE = "erase"
"""The event that every erasure leaves, under the random id that stands for its person from then on."""


@dataclass(frozen=True)
class Damage:
    """What is wrong. ``seq`` is the first link that is not as it was signed, None where it is about no link."""

    what: str
    seq: int | None = None
    event: int | None = None


@dataclass(frozen=True)
class Verified:
    """How many links verify, how many of them are of erased people, how many events wait for their link, how many
    times an operator went on from a chain that had lost its end; and the damage, the first one first."""

    links: int
    erased: int
    waiting: int
    resumed: int
    damage: tuple[Damage, ...]


def verify_log(tx: Transaction, public_key: bytes, lines: Sequence[Signed], *, older_copy: bool = False) -> Verified:
    """All of it; the caller's transaction is one snapshot, with the right to read only.

    ``lines`` are those outside the database, each of them checked; ``older_copy``: of a copy of any age.
    """
    walk = _Walk(_named(lines))
    damage = [*walk.through(tx)]
    head = Head()
    if not damage:
        damage += _of_erasures(tx, walk.nobodys)
        try:
            head = head_in(tx, public_key)
            require_sound(tx, head, lines[-1] if lines else NOTHING, older_copy=older_copy)
        except IntegrityError as error:
            damage.append(Damage(str(error), error.seq))
    damage += [Damage("an event was put in where the log was complete", None, event) for event in _put_in(tx, head)]
    ((waiting,),) = tx.execute(
        "SELECT count(*) FROM audit.event e WHERE e.id > %s"
        " AND NOT EXISTS (SELECT FROM audit.link l WHERE l.event = e.id)", head.floor,
    )  # fmt: skip
    resumed = sum(line.content.get("resumed") is not None for line in lines)
    return Verified(walk.seq, len(walk.nobodys), waiting, resumed, tuple(damage))


def oldest_waiting(tx: Transaction, head: Head) -> float:
    """For how many seconds the oldest event has waited for its link, 0 where none does."""
    ((seconds,),) = tx.execute(
        "SELECT extract(epoch FROM clock_timestamp() - min(e.at))::float8 FROM audit.event e WHERE e.id > %s"
        " AND NOT EXISTS (SELECT FROM audit.link l WHERE l.event = e.id AND l.event > %s)",
        head.floor, head.floor,
    )  # fmt: skip
    return max(0.0, float(seconds or 0))


class _Walk:
    """From the first link to the last or to the first that is wrong."""

    def __init__(self, named: dict[int, bytes]) -> None:
        self._named = named
        self.seq = 0
        self.nobodys: list[tuple[int, Event]] = []
        self._last = NO_LINK

    def through(self, tx: Transaction) -> Iterator[Damage]:
        while rows := tx.execute(
            f"SELECT l.seq, l.event, l.salt, l.person, l.hash, {COLUMNS} FROM audit.link l"  # noqa: S608
            " LEFT JOIN audit.event e ON e.id = l.event WHERE l.seq > %s ORDER BY l.seq LIMIT %s",
            self.seq, BATCH,
        ):  # fmt: skip
            for row in rows:
                what = self._wrong(row)
                if what:
                    yield Damage(what, self.seq + 1, row[1])
                    return
                self.seq, self._last = row[0], bytes(row[4])

    def _wrong(self, row: tuple[Any, ...]) -> str:
        seq, _, salt, person, digest, *of_event = row
        if seq != self.seq + 1:
            return "a link is missing"
        if of_event[0] is None:
            return "its event was deleted"
        event = event_of(of_event)
        if event.link(seq, self._last, bytes(person)) != bytes(digest):
            return "the event or its link was changed, moved or put in"
        if salt is not None and event.person(bytes(salt)) != bytes(person):
            return "the event was given to another person or turn"
        if salt is None:
            if event.turn_id is not None:
                return "the event was given another turn"
            self.nobodys.append((seq, event))
        if self._named.get(seq, bytes(digest)) != bytes(digest):
            return "a head outside the database names another link"
        return ""


def _named(lines: Sequence[Signed]) -> dict[int, bytes]:
    """What must be in the chain: the links that lines name, but for those that a later line goes back behind."""
    named: dict[int, bytes] = {}
    end: float = math.inf
    for line in reversed(lines):
        seq, digest = link_in(line)
        if 0 < seq <= end:
            named.setdefault(seq, digest)
        if line.content.get("resumed") is not None:
            end = min(end, seq)
    return named


def _of_erasures(tx: Transaction, nobodys: Sequence[tuple[int, Event]]) -> Iterator[Damage]:
    """Links whose salt is gone although nobody was erased under that id."""
    subjects = sorted({event.subject for _, event in nobodys if event.subject is not None})
    rows = tx.execute(
        "SELECT subject FROM audit.event WHERE event = %s AND outcome = 'done' AND subject = ANY(%s)", ERASURE, subjects
    )
    erased = {bytes(row[0]) for row in rows}
    for seq, event in nobodys:
        if event.subject not in erased:
            yield Damage("its person was taken away without an erasure", seq, event.id)
            return


def _put_in(tx: Transaction, head: Head) -> list[int]:
    rows = tx.execute(
        "SELECT e.id FROM audit.event e WHERE e.id <= %s"
        " AND NOT EXISTS (SELECT FROM audit.link l WHERE l.event = e.id) ORDER BY e.id LIMIT 10",
        head.floor,
    )
    return [row[0] for row in rows]
