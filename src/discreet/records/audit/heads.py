"""Where the chain ends, signed: one row in the database, renewed all the time, and lines in a file outside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discreet.crypto import jws
from discreet.crypto.signing import public_key_of
from discreet.errors import IntegrityError, NotAuthentic, SettingsError
from discreet.records.audit.chain import NO_LINK
from discreet.records.signed_file import GENESIS, Signed, SignedFile
from discreet.storage.engine import Transaction

HEAD, LINE = "discreet-audit-head+jws", "discreet-audit-anchor+jws"
FILE = "heads"
MAX_REASON = 200


@dataclass(frozen=True)
class Head:
    """The chain's end: its number and hash, when (Unix seconds), the floor below which no event appears any more,
    and number and hash of the newest line outside."""

    seq: int = 0
    hash: bytes = NO_LINK
    at: int = 0
    floor: int = 0
    line: tuple[int, str] = (0, GENESIS)


def heads_file(folder: Path, public_key: bytes) -> SignedFile:
    """The lines outside the database. ``folder`` is the keeper's alone."""
    return SignedFile(folder / FILE, LINE, public_key, "the file of audit heads")


def head_in(tx: Transaction, public_key: bytes) -> Head:
    """What the database says. Raises IntegrityError where that was not signed by this key."""
    return _head(tx.execute("SELECT statement FROM audit.head"), public_key)


def take_head(tx: Transaction, public_key: bytes) -> Head | None:
    """The same, and the right to chain until the transaction ends; None while somebody else has it."""
    rows = tx.execute("SELECT statement FROM audit.head FOR UPDATE SKIP LOCKED")
    return _head(rows, public_key) if rows else None


def set_head(tx: Transaction, seed: bytes, head: Head) -> None:
    """Signs a new end of the chain."""
    number, digest = head.line
    content = {
        "v": 1, "seq": head.seq, "hash": head.hash.hex(), "at": head.at, "floor": str(head.floor),
        "line": {"seq": number, "hash": digest},
    }  # fmt: skip
    tx.execute("UPDATE audit.head SET statement = %s", jws.compact(seed, content, HEAD))


def link_in(line: Signed) -> tuple[int, bytes]:
    """Number and hash of the link that a line outside names; (0, zeros) for no line. Raises IntegrityError."""
    if not line.seq:
        return 0, NO_LINK
    try:
        return int(line.content["link"]["seq"]), bytes.fromhex(line.content["link"]["hash"])
    except (KeyError, TypeError, ValueError):
        raise IntegrityError("a line of the file of audit heads is none") from None


def require_sound(tx: Transaction, head: Head, newest: Signed, *, older_copy: bool = False) -> None:
    """Raises IntegrityError unless the head, the last link and the newest line outside fit together.

    ``older_copy``: the line is of a copy, which need not know what the database knows.
    """
    end = end_in(tx)
    if end != (head.seq, head.hash):
        first = min(end[0], head.seq) + (end[0] != head.seq)
        raise IntegrityError("the chain does not end where its head says", seq=first)
    seq, digest = link_in(newest)
    if seq > head.seq:
        raise IntegrityError(
            f"the chain ends at link {head.seq}, a head outside the database names link {seq}:"
            " its end was cut off, or a backup was restored",
            seq=head.seq + 1,
        )
    rows = tx.execute("SELECT hash FROM audit.link WHERE seq = %s", seq)
    if seq and (not rows or bytes(rows[0][0]) != digest):
        raise IntegrityError(f"the chain has another link {seq} than a head outside the database", seq=seq)
    number, of_line = head.line
    if not older_copy and (newest.seq < number or (newest.seq == number and newest.hash != of_line)):
        raise IntegrityError("the file of audit heads was cut, exchanged or lost")


def end_in(tx: Transaction) -> tuple[int, bytes]:
    """Number and hash of the last link there is."""
    rows = tx.execute("SELECT seq, hash FROM audit.link ORDER BY seq DESC LIMIT 1")
    return (rows[0][0], bytes(rows[0][1])) if rows else (0, NO_LINK)


def resume(tx: Transaction, file: SignedFile, seed: bytes, reason: str, now: int) -> int:
    """Goes on from the chain as it stands, and says so outside; the number of its last link.

    Raises SettingsError where there is nothing wrong with it, and IntegrityError for a file that does not verify: it is
    put aside as evidence first. ``reason`` is the operator's, at most ``MAX_REASON`` characters.
    """
    if not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
        raise SettingsError(f"--reason is one line of at most {MAX_REASON} characters")
    tx.execute("SELECT 1 FROM audit.head FOR UPDATE")
    try:
        head = head_in(tx, public_key_of(seed))
    except IntegrityError:
        head = None
    with file.appending(seed) as held:
        newest = held.last()
        try:
            if head is not None:
                require_sound(tx, head, newest)
                raise SettingsError("the end of the chain is as it should be: there is nothing to resume")
        except IntegrityError:
            pass
        seq, digest = end_in(tx)
        link = {"seq": seq, "hash": digest.hex()}
        line = held.append({"link": link, "resumed": reason}, now)
    set_head(tx, seed, Head(seq, digest, now, 0 if head is None else head.floor, (line.seq, line.hash)))
    return seq


def _head(rows: list[tuple[Any, ...]], public_key: bytes) -> Head:
    if not rows:
        raise IntegrityError("the head of the audit log is missing")
    if rows[0][0] is None:
        return Head()
    try:
        stated = jws.verify(public_key, rows[0][0], HEAD)
        if stated["v"] != 1:
            raise ValueError
        line = int(stated["line"]["seq"]), str(stated["line"]["hash"])
        return Head(int(stated["seq"]), bytes.fromhex(stated["hash"]), int(stated["at"]), int(stated["floor"]), line)
    except (KeyError, TypeError, ValueError, NotAuthentic):
        raise IntegrityError("the head of the audit log was not signed by the keeper") from None
