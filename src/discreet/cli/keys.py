"""``discreet keys``: the key-encryption keys and what they wrap (docs/spec/keys.md). No key is ever printed."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from discreet.assistant import handed_out
from discreet.cli.database import owner_database
from discreet.cli.state import only_one
from discreet.cli.told import told
from discreet.crypto import keyring, rotation
from discreet.crypto.wrapping import REREAD_SECONDS, KeyRing
from discreet.errors import SettingsError
from discreet.records import rewrap as keys
from discreet.records.audit import Audit
from discreet.storage.engine import Database

HAND_OUT_SECONDS = 20.0
"""A running assistant looks at its ring files each second."""


def run_list(state: Path) -> int:
    """Prints each key's id, when it was made and how many keys it wraps. Returns the exit code."""

    def listing(database: Database) -> int:
        for name in keyring.RINGS:
            counts = keys.wrapped_by(database, name)
            for entry in rotation.entries(state / "keys", name):
                print(f"{entry.id:<18} made {_day(entry.made):<16} wraps {counts.pop(entry.id, 0)}")
            for missing, count in sorted(counts.items()):
                print(f"{missing:<18} NOT ON THE RING       wraps {count}, which nobody can open")
        return 0

    return _with_database(state, listing)


def run_rotate(state: Path) -> int:
    """Adds a key to each ring and rewraps. Interrupted, `discreet keys rewrap` goes on. Returns the exit code."""

    def rotating(database: Database) -> int:
        for name in keyring.RINGS:
            added = rotation.add_key(state / "keys", name, time.time())
            _record(database, f"keys.rotate.{name}")
            print(f"{added} wraps from now on", flush=True)
        return _rewrap(state, database)

    return _with_database(state, rotating)


def run_rewrap(state: Path, *, drop_unused: bool) -> int:
    """Wraps everything by the newest keys; with ``drop_unused`` forgets the older ones. Returns the exit code."""

    def rewrapping(database: Database) -> int:
        code = _rewrap(state, database)
        return _drop(state, database) if drop_unused and code == 0 else code

    return _with_database(state, rewrapping)


def run_verify(state: Path) -> int:
    """Opens every wrapped key and names those that do not. Returns 1 where there is one, else 0."""

    def verifying(database: Database) -> int:
        found = 0
        for name, ring in _rings(state).items():
            for bad in keys.bad_keys(database, name, ring):
                found += 1
                _tell(bad)
            print(f"{name}: {sum(keys.wrapped_by(database, name).values())} keys looked at", flush=True)
        return 1 if found else 0

    return _with_database(state, verifying)


def _rewrap(state: Path, database: Database) -> int:
    _wait_until_handed_out(state)
    bad: set[keys.BadKey] = set()
    for name, ring in _rings(state).items():
        total = sum(count for kek, count in keys.wrapped_by(database, name).items() if kek != ring.newest)
        progress = keys.Progress(0, 0)
        for progress in keys.rewrap(database, name, ring):
            print(f"  {name}: {progress.rewrapped} of about {total} ...", file=sys.stderr, flush=True)
        bad.update(progress.bad)
        print(f"{name}: {progress.rewrapped} keys wrapped anew by {ring.newest}", flush=True)
    for one in bad:
        _tell(one)
    return 1 if bad else 0


def _drop(state: Path, database: Database) -> int:
    for name in keyring.RINGS:
        used = keys.wrapped_by(database, name)
        unused = {entry.id for entry in rotation.entries(state / "keys", name)} - set(used)
        for dropped in rotation.drop_keys(state / "keys", name, unused, time.time()):
            _record(database, f"keys.drop.{name}")
            print(f"{dropped} is dropped; backups from before need it")
    return 0


def _wait_until_handed_out(state: Path) -> None:
    """A process that lacked the newest key could not open what was rewrapped; one that has not yet read it would go on
    wrapping by the one before, behind the last pass. Raises SettingsError.
    """
    newest = {name: rotation.entries(state / "keys", name)[-1].id for name in keyring.RINGS}
    deadline = time.monotonic() + HAND_OUT_SECONDS
    while True:
        since = _handed_out_since(state, newest)
        if since is not None:
            time.sleep(max(0.0, REREAD_SECONDS - since))
            return
        if time.monotonic() > deadline:
            raise SettingsError(
                "the running assistant has not taken the newest keys; nothing was rewrapped. Restart it, then run "
                "`discreet keys rewrap`."
            )
        time.sleep(0.2)


def _handed_out_since(state: Path, newest: dict[str, str]) -> float | None:
    """For how many seconds the running assistant has had the keys: None for not yet, infinity where none runs."""
    try:
        with only_one(state):
            return math.inf
    except SettingsError:
        pass
    try:
        file = handed_out(state)
        given, at = json.loads(file.read_text()), file.stat().st_mtime
    except (OSError, ValueError):
        return None
    return time.time() - at if all(key_id in given.get(name, ()) for name, key_id in newest.items()) else None


def _rings(state: Path) -> dict[str, KeyRing]:
    held = keyring.keys_for("rasa", state / "keys")
    return {name: keyring.ring(held, name) for name in keyring.RINGS}


@told
def _with_database(state: Path, work: Callable[[Database], int]) -> int:
    try:
        with owner_database(state) as database:
            return work(database)
    except KeyboardInterrupt:
        print("Interrupted. `discreet keys rewrap` goes on where this stopped.", file=sys.stderr)
        return 130


def _record(database: Database, event: str) -> None:
    with database.transaction() as tx:
        Audit("operator").append(tx, event=event, outcome="done")


def _tell(bad: keys.BadKey) -> None:
    print(f"{bad.ring}: key {bad.id} of {bad.whose.hex()} does not open")


def _day(made: int | None) -> str:
    return "unknown" if made is None else datetime.fromtimestamp(made, timezone.utc).strftime("%Y-%m-%d %H:%M")
