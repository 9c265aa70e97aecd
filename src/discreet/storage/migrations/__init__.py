"""The database's schema and roles, as numbered steps (alembic), run by the owner before anything serves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from alembic import command
from alembic.config import Config
from psycopg2 import extensions, sql

from discreet.errors import SettingsError
from discreet.storage.engine import connect

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


def default_logins(passwords: dict[str, str]) -> dict[str, Login]:
    """The roles under their usual names, ``discreet_rasa`` and so on, with the given passwords."""
    return {role: Login(f"discreet_{role}", passwords[role]) for role in ROLES}


def migrate(owner_url: str, logins: dict[str, Login]) -> None:
    """Brings the database to the newest step and its roles to the given logins. Safe to repeat.

    ``owner_url`` belongs to the database's owner. Passwords are sent as SCRAM verifiers, so that no
    statement carries one. Raises SettingsError where the owner may not create roles, and
    StorageUnavailable without a database.
    """
    _make_roles(owner_url, logins)
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["owner_url"] = owner_url
    config.attributes["role_names"] = {role: login.name for role, login in logins.items()}
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, "head")


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
