"""Each fault of the database is found by its name, on a real one; roles belong to a server, so this has its own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.checks.database import FORBIDDEN, MAX_SKEW_SECONDS, examine, examine_store
from discreet.crypto import keyring
from discreet.crypto.wrapping import KeyRing
from discreet.records.conversations import Conversations
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database, connect
from discreet.storage.migrations import ROLES, default_logins, migrate
from tests.conftest import throwaway_postgres


class World:
    """A server of its own, its owner and roles."""

    def __init__(self, server: EmbeddedPostgres, keys: Path) -> None:
        logins = default_logins({role: secrets.token_urlsafe(12) for role in ROLES})
        migrate(server.url, logins, shop=True)
        self.server = server
        self.keys = keys
        self.urls = {role: login.url(server.url) for role, login in logins.items()}

    def codes(self, *, durable: bool = False, now: float | None = None) -> list[str]:
        owner = Database(self.server.url, pool_size=1)
        try:
            return [finding.code for finding in examine(owner, self.urls, self.keys, durable=durable, now=now)]
        finally:
            owner.close()

    def run(self, *statements: str) -> None:
        connection = connect(self.server.url, autocommit=True)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with throwaway_postgres() as started:
        yield started


@pytest.fixture
def world(server: EmbeddedPostgres, tmp_path: Path) -> World:
    keyring.create_keys(tmp_path / "keys")
    made = World(server, tmp_path / "keys")
    assert made.codes() == []
    return made


MIGHTY = ("SUPERUSER", "CREATEROLE", "CREATEDB", "BYPASSRLS", "REPLICATION")


@pytest.mark.parametrize("might", MIGHTY)
def test_a_mighty_role_is_found(world: World, might: str) -> None:
    world.run(f"ALTER ROLE discreet_rasa {might}")
    try:
        assert "database_role" in world.codes()
    finally:
        world.run(f"ALTER ROLE discreet_rasa NO{might}")


@pytest.mark.parametrize(("role", "table", "privilege", "consequence"), FORBIDDEN, ids=[row[3] for row in FORBIDDEN])
@pytest.mark.parametrize("to", ["the role", "everybody"])
def test_a_right_too_many_is_found(
    world: World, role: str, table: str, privilege: str, consequence: str, to: str
) -> None:
    whom = f"discreet_{role}" if to == "the role" else "PUBLIC"
    world.run(f"GRANT {privilege} ON {table} TO {whom}")
    try:
        assert "database_rights" in world.codes()
    finally:
        world.run(f"REVOKE {privilege} ON {table} FROM {whom}")
        if whom == "PUBLIC":
            assert world.codes() == []


def test_a_role_that_is_another_ones_member_or_owns_tables_is_found(world: World) -> None:
    world.run("GRANT discreet_actions TO discreet_rasa")
    assert "database_role" in world.codes()
    world.run("REVOKE discreet_actions FROM discreet_rasa", "ALTER TABLE audit.event OWNER TO discreet_rasa")
    assert "database_role" in world.codes()
    world.run("ALTER TABLE audit.event OWNER TO discreet", "GRANT INSERT ON audit.event TO discreet_rasa")
    assert world.codes() == []


def test_two_processes_that_share_a_role_are_found(world: World) -> None:
    world.urls["keeper"] = world.urls["rasa"]
    assert "database_role" in world.codes()


def test_a_wrong_password_is_found(world: World) -> None:
    world.urls["actions"] = world.urls["actions"].replace(":", ":x", 2).replace(":x//", "://")
    assert world.codes() == ["database_login"]


def test_a_database_that_lets_everybody_in_is_found(world: World) -> None:
    access = world.server.home / "data" / "pg_hba.conf"
    written = access.read_text()
    access.write_text(written.replace("scram-sha-256", "trust"))
    world.run("SELECT pg_reload_conf()")
    try:
        _until(lambda: "database_password" in world.codes())
        assert [finding.code for finding in examine_store(world.urls["rasa"])] == ["database_password"]
    finally:
        access.write_text(written)
        world.run("SELECT pg_reload_conf()")
        _until(lambda: world.codes() == [])


def test_a_database_elsewhere_needs_tls(world: World) -> None:
    far = "postgresql://discreet_rasa:x@192.0.2.1:1/discreet?connect_timeout=1"
    assert next(examine_store(far)).code == "database_tls"
    assert "database_tls" not in [finding.code for finding in examine_store(far + "&sslmode=verify-full")]


def test_a_database_that_talks_or_does_not_wait_is_found(world: World) -> None:
    world.run("ALTER SYSTEM SET log_statement = 'all'")  # the command line beats it
    assert world.codes(durable=True) == ["database_durability"]
    world.run("ALTER DATABASE discreet SET log_statement = 'all'", "ALTER SYSTEM RESET log_statement")
    assert world.codes() == ["database_logs"]
    world.run("ALTER DATABASE discreet RESET log_statement")


def test_a_clock_that_is_wrong_is_found(world: World) -> None:
    assert world.codes(now=time.time() - MAX_SKEW_SECONDS - 5) == ["clock"]


def test_no_database_is_found(world: World) -> None:
    gone = Database("postgresql://discreet@127.0.0.1:1/discreet", pool_size=1)
    assert [finding.code for finding in examine(gone, world.urls, world.keys)] == ["database"]


@pytest.mark.parametrize("fault", ["another key under its name", "a ring that lacks it"])
def test_keys_that_do_not_open_the_database_are_found(world: World, tmp_path: Path, fault: str) -> None:
    held = keyring.keys_for("rasa", world.keys)
    if fault == "a ring that lacks it":
        ring = KeyRing({"conversation-9": bytes(32)})
    else:
        ring = KeyRing({"conversation-1": bytes(32)})
    assert "conversation" in held
    rasa = Database(world.urls["rasa"], pool_size=1)
    with rasa.transaction() as tx:
        tx.run(Conversations(ring).begin(secrets.token_bytes(16), b"a body"))
    rasa.close()
    try:
        assert world.codes() == ["key_ring"]
    finally:
        world.run("TRUNCATE conversation.turn, conversation.head, key.session_key")


def _until(met: object) -> None:
    deadline = time.monotonic() + 10
    while not met():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
