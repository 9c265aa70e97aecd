"""What tests share: one real Postgres a run, a fresh database a test."""

from __future__ import annotations

import secrets
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml

from discreet.assistant import Assistant, Options
from discreet.client import Chat
from discreet.policy import Policy, load_policy
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database, connect
from discreet.storage.migrations import ROLES, default_logins, migrate
from discreet.storage.places import forget_outside

PROJECT = Path(__file__).parent.parent

# An example that takes its time on a busy machine is no failure.
hypothesis.settings.register_profile("discreet", deadline=None)
hypothesis.settings.load_profile("discreet")


@dataclass(frozen=True)
class TestDatabase:
    """A migrated database of one test."""

    __test__ = False
    owner_url: str
    passwords: dict[str, str]

    def url(self, role: str) -> str:
        """The URL for ``owner`` or one of the roles."""
        if role == "owner":
            return self.owner_url
        rest = self.owner_url.partition("@")[2]
        return f"postgresql://discreet_{role}:{self.passwords[role]}@{rest}"

    def open(self, role: str) -> Database:
        """A pool of that role."""
        return Database(self.url(role))

    def cut_off(self) -> None:
        """Ends every connection to this database, as a restart of the server would."""
        admin = connect(self.owner_url, autocommit=True)
        with admin.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        admin.close()


@pytest.hookimpl(trylast=True)  # after -m has taken out what does not run
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the tests that start servers, the files with few tests come first.

    They take long, because nearly each of their tests starts its own; begun last, one alone would hold the run up.
    """
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path] if item.get_closest_marker("servers") else 0)


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PROJECT / "privacy.yml")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for the whole run."""
    with throwaway_postgres() as server:
        yield server


@contextmanager
def throwaway_postgres(*, durable: bool = False) -> Iterator[EmbeddedPostgres]:
    """An empty server in a short folder of its own (socket paths end at 107 bytes), removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="discreet-test-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder, folder / "run", durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> dict[str, str]:
    """The migrated template database; returns the roles' passwords."""
    passwords = {role: secrets.token_urlsafe(16) for role in ROLES}
    migrate(postgres.url, default_logins(passwords), shop=True)
    return passwords


@pytest.fixture
def database(postgres: EmbeddedPostgres, template: dict[str, str]) -> Iterator[TestDatabase]:
    """A fresh, migrated, empty database."""
    name = f"t_{secrets.token_hex(6)}"
    admin = connect(postgres.url.replace("/discreet?", "/postgres?"), autocommit=True)
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE discreet")
    yield TestDatabase(postgres.url.replace("/discreet?", f"/{name}?"), template)
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture(scope="session")
def assistant() -> Iterator[Assistant]:
    """The whole assistant, running, in a state folder of its own; its page at ``.address``."""
    with running_assistant() as started:
        yield started


@contextmanager
def running_assistant(**options: Any) -> Iterator[Assistant]:
    """Starts the assistant on a free port. Its state folder, given or of its own, is removed afterwards."""
    state = options.pop("state", None) or prepared_state()
    settings: dict[str, Any] = {"project": PROJECT, "durable": False, "log_level": "DEBUG", **options}
    assistant = Assistant(Options(state=state, port=free_port(), **settings))
    try:
        assistant.start()
        yield assistant
    finally:
        assistant.stop()
        removed_state(state)


def project_with(folder: Path, credentials: dict[str, Any]) -> Path:
    """The assistant's project as it is, but for its credentials.yml."""
    for part in ("config.yml", "domain.yml", "privacy.yml", "endpoints.yml", "data", "actions", "web"):
        (folder / part).symlink_to(PROJECT / part)
    (folder / "credentials.yml").write_text(yaml.safe_dump(credentials))
    return folder


def prepared_state() -> Path:
    """A new state folder. It holds a model that an earlier stage of the same run trained, if there is one."""
    state = Path(tempfile.mkdtemp(prefix="discreet-state-"))
    trained = PROJECT / "build" / "trained"
    if (trained / "keys" / "model.json").exists():
        (state / "keys").mkdir(mode=0o700)
        shutil.copyfile(trained / "keys" / "model.json", state / "keys" / "model.json")
        (state / "keys" / "model.json").chmod(0o600)
        shutil.copytree(trained / "models", state / "models")
    return state


def named_mail_server(state: Path) -> Path:
    """The state folder, with a mail server that nobody listens at: whoever comes from elsewhere needs one named."""
    file = state / "mail.yml"
    file.touch(mode=0o600)
    file.write_text("{host: 127.0.0.1, port: 1, from: chat@shop.example, tls: none}")
    return state


def removed_state(state: Path) -> None:
    """Leaves nothing of it behind."""
    forget_outside(state)
    shutil.rmtree(state, ignore_errors=True)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def chat(assistant: Assistant) -> Chat:
    """A new conversation."""
    return Chat(assistant.address).open()
