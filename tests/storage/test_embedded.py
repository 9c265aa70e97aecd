"""The embedded Postgres: closed to strangers, restartable after anything, wherever the project lies."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from discreet.errors import StorageConflict, StorageError, StorageUnavailable
from discreet.storage import embedded
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database, connect
from discreet.storage.places import Account, forget_outside


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="discreet-pg-"))
    made.chmod(0o711)
    yield made
    for state in (made / "state", made / "closed" / "state"):
        forget_outside(state)
    shutil.rmtree(made, ignore_errors=True)


def _server(folder: Path, state: Path | None = None, *, durable: bool = False) -> EmbeddedPostgres:
    state = state or folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o711)
    return EmbeddedPostgres(state, folder / "run", durable=durable)


def _write(server: EmbeddedPostgres) -> None:
    database = Database(server.url, pool_size=1)
    with database.transaction() as tx:
        tx.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        tx.execute("INSERT INTO kept VALUES (1)")
    database.close()


def _count(server: EmbeddedPostgres) -> int:
    database = Database(server.url, pool_size=1)
    with database.transaction() as tx:
        rows = tx.execute("SELECT count(*) FROM kept")
    database.close()
    return int(rows[0][0])


def test_data_outlives_a_stop(folder: Path) -> None:
    with _server(folder) as server:
        _write(server)
    with _server(folder) as server:
        assert _count(server) == 1


@pytest.mark.parametrize("victim", ["postmaster", "nobody: the launcher forgot it"])
def test_a_start_after_a_kill_takes_over(folder: Path, victim: str) -> None:
    first = _server(folder, durable=True)
    first.start()
    _write(first)
    pid = int((first.home / "data" / "postmaster.pid").read_text().splitlines()[0])
    if victim == "postmaster":
        os.kill(pid, signal.SIGKILL)
    with _server(folder) as second:
        assert _count(second) == 1
        assert int((second.home / "data" / "postmaster.pid").read_text().splitlines()[0]) != pid


def test_a_password_is_needed_and_no_port_is_open(folder: Path) -> None:
    with _server(folder) as server:
        with pytest.raises(StorageUnavailable):
            connect(server.url.replace(server.url.split(":")[2].split("@")[0], "wrong"))
        database = Database(server.url, pool_size=1)
        with database.transaction() as tx:
            assert tx.execute("SHOW listen_addresses") == [("",)]
            assert tx.execute("SHOW log_min_error_statement") == [("panic",)]
        database.close()


def test_its_log_holds_no_value_of_a_failed_statement(folder: Path) -> None:
    with _server(folder) as server:
        database = Database(server.url, pool_size=1)
        with pytest.raises(StorageError) as failed, database.transaction() as tx:
            tx.execute("INSERT INTO missing VALUES ('hunter2')")
        assert "hunter2" not in str(failed.value)
        with database.transaction() as tx:
            tx.execute("CREATE TABLE u (t text PRIMARY KEY)")
            tx.execute("INSERT INTO u VALUES (%s)", "hunter2")
        with pytest.raises(StorageConflict), database.transaction() as tx:
            tx.execute("INSERT INTO u VALUES (%s)", "hunter2")
        database.close()
        assert "hunter2" not in server.log.read_text()


def test_its_log_holds_no_value_that_an_error_message_itself_quotes(folder: Path) -> None:
    with _server(folder) as server:
        with pytest.raises(StorageError), Database(server.url).transaction() as tx:
            tx.execute("SELECT %s::int", "planted-4111")
        assert "planted-4111" not in server.log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_under_a_closed_parent_the_data_goes_outside_and_the_parent_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    state = closed / "state"
    with _server(folder, state) as server:
        _write(server)
        assert not server.home.is_relative_to(closed)
        assert (state / "outside").exists()
        home = server.home
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    with _server(folder, state) as again:
        assert again.home == home
        assert _count(again) == 1
    forget_outside(state)
    assert not home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts Postgres as another user")
def test_programs_that_its_user_cannot_reach_are_copied_with_their_libraries(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = embedded._wheel_binaries()
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = wheel.parents[1]
    for part in (wheel.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.relative_to(package.parent), symlinks=True)
    monkeypatch.setattr(embedded, "_wheel_binaries", lambda: closed / wheel.relative_to(package.parent))
    state = closed / "state"
    with _server(folder, state) as server:
        _write(server)
        assert _count(server) == 1
    forget_outside(state)
    assert not server.home.parent.exists()


def test_a_path_of_120_characters_is_no_hindrance(folder: Path) -> None:
    state = folder / ("x" * 60) / ("y" * 60) / "state"
    state.parent.mkdir(parents=True)
    for parent in (state.parent, state.parent.parent):
        parent.chmod(0o711)
    assert len(str(state)) > 120
    with _server(folder, state) as server:
        _write(server)
        assert _count(server) == 1


def test_other_users_cannot_list_or_read_its_files(folder: Path) -> None:
    with _server(folder) as server:
        assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "state" / "postgres.password").stat().st_mode) == 0o600


def test_a_data_folder_that_was_left_half_made_is_made_anew(folder: Path) -> None:
    with _server(folder) as server:
        home = server.home
    (home / "data").rename(home / "data.new")
    shutil.rmtree(home / "data.new" / "base")
    with _server(folder) as server:
        assert (home / "data" / "base").exists()
        assert not (home / "data.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_no_user_but_a_guest_comes_near_its_socket(folder: Path) -> None:
    entry = pwd.getpwnam("nobody")
    nobody = Account("nobody", entry.pw_uid, entry.pw_gid)
    with _server(folder) as server:
        assert _connect_as(nobody, folder) == "PermissionError"
        guest = server.guest(nobody)
        assert guest is not None
        assert _connect_as(guest, folder) == "connected"


def _connect_as(account: Account, folder: Path) -> str:
    script = """
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
    print("connected")
except OSError as error:
    print(type(error).__name__)
"""
    # Debian's own Python: ours may lie where nobody cannot reach it.
    command = ["/usr/bin/python3", "-I", "-c", script, str(folder / "run" / "pg" / ".s.PGSQL.5432")]
    arguments: dict[str, Any] = account.popen_arguments()
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=True, **arguments).stdout.strip()
