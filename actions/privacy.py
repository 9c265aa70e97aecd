"""What do you keep about me? I withdraw my consent."""

from __future__ import annotations

import asyncio

from discreet.records.consent.phrases import in_words
from discreet.sdk import GuardedAction, Turn
from discreet.shop.port import Kept


class StoredData(GuardedAction):
    """Answers in plain words what is kept that belongs to this conversation (GDPR art. 15)."""

    name_ = "action_stored_data"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Kinds and counts; values stay sealed."""
        given = await turn.in_transaction(lambda tx: turn.services.consent.given(tx, turn.subject))
        kinds = await turn.in_transaction(
            lambda tx: tx.execute(
                "SELECT category, count(*) FROM vault.value WHERE subject = %s AND expires_at > now()"
                " GROUP BY category ORDER BY category",
                turn.subject,
            )
        )
        kept = await asyncio.to_thread(turn.services.shop.kept_of, turn.subject)
        policy = turn.services.policy
        lines = ["This conversation, encrypted, for as long as it lasts."]
        lines += [f"Sealed: {count} × {policy.category(name).label['en']}." for name, count in kinds]
        lines += [f"Your yes to: {purpose.notice['en']} (at most {in_words(purpose.keep)})." for purpose in given]
        lines += _of_shop(kept)
        turn.say_text("Here is what I keep that belongs to you:\n" + "\n".join(f"• {line}" for line in lines))


def _of_shop(kept: Kept) -> list[str]:
    counts = {"return": kept.returns, "piece of feedback": kept.feedback, "ticket": kept.tickets}
    return [f"In the shop: {count} × {name}." for name, count in counts.items() if count]


class WithdrawConsent(GuardedAction):
    """Withdraws every consent at once, in a transaction of its own: it stands even if this turn fails."""

    name_ = "action_withdraw_consent"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Says what was withdrawn, and forgets the tokens that the conversation still holds."""
        withdrawn = await turn.in_transaction(
            lambda tx: turn.services.consent.withdraw(tx, turn.subject, method="words", turn_id=turn.call.turn_id)
        )
        if not withdrawn:
            turn.say("utter_nothing_to_withdraw")
            return
        turn.say("utter_withdrawn", purposes="; ".join(purpose.notice["en"] for purpose in withdrawn))
        covered = {category for purpose in withdrawn for category in purpose.data}
        for slot, category in turn.services.policy.slots.items():
            if category in covered and turn.slot(slot) is not None:
                turn.set(slot, None)
