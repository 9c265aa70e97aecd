"""The erasure ledger: outside the database, so that a restored backup forgets no erasure (docs/spec/rights.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from discreet.crypto.signing import public_key_of
from discreet.errors import IntegrityError
from discreet.records.signed_file import GENESIS, Appending, Signed, SignedFile
from discreet.storage.engine import Transaction

KIND = "discreet-erasure+jws"


class State(Enum):
    """How the database stands to the ledger."""

    EQUAL = "equal"
    UNFINISHED = "the newest erasure was not completed; the keeper completes it"
    BEHIND = "the database knows less erasures than the ledger: a backup was restored"
    AHEAD = "the erasure ledger is shorter than the database says, or another one"


@dataclass(frozen=True)
class Line:
    """One erasure: which request, which keys. ``hash`` is what the next line must name."""

    seq: int
    hash: str
    at: int
    request: str
    session_keys: tuple[int, ...]
    owner_keys: tuple[int, ...]


@dataclass(frozen=True)
class Head:
    """The newest line, seq 0 where there is none."""

    seq: int = 0
    hash: str = GENESIS


class Ledger:
    """The file, and the seed that signs its lines. Several processes may hold one; ``appending`` takes turns."""

    def __init__(self, folder: Path, seed: bytes) -> None:
        self._file = SignedFile(folder / "ledger", KIND, public_key_of(seed), "the erasure ledger")
        self._seed = seed

    def lines(self) -> list[Line]:
        """Every line. Raises IntegrityError unless all verify, in order and without a gap."""
        return [_line(signed) for signed in self._file.lines()]

    @contextmanager
    def appending(self) -> Iterator[Appender]:
        """The right to append, alone. Raises IntegrityError for a ledger that does not verify."""
        with self._file.appending(self._seed) as file:
            yield Appender(file)


class Appender:
    """A ledger that nobody else appends to now."""

    def __init__(self, file: Appending) -> None:
        self._file = file
        self.lines = [_line(signed) for signed in file.lines()]

    def line_of(self, request: str) -> Line | None:
        """The line that was written for this request before a crash."""
        return next((line for line in reversed(self.lines) if line.request == request), None)

    def append(self, *, request: str, session_keys: Sequence[int], owner_keys: Sequence[int], now: int) -> Line:
        """One more line, on the disk when this returns. ``now`` is Unix time in seconds."""
        # As text: canonical JSON knows whole numbers to 53 bits.
        keys = {"session": list(map(str, sorted(session_keys))), "owner": list(map(str, sorted(owner_keys)))}
        line = _line(self._file.append({"request": request, "keys": keys}, now))
        self.lines.append(line)
        return line


def _line(signed: Signed) -> Line:
    try:
        return Line(
            seq=signed.seq,
            hash=signed.hash,
            at=signed.at,
            request=str(signed.content["request"]),
            session_keys=tuple(map(int, signed.content["keys"]["session"])),
            owner_keys=tuple(map(int, signed.content["keys"]["owner"])),
        )
    except (KeyError, TypeError, ValueError):
        raise IntegrityError("a line of the erasure ledger is none") from None


def _head(lines: Sequence[Line]) -> Head:
    return Head(lines[-1].seq, lines[-1].hash) if lines else Head()


def head_in(tx: Transaction) -> Head:
    """What the database takes for the newest line."""
    ((seq, digest),) = tx.execute("SELECT seq, hash FROM rights.ledger")
    return Head(seq, digest)


def set_head(tx: Transaction, line: Line) -> None:
    """The database knows of this erasure from the commit on."""
    tx.execute("UPDATE rights.ledger SET seq = %s, hash = %s", line.seq, line.hash)


def compare(tx: Transaction, lines: Sequence[Line]) -> State:
    """How the database stands to these lines."""
    known, newest = head_in(tx), _head(lines)
    if known == newest:
        return State.EQUAL
    if known.seq > newest.seq:
        return State.AHEAD
    if known.hash != (lines[known.seq - 1].hash if known.seq else GENESIS):
        # Of another branch: restored from a backup, and somebody was erased since without a replay.
        return State.BEHIND
    if known.seq == newest.seq - 1 and tx.execute(
        "SELECT 1 FROM rights.request WHERE id = %s AND state = 'filed'", lines[-1].request
    ):
        return State.UNFINISHED
    return State.BEHIND
