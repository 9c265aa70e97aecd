"""The audit log: its chain ends where it was signed to end, inside and outside the database, and is not behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from discreet.checks import Finding
from discreet.crypto import keyring
from discreet.errors import IntegrityError, SettingsError, StorageError
from discreet.records.audit.heads import FILE, head_in, heads_file, require_sound
from discreet.records.audit.verify import oldest_waiting
from discreet.records.signed_file import SignedFile
from discreet.storage.engine import SNAPSHOT, Database
from discreet.storage.places import Account, home_of, private_folder, reachable_home

_NAME = "audit"
BEHIND_SECONDS = 600.0
"""So long an event may wait for its link: the keeper's rounds are seconds apart."""


def folder(state: Path) -> Path:
    """Where the heads lie, or would."""
    return home_of(state, _NAME)


def prepared_folder(state: Path, account: Account | None = None) -> Path:
    """The same, made where it is missing, for a keeper of that account."""
    return private_folder(reachable_home(state, state / _NAME), account)


def has_lines(state: Path) -> bool:
    """Whether anything was signed here: then the key that did it must not be made anew."""
    return (folder(state) / FILE).exists()


def heads_of(state: Path) -> SignedFile:
    """The heads of an installation, as its operator reads them. Raises SettingsError without the public key."""
    return heads_file(folder(state), public_key_of(state))


def public_key_of(state: Path) -> bytes:
    """What the keeper's signatures are checked with. Raises SettingsError."""
    return keyring.key(keyring.keys_for("officer", state / "keys"), "rights_public")


def examine(owner: Database, state: Path) -> Iterator[Finding]:
    """Whether the end of the chain is what was signed. Notes only: evidence in doubt is no danger to who talks here.

    ``owner`` may read schema audit.
    """
    try:
        newest, public_key = heads_of(state).last(), public_key_of(state)
        with owner.transaction() as tx:
            tx.execute(SNAPSHOT)
            head = head_in(tx, public_key)
            waited = oldest_waiting(tx, head)
            require_sound(tx, head, newest)
    except IntegrityError as error:
        yield Finding(
            "audit_chain", f"the audit log is not chained any more: {error}",
            "run `discreet audit verify`; after a restored backup, `discreet audit resume`", stops=False,
        )  # fmt: skip
        return
    except (SettingsError, StorageError) as error:
        yield Finding("audit_chain", "the audit log cannot be checked", str(error), stops=False)
        return
    if waited > BEHIND_SECONDS:
        yield Finding(
            "audit_behind", f"events of the audit log have waited for {waited / 60:.0f} minutes to be chained",
            "start the assistant, or look into the keeper's log", stops=False,
        )  # fmt: skip
