"""Logs that lie in files: put aside by size and by day, and gone after a while.

A process writes its log to a descriptor that it was given, opened for appending, and may not be able to open the file
itself. So nobody is asked to open anything anew: what stands in the file is copied aside, and the file cut to nothing
under its writer, whose next line then stands at the beginning. What it writes between the last read and the cut, some
microseconds, is lost; whatever must not be lost is an audit event and no log line.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

EVERY = timedelta(days=1)
MOST_BYTES = 8 * 1024 * 1024
MOST_ASIDE = 50
"""Files aside of one log, so that nobody who makes a server write fills the disk: the oldest go first."""
_TIME = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


def rotate(logs: Iterable[Path], aside: Path, keep: timedelta, now: float, *, most_bytes: int = MOST_BYTES) -> None:
    """Puts aside, in that folder, what is large or a day old, and removes what is older than ``keep`` there.

    ``now`` is Unix time in seconds; ``aside`` is a folder that nobody else may write. A file that cannot be put aside
    stays as it is until the next time. No line is kept longer than ``keep``, a day at least, while this is called.
    """
    for log in logs:
        with contextlib.suppress(OSError):
            _put_aside(log, aside, now, most_bytes)
        for number, (file, newest) in enumerate(sorted(_aside_of(log, aside), reverse=True)):
            # Its newest line is this old; its oldest a day more.
            if number >= MOST_ASIDE or newest <= now - max(keep - EVERY, timedelta(0)).total_seconds():
                file.unlink(missing_ok=True)


def _put_aside(log: Path, aside: Path, now: float, most_bytes: int) -> None:
    # A writer of another user owns the folder of its log: it must not have us copy and cut what a link points to.
    with os.fdopen(os.open(log, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK), "rb+") as source:
        status = os.fstat(source.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size == 0:
            return
        if status.st_size < most_bytes and now - _begun(source.read(4096), status.st_mtime) < EVERY.total_seconds():
            return
        copy = aside / f"{log.name}.{int(now)}"
        try:
            with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                source.seek(0)
                shutil.copyfileobj(source, target)
                target.flush()
                os.utime(copy, (status.st_mtime, status.st_mtime))
                source.truncate(0)
        except FileExistsError:
            return
        except OSError:
            copy.unlink(missing_ok=True)
            raise


def _begun(head: bytes, otherwise: float) -> float:
    """When its first line was written: by the first time that stands in it, in UTC."""
    found = _TIME.search(head)
    try:
        return datetime.fromisoformat((found or [b""])[0].decode()).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return otherwise


def _aside_of(log: Path, aside: Path) -> list[tuple[Path, float]]:
    """The files aside of a log, and when the newest line of each was written."""
    named = re.compile(re.escape(log.name) + r"\.\d+\Z")
    return [(file, file.stat().st_mtime) for file in aside.iterdir() if named.match(file.name)]
