"""Let me talk to a person."""

from __future__ import annotations

import asyncio

from discreet.sdk import GuardedAction, Turn


class HandOff(GuardedAction):
    """Opens a ticket that names the conversation, and nothing that was said in it."""

    name_ = "action_hand_off"
    purpose = "order_support"

    async def act(self, turn: Turn) -> None:
        """One ticket a request."""
        reference = await asyncio.to_thread(
            turn.services.shop.hand_off, subject=turn.subject, effect_key=turn.effect_key
        )
        turn.say("utter_handed_off", reference=reference)
