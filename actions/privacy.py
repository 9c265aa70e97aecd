"""What do you keep about me? I withdraw my consent."""

from __future__ import annotations

import asyncio

from discreet.policy import Purpose
from discreet.records.consent.phrases import in_words, phrase
from discreet.records.consent.said import withdrawn_sentence
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
    """Withdraws every consent, or the one that was named, in a transaction of its own.

    It stands even if this turn fails.
    """

    name_ = "action_withdraw_consent"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Asks only where several could be meant. Says what was withdrawn, what becomes of it, and what still holds."""
        named = set(turn.entities("consent_topic"))
        given = await turn.in_transaction(lambda tx: turn.services.consent.given(tx, turn.subject))
        meant = [purpose for purpose in given if purpose.name in named]
        if given and named and len(meant) != 1:
            _ask_which(turn, meant, given)
            return
        only = {meant[0].name} if meant else None
        withdrawn = await turn.in_transaction(
            lambda tx: turn.services.consent.withdraw(
                tx, turn.subject, method="words", turn_id=turn.call.turn_id, purposes=only
            )
        )
        turn.say_text(withdrawn_sentence(withdrawn, turn.language))
        _say_what_still_holds(turn, [purpose for purpose in given if purpose not in withdrawn])
        covered = {category for purpose in withdrawn for category in purpose.data}
        for slot, category in turn.services.policy.slots.items():
            if category in covered and turn.slot(slot) is not None:
                turn.set(slot, None)


def _ask_which(turn: Turn, meant: list[Purpose], given: list[Purpose]) -> None:
    """Nothing is withdrawn by guessing; everything is one press away."""
    not_given = phrase(turn.language, "not_given", purposes=_named(turn, given))
    text = phrase(turn.language, "which") if meant else not_given
    buttons = [
        {"title": purpose.notice[turn.language], "payload": f'/withdraw_consent{{"consent_topic": "{purpose.name}"}}'}
        for purpose in meant
    ]
    turn.say_text(text, buttons=[*buttons, _all_of_them(turn)])


def _say_what_still_holds(turn: Turn, others: list[Purpose]) -> None:
    if others:
        text = phrase(turn.language, "still", purposes=_named(turn, others))
        turn.say_text(text, buttons=[_all_of_them(turn)])


def _all_of_them(turn: Turn) -> dict[str, str]:
    return {"title": phrase(turn.language, "withdraw_all"), "payload": "/withdraw_consent"}


def _named(turn: Turn, purposes: list[Purpose]) -> str:
    return "; ".join(purpose.notice[turn.language] for purpose in purposes)
