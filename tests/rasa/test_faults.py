"""Every fault of the database ends the turn loudly, past Rasa's wrapper; when it is over, the next turn goes on."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet

from discreet.errors import TurnAborted
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.settings import Settings
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import connect
from discreet.storage.migrations import ROLES, default_logins, migrate
from tests.conftest import TestDatabase
from tests.rasa.conftest import KEYS

_RAISING = (
    "CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$;"
    "CREATE TRIGGER fault BEFORE INSERT ON conversation.turn FOR EACH ROW EXECUTE FUNCTION public.fault()"
)
_RAISING_NO_MORE = "DROP TRIGGER fault ON conversation.turn; DROP FUNCTION public.fault()"


@dataclass(frozen=True)
class Fault:
    """What the database's owner does to begin and end it. ``reading`` and ``saving``: which of them it stops."""

    name: str
    begins: str
    ends: str
    reading: bool = True
    saving: bool = True
    loses_connections: bool = False


def _raising(name: str, body: str) -> Fault:
    return Fault(name, _RAISING.format(body=body), _RAISING_NO_MORE, reading=False)


FAULTS = [
    Fault("no database", "ALTER ROLE discreet_rasa NOLOGIN", "ALTER ROLE discreet_rasa LOGIN", loses_connections=True),
    Fault(
        "no connection left",
        "ALTER ROLE discreet_rasa CONNECTION LIMIT 0",
        "ALTER ROLE discreet_rasa CONNECTION LIMIT -1",
        loses_connections=True,
    ),
    Fault(
        "a right taken away",
        'REVOKE SELECT ON conversation.head FROM "discreet_rasa"',
        'GRANT SELECT ON conversation.head TO "discreet_rasa"',
    ),
    Fault(
        "a table that is held, until the statement times out",
        "BEGIN; LOCK TABLE conversation.head",
        "COMMIT",
    ),
    _raising("the disk full", "RAISE EXCEPTION USING ERRCODE = 'disk_full'"),
    _raising("a serialisation failure", "RAISE EXCEPTION USING ERRCODE = 'serialization_failure'"),
    _raising("a deadlock", "RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'"),
    _raising("the server going down", "RAISE EXCEPTION USING ERRCODE = 'admin_shutdown'"),
    _raising("a connection lost in the middle", "PERFORM pg_terminate_backend(pg_backend_pid())"),
]


@contextmanager
def _during(fault: Fault, database: TestDatabase) -> Iterator[None]:
    owner = connect(database.owner_url, autocommit=True)
    try:
        owner.cursor().execute(fault.begins)
        if fault.loses_connections:
            owner.cursor().execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'discreet_rasa'"
            )
        try:
            yield
        finally:
            owner.cursor().execute(fault.ends)
    finally:
        owner.close()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_ends_the_turn_and_the_next_turn_goes_on(
    database: TestDatabase, process: Settings, domain: Domain, fault: Fault
) -> None:
    wrapped = FailSafeTrackerStore(EncryptedTrackerStore(domain))
    reader = FailSafeTrackerStore(EncryptedTrackerStore(domain))

    async def play() -> None:
        tracker = await wrapped.get_or_create_tracker("anna")
        await reader.retrieve("anna")
        tracker.update(SlotSet("item", "lost"), domain)
        with _during(fault, database):
            if fault.saving:
                with pytest.raises(TurnAborted):
                    await wrapped.save(tracker)
            if fault.reading:
                with pytest.raises(TurnAborted):
                    await reader.retrieve("anna")
        again = await wrapped.retrieve("anna")
        assert again is not None
        assert again.get_slot("item") is None
        again.update(SlotSet("item", "kept"), domain)
        await wrapped.save(again)
        seen = await reader.retrieve("anna")
        assert seen is not None
        assert seen.get_slot("item") == "kept"

    asyncio.run(play())


def test_a_wrong_key_is_no_blank_conversation(
    process: Settings, store: EncryptedTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = [{"id": "conversation-1", "key": base64.b64encode(b"\3" * 32).decode()}]
    wrong = replace(process, keys={**KEYS, "conversation": other})
    monkeypatch.setattr("discreet.rasa.tracker_store.process_settings", lambda: wrong)
    stranger = FailSafeTrackerStore(EncryptedTrackerStore(domain))

    async def play() -> None:
        tracker = await store.get_or_create_tracker("anna")
        with pytest.raises(TurnAborted):
            await stranger.retrieve("anna")
        with pytest.raises(TurnAborted):
            await stranger.get_or_create_tracker("anna")
        tracker.update(SlotSet("item", "kept"), domain)
        await store.save(tracker)

    asyncio.run(play())


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 64 MB. Needs the right to mount, which a container's root may lack."""
    folder = Path(tempfile.mkdtemp(prefix="discreet-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=0711", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("this user may not mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_on_a_disk_that_is_really_full_nothing_is_half_kept(
    small_disk: Path, domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedPostgres(small_disk, small_disk / "run") as server:
        migrate(server.url, default_logins(dict.fromkeys(ROLES, "x")), shop=True)
        url = server.url.replace(server.url.partition("//")[2].partition("@")[0], "discreet_rasa:x")
        monkeypatch.setattr(
            "discreet.rasa.tracker_store.process_settings", lambda: Settings("rasa", url, tmp_path, tmp_path, KEYS)
        )
        wrapped = FailSafeTrackerStore(EncryptedTrackerStore(domain))

        async def play() -> None:
            await wrapped.get_or_create_tracker("anna")
            kept = 0
            filler = small_disk / "filler"
            with filler.open("wb") as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(65536))
                    file.flush()
            while await _took_a_turn(wrapped, domain, kept):
                kept += 1
                assert kept < 2000
            filler.unlink()
            for _ in range(100):
                try:
                    again = await wrapped.retrieve("anna")
                    break
                except TurnAborted:  # the server restarts where its log could not be written
                    await asyncio.sleep(0.2)
            assert again is not None
            assert again.get_slot("count") == (kept - 1 if kept else None)
            again.update(SlotSet("count", -1), domain)
            await wrapped.save(again)

        asyncio.run(play())


async def _took_a_turn(store: FailSafeTrackerStore, domain: Domain, number: int) -> bool:
    try:
        tracker = await store.retrieve("anna")
        assert tracker is not None
        assert tracker.get_slot("count") == (number - 1 if number else None)
        tracker.update(SlotSet("count", number), domain)
        tracker.update(SlotSet("item", _incompressible(number)), domain)
        await store.save(tracker)
    except TurnAborted:
        return False
    return True


def _incompressible(number: int) -> str:
    """Eight kilobytes: a few dozen turns fill what is left."""
    return "".join(hashlib.sha512(f"{number} {part}".encode()).hexdigest() for part in range(64))
