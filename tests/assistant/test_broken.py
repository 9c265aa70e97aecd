"""Broken on purpose, one by one: a refusal or a retryable error that says what to do, and ``doctor`` names the cause.

What breaks before a start: nothing serves. What breaks in the middle: nobody's conversation is lost, or goes on without
being kept. Faults of the store alone are in ``tests/rasa/test_faults.py``, of files in ``tests/checks``.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from discreet.assistant import Assistant, Options
from discreet.checks.project import WEB
from discreet.cli.state import only_one
from discreet.client import Chat
from discreet.crypto import keyring
from discreet.storage.engine import connect
from tests.assistant.commands import discreet, doctor
from tests.conftest import PROJECT, TestDatabase, free_port, prepared_state, removed_state

pytestmark = pytest.mark.servers

TELEGRAM = "discreet.rasa.channels.telegram.TelegramChannel"
NOT_LINKED = ("endpoints.yml", "credentials.yml")


@dataclass
class Installation:
    """A project and its state folder, to break, and the two commands of an operator."""

    folder: Path
    database: TestDatabase
    environment: dict[str, str] = field(default_factory=dict)
    python: tuple[str, ...] = (sys.executable,)

    def __post_init__(self) -> None:
        self.project, self.state = self.folder / "project", self.folder / "state"
        self.project.mkdir()
        self.state.mkdir()
        for part in ("config.yml", "domain.yml", "privacy.yml", "data", "actions", "web", "requirements"):
            (self.project / part).symlink_to(PROJECT / part)
        for name in NOT_LINKED:
            shutil.copyfile(PROJECT / name, self.project / name)

    def change(self, name: str, old: str, new: str) -> None:
        """In a file of the project."""
        text = (self.project / name).read_text()
        assert old in text
        (self.project / name).write_text(text.replace(old, new))

    def with_telegram(self, secret: str | None, mode: int = 0o600) -> None:
        """The channel, and its secrets."""
        (self.project / "credentials.yml").write_text(yaml.safe_dump({WEB: None, TELEGRAM: None}))
        if secret is not None:
            (self.state / "channels.yml").write_text(
                yaml.safe_dump({"telegram": {"token": "1:a", "secret_token": secret}})
            )
            (self.state / "channels.yml").chmod(mode)

    def without(self, *packages: str) -> None:
        """An environment that is this one but for some packages."""
        overlay = self.folder / "site-packages"
        overlay.mkdir()
        (here,) = (Path(path) for path in sys.path if path.endswith("site-packages"))
        for entry in here.iterdir():
            if entry.name.lower().partition("-")[0].partition(".")[0] not in packages:
                (overlay / entry.name).symlink_to(entry)
        self.environment["PYTHONPATH"] = f"{overlay}:{PROJECT / 'src'}"
        self.python = (sys.executable, "-S")

    def on_own_database(self, **wrong: str) -> None:
        """Somebody's own Postgres; ``wrong`` replaces a role's password."""
        self.environment["DISCREET_DATABASE_URL"] = self.database.owner_url
        for role in self.database.passwords:
            url = self.database.url(role)
            if role in wrong:
                url = url.replace(self.database.passwords[role], wrong[role])
            self.environment[f"DISCREET_{role.upper()}_DATABASE_URL"] = url

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on it."""
        return discreet(self.state, *arguments, project=self.project, environment=self.environment, python=self.python)


@pytest.fixture
def installation(tmp_path: Path, database: TestDatabase) -> Iterator[Installation]:
    made = Installation(tmp_path, database)
    yield made
    removed_state(made.state)


def _no_database(i: Installation) -> None:
    i.environment["DISCREET_DATABASE_URL"] = "postgresql://owner:secret-of-the-owner@127.0.0.1:1/shop"


def _a_full_disk(i: Installation) -> None:
    if not _mount(i.state, "32m"):
        pytest.skip("this user may not mount a file system")


BROKEN_BEFORE: dict[str, tuple[Callable[[Installation], None], str, str, str]] = {
    "a mistyped store": (
        lambda i: i.change("endpoints.yml", "EncryptedTrackerStore", "EncryptedTrackrStore"),
        "store_class",
        "in clear, or in memory",
        "EncryptedTrackerStore",
    ),
    "a mistyped lock store": (
        lambda i: i.change("endpoints.yml", "lock_store.Postgres", "lockstore.Postgres"),
        "lock_class",
        "two servers may write",
        "PostgresLockStore",
    ),
    "a mistyped channel": (
        lambda i: i.change("credentials.yml", "WebChannel", "WebChanel"),
        "channel",
        "WebChanel",
        "correct its name",
    ),
    "a missing wheel that servers need": (
        lambda i: i.without("phonenumbers"),
        "packages",
        "phonenumbers",
        "make setup",
    ),
    "a missing wheel that this command needs": (
        lambda i: i.without("cryptography"),
        "packages",
        "cryptography",
        "make setup",
    ),
    "a missing wheel that is a driver": (
        lambda i: i.without("psycopg2", "psycopg2_binary"),
        "packages",
        "psycopg2",
        "make setup",
    ),
    "no database": (_no_database, "database", "database", "DISCREET_DATABASE_URL"),
    "a wrong password of a role": (
        lambda i: i.on_own_database(rasa="wrong"),
        "database_login",
        "rasa",
        "right password",
    ),
    "no secret of a channel": (lambda i: i.with_telegram(None), "channel_secrets", "telegram", "channels.yml"),
    "the manual's secret of a channel": (
        lambda i: i.with_telegram("..."),
        "channel_secrets",
        "placeholder",
        "real one",
    ),
    "a channel's secrets that others may read": (
        lambda i: i.with_telegram("right-secret-1", 0o644),
        "channel_secrets",
        "others may read",
        "0600",
    ),
    "a full disk": (_a_full_disk, "disk", "full", "make room"),
}
"""How it is broken, doctor's code, and what a refused start says: what is wrong, and what to do."""


@pytest.mark.parametrize("name", BROKEN_BEFORE)
def test_nothing_starts_and_doctor_names_the_cause(installation: Installation, name: str) -> None:
    break_it, code, problem, remedy = BROKEN_BEFORE[name]
    break_it(installation)
    try:
        started = installation.run("up", "--port", str(free_port()))
        looked = installation.run("doctor", "--json")
    finally:
        _unmount(installation.state)
    assert started.returncode == 1, started.stdout
    assert problem in started.stderr, started.stderr
    assert remedy in started.stderr, started.stderr
    assert "Traceback" not in started.stderr, started.stderr
    assert "Ready" not in started.stdout
    assert looked.returncode == 1
    found = json.loads(looked.stdout)["findings"]
    assert code in {finding["code"] for finding in found}, found
    for said in (started.stderr, looked.stdout):
        assert not {"secret-of-the-owner", "right-secret-1", "wrong@"} & {
            part for part in said.split() if "secret-" in part
        }


@pytest.mark.parametrize("command", [("rasa", "run", "actions"), ("rasa_sdk",)], ids=" ".join)
def test_the_actions_do_not_start_open(command: tuple[str, ...]) -> None:
    """Rasa's own start would answer whoever reaches it."""
    done = subprocess.run(
        [sys.executable, "-m", *command, "--actions", "actions", "--port", str(free_port())],
        cwd=PROJECT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode != 0
    assert "start them with `make run`, not with `rasa run actions`" in done.stderr


# In the middle.


@dataclass
class Serving:
    """A running assistant that can be broken, mended and started again."""

    options: Options
    disk: bool
    assistant: Assistant

    @property
    def state(self) -> Path:
        """Its state folder."""
        return self.options.state

    def again(self) -> None:
        """Stopped, and started on what is there."""
        self.assistant.stop()
        self.assistant = Assistant(self.options)
        self.assistant.start()

    def say(self, chat: Chat, text: str, message_id: str) -> tuple[int, Any, Any]:
        """One try."""
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port, timeout=60)
        headers = {"Content-Type": "application/json", "Cookie": chat.cookie or ""}
        try:
            connection.request("POST", "/chat/messages", json.dumps({"id": message_id, "text": text}), headers)
            response = connection.getresponse()
            return response.status, response.headers, json.loads(response.read())
        finally:
            connection.close()

    def owner(self, *statements: str) -> None:
        """As the database's owner."""
        assert self.assistant.postgres is not None
        owner = connect(self.assistant.postgres.url, autocommit=True)
        with contextlib.closing(owner), owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    """On a small disk of its own, where this user may mount one."""
    state = Path(tempfile.mkdtemp(prefix="discreet-broken-"))
    disk = _mount(state, "500m")
    prepared = prepared_state()
    shutil.copytree(prepared, state, dirs_exist_ok=True)
    removed_state(prepared)
    options = Options(project=PROJECT, state=state, port=free_port(), log_level="DEBUG")
    made = Serving(options, disk, Assistant(options))
    try:
        made.assistant.start()
        yield made
    finally:
        made.assistant.stop()
        removed_state(state)
        _unmount(state)
        shutil.rmtree(state, ignore_errors=True)


@contextmanager
def _no_postgres(s: Serving) -> Iterator[None]:
    assert s.assistant.postgres is not None
    s.assistant.postgres.stop()
    try:
        yield
    finally:
        s.assistant.postgres.start()


@contextmanager
def _no_login(s: Serving) -> Iterator[None]:
    s.owner(
        "ALTER ROLE discreet_rasa NOLOGIN",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'discreet_rasa'",
    )
    try:
        yield
    finally:
        s.owner("ALTER ROLE discreet_rasa LOGIN")


@contextmanager
def _no_actions(s: Serving) -> Iterator[None]:
    os.kill(s.assistant.supervisor.pid("actions"), signal.SIGKILL)
    try:
        yield
    finally:
        s.again()


@contextmanager
def _no_room(s: Serving) -> Iterator[None]:
    if not s.disk:
        pytest.skip("this user may not mount a file system")
    filler = s.state / "filler"
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield
    finally:
        filler.unlink()


BROKEN_MEANWHILE: dict[str, tuple[Callable[[Serving], Any], str, int]] = {
    "the database stopped": (_no_postgres, "database", 1),
    "the database's login taken away": (_no_login, "database_login", 1),
    "the action server killed": (_no_actions, "process", 1),
    "the disk full": (_no_room, "disk", 400),
}
"""How it is broken, doctor's code, and within how many messages somebody notices."""


@pytest.mark.parametrize("name", BROKEN_MEANWHILE)
def test_a_message_is_refused_and_can_be_sent_again(serving: Serving, name: str) -> None:
    break_it, code, within = BROKEN_MEANWHILE[name]
    chat = Chat(serving.assistant.address).open()
    text = "where is my order DS-10601"
    answered = [chat.send("hello"), chat.send(text)]
    with break_it(serving):
        for _ in range(within):
            refused = secrets.token_hex(10)
            status, headers, said = serving.say(chat, text, refused)
            if status != 200:
                break
            answered.append(said)
        assert (status, said["error"]["code"]) == (503, "try_again")
        assert said["error"]["message"].endswith(".")
        assert int(headers["Retry-After"]) >= 1
        assert serving.say(chat, text, refused)[0] == 503
        with only_one(serving.state):
            exit_code, findings = doctor(serving.state)
        assert exit_code == 1
        assert code in {finding["code"] for finding in findings}, findings
    assert chat.send(text, refused).texts
    kept = [message["text"] for message in chat.history() if message["from"] == "you"]
    assert kept == ["hello", *[text] * len(answered)]


def test_with_another_key_nothing_starts_and_with_the_right_one_it_goes_on(serving: Serving) -> None:
    chat = Chat(serving.assistant.address).open()
    chat.send("hello")
    ring = serving.assistant.keys / "conversation.json"
    right = ring.read_text()
    serving.assistant.stop()
    try:
        ring.write_text(json.dumps({"keys": [keyring.new_entry("conversation-1", 1)]}))
        started = subprocess.run(
            [sys.executable, "-m", "discreet.cli", "up", "--port", str(free_port()), "--project", str(PROJECT)],
            env={**os.environ, "DISCREET_STATE": str(serving.state)},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert started.returncode == 1
        assert "does not open what lies in the database" in started.stderr
        assert "restore keys/conversation.json from your backup" in started.stderr
        exit_code, findings = doctor(serving.state)
        assert exit_code == 1
        assert "key_ring" in {finding["code"] for finding in findings}
    finally:
        ring.write_text(right)
        serving.again()
    assert [message["text"] for message in chat.history() if message["from"] == "you"] == ["hello"]
    assert chat.send("thanks").texts


def _mount(folder: Path, size: str) -> bool:
    """A small file system there. Needs the right to mount, which a container's root may lack."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0711", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _unmount(folder: Path) -> None:
    if os.path.ismount(folder):
        subprocess.run(["umount", "-l", str(folder)], check=True)
