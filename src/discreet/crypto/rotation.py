"""The life of a ring file: keys are added at its end, and dropped when they wrap nothing (docs/spec/keys.md)."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discreet.crypto.keyring import new_entry, write_draft
from discreet.errors import SettingsError

DROP_AFTER = 3600
"""Seconds that the newest key must have wrapped for, before an older one may be dropped."""


@dataclass(frozen=True)
class RingEntry:
    """One key-encryption key, without the key. ``made`` is Unix time in seconds, None where it was not written down."""

    id: str
    made: int | None


def entries(folder: Path, ring: str) -> list[RingEntry]:
    """What is on the ring, oldest first. Raises SettingsError."""
    return [RingEntry(entry["id"], entry.get("made")) for entry in _read(folder / f"{ring}.json")]


def add_key(folder: Path, ring: str, now: float) -> str:
    """Adds a fresh key, which wraps from now on, and returns its id. Raises SettingsError."""
    with _held(folder):
        path = folder / f"{ring}.json"
        keys = _read(path)
        newest = int(keys[-1]["id"].rpartition("-")[2])
        added = new_entry(f"{ring}-{newest + 1}", int(now))
        write_draft(path, {"keys": [*keys, added]}).replace(path)
        return str(added["id"])


def drop_keys(folder: Path, ring: str, unused: Set[str], now: float) -> list[str]:
    """Drops the keys of ``unused``, which wrap nothing any more, and returns their ids. The newest always stays.

    Raises SettingsError while the newest is younger than DROP_AFTER: a process may still wrap by the one before.
    """
    with _held(folder):
        path = folder / f"{ring}.json"
        keys = _read(path)
        if now - keys[-1].get("made", 0) < DROP_AFTER:
            raise SettingsError(
                f"the newest key of the ring {ring!r} is younger than an hour: something may still be wrapped by the "
                "one before. Try again later."
            )
        dropped = [entry["id"] for entry in keys[:-1] if entry["id"] in unused]
        if dropped:
            write_draft(path, {"keys": [entry for entry in keys if entry["id"] not in dropped]}).replace(path)
        return dropped


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        keys: list[dict[str, Any]] = json.loads(path.read_text())["keys"]
    except (OSError, ValueError, KeyError):
        raise SettingsError(f"the key file {path.name} is missing or damaged; restore it from your backup") from None
    return keys


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """One rotation at a time: two would add the same id."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
