"""Tell me more. Give me a receipt of my consent."""

from __future__ import annotations

from actions.flow import purpose_in_question
from discreet.records.consent.notice import notice_for
from discreet.records.consent.phrases import phrase
from discreet.sdk import GuardedAction, Turn
from discreet.sdk.gate import ask


class ConsentDetails(GuardedAction):
    """The second layer of a notice (GDPR art. 13). It answers nothing: the notice goes on waiting."""

    name_ = "action_consent_details"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Of the purpose that waits for a yes or is just being asked for."""
        waiting = await turn.in_transaction(lambda tx: turn.services.consent.waiting(tx, turn.subject))
        purpose = waiting.purpose if waiting is not None else await purpose_in_question(turn)
        if purpose is None:
            turn.say("utter_nothing_to_explain")
            return
        turn.say_text(notice_for(turn.services.policy, purpose, turn.language).details)
        if waiting is not None and turn.form is None:
            await ask(turn, waiting.purpose, resume=waiting.resume)


class ConsentReceipt(GuardedAction):
    """What was asked and answered, in words; the page has the signed receipt (docs/spec/consent.md)."""

    name_ = "action_consent_receipt"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """One line an answer, in the order in which they were given."""
        answers = await turn.in_transaction(lambda tx: turn.services.consent.answers(tx, turn.subject))
        if not answers:
            turn.say_text(phrase(turn.language, "receipt_none"))
            return
        policy = turn.services.policy
        lines = [phrase(turn.language, "receipt", count=len(answers))]
        for event in answers:
            known = policy.purposes.get(event.purpose)
            what = known.notice[turn.language] if known else event.purpose
            moment = event.at.strftime("%Y-%m-%d %H:%M UTC")
            lines.append(f"• {moment}: {phrase(turn.language, f's_{event.status}')} – {what}")
        if turn.channel == "web":
            lines.append(phrase(turn.language, "receipt_web"))
        else:
            lines.append(phrase(turn.language, "receipt_text", contact=policy.controller.get("dpo", "")))
        turn.say_text("\n".join(lines))
