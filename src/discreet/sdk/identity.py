"""What the action server has for showing who somebody is. Made once, at its start."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from discreet.crypto.derived import derived
from discreet.crypto.wrapping import KeyRing
from discreet.errors import StorageConflict
from discreet.mail import Mailer
from discreet.records.identity import changes
from discreet.records.identity.accounts import Account, Accounts
from discreet.records.identity.authenticators import Authenticators
from discreet.records.identity.challenges import Challenges
from discreet.records.identity.changes import Changes
from discreet.sdk.shown import ShownOnce
from discreet.shop.port import Customers
from discreet.storage.engine import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Accounts, challenges and authenticators, the shop's customers, and the way to write to them."""

    accounts: Accounts = field(repr=False)
    authenticators: Authenticators = field(repr=False)
    challenges: Challenges = field(repr=False)
    changes: Changes = field(repr=False)
    customers: Customers = field(repr=False)
    mailer: Mailer = field(repr=False)
    page: str = ""
    """The page's origin, such as ``https://chat.example.com``; empty: passkeys cannot be used."""
    has_links: bool = False
    """Whether people of other channels can reach the page by a link."""
    clock: Callable[[], float] = time.time
    """Unix time in seconds, for TOTP."""
    shown: ShownOnce = field(default_factory=ShownOnce, repr=False)

    def write(self, account: Account, subject: str, text: str, *, once: bytes = b"") -> None:
        """Writes to an account's address on file, in the background; to nobody for a decoy, by the same way.

        ``once``: see ``Mailer.send``.
        """
        to = lambda: None if account.decoy else self.customers.email_of(account.id)  # noqa: E731
        self.mailer.send(to, subject, text, once=once)


def step_up_key(seed: bytes) -> bytes:
    """Finds accounts by address and checks codes; ``seed`` is the vault's."""
    return derived(seed, "step-up")


def identity_for(
    seed: bytes,
    ring: KeyRing,
    customers: Customers,
    mailer: Mailer,
    page: str = "",
    *,
    has_links: bool = False,
    clock: Callable[[], float] = time.time,
) -> Identity:
    """``seed`` is the vault's, which no other process holds; ``ring`` wraps customers' keys."""
    key = step_up_key(seed)
    authenticators = Authenticators(ring)
    return Identity(
        accounts=Accounts(key),
        authenticators=authenticators,
        challenges=Challenges(key, authenticators),
        changes=Changes(ring),
        customers=customers,
        mailer=mailer,
        page=page,
        has_links=has_links,
        clock=clock,
    )


def index_customers(database: Database, identity: Identity) -> int:
    """Makes customers findable whom the shop has taken on since the last start; how many."""
    with database.transaction() as tx:
        missing = identity.accounts.missing(tx, identity.customers.everybody())
    for customer in missing:
        email = identity.customers.email_of(customer)
        if email is not None:
            try:
                with database.transaction() as tx:
                    identity.accounts.remember(tx, customer, email)
            except StorageConflict:  # whoever had it first is found; the others must not wait for that
                _log.warning("a customer is not found by e-mail: another one has the same address")
    return len(missing)


def apply_due(database: Database, identity: Identity, customer: bytes | None = None) -> int:
    """Makes the changes whose waiting time is over, of one customer or of all; how many."""
    with database.transaction() as tx:
        due = identity.changes.due(tx, customer)
        for change in due:
            if change.kind == changes.UNLOCK:
                identity.authenticators.unlock(tx, change.customer)
            else:
                identity.accounts.remember(tx, change.customer, change.value)
    for change in due:
        if change.kind == changes.EMAIL:
            identity.customers.change_email(change.customer, change.value)
    # Last: after a crash before it, all of this is done once more, to the same end.
    with database.transaction() as tx:
        for change in due:
            identity.changes.made(tx, change)
    return len(due)


def apply_due_safely(database: Database, identity: Identity) -> None:
    """The same from time to time. An address that somebody else has taken meanwhile must not hold the others up."""
    with database.transaction() as tx:
        waiting = [
            bytes(row[0]) for row in tx.execute("SELECT DISTINCT customer FROM identity.change WHERE due_at <= now()")
        ]
    for customer in waiting:
        try:
            apply_due(database, identity, customer)
        except StorageConflict:
            address_taken(database, identity, customer)


def address_taken(database: Database, identity: Identity, customer: bytes, *, once: bytes = b"") -> None:
    """The new address is another customer's: the old one stays, and is written to. What else waits goes on.

    ``once``: see ``Mailer.send``.
    """
    with database.transaction() as tx:
        identity.changes.stop(tx, customer, changes.EMAIL)
    identity.write(Account(customer), "Your e-mail address stays", _TAKEN, once=once)


_TAKEN = """\
Your account was to have another e-mail address. That address belongs to another account, so yours stays as it is.
"""
