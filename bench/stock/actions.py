"""The order skill as a stock rasa_sdk project writes it: no consent, no vault, readable columns."""

from __future__ import annotations

import os
from typing import Any

import psycopg2
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

_URL = os.environ["STOCK_SHOP_URL"]
_connection: Any = None


def _order(number: str) -> tuple[str, str] | None:
    global _connection
    if _connection is None:
        _connection = psycopg2.connect(_URL)
        _connection.autocommit = True
    with _connection.cursor() as cursor:
        cursor.execute("SELECT number, status FROM orders WHERE number = %s", (number.upper(),))
        found: tuple[str, str] | None = cursor.fetchone()
        return found


class ValidateOrderForm(FormValidationAction):  # type: ignore[misc]
    """Asks again for an order that does not exist."""

    def name(self) -> str:
        """As in domain.yml."""
        return "validate_order_form"

    def validate_order_number(self, value: Any, dispatcher: Any, *_: Any) -> dict[str, Any]:
        """See rasa_sdk."""
        if _order(str(value)) is None:
            dispatcher.utter_message(response="utter_unknown_order")
            return {"order_number": None}
        return {"order_number": value}


class TrackOrder(Action):  # type: ignore[misc]
    """Says where an order is."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_track_order"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:  # noqa: ARG002
        """See rasa_sdk."""
        found = _order(str(tracker.get_slot("order_number")))
        if found is not None:
            dispatcher.utter_message(text=f"Order {found[0]} is {found[1]}.")
        return [SlotSet("order_number", None)]
