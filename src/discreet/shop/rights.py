"""What the shop's own tables give to a person's copy, and how a wrong record is put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from discreet.storage.engine import Transaction

Open = Callable[[bytes, str, bytes], str]
"""Opens a sealed column: owner, table.column, sealed."""
CORRECTABLE = {"person_name": "name", "delivery_address": "address"}
"""The customer's columns by the category that they hold. Not the e-mail address: codes go there."""


def copy_of(tx: Transaction, subjects: Sequence[bytes], customers: Sequence[bytes], opened: Open) -> dict[str, Any]:
    """Everything that belongs to these conversations and customers, opened."""
    returns = tx.execute(
        "SELECT r.subject, r.reference, l.number, l.product, r.status, r.refund_reference, r.card_last4, r.created_at,"
        " r.reason FROM shop.returns r JOIN shop.order_lines l ON l.id = r.line WHERE r.subject = ANY(%s)"
        " ORDER BY r.id",
        list(subjects),
    )
    feedback = tx.execute(
        "SELECT subject, created_at, text FROM shop.feedback WHERE subject = ANY(%s) ORDER BY id", list(subjects)
    )
    tickets = tx.execute(
        "SELECT reference, created_at FROM shop.tickets WHERE subject = ANY(%s) ORDER BY id", list(subjects)
    )
    people = tx.execute(
        "SELECT id, name, email, address FROM shop.customers WHERE id = ANY(%s) AND name IS NOT NULL", list(customers)
    )
    orders = tx.execute(
        "SELECT customer, number, status, placed_on, delivery_address FROM shop.orders WHERE customer = ANY(%s)"
        " ORDER BY number",
        list(customers),
    )
    return {
        "returns": [
            {
                "reference": reference, "order": number, "article": product, "status": status,
                "refund": refund, "card_last4": last4, "at": _at(at),
                "reason": opened(bytes(whose), "returns.reason", bytes(reason)),
            }
            for whose, reference, number, product, status, refund, last4, at, reason in returns
        ],
        "feedback": [
            {"at": _at(at), "text": opened(bytes(whose), "feedback.text", bytes(text))} for whose, at, text in feedback
        ],
        "tickets": [{"reference": reference, "at": _at(at)} for reference, at in tickets],
        "customer": [
            {
                column: opened(bytes(whose), f"customers.{column}", bytes(sealed))
                for column, sealed in zip(("name", "email", "address"), columns, strict=True)
            }
            for whose, *columns in people
        ],
        "orders": [
            {
                "number": number, "status": status, "placed_on": str(placed),
                "delivery_address": address and opened(bytes(whose), "orders.delivery_address", bytes(address)),
            }
            for whose, number, status, placed, address in orders
        ],
    }  # fmt: skip


def _at(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds"))
