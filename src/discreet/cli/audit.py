"""What ``discreet audit`` does (docs/spec/audit.md)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from discreet.checks import audit
from discreet.cli.database import owner_database, staff_snapshot
from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.crypto.canonical import utc
from discreet.errors import SettingsError
from discreet.records.audit.chain import COLUMNS, Event, event_of
from discreet.records.audit.heads import LINE, resume
from discreet.records.audit.verify import Verified, verify_log
from discreet.records.signed_file import SignedFile
from discreet.storage.engine import Transaction

BATCH = 1000


@told
def run_verify(state: Path, heads: Path | None, *, as_json: bool) -> int:
    """Checks the whole log. Returns 1 for damage, which it names, or where it cannot be checked, else 0."""
    verified, lines = _verified(state, heads)
    if verified.damage:  # the keeper may have written between our looking at the file and at the database
        verified, lines = _verified(state, heads)
    if as_json:
        damage = [vars(one) for one in verified.damage]
        print(json.dumps({**vars(verified), "heads": lines, "damage": damage}))
        return 1 if verified.damage else 0
    for one in verified.damage:
        where = "" if one.seq is None else f" at link {one.seq}"
        event = "" if one.event is None else f" (event {one.event})"
        print(f"The audit log is broken{where}: {one.what}{event}.")
    print(
        f"{verified.links} links verified, {verified.erased} of them of erased people; {lines} heads outside the"
        f" database; {verified.waiting} events wait for their link"
    )
    if verified.resumed:
        print(f"An operator went on {verified.resumed} times from a log that had lost its end.")
    return 1 if verified.damage else 0


@told
def run_show(state: Path, since: datetime | None, event: str | None, *, as_json: bool) -> int:
    """Prints events, oldest first. Returns the exit code."""
    start = None if since is None else since.replace(tzinfo=since.tzinfo or timezone.utc)
    with staff_snapshot(state) as tx:
        for seq, one in _events(tx, start, event):
            print(json.dumps(_plain(seq, one)) if as_json else _line(seq, one))
    return 0


@told
def run_resume(state: Path, reason: str) -> int:
    """Goes on from where the database stands. Returns 1 where nothing is wrong or it cannot, else 0."""
    seed = keyring.key(keyring.keys_for("keeper", state / "keys"), "rights")
    if not audit.folder(state).exists():
        audit.prepared_folder(state)
    with owner_database(state) as database, database.transaction() as tx:
        seq = resume(tx, audit.heads_of(state), seed, reason, int(time.time()))
    print(f"resumed: the log goes on after link {seq}")
    return 0


def _verified(state: Path, heads: Path | None) -> tuple[Verified, int]:
    public_key = audit.public_key_of(state)
    if heads is not None and not heads.is_file():
        raise SettingsError(f"{heads.name} is no file")
    file = audit.heads_of(state) if heads is None else SignedFile(heads, LINE, public_key, "the copy of audit heads")
    lines = file.lines()
    with staff_snapshot(state) as tx:
        return verify_log(tx, public_key, lines, older_copy=heads is not None), len(lines)


def _events(tx: Transaction, since: datetime | None, name: str | None) -> Iterator[tuple[int | None, Event]]:
    after = 0
    while rows := tx.execute(
        f"SELECT l.seq, {COLUMNS} FROM audit.event e LEFT JOIN audit.link l ON l.event = e.id"  # noqa: S608
        " WHERE e.id > %s AND (%s::timestamptz IS NULL OR e.at >= %s) AND (%s::text IS NULL OR e.event = %s)"
        " ORDER BY e.id LIMIT %s",
        after, since, since, name, name, BATCH,
    ):  # fmt: skip
        for seq, *row in rows:
            yield seq, event_of(row)
        after = rows[-1][1]


def _plain(seq: int | None, event: Event) -> dict[str, Any]:
    ids = {name: value.hex() for name in ("subject", "turn_id") if (value := getattr(event, name)) is not None}
    return {"link": seq, **vars(event), "subject": None, "turn_id": None, **ids, "at": utc(event.at)}


def _line(seq: int | None, event: Event) -> str:
    what = " ".join(part for part in (event.purpose, event.category) if part)
    link = "-" if seq is None else str(seq)
    return f"{utc(event.at)}  {link:>8}  {event.actor:<9} {event.event:<16} {event.outcome:<12} {what}".rstrip()
