"""Another delivery address for an order that has not left."""

from __future__ import annotations

import asyncio
from typing import Any

from actions.orders import account_of, known_order
from discreet.records.identity.accounts import Account
from discreet.redaction.tokens import parse
from discreet.sdk import GuardedAction, GuardedForm, Turn
from discreet.shop.port import NotPossible


class AddressForm(GuardedForm):
    """Asks which order and where to; asks for consent before the address."""

    name_ = "validate_address_form"
    purpose = "delivery"
    steps = {"order_number": "order_support", "delivery_address": "delivery"}

    async def validate_order_number(self, value: Any, turn: Turn) -> str | None:
        """A known order that has not left. Otherwise nobody is asked to agree to anything, or for an address."""
        number = await known_order(value, turn)
        if number is None:
            return None
        try:
            await asyncio.to_thread(turn.services.shop.require_changeable, number)
        except NotPossible as error:
            turn.say_text(error.sentence)
            turn.end_form()
            return None
        return number

    async def validate_delivery_address(self, value: Any, turn: Turn) -> str | None:
        """A sealed address: the Guard seals the whole answer to this question."""
        token = parse(str(value))
        return str(value) if token is not None and token.kind == "addr" else None

    async def refused(self, turn: Turn) -> None:
        """Says how the address can be changed without this chat."""
        turn.say("utter_refused_delivery")


class ChangeAddress(GuardedAction):
    """Hands the new address to the shop."""

    name_ = "action_change_address"
    purpose = "delivery"
    opens = ("delivery_address",)
    needs = ("order_number", "delivery_address")

    async def account(self, turn: Turn) -> Account | None:
        """See ``account_of``."""
        return await account_of(turn)

    async def act(self, turn: Turn) -> None:
        """Changes it, or says why it is too late."""
        number = turn.slot("order_number")
        address = await turn.reveal("delivery_address")
        for slot in self.needs:
            turn.set(slot, None)
        await turn.recheck()
        await asyncio.to_thread(turn.services.shop.change_delivery_address, number, address)
        turn.say("utter_address_changed", number=number)
