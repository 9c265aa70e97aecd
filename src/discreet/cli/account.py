"""What an operator puts right in a customer's account: with an audit event in the same transaction, and a letter."""

from __future__ import annotations

import smtplib
import sys
import time
from collections.abc import Callable
from pathlib import Path

from discreet.cli.database import owner_database
from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.errors import SettingsError
from discreet.mail import Letter, SmtpDelivery
from discreet.policy import load_policy
from discreet.records.audit import Audit
from discreet.records.identity import codes, guesses
from discreet.records.identity.accounts import Accounts
from discreet.records.identity.authenticators import Authenticators
from discreet.sdk.identity import step_up_key
from discreet.settings import mail_settings
from discreet.storage.engine import Transaction

KINDS = {codes.TOTP: "The codes of the app", codes.PASSKEY: "The passkeys", codes.RECOVERY: "The recovery codes"}
"""Authenticators, and what a letter calls them."""


@told
def run_reopen(project: Path, state: Path) -> int:
    """Codes that a hundred wrong ones have closed are taken again. Returns 1 where no account has the address."""
    done = _of_a_customer(project, state, "codes_reopened", guesses.reopen, _REOPENED)
    print(f"Kinds of code that are taken again: {done}.")
    return 0


@told
def run_remove(project: Path, state: Path, kind: str) -> int:
    """What a customer has of that kind is gone. Returns 1 for an unknown kind or address."""
    if kind not in KINDS:
        raise SettingsError(f"an authenticator is one of {', '.join(KINDS)}")

    def remove(tx: Transaction, customer: bytes) -> int:
        ring = keyring.ring(keyring.keys_for("actions", state / "keys"), "value")
        return Authenticators(ring).remove(tx, customer, kind)

    done = _of_a_customer(project, state, f"{kind}_removed", remove, _REMOVED.format(what=KINDS[kind]))
    print(f"Removed: {done}.")
    return 0


def _of_a_customer(
    project: Path, state: Path, what: str, work: Callable[[Transaction, bytes], int], letter: str
) -> int:
    """Does it for whose address is read from standard input: a command line can be seen by others of this machine.

    How many there were; whoever lost any is written to.
    """
    if sys.stdin.isatty():
        print("E-mail address of the account: ", end="", file=sys.stderr, flush=True)
    email = sys.stdin.readline().strip()
    key = step_up_key(keyring.key(keyring.keys_for("actions", state / "keys"), "vault_seed"))
    name, server = load_policy(project / "privacy.yml").controller["name"], mail_settings(state)
    delivery = SmtpDelivery.of(server) if server else None
    with owner_database(state) as database, database.transaction() as tx:
        found = Accounts(key).find(tx, email)
        if found.decoy:
            raise SettingsError("no account has that e-mail address")
        done = work(tx, found.id)
        talks = [bytes(row[0]) for row in tx.execute("SELECT subject FROM identity.link WHERE customer = %s", found.id)]
        audit = Audit("operator")
        for subject in talks:
            audit.append(tx, event="account", outcome=what, subject=subject, purpose="identification")
        if not talks:
            audit.append(tx, event="account", outcome=what, purpose="identification")
    if done:
        subject_line, text = f"Your account at {name}", letter.format(name=name)
        _tell(delivery, Letter(email, subject_line, text, time.time()))
    return done


def _tell(delivery: SmtpDelivery | None, letter: Letter) -> None:
    """Writes the letter, or says that somebody must: it is done, and the customer has to hear of it."""
    try:
        if delivery is not None:
            delivery.deliver(letter)
            print("A letter about it was sent to that address.")
            return
    except (OSError, smtplib.SMTPException):
        print("discreet: the letter about it could not be sent", file=sys.stderr)
    print("Please tell the customer, by a way that you know otherwise too.")


_REOPENED = """\
Codes that many wrong ones had closed are taken again for your account at {name}. A person of ours has done it.

If you did not ask for that, please tell us.
"""
_REMOVED = """\
{what} of your account at {{name}} no longer work. A person of ours has removed them.

If you did not ask for that, please tell us at once.
"""
