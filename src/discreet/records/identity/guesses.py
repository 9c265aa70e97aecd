"""Wrong codes of one kind for one account, one after the other: at a hundred that kind is closed.

NIST SP 800-63B, 5.2.2 (800-63B-4, 3.2.2). The locks of ``attempts`` only make guessing slow; this ends it. Counted are
the kinds that somebody could guess: recovery codes have 100 bits and passkeys a signature, so they stay the way back.
"""

from __future__ import annotations

from datetime import timedelta

from discreet.errors import DiscreetError
from discreet.records.identity import codes
from discreet.storage.engine import Transaction

MOST = 100
COUNTED = (codes.MAIL, codes.TOTP)
NOBODYS_LIFETIME = timedelta(days=365)
"""What was guessed at nobody is forgotten so long after the last try: earlier would tell that there is nobody."""


class Closed(DiscreetError):
    """So many codes of this kind were wrong that none is compared any more."""

    code = "closed"
    sentence = (
        "There were too many wrong codes of that kind, one after the other, so none is taken for this account any more."
        " Please show who you are in another way, or ask a person of ours."
    )


def require_open(tx: Transaction, account: bytes, kind: str) -> None:
    """Raises Closed. ``account`` is a customer, or what stands for nobody: 16 bytes, its ``attempts`` row locked."""
    if kind in COUNTED and tx.execute(
        "SELECT 1 FROM identity.guesses WHERE id = %s AND kind = %s AND wrong >= %s", account, kind, MOST
    ):
        raise Closed("closed")


def wrong(tx: Transaction, account: bytes, kind: str | None) -> bool:
    """Counts one; whether it was the one that closes the kind. ``kind`` None: it was no code of any kind."""
    if kind not in COUNTED:
        return False
    ((count,),) = tx.execute(
        "INSERT INTO identity.guesses AS g (id, kind, wrong) VALUES (%s, %s, 1)"
        " ON CONFLICT (id, kind) DO UPDATE SET wrong = g.wrong + 1, last_at = now() RETURNING wrong",
        account, kind,
    )  # fmt: skip
    return bool(count == MOST)


def right(tx: Transaction, account: bytes, kind: str) -> None:
    """A code of this kind was right, or the kind was set up anew: its count begins anew, and no other's.

    Who has the mailbox must not get a hundred more guesses at the app with every code by mail.
    """
    tx.execute("DELETE FROM identity.guesses WHERE id = %s AND kind = %s", account, kind)


def reopen(tx: Transaction, account: bytes) -> int:
    """After a proof of two factors, or an operator's check: every kind is taken again; how many were closed."""
    rows = tx.execute("DELETE FROM identity.guesses WHERE id = %s RETURNING wrong >= %s", account, MOST)
    return sum(row[0] for row in rows)
