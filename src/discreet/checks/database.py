"""The database: reachable by each role, each role with its own rights and no more, silent logs, keys that open."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from discreet.checks import Finding
from discreet.crypto import keyring
from discreet.errors import DiscreetError, SettingsError, StorageError
from discreet.records import rewrap
from discreet.storage.engine import Database

MAX_SKEW_SECONDS = 10.0
"""Signed calls are taken within 30 seconds, on clocks that may differ by this."""
FORBIDDEN = (
    ("rasa", "vault.value", "SELECT", "the Rasa server could read sealed values"),
    ("rasa", "key.value_key", "SELECT", "the Rasa server could read the keys of values"),
    ("rasa", "conversation.turn", "UPDATE", "the Rasa server could rewrite what was said"),
    ("rasa", "conversation.turn", "DELETE", "the Rasa server could delete what was said"),
    ("rasa", "consent.state", "INSERT", "the Rasa server could consent in a person's place"),
    ("rasa", "consent.state", "UPDATE", "the Rasa server could consent in a person's place"),
    ("actions", "conversation.turn", "SELECT", "the action server could read conversations"),
    ("actions", "key.session_key", "SELECT", "the action server could read the keys of conversations"),
    ("actions", "vault.confirmed_turn", "INSERT", "the action server could confirm turns"),
    ("actions", "consent.event", "UPDATE", "the action server could rewrite the ledger of consent"),
    ("keeper", "vault.value", "UPDATE", "the keeper could exchange sealed values"),
    ("keeper", "conversation.turn", "INSERT", "the keeper could write conversations"),
    ("staff", "vault.value", "SELECT", "staff could read sealed values"),
    ("staff", "conversation.turn", "SELECT", "staff could read conversations"),
    ("staff", "audit.event", "INSERT", "staff could write the audit log"),
    ("rasa", "audit.link", "INSERT", "the Rasa server could chain the audit log"),
    ("actions", "audit.link", "INSERT", "the action server could chain the audit log"),
    ("actions", "audit.event", "SELECT", "the action server could read the audit log"),
    ("keeper", "audit.event", "UPDATE", "the keeper could rewrite the audit log"),
    ("keeper", "audit.link", "DELETE", "the keeper could cut the audit log"),
    ("staff", "audit.head", "UPDATE", "staff could move the end of the audit log"),
)
"""What a role must not be able to do, however it came by the right."""
SILENT = {"log_statement": "none", "log_min_duration_statement": "-1", "log_min_error_statement": "panic"}
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def examine(
    owner: Database, role_urls: Mapping[str, str], keys: Path, *, durable: bool = True, now: float | None = None
) -> Iterator[Finding]:
    """Everything about a migrated database. ``role_urls``: how each process reaches it; ``now``: this machine's time.

    ``durable``: it must wait for the disk.
    """
    try:
        yield from _clock(owner, time.time() if now is None else now)
        yield from _settings(owner, durable=durable)
        names = {role: urlsplit(url).username or "" for role, url in role_urls.items()}
        yield from _roles(owner, names)
        yield from _rights(owner, names)
        yield from _rings(owner, keys)
    except StorageError as error:
        yield Finding("database", str(error), "start it, or correct DISCREET_DATABASE_URL")
        return
    for role, url in role_urls.items():
        yield from _login(role, url)


def examine_store(url: str) -> Iterator[Finding]:
    """For a bot that takes the store alone: its role gets in, and only with its password."""
    yield from _login("the bot", url)


def _clock(owner: Database, now: float) -> Iterator[Finding]:
    with owner.transaction() as tx:
        ((theirs,),) = tx.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
    if abs(theirs - now) > MAX_SKEW_SECONDS:
        yield Finding(
            "clock", f"the database's clock is {abs(theirs - now):.0f} seconds away from ours", "set both by NTP"
        )


def _settings(owner: Database, *, durable: bool) -> Iterator[Finding]:
    with owner.transaction() as tx:
        found = dict(tx.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [*SILENT, *DURABLE]))
    loud = [name for name, wanted in SILENT.items() if found[name] != wanted]
    if loud:
        yield Finding(
            "database_logs", "the database logs statements, which hold sealed values and ids",
            "set " + ", ".join(f"{name} = {SILENT[name]}" for name in loud), stops=False,
        )  # fmt: skip
    unsafe = [name for name in DURABLE if found[name] == "off"]
    if durable and unsafe:
        yield Finding("database_durability", "the database does not wait for the disk", f"set {unsafe[0]} = on")


def _roles(owner: Database, names: Mapping[str, str]) -> Iterator[Finding]:
    with owner.transaction() as tx:
        mighty = tx.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
            " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)",
            list(names.values()),
        )
        members = tx.execute(
            "SELECT m.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member WHERE m.rolname = ANY(%s)",
            list(names.values()),
        )
        owners = tx.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE tableowner = ANY(%s)", list(names.values())
        )
    for (name,) in mighty:
        yield Finding(
            "database_role", f"the database role {name} may do more than its process needs",
            f"ALTER ROLE {name} NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION",
        )  # fmt: skip
    for (name,) in members:
        yield Finding("database_role", f"the database role {name} is a member of another", "REVOKE that membership")
    for (name,) in owners:
        yield Finding(
            "database_role", f"the database role {name} owns tables, so no right is withheld from it",
            "give them to the database's owner: ALTER TABLE ... OWNER TO",
        )  # fmt: skip
    if len(set(names.values())) < len(names):
        yield Finding("database_role", "two processes share one database role", "make one for each")


def _rights(owner: Database, names: Mapping[str, str]) -> Iterator[Finding]:
    with owner.transaction() as tx:
        for role, table, privilege, consequence in FORBIDDEN:
            if role not in names:
                continue
            # A table that the next start will make is none yet.
            if tx.execute(
                "SELECT 1 WHERE to_regclass(%s) IS NOT NULL AND has_table_privilege(%s, to_regclass(%s), %s)",
                table, names[role], table, privilege,
            ):  # fmt: skip
                yield Finding(
                    "database_rights", consequence, f"REVOKE {privilege} ON {table} FROM {names[role]} (or PUBLIC)"
                )


def _rings(owner: Database, keys: Path) -> Iterator[Finding]:
    try:
        held = keyring.keys_for("keeper", keys) | {"value": keyring.keys_for("rasa", keys)["value"]}
    except SettingsError:
        return  # said already, of the files
    for name in keyring.RINGS:
        ring = keyring.ring(held, name)
        known = {entry["id"] for entry in held[name]}
        lost = set(rewrap.wrapped_by(owner, name)) - known
        if lost:
            yield Finding(
                "key_ring", f"the database holds keys that {', '.join(sorted(lost))} wraps, which is not on the ring",
                f"restore keys/{name}.json from your backup",
            )  # fmt: skip
        elif not rewrap.newest_opens(owner, name, ring):
            yield Finding(
                "key_ring", f"the key ring {name} does not open what lies in the database",
                f"restore keys/{name}.json from your backup",
            )  # fmt: skip


def _login(role: str, url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or ""])[0]
    far = host not in ("", "localhost", "127.0.0.1", "::1") and not host.startswith("/")
    if far and query.get("sslmode") != ["verify-full"]:
        yield Finding(
            "database_tls", f"the way from {role} to the database at another host is not authenticated",
            "add sslmode=verify-full to its URL",
        )  # fmt: skip
    if not _gets_in(url):
        yield Finding("database_login", f"the database does not let {role} in", "give its role the right password")
        return
    wrong = f"{quote(parts.username or '', safe='')}:{secrets.token_urlsafe(12)}@{parts.netloc.rpartition('@')[2]}"
    if _gets_in(parts._replace(netloc=wrong).geturl()):
        yield Finding(
            "database_password", f"the database lets {role} in with any password", "use scram-sha-256 in pg_hba.conf"
        )


def _gets_in(url: str) -> bool:
    database = Database(url, pool_size=1)
    try:
        with database.transaction() as tx:
            tx.execute("SELECT 1")
    except DiscreetError:
        return False
    finally:
        database.close()
    return True
