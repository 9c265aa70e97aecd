"""The database's schema and roles, as numbered steps (alembic), run by the owner before anything serves."""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from psycopg2 import extensions, sql
from sqlalchemy.exc import DBAPIError

from discreet.errors import SettingsError
from discreet.storage.engine import connect, translated

ROLES = ("rasa", "actions", "keeper", "staff")
"""One database role a process, and one for people who look things up; see ``sql/grants.sql``."""

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Login:
    """A database role's name and password. ``password`` None: the role exists and is left as it is."""

    name: str
    password: str | None = None

    def __repr__(self) -> str:
        return f"Login(name={self.name!r})"

    def url(self, owner_url: str) -> str:
        """This role's URL of the owner's database."""
        parts = urlsplit(owner_url)
        who = f"{quote(self.name, safe='')}:{quote(self.password or '', safe='')}"
        return parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}").geturl()


def default_logins(passwords: dict[str, str], prefix: str = "discreet") -> dict[str, Login]:
    """The roles under their usual names, ``discreet_rasa`` and so on, with the given passwords."""
    return {role: Login(f"{prefix}_{role}", passwords[role]) for role in ROLES}


def kept_passwords(file: Path) -> dict[str, str]:
    """The roles' passwords in ``file`` (mode 0600), which is made when it is missing."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as output:
            json.dump({role: secrets.token_urlsafe(24) for role in ROLES}, output)
    passwords: dict[str, str] = json.loads(file.read_text())
    return passwords


def existing_roles(owner_url: str, logins: Sequence[Login]) -> list[str]:
    """Which of these roles the server has already: roles belong to a server, not to a database. Raises StorageError."""
    connection = connect(owner_url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1", ([login.name for login in logins],)
            )
            return [row[0] for row in cursor.fetchall()]
    finally:
        connection.close()


def migrate(owner_url: str, logins: dict[str, Login], *, shop: bool) -> None:
    """Brings the database to the newest step and its roles to the given logins. Safe to repeat.

    ``owner_url`` belongs to the database's owner. Passwords are sent as SCRAM verifiers, so that no
    statement carries one. ``shop``: with the demonstration business, which another bot has no use for.
    Raises SettingsError where the owner may not create roles or the database is used by something else,
    and StorageUnavailable without a database.
    """
    _make_roles(owner_url, logins)
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["owner_url"] = owner_url
    config.attributes["role_names"] = {role: login.name for role, login in logins.items()}
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        command.upgrade(config, "library@head")
        if shop:
            command.upgrade(config, "shop@head")
    except CommandError:
        raise SettingsError("Another program keeps its own migrations there: use a database of its own.") from None
    except DBAPIError as error:
        if isinstance(error.orig, psycopg2.errors.DuplicateSchema):
            raise SettingsError(
                "The database holds schemas of other programs under our names: use a database of its own."
            ) from None
        raise translated(error.orig) from None


def statements(name: str, role_names: dict[str, str]) -> str:
    """The SQL of ``sql/<name>.sql`` with ``{rasa}``, ``{actions}`` ... replaced by quoted role names."""
    text = (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    for role in ROLES:
        text = text.replace("{" + role + "}", '"' + role_names[role].replace('"', '""') + '"')
    return text


def _make_roles(owner_url: str, logins: dict[str, Login]) -> None:
    connection = connect(owner_url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            # Two starts at once would both see a missing role.
            cursor.execute("SELECT pg_advisory_lock(hashtext('discreet roles'))")
            for login in logins.values():
                _make_role(connection, cursor, login)
    except psycopg2.errors.InsufficientPrivilege:
        raise SettingsError(
            "The database's owner may not create roles. Make four login roles and name them in "
            "DISCREET_RASA_DATABASE_URL, DISCREET_ACTIONS_DATABASE_URL, DISCREET_KEEPER_DATABASE_URL "
            "and DISCREET_STAFF_DATABASE_URL."
        ) from None
    finally:
        connection.close()


def _make_role(connection: Any, cursor: Any, login: Login) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login.name,))
    name = sql.Identifier(login.name)
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(name))
    if login.password is not None:
        verifier = extensions.encrypt_password(login.password, login.name, connection, "scram-sha-256")
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(name), (verifier,))
