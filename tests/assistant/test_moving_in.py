"""`discreet db migrate` and `discreet db import-tracker-store`, as typed in the folder of another bot."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from discreet.errors import SettingsError
from discreet.settings import load_settings
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database, connect
from tests.conftest import throwaway_postgres

Typed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own, because roles belong to the server."""
    with throwaway_postgres() as started:
        yield started


@pytest.fixture
def owner_url(server: EmbeddedPostgres) -> Iterator[str]:
    """An empty database, and afterwards a server without the roles that were made."""
    admin = connect(server.url.replace("/discreet?", "/postgres?"), autocommit=True)
    with admin.cursor() as cursor:
        cursor.execute("CREATE DATABASE bot")
        yield server.url.replace("/discreet?", "/bot?")
        cursor.execute("DROP DATABASE bot WITH (FORCE)")
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^(discreet|second)_'")
        for (role,) in cursor.fetchall():
            cursor.execute(f'DROP ROLE "{role}"')
    admin.close()


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISCREET_")}
    return {**kept, "SQLALCHEMY_SILENCE_UBER_WARNING": "1", **more}


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """Types a command of `discreet` in the folder of a bot."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "discreet.cli", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=_environment(**environment), capture_output=True, text=True, check=False
        )

    return run


def test_it_makes_what_the_store_needs_and_can_be_repeated(typed: Typed, owner_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        done = typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
        assert done.returncode == 0, done.stderr
        assert "discreet.rasa.tracker_store.EncryptedTrackerStore" in done.stdout
    state = tmp_path / ".discreet"
    for path in (state, *state.rglob("*")):
        if path.name != ".gitignore":
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert (state / ".gitignore").read_text() == "*\n"
    settings = load_settings({"DISCREET_STATE": str(state)})
    assert sorted(settings.keys) == ["conversation", "identity"]
    assert load_settings({"DISCREET_SECRETS_FILE": str(state / "rasa.json")}).keys == settings.keys
    with Database(settings.database_url).transaction() as tx:
        assert tx.execute("SELECT current_user::text") == [("discreet_rasa",)]
        schemas = {row[0] for row in tx.execute("SELECT nspname FROM pg_namespace")}
        assert {"conversation", "key"} <= schemas
        assert "shop" not in schemas
    password = settings.database_url.split(":")[2].split("@")[0]
    assert password not in done.stdout + done.stderr
    assert typed("db", "verify").stdout == "0 conversations, 0 records verified, 0 damaged\n"


def test_another_bot_on_the_same_server_keeps_its_roles(typed: Typed, owner_url: str, tmp_path: Path) -> None:
    """Roles belong to the server: making them anew would change the first bot's passwords."""
    assert typed("db", "migrate", DISCREET_DATABASE_URL=owner_url).returncode == 0
    (tmp_path / ".discreet").rename(tmp_path / "first")
    refused = typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    assert refused.returncode == 1
    assert "--roles" in refused.stderr
    assert not (tmp_path / ".discreet").exists()
    admin = connect(owner_url, autocommit=True)
    with admin.cursor() as cursor:
        cursor.execute("CREATE DATABASE other")
    other = owner_url.replace("/bot?", "/other?")
    try:
        for arguments in (("--roles", "second"), ()):
            done = typed("db", "migrate", *arguments, DISCREET_DATABASE_URL=other)
            assert done.returncode == 0, done.stderr
        second = load_settings({"DISCREET_STATE": str(tmp_path / ".discreet")})
        assert "//second_rasa:" in second.database_url
        first = load_settings({"DISCREET_STATE": str(tmp_path / "first")})
        with Database(first.database_url).transaction() as tx:
            assert tx.execute("SELECT 1") == [(1,)]
    finally:
        with admin.cursor() as cursor:
            cursor.execute("DROP DATABASE other WITH (FORCE)")
        admin.close()


REFUSED = [
    ("no database named", {}, "DISCREET_DATABASE_URL"),
    ("another kind of database", {"DISCREET_DATABASE_URL": "mysql://u:secret@h/d"}, "postgresql://"),
    ("nobody there", {"DISCREET_DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/d"}, "did not answer"),
]


@pytest.mark.parametrize(("_what", "environment", "hint"), REFUSED, ids=[row[0] for row in REFUSED])
def test_it_refuses_and_says_what_to_do(
    typed: Typed, tmp_path: Path, _what: str, environment: dict[str, str], hint: str
) -> None:
    done = typed("db", "migrate", **environment)
    assert done.returncode == 1
    assert hint in done.stderr
    assert "secret" not in done.stderr
    assert list(tmp_path.iterdir()) == []


OCCUPIED = [
    ("schemas of our names", "CREATE SCHEMA audit"),
    ("migrations of another program", "CREATE TABLE alembic_version (version_num text); "
     "INSERT INTO alembic_version VALUES ('cafe')"),
]  # fmt: skip


@pytest.mark.parametrize(("_what", "statement"), OCCUPIED, ids=[row[0] for row in OCCUPIED])
def test_a_database_that_is_somebody_elses_is_left_alone(
    typed: Typed, owner_url: str, _what: str, statement: str
) -> None:
    with Database(owner_url).transaction() as tx:
        tx.execute(statement)
    done = typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    assert done.returncode == 1
    assert "a database of its own" in done.stderr
    with Database(owner_url).transaction() as tx:
        assert tx.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'conversation'") == [(0,)]


def test_lost_keys_are_not_made_anew(typed: Typed, owner_url: str, tmp_path: Path) -> None:
    typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    (tmp_path / ".discreet" / "keys").rename(tmp_path / "lost")
    done = typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    assert done.returncode == 1
    assert "backup" in done.stderr


def test_without_the_file_the_store_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="discreet db migrate"):
        load_settings({"DISCREET_STATE": str(tmp_path / ".discreet")})


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rasa.json").write_text('{"role": "store", "database_url": "x", "keys": {}}')
    (tmp_path / "rasa.json").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod"):
        load_settings({"DISCREET_STATE": str(tmp_path)})


def _fill(file: Path, conversations: int, *, events: int = 40) -> str:
    """A stock store's table."""
    url = f"sqlite:///{file}"
    with sa.create_engine(url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE events (id integer PRIMARY KEY, sender_id text, data text)"))
        rows = [
            {
                "sender": f"s{number}@example.org",
                "data": json.dumps({"event": "user", "text": f"word{n}", "parse_data": {}}),
            }
            for number in range(conversations)
            for n in range(events)
        ]
        connection.execute(sa.text("INSERT INTO events (sender_id, data) VALUES (:sender, :data)"), rows)
    return url


def test_killed_in_the_middle_and_repeated_it_loses_and_doubles_nothing(
    typed: Typed, owner_url: str, tmp_path: Path
) -> None:
    typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    source = _fill(tmp_path / "old.db", 1000)
    command = [sys.executable, "-m", "discreet.cli", "db", "import-tracker-store", "--database-url", source]
    owner = Database(owner_url)
    before = 0
    for _ in range(2):
        running = subprocess.Popen(
            command, cwd=tmp_path, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while (found := _heads(owner)) == before and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert before < found < 1000, "killed too early or too late to tell"
        before = _heads(owner)
    done = typed("db", "import-tracker-store", "--database-url", source)
    assert (done.returncode, done.stdout) == (
        0,
        "source: 1000 conversations, 40000 events\nhere:   1000 conversations, 40000 events agree, event by event\n",
    )
    assert typed("db", "verify").stdout == "1000 conversations, 40000 records verified, 0 damaged\n"


def _heads(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.execute("SELECT count(*) FROM conversation.head")[0][0])


def test_what_did_not_come_over_is_named_by_row_and_never_shown(typed: Typed, owner_url: str, tmp_path: Path) -> None:
    typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    source = _fill(tmp_path / "old.db", 3, events=2)
    compared = typed("db", "import-tracker-store", "--verify", "--database-url", source)
    assert compared.returncode == 1
    assert compared.stdout.count("is not here") == 4
    assert typed("db", "import-tracker-store", DISCREET_SOURCE_DATABASE_URL=source).returncode == 0
    with sa.create_engine(source).begin() as connection:
        connection.execute(sa.text("UPDATE events SET data = replace(data, 'word1', 'otherword') WHERE id = 2"))
        connection.execute(sa.text("UPDATE events SET data = 'secretword {' WHERE id IN (4, 6)"))
        connection.execute(sa.text("INSERT INTO events SELECT 9, 'new@example.org', data FROM events WHERE id = 1"))
    done = typed("db", "import-tracker-store", "--database-url", source)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "source: 4 conversations, 7 events",
        "the conversation that begins with row 1 has other content here",
        "the conversation that begins with row 3 holds rows that are no events of Rasa: 4",
        "the conversation that begins with row 5 holds rows that are no events of Rasa: 6",
        "here:   1 conversations, 1 events agree, event by event",
        "        1 conversations, 2 events: has other content here",
        "        2 conversations, 4 events: holds rows that are no events of Rasa",
    ]
    assert "word" not in done.stdout + done.stderr
    assert "@" not in done.stdout + done.stderr


SOURCES = [
    ("none named", "", "--database-url"),
    ("no such file", "sqlite:///nothing.db", "not there"),
    ("no URL", "rasa.db", "SQLAlchemy"),
    ("no driver", "mysql://u:secret@h/d", "SQLAlchemy"),
    ("nobody there", "postgresql://u:secret@127.0.0.1:1/d", "did not answer"),
    ("another database", "sqlite:///other.db", "no table `events`"),
]


def test_a_source_that_cannot_be_read_is_refused(typed: Typed, owner_url: str, tmp_path: Path) -> None:
    refused = typed("db", "import-tracker-store", "--database-url", "sqlite:///x.db")
    assert "discreet db migrate" in refused.stderr
    typed("db", "migrate", DISCREET_DATABASE_URL=owner_url)
    with sa.create_engine(f"sqlite:///{tmp_path}/other.db").begin() as connection:
        connection.execute(sa.text("CREATE TABLE x (id integer)"))
    for what, url, hint in SOURCES:
        refused = typed("db", "import-tracker-store", "--database-url", url)
        assert refused.returncode == 1, what
        assert hint in refused.stderr, what
        assert "secret" not in refused.stderr, what
    assert not (tmp_path / "nothing.db").exists()
