"""Sending something back, with the refund to a card."""

from __future__ import annotations

import asyncio
from typing import Any

from actions.orders import account_of, known_order
from discreet.errors import NotAllowed
from discreet.records.identity.accounts import Account
from discreet.redaction.tokens import mask_all, parse
from discreet.sdk import GuardedAction, GuardedForm, Turn
from discreet.shop.port import NotPossible, PaymentFailed

_SLOTS = ("order_number", "item", "return_reason", "payment_card")


class ReturnForm(GuardedForm):
    """Collects what comes back and why; asks for consent before the card."""

    name_ = "validate_return_form"
    purpose = "refunds"
    steps = {
        "order_number": "order_support",
        "item": "order_support",
        "return_reason": "order_support",
        "payment_card": "refunds",
    }

    async def validate_order_number(self, value: Any, turn: Turn) -> str | None:
        """See ``known_order``."""
        return await known_order(value, turn)

    async def validate_item(self, value: Any, turn: Turn) -> str | None:
        """An article of that order; names what is in it when there is no such one."""
        number = turn.slot("order_number")
        if number is None:
            return str(value)
        shop = turn.services.shop
        order = await asyncio.to_thread(shop.find_order, number)
        line = order.line(str(value))
        if line is None:
            turn.say("utter_item_not_in_order", items=", ".join(line.product for line in order.lines))
            return None
        try:
            await asyncio.to_thread(shop.require_returnable, number, line.product)
        except NotPossible as error:
            # Before anything personal is asked for: what cannot come back needs no card.
            turn.say_text(error.sentence)
            turn.end_form()
            return None
        return line.product

    async def validate_payment_card(self, value: Any, turn: Turn) -> str | None:
        """A sealed card; any other text is no card number."""
        token = parse(str(value))
        if token is None or token.kind != "card":
            turn.say("utter_need_card")
            return None
        return str(value)

    async def refused(self, turn: Turn) -> None:
        """A return is possible without a card: the shop's staff pay the refund by the original payment."""
        turn.say("utter_refused_refund")


class SubmitReturn(GuardedAction):
    """Opens the return and hands the card to the payment provider; the shop keeps a reference and the last four."""

    name_ = "action_submit_return"
    purpose = "refunds"
    opens = ("payment_card",)
    needs = _SLOTS

    async def account(self, turn: Turn) -> Account | None:
        """See ``account_of``: else whoever knows an order's number could have its money paid to a card of theirs."""
        return await account_of(turn)

    async def act(self, turn: Turn) -> None:
        """One return, one refund, however often the turn is repeated."""
        shop, token = turn.services.shop, turn.slot("payment_card")
        card = await turn.reveal("payment_card")
        opened = await asyncio.to_thread(
            shop.open_return,
            turn.slot("order_number"),
            turn.slot("item"),
            turn.slot("return_reason"),
            subject=turn.subject,
            effect_key=turn.effect_key,
        )
        try:
            await turn.recheck()
            refund = await asyncio.to_thread(
                turn.services.refunds.refund, card, opened.amount_cents, key=turn.effect_key
            )
        except (PaymentFailed, NotAllowed):
            await asyncio.to_thread(shop.reject_return, opened.reference)
            turn.set("payment_card", None)
            raise
        await asyncio.to_thread(
            shop.refunded, opened.reference, refund_reference=refund.reference, card_last4=refund.card_last4
        )
        turn.say(
            "utter_return_started",
            reference=opened.reference,
            amount=f"{opened.amount_cents / 100:.2f} €",
            card=mask_all(token),
        )
        for slot in _SLOTS:
            turn.set(slot, None)
