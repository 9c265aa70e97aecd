"""The erasure ledger: outside the database, so that a restored backup forgets no erasure (docs/spec/rights.md)."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

from discreet.crypto import jws
from discreet.crypto.signing import public_key_of
from discreet.errors import IntegrityError, NotAuthentic, SettingsError
from discreet.storage.engine import Transaction

KIND = "discreet-erasure+jws"
GENESIS = "0" * 64
MAX_BYTES = 256 * 1024 * 1024
"""Of the whole file: some half a million erasures."""


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
        self._file = folder / "ledger"
        self._seed = seed
        self._public = public_key_of(seed)

    def lines(self) -> list[Line]:
        """Every line. Raises IntegrityError unless all verify, in order and without a gap."""
        try:
            with self._file.open("rb") as file:
                return self._checked(file)
        except FileNotFoundError:
            return []
        except OSError:
            raise SettingsError(f"the erasure ledger {self._file} cannot be read") from None

    @contextmanager
    def appending(self) -> Iterator[Appender]:
        """The right to append, alone. Raises IntegrityError for a ledger that does not verify."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield Appender(file, self._checked(file), self._seed)

    def _checked(self, file: IO[bytes]) -> list[Line]:
        lines: list[Line] = []
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise SettingsError("the erasure ledger is larger than this program reads")
        whole, _, torn = content.rpartition(b"\n")
        for raw in whole.split(b"\n") if whole else []:
            lines.append(self._line(raw.decode("ascii", errors="replace"), lines))
        if torn:
            # A crash in the middle of a write: that erasure did not commit, and the next append cuts it off.
            file.seek(len(content) - len(torn))
        return lines

    def _line(self, raw: str, before: Sequence[Line]) -> Line:
        try:
            stated = jws.verify(self._public, raw, KIND)
            line = Line(
                seq=int(stated["seq"]),
                hash=hashlib.sha256(raw.encode()).hexdigest(),
                at=int(stated["at"]),
                request=str(stated["request"]),
                session_keys=tuple(map(int, stated["keys"]["session"])),
                owner_keys=tuple(map(int, stated["keys"]["owner"])),
            )
        except (KeyError, TypeError, ValueError, NotAuthentic):
            raise IntegrityError("a line of the erasure ledger is none") from None
        if stated.get("v") != 1 or line.seq != len(before) + 1 or stated.get("prev") != _head(before).hash:
            raise IntegrityError("the erasure ledger was cut or reordered")
        return line


class Appender:
    """A ledger that nobody else appends to now."""

    def __init__(self, file: IO[bytes], lines: list[Line], seed: bytes) -> None:
        self._file = file
        self._seed = seed
        self.lines = lines

    def line_of(self, request: str) -> Line | None:
        """The line that was written for this request before a crash."""
        return next((line for line in reversed(self.lines) if line.request == request), None)

    def append(self, *, request: str, session_keys: Sequence[int], owner_keys: Sequence[int], now: int) -> Line:
        """One more line, on the disk when this returns. ``now`` is Unix time in seconds."""
        head = _head(self.lines)
        content = {
            "v": 1, "seq": head.seq + 1, "prev": head.hash, "at": now, "request": request,
            # As text: canonical JSON knows whole numbers to 53 bits.
            "keys": {"session": list(map(str, sorted(session_keys))), "owner": list(map(str, sorted(owner_keys)))},
        }  # fmt: skip
        raw = jws.compact(self._seed, content, KIND).encode()
        self._file.truncate(self._file.tell())
        self._file.write(raw + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        line = Line(head.seq + 1, hashlib.sha256(raw).hexdigest(), now, request, tuple(session_keys), tuple(owner_keys))
        self.lines.append(line)
        return line


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
