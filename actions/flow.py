"""What every skill shares in a conversation: asking for consent, its answer outside a form, and why we ask."""

from __future__ import annotations

from discreet.sdk import GuardedAction, Turn
from discreet.sdk.form import CONSENT_STEP, GuardedForm
from discreet.sdk.gate import Answer, ask, take_answer


def _running_form(turn: Turn) -> GuardedForm | None:
    found = [cls for cls in _all_forms(GuardedForm) if cls.name_ == f"validate_{turn.form}"]
    return found[0]() if found else None


def _all_forms(base: type[GuardedForm]) -> list[type[GuardedForm]]:
    return [form for cls in base.__subclasses__() for form in (cls, *_all_forms(cls))]


class AskConsent(GuardedAction):
    """Shows the notice of the purpose that the running form waits for."""

    name_ = "action_ask_consent_answer"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Nothing to ask when the basis has come meanwhile."""
        form = _running_form(turn)
        missing = await form.missing_purpose(turn) if form is not None else None
        if form is not None and missing is not None:
            await ask(turn, missing, resume=form.name_)


class AnswerNotice(GuardedAction):
    """Takes the answer to a notice that was shown outside a form, and resumes what asked."""

    name_ = "action_answer_notice"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Yes resumes, no ends politely, anything else leaves the notice waiting."""
        answer, operation = await take_answer(turn)
        if answer is Answer.UNCLEAR or operation is None:
            turn.say("utter_consent_ask_again")
            return
        turn.set("asking", None)
        if answer is Answer.YES:
            turn.say("utter_consent_given")
            turn.follow_up(operation.resume)
        else:
            turn.say("utter_consent_refused")


class LeaveForm(GuardedAction):
    """Ends the running form and forgets what it has collected, so that the next one begins afresh."""

    name_ = "action_leave_form"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Clears the slots of every form; what was sealed for them stays with the vault's own rules."""
        for slot in turn.services.policy.slots:
            if turn.slot(slot) is not None:
                turn.set(slot, None)
        turn.leave_form()


class ExplainWhy(GuardedAction):
    """Why do you need that? The purpose of what was just asked for, from privacy.yml."""

    name_ = "action_explain_why"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Explains the requested slot, or the purpose that waits for a yes."""
        purpose = await purpose_in_question(turn)
        if purpose is None:
            turn.say("utter_nothing_to_explain")
            return
        turn.say_text(turn.services.policy.purpose(purpose).why[turn.language])


async def purpose_in_question(turn: Turn) -> str | None:
    """The purpose that waits for a yes, or that the slot just asked for is for; None when nothing is asked."""
    form, requested = _running_form(turn), turn.requested_slot
    if form is None or requested is None:
        return None
    return await form.missing_purpose(turn) if requested == CONSENT_STEP else form.steps.get(requested)
