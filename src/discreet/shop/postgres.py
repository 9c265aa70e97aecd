"""The shop in the assistant's own Postgres, schema ``shop``."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError, StorageConflict
from discreet.records.keys import OwnerKeys
from discreet.shop.port import Kept, NotPossible, Order, OrderLine, Refund, Return, UnknownOrder
from discreet.storage.engine import Database, Transaction

RETURN_WINDOW = timedelta(days=30)
_NUMBER = re.compile(r"DS-[0-9]{5}")
_ADDRESS, _REASON = "orders.delivery_address", "returns.reason"


class PostgresShop:
    """Implements ``Shop``. Personal columns are sealed under their person's key; ``ring`` wraps those keys."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._owner_keys = OwnerKeys(ring)

    def find_order(self, number: str) -> Order:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            return _order(tx, number)

    def require_returnable(self, number: str, product: str, *, subject: bytes) -> OrderLine:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            return _returnable(tx, number, product, subject)

    def open_return(self, number: str, product: str, reason: str, *, subject: bytes, effect_key: bytes) -> Return:
        """See ``Shop``. Two at once: the index lets one through, the other looks again."""
        try:
            return self._open_return(number, product, reason, subject, effect_key)
        except StorageConflict:
            return self._open_return(number, product, reason, subject, effect_key)

    def refunded(self, reference: str, refund: Refund) -> None:
        """See ``Shop``."""
        with self._database.transaction() as tx:
            tx.execute(
                "UPDATE shop.returns SET status = 'refunded', refund_reference = %s, card_last4 = %s"
                " WHERE reference = %s AND (status = 'requested' OR refund_reference = %s)",
                refund.reference, refund.card_last4, reference, refund.reference,
            )  # fmt: skip
            if tx.rowcount != 1:
                raise NotPossible("This return is closed already.")

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
            number, owner = _changeable(tx, number)
            sealed = self._seal(tx, owner, _ADDRESS, address)
            tx.execute("UPDATE shop.orders SET delivery_address = %s WHERE number = %s", sealed, number)

    def delivery_address(self, number: str) -> str | None:
        """The changed address of an order, for the warehouse; no skill says it. Raises IntegrityError once erased."""
        return self._read(_ADDRESS, "SELECT customer, delivery_address FROM shop.orders WHERE number = %s", number)

    def return_reason(self, reference: str) -> str | None:
        """Why a return was made, for the staff; no skill says it. Raises IntegrityError once erased."""
        return self._read(_REASON, "SELECT subject, reason FROM shop.returns WHERE reference = %s", reference)

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

    def add_customer(self, tx: Transaction, customer: bytes, *, name: str, email: str, address: str) -> None:
        """A new customer, sealed. For seeding and tests."""
        columns = {"name": name, "email": email, "address": address}
        sealed = [self._seal(tx, customer, f"customers.{column}", value) for column, value in columns.items()]
        tx.execute("INSERT INTO shop.customers (id, name, email, address) VALUES (%s, %s, %s, %s)", customer, *sealed)

    def _changeable(tx: Transaction, number: str) -> tuple[str, bytes]:
    """The order's number and customer, locked so that it cannot leave meanwhile."""
    number = _order(tx, number).number
    status, customer = tx.execute("SELECT status, customer FROM shop.orders WHERE number = %s FOR UPDATE", number)[0]
    if status == "cancelled":
        raise NotPossible(f"Order {number} was cancelled, so nothing will be sent.")
    if status != "packing":
        raise NotPossible(f"Order {number} has left our warehouse, so its address can no longer be changed.")
    return number, bytes(customer)


def _returnable(tx: Transaction, number: str, product: str, subject: bytes) -> OrderLine:
    order = _order(tx, number)
    line = order.line(product)
    if line is None:
        # The customer's own words stay out of an error.
        raise NotPossible(f"Order {order.number} has no such article.")
    if line.returned and not tx.execute(
        "SELECT FROM shop.returns WHERE line = %s AND subject = %s AND status = 'requested'", line.id, subject
    ):
        raise NotPossible(f"A return for the {line.product} is open already.")
    refusal = why_not_returnable(order, tx.execute("SELECT current_date")[0][0])
    if refusal:
        raise NotPossible(refusal)
    return line


def why_not_returnable(order: Order, today: date) -> str | None:
    """A sentence for the customer, None when the order may be returned."""
    if order.status == "cancelled":
        return f"Order {order.number} was cancelled, so there is nothing to send back."
    if order.status != "delivered" or order.delivered_on is None:
        return f"Order {order.number} has not been delivered yet, so there is nothing to send back."
    if today - order.delivered_on > RETURN_WINDOW:
        return f"Order {order.number} was delivered more than {RETURN_WINDOW.days} days ago."
    return None


def _return_where(tx: Transaction, condition: str, *params: object) -> Return | None:
    """An open or closed return by a condition of ours."""
    rows = tx.execute(
        "SELECT r.reference, l.price_cents, r.status, r.effect_key, r.refund_reference, r.card_last4"
        f" FROM shop.returns r JOIN shop.order_lines l ON l.id = r.line WHERE {condition}",  # noqa: S608
        *params,
    )
    if not rows:
        return None
    reference, cents, status, key, paid, last4 = rows[0]
    refund = Refund(paid, last4) if status == "refunded" else None
    return Return(reference, cents, status, bytes(key), refund, resumed=True)


def _short(effect_key: bytes) -> str:
    return hashlib.sha256(effect_key).hexdigest()[:8].upper()
