"""``discreet db migrate``: all that another Rasa bot needs before it may take the tracker store."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.errors import SettingsError, StorageError
from discreet.settings import STORE, own_file
from discreet.storage.engine import Database
from discreet.storage.migrations import ROLES, Login, default_logins, existing_roles, kept_passwords, migrate
from discreet.storage.places import private_folder

_NEXT = """
Name the store in endpoints.yml, and for several workers or servers the lock store too:

tracker_store:
  type: discreet.rasa.tracker_store.EncryptedTrackerStore
lock_store:
  type: discreet.rasa.lock_store.PostgresLockStore
"""


@told
def run(state: Path, owner_url: str, prefix: str) -> int:
    """Makes roles, schema, keys and the settings file; safe to repeat. Returns the exit code."""
    _prepare(state, owner_url, prefix)
    print("The database is ready.")
    print(f"Settings: {own_file(state)}; keys, to be backed up apart from the database: {state / 'keys'}")
    print(_NEXT, end="")
    return 0


def _prepare(state: Path, owner_url: str, prefix: str) -> None:
    if not owner_url:
        raise SettingsError("set DISCREET_DATABASE_URL to your Postgres database, as its owner")
    if not owner_url.startswith(("postgresql://", "postgres://")):
        raise SettingsError("the database's URL must begin with postgresql://")
    owner_url = owner_url.replace("postgres://", "postgresql://", 1)
    given = {role: url for role in ROLES if (url := os.environ.get(f"DISCREET_{role.upper()}_DATABASE_URL"))}
    passwords = state / "role-passwords.json"
    prefix = prefix or _kept_prefix(state)
    if not passwords.exists():
        made_here = default_logins(dict.fromkeys(ROLES, ""), prefix)
        _require_free(owner_url, [login for role, login in made_here.items() if role not in given], passwords)
    if own_file(state).exists() and not (state / "keys").exists():
        raise SettingsError(
            f"the folder {state / 'keys'} is gone: bring it back from your backup, or no conversation opens"
        )
    private_folder(state, None)
    _keep_out_of_git(state)
    keyring.create_keys(state / "keys")
    logins = default_logins(kept_passwords(passwords), prefix)
    logins.update({role: Login(urlsplit(url).username or "") for role, url in given.items()})
    migrate(owner_url, logins, shop=False)
    url = given.get("rasa") or logins["rasa"].url(owner_url)
    _require_access(url)
    _write_settings(own_file(state), {"role": STORE, "database_url": url})


def _require_free(owner_url: str, logins: list[Login], passwords: Path) -> None:
    """Another bot's roles on the same server must keep their passwords."""
    taken = existing_roles(owner_url, logins)
    if taken:
        raise SettingsError(
            f"the server has the role {taken[0]} already, and there is no {passwords.name} in {passwords.parent.name}. "
            "For one more bot on that server choose another beginning of the roles' names with --roles; for this bot "
            "bring the file back from your backup"
        )


def _require_access(url: str) -> None:
    """What Rasa will do first, so that it is refused here and now."""
    database = Database(url, pool_size=1)
    try:
        with database.transaction() as tx:
            tx.execute("SELECT FROM conversation.head LIMIT 1")
    except StorageError as error:
        raise SettingsError(f"the role of the store cannot use the database: {error}") from None
    finally:
        database.close()


def _kept_prefix(state: Path) -> str:
    """How the roles were called last time."""
    try:
        kept = json.loads(own_file(state).read_text())["database_url"]
    except (OSError, ValueError, KeyError):
        return "discreet"
    return (urlsplit(kept).username or "").removesuffix("_rasa") or "discreet"


def _write_settings(file: Path, content: dict[str, str]) -> None:
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        json.dump(content, output)
    draft.replace(file)


def _keep_out_of_git(state: Path) -> None:
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
