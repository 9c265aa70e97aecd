"""The base class of every form's validation: asks for consent at the right step and goes on where the person was.

In place of rasa_sdk's FormValidationAction: that one asks for whatever is missing; this one never asks for, nor goes
on with, a slot whose purpose has no live basis. A message that answers nothing leaves the round without slot events:
Rasa then looks for a rule for it (data/rules/interruptions.yml) and comes back.
"""

from __future__ import annotations

from typing import Any, ClassVar

from discreet.sdk import gate
from discreet.sdk.action import GuardedAction
from discreet.sdk.turn import Turn

CONSENT_STEP = "consent_answer"


class GuardedForm(GuardedAction):
    """``steps``: each slot of the form, in order, with its purpose.

    A subclass may write ``async def validate_<slot>(self, value, turn) -> value or None``; None asks again, and the
    method says why. ``refused`` is called after a no.
    """

    steps: ClassVar[dict[str, str]] = {}

    @property
    def form(self) -> str:
        """The form's name in domain.yml."""
        return self.name_.removeprefix("validate_")

    async def refused(self, turn: Turn) -> None:
        """Says what can be done without the purpose that was refused."""
        turn.say("utter_consent_refused")

    async def guarded(self, turn: Turn) -> None:
        """One round of the form: take an answer, validate what was said, decide what to ask next."""
        requested = turn.requested_slot if turn.form in (None, self.form) else None
        if requested == CONSENT_STEP and await self._is_refusal(turn):
            turn.set("requested_slot", None)
            return
        await gate.tell(turn, self._personal(turn))
        for slot, value in turn.candidates().items():
            if slot in self.steps and value is not None:
                await self._validate(turn, slot, value)
        step = None if turn.form_ended else await self.next_step(turn)
        if step == CONSENT_STEP and await self._said_no_before(turn):
            step = None
        turn.set("requested_slot", step)

    async def next_step(self, turn: Turn) -> str | None:
        """The slot to ask for, CONSENT_STEP where a basis must come first, None when the form is complete."""
        for slot, purpose in self.steps.items():
            if not await turn.is_live(purpose):
                return CONSENT_STEP
            if turn.slot(slot) is None:
                return slot
        return None

    async def missing_purpose(self, turn: Turn) -> str | None:
        """The purpose whose basis the form waits for."""
        for slot, purpose in self.steps.items():
            if not await turn.is_live(purpose):
                return purpose
            if turn.slot(slot) is None:
                return None
        return None

    def _personal(self, turn: Turn) -> list[str]:
        """The purposes of the steps that ask for something personal."""
        policy = turn.services.policy
        return [purpose for slot, purpose in self.steps.items() if policy.category_of_slot(slot) is not None]

    async def _said_no_before(self, turn: Turn) -> bool:
        missing = await self.missing_purpose(turn)
        if missing is None or not await gate.said_no_before(turn, missing, resume=self.name_):
            return False
        await self.refused(turn)
        return True

    async def _is_refusal(self, turn: Turn) -> bool:
        answer, operation = await gate.take_answer(turn)
        if answer is gate.Answer.UNCLEAR or operation is None:
            return False
        turn.set(CONSENT_STEP, None)
        if answer is gate.Answer.YES:
            turn.say("utter_consent_given")
            return False
        for slot, purpose in self.steps.items():
            if purpose == operation.purpose:
                turn.set(slot, None)
        await self.refused(turn)
        return True

    async def _validate(self, turn: Turn, slot: str, value: Any) -> None:
        method = getattr(self, f"validate_{slot}", None)
        turn.set(slot, value if method is None else await method(value, turn))
