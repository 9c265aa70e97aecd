"""The assistant on somebody's own Postgres: an owner who may not create roles, and roles that were made by hand."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from discreet.client import Chat
from discreet.errors import SettingsError
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import connect
from discreet.storage.migrations import ROLES
from tests.assistant.inbox import proved
from tests.conftest import running_assistant

pytestmark = pytest.mark.servers


@pytest.fixture
def own_database(postgres: EmbeddedPostgres) -> Iterator[tuple[str, dict[str, str]]]:
    """An empty database, its owner's URL, and a URL for each of four roles."""
    tag = f"own_{secrets.token_hex(5)}"
    password = secrets.token_urlsafe(12)
    names = {role: f"{tag}_{role}" for role in ("owner", *ROLES)}
    admin = connect(postgres.url, autocommit=True)
    with admin.cursor() as cursor:
        for name in names.values():
            cursor.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE PASSWORD '{password}'")
        cursor.execute(f"CREATE DATABASE {tag} OWNER {names['owner']}")
    query = urlsplit(postgres.url).query
    # Anybody's own server lets every local user come to its socket; ours does not.
    socket_folder = Path(parse_qs(query)["host"][0])
    socket_folder.chmod(0o711)
    urls = {role: f"postgresql://{name}:{password}@/{tag}?{query}" for role, name in names.items()}
    yield urls.pop("owner"), urls
    socket_folder.chmod(0o710)
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {tag} WITH (FORCE)")
        for name in names.values():
            cursor.execute(f"DROP ROLE {name}")
    admin.close()


def test_it_serves_with_roles_made_by_hand_and_values_sealed_by_x25519(
    own_database: tuple[str, dict[str, str]],
) -> None:
    owner, roles = own_database
    with running_assistant(database_url=owner, role_urls=tuple(roles.items()), vault_kem="x25519") as assistant:
        assert assistant.postgres is None
        chat = Chat(assistant.address).open()
        chat.send("I want to return the wool jumper from DS-10482")
        chat.press(chat.send("it is too small").buttons["Yes, you may"])
        asked = chat.send("use 4000 0566 5566 5556")
        assert "64.00" in proved(assistant, chat, asked, before=0).texts[-1]
    connection = connect(owner, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM conversation.turn")
        assert cursor.fetchone()[0] > 0
        cursor.execute("SELECT DISTINCT get_byte(sealed, 0) FROM vault.value")
        assert cursor.fetchall() == [(2,)]
    connection.close()


def test_an_owner_who_may_not_create_roles_is_told_what_to_set(own_database: tuple[str, dict[str, str]]) -> None:
    owner, _ = own_database
    with pytest.raises(SettingsError, match="DISCREET_KEEPER_DATABASE_URL"), running_assistant(database_url=owner):
        pass
