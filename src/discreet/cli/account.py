"""What an operator puts right in a customer's account. Each time an audit event, in the same transaction."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from discreet.cli.database import owner_database
from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.errors import SettingsError
from discreet.records.audit import Audit
from discreet.records.identity import codes, guesses
from discreet.records.identity.accounts import Accounts
from discreet.records.identity.authenticators import Authenticators
from discreet.sdk.identity import step_up_key
from discreet.storage.engine import Transaction

KINDS = (codes.TOTP, codes.PASSKEY, codes.RECOVERY)


@told
def run_reopen(state: Path) -> int:
    """Codes that a hundred wrong ones have closed are taken again. Returns 1 where no account has the address."""

    def work(tx: Transaction, customer: bytes) -> str:
        closed = guesses.reopen(tx, customer)
        return f"Kinds of code that are taken again: {closed}."

    return _of_a_customer(state, "codes_reopened", work)


@told
def run_remove(state: Path, kind: str) -> int:
    """What a customer has of that kind is gone. Returns 1 for an unknown kind or address."""

    def work(tx: Transaction, customer: bytes) -> str:
        ring = keyring.ring(keyring.keys_for("actions", state / "keys"), "value")
        removed = Authenticators(ring).remove(tx, customer, kind)
        return f"Removed: {removed}. Please tell the customer by letter, to an address that you know otherwise too."

    if kind not in KINDS:
        raise SettingsError(f"an authenticator is one of {', '.join(KINDS)}")
    return _of_a_customer(state, f"{kind}_removed", work)


def _of_a_customer(state: Path, what: str, work: Callable[[Transaction, bytes], str]) -> int:
    """Does it for whose address is read from standard input: a command line can be seen by others of this machine."""
    if sys.stdin.isatty():
        print("E-mail address of the account: ", end="", file=sys.stderr, flush=True)
    email = sys.stdin.readline().strip()
    key = step_up_key(keyring.key(keyring.keys_for("actions", state / "keys"), "vault_seed"))
    with owner_database(state) as database, database.transaction() as tx:
        found = Accounts(key).find(tx, email)
        if found.decoy:
            raise SettingsError("no account has that e-mail address")
        said = work(tx, found.id)
        talks = [bytes(row[0]) for row in tx.execute("SELECT subject FROM identity.link WHERE customer = %s", found.id)]
        audit = Audit("operator")
        for subject in talks:
            audit.append(tx, event="account", outcome=what, subject=subject, purpose="identification")
        if not talks:
            audit.append(tx, event="account", outcome=what, purpose="identification")
    print(said)
    return 0
