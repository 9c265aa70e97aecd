"""Restriction and objection: what stops a reveal although a basis is live (GDPR art. 18, 21; docs/spec/rights.md).

Reveals hold a shared lock of the subject while they look; restricting and objecting hold it alone, so that what began
before is waited for and everything later is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from discreet.errors import NotAllowed
from discreet.storage.engine import Transaction

RESTRICTED_FOR = timedelta(days=90)
"""Until it is lifted, at most: a conversation whose person never comes back must not be kept for ever."""
KEPT_FOR_THE_PERSON = "EXISTS (SELECT FROM rights.restriction r WHERE r.subject = {whose} AND r.until > now())"
"""What the keeper must leave alone; ``whose`` is a column of ours."""
NEVER_KEPT = ("one_time_code", "passkey_answer")
"""But not these categories: what somebody proved with is nothing that they want kept (docs/spec/step-up.md)."""
_SAME_PERSON = (
    "(SELECT %s::bytea UNION SELECT o.subject FROM identity.link l JOIN identity.link o USING (customer)"
    " WHERE l.subject = %s)"
)


class Restricted(NotAllowed):
    """The person froze the processing of their data."""

    code = "restricted"
    sentence = "You asked me to freeze your data, so I may keep it but not use it. Say “unfreeze my data” to lift that."


class Objected(NotAllowed):
    """The person objected to this purpose."""

    code = "objected"
    sentence = "You objected to that use of your data, so I do not do it."


def require(tx: Transaction, subject: bytes, purpose: str) -> None:
    """Raises Restricted or Objected; holds both back until the transaction ends."""
    tx.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", *_lock(subject))
    if is_restricted(tx, subject):
        raise Restricted("the person restricted the processing of their data")
    if has_objected(tx, subject, purpose):
        raise Objected("the person objected to this purpose")


def is_restricted(tx: Transaction, subject: bytes) -> bool:
    """Whether it is restricted now, in this conversation or another one of the same customer."""
    return bool(
        tx.execute(
            f"SELECT 1 FROM rights.restriction WHERE until > now() AND subject IN {_SAME_PERSON}",  # noqa: S608
            subject,
            subject,
        )
    )


def has_objected(tx: Transaction, subject: bytes, purpose: str) -> bool:
    """The same for an objection to one purpose."""
    return bool(
        tx.execute(
            f"SELECT 1 FROM rights.objection WHERE purpose = %s AND subject IN {_SAME_PERSON}",  # noqa: S608
            purpose,
            subject,
            subject,
        )
    )


def restrict(tx: Transaction, subjects: Iterable[bytes], request: str) -> None:
    """Freezes these conversations; waits for reveals that have begun."""
    for subject in sorted(subjects):
        tx.execute("SELECT pg_advisory_xact_lock(%s, %s)", *_lock(subject))
        tx.execute("DELETE FROM rights.restriction WHERE subject = %s", subject)
        tx.execute(
            "INSERT INTO rights.restriction (subject, request, until) VALUES (%s, %s, now() + %s)",
            subject, request, RESTRICTED_FOR,
        )  # fmt: skip


def lift(tx: Transaction, subjects: Iterable[bytes]) -> int:
    """Lifts the restriction of these conversations; how many had one."""
    tx.execute("DELETE FROM rights.restriction WHERE subject = ANY(%s)", list(subjects))
    return tx.rowcount


def object_to(tx: Transaction, subjects: Iterable[bytes], purpose: str, request: str) -> None:
    """Stops a purpose for these conversations; waits for reveals that have begun."""
    for subject in sorted(subjects):
        tx.execute("SELECT pg_advisory_xact_lock(%s, %s)", *_lock(subject))
        tx.execute(
            "INSERT INTO rights.objection (subject, purpose, request) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            subject, purpose, request,
        )  # fmt: skip


def _lock(subject: bytes) -> tuple[int, int]:
    """Two numbers: another family of locks than the turns', whose is one."""
    return int.from_bytes(subject[:4], "big", signed=True), int.from_bytes(subject[4:8], "big", signed=True)
