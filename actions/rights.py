"""Delete, correct, freeze or unfreeze my data; I object. Each is asked back first and done by its button.

Whose data that is say the verified call and ``identity.link``: never a slot, an entity or a button's words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from discreet.policy import Category, Purpose
from discreet.records.erasure import Scope, has_order_on_its_way
from discreet.records.identity.links import customer_of
from discreet.records.rights import standing
from discreet.records.rights.erasing import scope_of
from discreet.records.rights.requests import Confirmed, NotWaiting, find, remedy
from discreet.redaction.tokens import TOKEN, mask_all
from discreet.sdk import GuardedAction, Turn
from discreet.sdk.asked_first import REQUESTS, AskedFirst, buttons
from discreet.storage.engine import Transaction


class EraseData(AskedFirst):
    """Delete everything (GDPR art. 17). The keeper does it, after this turn."""

    name_ = "action_erase_data"
    kind = "erasure"
    intent = "erase_data"
    yes = "Yes, delete everything"
    no = "No, keep it"

    async def ask_first(self, turn: Turn) -> None:
        """What goes, and what the law keeps."""
        scope, waits = await turn.in_transaction(_to_erase(turn.subject))
        whose = (
            f"this conversation and {len(scope.subjects) - 1} more of yours"
            if len(scope.subjects) > 1
            else "this conversation"
        )
        await self.offer(
            turn,
            f"I will delete {whose}, every value that I keep of you, your answers and your feedback. The keys go "
            "first, so nothing that is left can be opened. What stays: that money was paid back and for what, because "
            "bookkeeping law says so, without your words and your card's digits; and that you were asked and answered, "
            f"under a random number.{_ON_ITS_WAY if waits else ''} Shall I?",
        )

    async def done(self, turn: Turn, request: str) -> None:
        """Files it; whatever is said until it is done goes too.

        Where this turn was lost and the keeper was faster than its repeat, nothing is left that knows of the press: but
        the Guard has opened the button's handle, and the request stands without its person.
        """
        try:
            await turn.in_transaction(lambda tx: self.confirmed(tx, turn, request))
        except NotWaiting:
            if not await turn.afresh(lambda tx: _is_filed(tx, request, self.kind)):
                raise
        turn.responses.append(
            {
                "text": "It will be gone in a few seconds, and this conversation ends. Your certificate says what was "
                f"deleted and what stays, and holds nothing of yours. {remedy(turn.services.policy)}",
                "custom": {"rights": {"certificate": request}},
            }
        )


class CorrectData(AskedFirst):
    """My e-mail address is wrong, it is ... (GDPR art. 16)."""

    name_ = "action_correct_data"
    kind = "rectification"
    intent = "correct_data"
    yes = "Yes, replace it"
    no = "No, leave it"

    async def ask_first(self, turn: Turn) -> None:
        """Which values the new one replaces; the new one stands in the message, sealed."""
        found = _new_value(turn)
        if found is None:
            turn.say("utter_correct_how")
            return
        category, token = found
        label = category.label[turn.services.policy.languages[0]]
        older = await turn.in_transaction(lambda tx: _older(tx, turn.subject, category.name, token))
        await self.offer(
            turn,
            f"I will use {mask_all(token)} from now on and destroy the {label} that I kept before ({older})."
            f" {_OF_THE_ACCOUNT if category.name == 'email' else _OF_THE_SHOP} Shall I?",
            category=category.name,
            token=token,
        )

    async def done(self, turn: Turn, request: str) -> None:
        """Files the older values for destruction, and corrects the shop's record of somebody identified."""

        def replace(tx: Transaction) -> tuple[Confirmed, bytes | None]:
            confirmed = self.confirmed(tx, turn, request)
            category, token = str(confirmed.category), str(confirmed.token)
            _opened(tx, turn, token, category)  # what cannot be opened takes nothing's place
            for subject in scope_of(tx, turn.subject).subjects:
                tx.execute(
                    "INSERT INTO vault.discard (subject, category, requested_at)"
                    " SELECT %s, category, created_at - interval '1 microsecond' FROM vault.value WHERE token = %s",
                    subject, token,
                )  # fmt: skip
            REQUESTS.close(tx, request, "done", {"category": category})
            return confirmed, customer_of(tx, turn.subject)

        confirmed, customer = await turn.in_transaction(replace)
        category, token = str(confirmed.category), str(confirmed.token)
        if customer is not None:
            value = await turn.afresh(lambda tx: _opened(tx, turn, token, category))
            await asyncio.to_thread(turn.services.shop.correct, customer, category, value)
        for slot, held in turn.services.policy.slots.items():
            if held == category and turn.slot(slot) is not None:
                turn.set(slot, confirmed.token)
        turn.say(
            "utter_corrected", label=turn.services.policy.category(category).label[turn.services.policy.languages[0]]
        )


class RestrictData(AskedFirst):
    """Keep it, but do not use it (GDPR art. 18)."""

    name_ = "action_restrict_data"
    kind = "restriction"
    protects = True
    intent = "restrict_data"
    yes = "Yes, freeze it"
    no = "No, go on"

    async def ask_first(self, turn: Turn) -> None:
        """What that means."""
        await self.offer(
            turn,
            "I will keep what I have and use none of it: no refund, no change of address, until you lift that, at most "
            "90 days. Nothing is destroyed meanwhile. Shall I?",
        )

    async def done(self, turn: Turn, request: str) -> None:
        """Effective before the next reveal, on every server."""
        await self.carry_out(turn, request, lambda tx, _, subjects: standing.restrict(tx, subjects, request))
        turn.say("utter_restricted")


class LiftRestriction(AskedFirst):
    """Unfreeze my data."""

    name_ = "action_lift_restriction"
    kind = "lifting"
    intent = "lift_restriction"
    yes = "Yes, unfreeze it"
    no = "No, keep it frozen"

    async def ask_first(self, turn: Turn) -> None:
        """Only where there is something to lift."""
        if not await turn.in_transaction(lambda tx: standing.is_restricted(tx, turn.subject)):
            turn.say("utter_not_restricted")
            return
        await self.offer(turn, "I may then use what I keep again, for what you agreed to. Shall I?")

    async def done(self, turn: Turn, request: str) -> None:
        """Of every linked conversation."""
        await self.carry_out(turn, request, lambda tx, _, subjects: standing.lift(tx, subjects))
        turn.say("utter_unfrozen")


class Object(AskedFirst):
    """I object (GDPR art. 21): to what rests on legitimate interest, unless compelling grounds are declared."""

    name_ = "action_object"
    kind = "objection"
    protects = True
    intent = "object_data"
    yes = "Yes, stop that"
    no = "No, go on"

    async def ask_first(self, turn: Turn) -> None:
        """Which purposes can be stopped; of the others, why not."""
        spoken = turn.services.policy.languages[0]
        for purpose in turn.services.policy.purposes.values():
            if purpose.basis == "legitimate_interest" and not purpose.compelling:
                offer = f"I will no longer use your data to {purpose.notice[spoken]}. Shall I?"
                await self.offer(turn, offer, purpose=purpose.name)
                return
        await turn.in_transaction(lambda tx: _refused(tx, turn))
        policy = turn.services.policy
        refused = objection_refused(list(policy.purposes.values()), policy.languages[0])
        turn.say_text(f"{refused} {remedy(turn.services.policy)}")

    async def done(self, turn: Turn, request: str) -> None:
        """Effective before the next reveal."""

        def stop(tx: Transaction, confirmed: Confirmed, subjects: tuple[bytes, ...]) -> None:
            purpose = turn.services.policy.purpose(str(confirmed.purpose))
            if purpose.basis != "legitimate_interest" or purpose.compelling:
                raise NotWaiting("that purpose knows no objection")
            standing.object_to(tx, subjects, purpose.name, request)

        await self.carry_out(turn, request, stop)
        turn.say("utter_objected")


class PressButton(GuardedAction):
    """A typed yes or no to a question of this file: a yes needs its button, a no does not."""

    name_ = "action_press_button"
    purpose = "rights"

    async def act(self, turn: Turn) -> None:
        """Shows the buttons of what waits once more."""
        waiting = await turn.in_transaction(lambda tx: REQUESTS.waiting(tx, turn.subject))
        said = turn.answered()
        asks = {cls.kind: cls for cls in AskedFirst.__subclasses__()}
        turn.set("asking", None)
        if waiting is None or waiting[1] not in asks:
            turn.say("utter_nothing_waits")
            return
        request, kind = waiting
        if said is not None and not said[0]:
            await turn.in_transaction(lambda tx: REQUESTS.cancel(tx, turn.subject, request))
            turn.say("utter_right_cancelled")
            return
        action = asks[kind]
        turn.say_text(
            "So that nothing happens by mistake, please answer with a button.",
            buttons=buttons(action.intent, request, action.yes, action.no),
        )
        turn.set("asking", "right")


def _is_filed(tx: Transaction, request: str, kind: str) -> bool:
    found = find(tx, request)
    return found is not None and found.kind == kind and found.state in ("filed", "done", "partly")


def _to_erase(subject: bytes) -> Callable[[Transaction], tuple[Scope, bool]]:
    """What would go, and whether an order on its way holds the account back."""

    def look(tx: Transaction) -> tuple[Scope, bool]:
        scope = scope_of(tx, subject)
        return scope, has_order_on_its_way(tx, scope)

    return look


_ON_ITS_WAY = (
    " One order of yours is still on its way: your account with its address stays until it has arrived; please ask me"
    " again then."
)
_OF_THE_SHOP = "Where you have shown who you are, the shop's record changes too."
_OF_THE_ACCOUNT = (
    "The address of an account stays as it is, because codes are sent there: to change that one, write"
    " “change my e-mail address”."
)


def objection_refused(purposes: list[Purpose], spoken: str) -> str:
    """Why nothing stops: compelling grounds, where they are declared; and what can be done instead."""
    grounds = [
        f"I go on to {purpose.notice[spoken]}: {purpose.compelling[spoken]}"
        for purpose in purposes
        if purpose.basis == "legitimate_interest"
    ]
    return " ".join(
        [
            *grounds,
            "Everything else rests on your consent, which you can take back at any time (write “I withdraw my consent”)"
            ", on your order, or on a law, to which no objection is possible (GDPR art. 21).",
        ]
    )


def _refused(tx: Transaction, turn: Turn) -> None:
    request = REQUESTS.file(tx, turn.subject, "objection", via="conversation")
    REQUESTS.close(
        tx, request, "refused", {"kept": {"all": "compelling grounds, or no objection is possible (art. 21)"}}
    )


def _new_value(turn: Turn) -> tuple[Category, str] | None:
    """The category and token of the one sealed value in this message."""
    found = []
    for category in turn.services.policy.categories.values():
        token = turn.entity(category.name)
        if category.store == "vault" and isinstance(token, str) and TOKEN.fullmatch(token):
            found.append((category, token.lower()))
    return found[0] if len(found) == 1 else None


def _opened(tx: Transaction, turn: Turn, token: str, category: str) -> str:
    return turn.services.vault.own(
        tx, token, category, turn.subject, turn_id=turn.call.turn_id, audit=turn.services.audit.append
    )


def _older(tx: Transaction, subject: bytes, category: str, token: str) -> int:
    rows = tx.execute(
        "SELECT count(*) FROM vault.value WHERE subject = ANY(%s) AND category = %s AND token <> %s"
        " AND expires_at > now()",
        list(scope_of(tx, subject).subjects), category, token,
    )  # fmt: skip
    return int(rows[0][0])
