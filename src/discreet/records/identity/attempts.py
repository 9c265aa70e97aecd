"""Wrong guesses and mails, counted a conversation and a customer, so that no number of servers makes guessing faster.

Every function locks its row until the transaction ends: guesses of one conversation, and of one customer, are serial.
Always the conversation's before the customer's, so that two transactions never wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from discreet.errors import DiscreetError
from discreet.storage.engine import Transaction

WINDOW = timedelta(hours=1)
"""Counts begin anew so long after the first one; but not a customer's wrong ones, or patience would be rewarded."""
LONGEST_LOCK = timedelta(hours=24)


@dataclass(frozen=True)
class Scope:
    """How much is allowed: wrong ones until it is locked, for how long the first time, and mails in ``WINDOW``.

    ``forgets``: wrong ones count for ``WINDOW``; else until a right one, or until nobody has tried for two days.
    """

    name: str
    failures: int
    lock: timedelta
    mails: int
    forgets: bool


CONVERSATION = Scope("conversation", failures=5, lock=timedelta(minutes=15), mails=3, forgets=True)
CUSTOMER = Scope("customer", failures=10, lock=timedelta(hours=1), mails=6, forgets=False)
"""A customer's lock doubles with each one that follows, until somebody shows who they are: up to ``LONGEST_LOCK``."""


def letters(about: str) -> Scope:
    """Letters to one customer about one thing that happened: three an hour. Codes by mail are counted for themselves.

    ``about`` is a word of ours, of lower case letters.
    """
    return Scope(f"letter:{about}", failures=1, lock=timedelta(0), mails=3, forgets=True)


class Locked(DiscreetError):
    """There were too many wrong codes; nothing is compared before the lock is over."""

    code = "locked"
    sentence = "There were too many wrong codes. For your safety I take no more of them for a while; please try later."


class TooManyMails(DiscreetError):
    """Enough codes were sent for now."""

    code = "too_many_mails"
    sentence = "I have sent several codes already. Please use the newest one, or try again in an hour."


def require(tx: Transaction, scope: Scope, id: bytes) -> None:
    """Raises Locked while the lock holds. ``id`` is the conversation or the account, 16 bytes."""
    if _entered(tx, scope, id)[2]:
        raise Locked("locked")


def failed(tx: Transaction, scope: Scope, id: bytes) -> bool:
    """Counts a wrong guess; whether it was the one that locks."""
    failures, _, _ = _entered(tx, scope, id)
    if failures + 1 < scope.failures:
        tx.execute("UPDATE identity.attempts SET failures = failures + 1 WHERE scope = %s AND id = %s", scope.name, id)
        return False
    tx.execute(
        "UPDATE identity.attempts SET failures = 0, strikes = strikes + 1,"
        " locked_until = now() + least(%s * power(2, least(strikes, 10)), %s)"
        " WHERE scope = %s AND id = %s",
        scope.lock, LONGEST_LOCK, scope.name, id,
    )  # fmt: skip
    return True


def mailed(tx: Transaction, scope: Scope, id: bytes) -> None:
    """Counts a mail. Raises TooManyMails, whether anybody would have had it or not."""
    _, mails, _ = _entered(tx, scope, id)
    if mails >= scope.mails:
        raise TooManyMails("enough codes were sent")
    tx.execute("UPDATE identity.attempts SET mails = mails + 1 WHERE scope = %s AND id = %s", scope.name, id)


def cleared(tx: Transaction, scope: Scope, id: bytes) -> None:
    """After somebody showed who they are. Mails stay counted."""
    tx.execute(
        "UPDATE identity.attempts SET failures = 0, strikes = 0, locked_until = NULL WHERE scope = %s AND id = %s",
        scope.name, id,
    )  # fmt: skip


def _entered(tx: Transaction, scope: Scope, id: bytes) -> tuple[int, int, bool]:
    """Wrong guesses and mails that count now, and whether it is locked; the row is ours until the end."""
    ((failures, mails, locked),) = tx.execute(
        "INSERT INTO identity.attempts AS a (scope, id) VALUES (%s, %s) ON CONFLICT (scope, id) DO UPDATE SET"
        " failures = CASE WHEN %s AND a.since < now() - %s THEN 0 ELSE a.failures END,"
        " mails = CASE WHEN a.since < now() - %s THEN 0 ELSE a.mails END,"
        " since = CASE WHEN a.since < now() - %s THEN now() ELSE a.since END"
        " RETURNING failures, mails, locked_until IS NOT NULL AND locked_until > now()",
        scope.name, id, scope.forgets, WINDOW, WINDOW, WINDOW,
    )  # fmt: skip
    return failures, mails, locked
