"""Changes of an account that wait: a new e-mail address, and taking locked authenticators into use again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Transaction

EMAIL, UNLOCK = "email", "unlock"
_COLUMN = "change.value"


@dataclass(frozen=True)
class Due:
    """A change whose time has come. ``value``: the new address."""

    customer: bytes
    kind: str
    value: str = field(repr=False)


class Changes:
    """``ring`` wraps customers' keys. One change a customer and kind; a newer one takes its place."""

    def __init__(self, ring: KeyRing) -> None:
        self._owner_keys = OwnerKeys(ring)

    def file(
        self, tx: Transaction, customer: bytes, kind: str, wait: timedelta, *, value: str = "", proved: bool = False
    ) -> None:
        """Files a change that is due after ``wait``. ``proved``: nothing else must be shown for it."""
        sealed = None
        if value:
            _, key = self._owner_keys.get_or_create(tx, customer)
            sealed = seal_column(key, column=_COLUMN, owner=customer, value=value)
        tx.execute(
            "INSERT INTO identity.change (customer, kind, value, due_at, proved) VALUES (%s, %s, %s, now() + %s, %s)"
            " ON CONFLICT (customer, kind) DO UPDATE"
            " SET value = EXCLUDED.value, due_at = EXCLUDED.due_at, proved = EXCLUDED.proved",
            customer, kind, sealed, wait, proved,
        )  # fmt: skip

    def prove_email(self, tx: Transaction, customer: bytes, email: str) -> bool | None:
        """Notes that this new address is the customer's own; whether it is due already, None where it was not filed."""
        rows = tx.execute(
            "SELECT value, due_at <= now() FROM identity.change WHERE customer = %s AND kind = 'email' FOR UPDATE",
            customer,
        )
        if not rows or self._opened(tx, customer, bytes(rows[0][0])) != email:
            return None
        tx.execute("UPDATE identity.change SET proved = true WHERE customer = %s AND kind = 'email'", customer)
        return bool(rows[0][1])

    def due(self, tx: Transaction, customer: bytes | None = None) -> list[Due]:
        """Every change that is due and proved, of one customer or of all. They stay filed until ``made``."""
        rows = tx.execute(
            "SELECT customer, kind, value FROM identity.change"
            " WHERE due_at <= now() AND proved AND (%s::bytea IS NULL OR customer = %s) ORDER BY customer, kind",
            customer, customer,
        )  # fmt: skip
        found = []
        for who, kind, value in rows:
            try:
                found.append(Due(bytes(who), kind, "" if value is None else self._opened(tx, bytes(who), bytes(value))))
            except IntegrityError:
                continue  # erased meanwhile: there is nobody to change anything for
        return found

    def made(self, tx: Transaction, due: Due) -> None:
        """It has been made. One that was filed in its place meanwhile stays: it is not proved yet."""
        tx.execute(
            "DELETE FROM identity.change WHERE customer = %s AND kind = %s AND proved AND due_at <= now()",
            due.customer, due.kind,
        )  # fmt: skip

    def stop(self, tx: Transaction, customer: bytes, kind: str | None = None) -> int:
        """Forgets what waits for a customer, or one kind of it; how many changes that were."""
        tx.execute(
            "DELETE FROM identity.change WHERE customer = %s AND (%s::text IS NULL OR kind = %s)", customer, kind, kind
        )
        return tx.rowcount

    def _opened(self, tx: Transaction, customer: bytes, sealed: bytes) -> str:
        found = self._owner_keys.find(tx, customer)
        if found is None:
            raise IntegrityError("the person's key is gone")
        return open_column(found[1], column=_COLUMN, owner=customer, sealed=sealed)
