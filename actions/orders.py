"""Where is my order?"""

from __future__ import annotations

import asyncio
from typing import Any

from discreet.records.identity.accounts import Account
from discreet.sdk import GuardedAction, GuardedForm, Turn
from discreet.shop.port import UnknownOrder

_STATUS = {
    "packing": "being packed",
    "shipped": "on its way to you",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


async def known_order(value: Any, turn: Turn) -> str | None:
    """The order's number as the shop writes it; None, and a word about it, for one that it does not know."""
    try:
        order = await asyncio.to_thread(turn.services.shop.find_order, str(value))
    except UnknownOrder:
        turn.say("utter_unknown_order")
        return None
    return order.number


async def account_of(turn: Turn) -> Account:
    """Whoever placed the order in the slot, whoever is talking: what is done to it needs their proof."""
    number = turn.slot("order_number")
    owner = await asyncio.to_thread(turn.services.identity.customers.owner_of, number)
    return Account(owner) if owner is not None else turn.services.identity.accounts.nobody(f"order {number}")


class OrderForm(GuardedForm):
    """Asks which order."""

    name_ = "validate_order_form"
    purpose = "order_support"
    steps = {"order_number": "order_support"}

    async def validate_order_number(self, value: Any, turn: Turn) -> str | None:
        """See ``known_order``."""
        return await known_order(value, turn)


class TrackOrder(GuardedAction):
    """Says where an order is; nothing about the person who placed it."""

    name_ = "action_track_order"
    purpose = "order_support"
    needs = ("order_number",)

    async def act(self, turn: Turn) -> None:
        """Says the order's state and what is in it."""
        order = await asyncio.to_thread(turn.services.shop.find_order, turn.slot("order_number"))
        turn.say(
            "utter_order_status",
            number=order.number,
            status=_STATUS[order.status],
            items=", ".join(line.product for line in order.lines),
        )
        turn.set("order_number", None)
