"""A file of signed lines, only appended to: what the database must not be able to forget lies outside it.

Each line is a JWS that names the line before; the ledger of erasures (docs/spec/rights.md) and the heads of the audit
log (docs/spec/audit.md) are such files.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from discreet.crypto import jws
from discreet.errors import IntegrityError, NotAuthentic, SettingsError

GENESIS = "0" * 64
MAX_BYTES = 256 * 1024 * 1024
"""Of a whole file: some half a million lines."""
TAIL = 64 * 1024
"""Bytes in which the newest line is looked for, where only that one is asked for."""
Result = TypeVar("Result")
_OWN = ("v", "seq", "prev", "at")


@dataclass(frozen=True)
class Signed:
    """One line. ``hash`` is what the next one must name, ``at`` Unix time (seconds), ``content`` the rest."""

    seq: int = 0
    hash: str = GENESIS
    at: int = 0
    content: dict[str, Any] = field(default_factory=dict)


NOTHING = Signed()
"""What the first line follows."""


class SignedFile:
    """Lines of one ``kind``, the JWS ``typ``. ``called`` is the file's name in errors."""

    def __init__(self, file: Path, kind: str, public_key: bytes, called: str) -> None:
        self._file = file
        self._kind = kind
        self._public = public_key
        self._called = called

    def lines(self) -> list[Signed]:
        """Every line. Raises IntegrityError unless all verify, in order and without a gap; [] without a file."""
        return self._read(lambda file: self._whole(file)[0], [])

    def last(self) -> Signed:
        """The newest line, whose signature alone is checked; ``NOTHING`` without one. Raises IntegrityError."""
        return self._read(lambda file: self._tail(file)[0], NOTHING)

    @contextmanager
    def appending(self, seed: bytes) -> Iterator[Appending]:
        """The right to append, alone; ``seed`` signs. Several processes may ask for it and take turns.

        Raises SettingsError for a file that cannot be written.
        """
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            if os.geteuid() == 0:  # an operator may have been first: whoever owns the folder must get in too
                folder = self._file.parent.stat()
                os.fchown(descriptor, folder.st_uid, folder.st_gid)
        except OSError:
            raise SettingsError(f"{self._called} {self._file} cannot be written") from None
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield Appending(self, file, seed)

    def _read(self, work: Callable[[IO[bytes]], Result], without: Result) -> Result:
        try:
            with self._file.open("rb") as file:
                return work(file)
        except FileNotFoundError:
            return without
        except OSError:
            raise SettingsError(f"{self._called} {self._file} cannot be read") from None

    def _whole(self, file: IO[bytes]) -> tuple[list[Signed], int]:
        """All lines, and where they end: what follows was torn by a crash, and the next append cuts it off."""
        file.seek(0)
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise SettingsError(f"{self._called} is larger than this program reads")
        whole, _, torn = content.rpartition(b"\n")
        lines: list[Signed] = []
        before = NOTHING
        for raw in whole.split(b"\n") if whole else []:
            line, names = self._line(raw)
            if line.seq != before.seq + 1 or names != before.hash:
                raise IntegrityError(f"{self._called} was cut or reordered", seq=before.seq + 1)
            lines.append(line)
            before = line
        return lines, len(content) - len(torn)

    def _tail(self, file: IO[bytes]) -> tuple[Signed, int]:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - TAIL))
        content = file.read(TAIL)
        end = content.rfind(b"\n") + 1
        if not end:
            if start:
                raise IntegrityError(f"a line of {self._called} is none")
            return NOTHING, 0
        begin = content.rfind(b"\n", 0, end - 1) + 1
        return self._line(content[begin : end - 1])[0], start + end

    def _line(self, raw: bytes) -> tuple[Signed, str]:
        """A line, and the hash that it names."""
        try:
            stated = jws.verify(self._public, raw.decode("ascii", errors="replace"), self._kind)
            version, seq, names, at = (stated.pop(name) for name in _OWN)
            if version != 1:
                raise ValueError
            return Signed(int(seq), hashlib.sha256(raw).hexdigest(), int(at), stated), str(names)
        except (KeyError, TypeError, ValueError, NotAuthentic):
            raise IntegrityError(f"a line of {self._called} is none") from None

    def _raw(self, seed: bytes, before: Signed, content: dict[str, Any], now: int) -> bytes:
        stated = {"v": 1, "seq": before.seq + 1, "prev": before.hash, "at": now, **content}
        return jws.compact(seed, stated, self._kind).encode()


class Appending:
    """A file that nobody else appends to now."""

    def __init__(self, of: SignedFile, file: IO[bytes], seed: bytes) -> None:
        self._of = of
        self._file = file
        self._seed = seed
        self._newest: tuple[Signed, int] | None = None

    def lines(self) -> list[Signed]:
        """As ``SignedFile.lines``; what is appended then follows a file of which every line was checked."""
        lines, end = self._of._whole(self._file)
        self._newest = (lines[-1] if lines else NOTHING), end
        return lines

    def last(self) -> Signed:
        """As ``SignedFile.last``."""
        if self._newest is None:
            self._newest = self._of._tail(self._file)
        return self._newest[0]

    def append(self, content: dict[str, Any], now: int) -> Signed:
        """One more line, on the disk when this returns. ``now`` is Unix time in seconds. Raises IntegrityError."""
        before = self.last()
        assert self._newest is not None
        end = self._newest[1]
        raw = self._of._raw(self._seed, before, content, now)
        self._file.seek(end)
        self._file.truncate()
        self._file.write(raw + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        line = Signed(before.seq + 1, hashlib.sha256(raw).hexdigest(), now, content)
        self._newest = line, end + len(raw) + 1
        return line
