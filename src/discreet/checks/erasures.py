"""The erasure ledger: whole, and known to the database; a restored backup must not serve whom it brought back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from discreet.checks import Finding
from discreet.crypto import keyring
from discreet.errors import IntegrityError, SettingsError, StorageError
from discreet.records.rights.ledger import Ledger, State, compare
from discreet.storage.engine import Database
from discreet.storage.places import Account, home_of, private_folder, reachable_home

_NAME = "erasures"
_REMEDY = {
    State.BEHIND: "run `discreet db replay-erasures`, which erases them again",
    State.AHEAD: "bring the folder erasures of the state folder back from your backup",
}


def folder(state: Path) -> Path:
    """Where the ledger lies, or would: in the state folder, or outside where the keeper could not reach it there."""
    return home_of(state, _NAME)


def prepared_folder(state: Path, account: Account | None = None) -> Path:
    """The same, made where it is missing, for a keeper of that account."""
    return private_folder(reachable_home(state, state / _NAME), account)


def has_lines(state: Path) -> bool:
    """Whether anybody was ever erased here: then the key that signed it must not be made anew."""
    return (folder(state) / "ledger").exists()


def ledger_of(state: Path) -> Ledger:
    """The ledger of an installation, as its operator reads it. Raises SettingsError without its key."""
    return Ledger(folder(state), keyring.key(keyring.keys_for("keeper", state / "keys"), "rights"))


def examine(owner: Database, state: Path) -> Iterator[Finding]:
    """How the database stands to the ledger. ``owner`` may read schema rights."""
    try:
        lines = ledger_of(state).lines()
        with owner.transaction() as tx:
            found = compare(tx, lines)
    except IntegrityError:
        yield Finding("erasure_ledger", "the erasure ledger was changed", _REMEDY[State.AHEAD])
        return
    except (SettingsError, StorageError) as error:
        yield Finding("erasure_ledger", "the erasure ledger cannot be read", str(error))
        return
    if found in _REMEDY:
        yield Finding("erasures", found.value, _REMEDY[found])
