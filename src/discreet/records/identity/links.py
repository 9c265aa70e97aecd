"""Conversations that belong to one customer. Rights cover all that is linked; linking never widens consent."""

from __future__ import annotations

from discreet.records.rights.requests import forget_waiting
from discreet.storage.engine import Transaction


def link(tx: Transaction, subject: bytes, customer: bytes) -> None:
    """Ties a conversation to the customer who has just shown who they are in it; 16 bytes each.

    A conversation that belonged to another customer, or to nobody, changes hands: what waits in it for a button or to
    be fetched is gone. Call it only behind a verified factor.
    """
    tx.execute(
        "INSERT INTO identity.link AS l (subject, customer) VALUES (%s, %s)"
        " ON CONFLICT (subject) DO UPDATE SET customer = EXCLUDED.customer, at = now()"
        " WHERE l.customer <> EXCLUDED.customer",
        subject, customer,
    )  # fmt: skip
    if tx.rowcount:
        forget_waiting(tx, subject)


def unlink(tx: Transaction, subject: bytes) -> bool:
    """Unties a conversation; whether it was tied. What waits in it goes too."""
    tx.execute("DELETE FROM identity.link WHERE subject = %s", subject)
    if not tx.rowcount:
        return False
    forget_waiting(tx, subject)
    return True


def customer_of(tx: Transaction, subject: bytes) -> bytes | None:
    """The customer that the conversation belongs to, None while nobody has shown who they are in it."""
    rows = tx.execute("SELECT customer FROM identity.link WHERE subject = %s", subject)
    return bytes(rows[0][0]) if rows else None


def linked(tx: Transaction, subject: bytes) -> tuple[bytes, ...]:
    """The conversation itself, then every other one of the same customer, in order of their linking."""
    rows = tx.execute(
        "SELECT o.subject FROM identity.link l JOIN identity.link o USING (customer)"
        " WHERE l.subject = %s AND o.subject <> l.subject ORDER BY o.at, o.subject",
        subject,
    )
    return (subject, *(bytes(row[0]) for row in rows))
