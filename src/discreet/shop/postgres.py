"""The shop in the assistant's own Postgres, schema ``shop``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError, StorageConflict
from discreet.records.keys import OwnerKeys
from discreet.shop import rights
from discreet.shop.port import Kept, NotPossible, Order, OrderLine, Return, UnknownOrder
from discreet.storage.engine import Database, Transaction

RETURN_WINDOW = timedelta(days=30)


class PostgresShop:
    """Implements ``Shop``. Personal columns are sealed under their person's key; ``ring`` wraps those keys."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._owner_keys = OwnerKeys(ring)

    def find_order(self, number: str) -> Order:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            return _order(tx, number)

    def require_returnable(self, number: str, product: str) -> OrderLine:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            return _returnable(tx, number, product)

    def open_return(self, number: str, product: str, reason: str, *, subject: bytes, effect_key: bytes) -> Return:
        """See ``Shop``. Two at once: the index lets one through, the other hears that it is open already."""
        try:
            with self._database.transaction() as tx:
                known = _return_of(tx, effect_key)
                return known or self._open_return(tx, number, product, reason, subject, effect_key)
        except StorageConflict:
            with self._database.transaction() as tx:
                known = _return_of(tx, effect_key)
            if known is not None:
                return known
            raise NotPossible(f"A return for the {product} is open already.") from None

    def refunded(self, reference: str, *, refund_reference: str, card_last4: str) -> None:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            tx.execute(
                "UPDATE shop.returns SET status = 'refunded', refund_reference = %s, card_last4 = %s"
                " WHERE reference = %s AND status = 'requested'",
                refund_reference, card_last4, reference,
            )  # fmt: skip

    def reject_return(self, reference: str) -> None:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            tx.execute(
                "UPDATE shop.returns SET status = 'rejected' WHERE reference = %s AND status = 'requested'", reference
            )

    def require_changeable(self, number: str) -> None:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            _changeable(tx, number)

    def change_delivery_address(self, number: str, address: str) -> None:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            _changeable(tx, number)
            owner = bytes(tx.execute("SELECT customer FROM shop.orders WHERE number = %s", number)[0][0])
            sealed = self._seal(tx, owner, "orders.delivery_address", address)
            tx.execute("UPDATE shop.orders SET delivery_address = %s WHERE number = %s", sealed, number)

    def delivery_address(self, number: str) -> str | None:
        """The changed address of an order, for the warehouse; no skill says it. None: as the customer's own.

        Raises IntegrityError where the person's key is gone.
        """
        with self._database.transaction() as tx:
            rows = tx.execute("SELECT customer, delivery_address FROM shop.orders WHERE number = %s", number)
            if not rows or rows[0][1] is None:
                return None
            return self._unseal(tx, bytes(rows[0][0]), "orders.delivery_address", bytes(rows[0][1]))

    def return_reason(self, reference: str) -> str | None:
        """Why something came back, for the shop's staff; no skill says it. None for an unknown reference.

        Raises IntegrityError where the person's key is gone.
        """
        with self._database.transaction() as tx:
            rows = tx.execute("SELECT subject, reason FROM shop.returns WHERE reference = %s", reference)
            return self._unseal(tx, bytes(rows[0][0]), "returns.reason", bytes(rows[0][1])) if rows else None

    def keep_feedback(self, text: str, *, subject: bytes, effect_key: bytes) -> None:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            sealed = self._seal(tx, subject, "feedback.text", text)
            tx.execute(
                "INSERT INTO shop.feedback (subject, text, effect_key) VALUES (%s, %s, %s)"
                " ON CONFLICT (effect_key) DO NOTHING",
                subject, sealed, effect_key,
            )  # fmt: skip

    def hand_off(self, *, subject: bytes, effect_key: bytes) -> str:
        """See ``Shop``."""
        reference = f"T-{_short(effect_key)}"
        with self._database.transaction() as tx:
            tx.execute(
                "INSERT INTO shop.tickets (reference, subject, effect_key) VALUES (%s, %s, %s)"
                " ON CONFLICT (effect_key) DO NOTHING",
                reference, subject, effect_key,
            )  # fmt: skip
        return reference

    def kept_of(self, subject: bytes) -> Kept:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            row = tx.execute(
                "SELECT (SELECT count(*) FROM shop.returns WHERE subject = %s),"
                " (SELECT count(*) FROM shop.feedback WHERE subject = %s),"
                " (SELECT count(*) FROM shop.tickets WHERE subject = %s)",
                subject, subject, subject,
            )[0]  # fmt: skip
            return Kept(*row)

    def owner_of(self, number: str) -> bytes | None:
        """See ``Customers``."""
        with self._database.transaction() as tx:
            rows = tx.execute("SELECT customer FROM shop.orders WHERE number = %s", number.upper())
            return bytes(rows[0][0]) if rows else None

    def everybody(self) -> list[bytes]:
        """See ``Customers``."""
        with self._database.transaction() as tx:
            return [bytes(row[0]) for row in tx.execute("SELECT id FROM shop.customers ORDER BY id")]

    def email_of(self, customer: bytes) -> str | None:
        """See ``Customers``. Raises IntegrityError where the person's key is gone."""
        with self._database.transaction() as tx:
            rows = tx.execute("SELECT email FROM shop.customers WHERE id = %s AND email IS NOT NULL", customer)
            return self._unseal(tx, customer, "customers.email", bytes(rows[0][0])) if rows else None

    def change_email(self, customer: bytes, email: str) -> None:
        """See ``Customers``."""
        with self._database.transaction() as tx:
            sealed = self._seal(tx, customer, "customers.email", email)
            tx.execute("UPDATE shop.customers SET email = %s WHERE id = %s", sealed, customer)

    def copy_of(self, subjects: Sequence[bytes], customers: Sequence[bytes]) -> dict[str, Any]:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            return rights.copy_of(
                tx, subjects, customers, lambda owner, column, sealed: self._unseal(tx, owner, column, sealed)
            )

    def correct(self, customer: bytes, category: str, value: str) -> bool:
        """See ``Shop``."""
        column = rights.CORRECTABLE.get(category)
        if column is None:
            return False
        with self._database.transaction() as tx:
            if not tx.execute("SELECT 1 FROM shop.customers WHERE id = %s AND name IS NOT NULL FOR UPDATE", customer):
                return False
            sealed = self._seal(tx, customer, f"customers.{column}", value)
            tx.execute(f"UPDATE shop.customers SET {column} = %s WHERE id = %s", sealed, customer)  # noqa: S608
            return True

    def add_customer(self, tx: Transaction, customer: bytes, *, name: str, email: str, address: str) -> None:
        """A new customer, sealed. For seeding and tests."""
        columns = {"name": name, "email": email, "address": address}
        sealed = [self._seal(tx, customer, f"customers.{column}", value) for column, value in columns.items()]
        tx.execute("INSERT INTO shop.customers (id, name, email, address) VALUES (%s, %s, %s, %s)", customer, *sealed)

    def _open_return(
        self, tx: Transaction, number: str, product: str, reason: str, subject: bytes, effect_key: bytes
    ) -> Return:
        line = _returnable(tx, number, product)
        reference = f"R-{_short(effect_key)}"
        tx.execute(
            "INSERT INTO shop.returns (reference, line, subject, reason, status, effect_key)"
            " VALUES (%s, %s, %s, %s, 'requested', %s)",
            reference, line.id, subject, self._seal(tx, subject, "returns.reason", reason), effect_key,
        )  # fmt: skip
        return Return(reference, line.price_cents, "requested")

    def _seal(self, tx: Transaction, owner: bytes, column: str, value: str) -> bytes:
        _, key = self._owner_keys.get_or_create(tx, owner)
        return seal_column(key, column=column, owner=owner, value=value)

    def _unseal(self, tx: Transaction, owner: bytes, column: str, sealed: bytes) -> str:
        found = self._owner_keys.find(tx, owner)
        if found is None:
            raise IntegrityError("the person's key is gone")
        return open_column(found[1], column=column, owner=owner, sealed=sealed)


def _order(tx: Transaction, number: str) -> Order:
    rows = tx.execute(
        "SELECT o.number, o.status, o.placed_on, o.delivered_on, l.id, l.product, l.price_cents,"
        " EXISTS (SELECT FROM shop.returns r WHERE r.line = l.id AND r.status <> 'rejected')"
        " FROM shop.orders o JOIN shop.order_lines l USING (number) WHERE o.number = %s ORDER BY l.id",
        number.upper(),
    )
    if not rows:
        raise UnknownOrder("no order has this number")
    lines = tuple(OrderLine(*row[4:]) for row in rows)
    number, status, placed_on, delivered_on = rows[0][:4]
    return Order(number, status, placed_on, delivered_on, lines)


def _changeable(tx: Transaction, number: str) -> None:
    status = _order(tx, number).status
    if status == "cancelled":
        raise NotPossible(f"Order {number} was cancelled, so there is no delivery to change.")
    if status != "packing":
        raise NotPossible(f"Order {number} has left our warehouse, so its address can no longer be changed.")


def _returnable(tx: Transaction, number: str, product: str) -> OrderLine:
    order = _order(tx, number)
    line = order.line(product)
    if line is None:
        raise NotPossible(f"Order {number} has no {product}.")
    if line.returned:
        raise NotPossible(f"A return for the {line.product} is open already.")
    refusal = why_not_returnable(order, tx.execute("SELECT current_date")[0][0])
    if refusal:
        raise NotPossible(refusal)
    return line


def why_not_returnable(order: Order, today: date) -> str | None:
    """A sentence for the customer, None when the order may be returned."""
    if order.status != "delivered" or order.delivered_on is None:
        return f"Order {order.number} has not been delivered yet, so there is nothing to send back."
    if today - order.delivered_on > RETURN_WINDOW:
        return f"Order {order.number} was delivered more than {RETURN_WINDOW.days} days ago."
    return None


def _return_of(tx: Transaction, effect_key: bytes) -> Return | None:
    rows: list[tuple[Any, ...]] = tx.execute(
        "SELECT r.reference, l.price_cents, r.status FROM shop.returns r JOIN shop.order_lines l ON l.id = r.line"
        " WHERE r.effect_key = %s",
        effect_key,
    )
    return Return(*rows[0]) if rows else None


def _short(effect_key: bytes) -> str:
    return hashlib.sha256(effect_key).hexdigest()[:8].upper()
