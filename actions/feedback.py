"""I want to give feedback."""

from __future__ import annotations

import asyncio

from discreet.sdk import GuardedAction, GuardedForm, Turn


class FeedbackForm(GuardedForm):
    """Asks for consent, then for the feedback."""

    name_ = "validate_feedback_form"
    purpose = "feedback"
    steps = {"feedback_text": "feedback"}

    async def refused(self, turn: Turn) -> None:
        """Nothing is kept."""
        turn.say("utter_refused_feedback")


class StoreFeedback(GuardedAction):
    """Keeps the feedback, sealed."""

    name_ = "action_store_feedback"
    purpose = "feedback"
    opens = ("feedback_text",)
    needs = ("feedback_text",)

    async def act(self, turn: Turn) -> None:
        """Keeps it once, however often the turn is repeated."""
        text = await turn.reveal("feedback_text")
        await turn.recheck()
        await asyncio.to_thread(
            turn.services.shop.keep_feedback, text, subject=turn.subject, effect_key=turn.effect_key
        )
        turn.say("utter_feedback_kept")
        turn.set("feedback_text", None)
