"""What do you keep about me? I withdraw my consent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from discreet.policy import Purpose
from discreet.records.consent.phrases import in_words, phrase
from discreet.records.consent.said import withdrawn_sentence
from discreet.records.erasure import Scope
from discreet.records.pending import LIFETIME
from discreet.records.rights import access, copies, standing, uses
from discreet.records.rights.erasing import scope_of
from discreet.records.rights.requests import told
from discreet.records.vault import Kept
from discreet.sdk import GuardedAction, Turn
from discreet.sdk.asked_first import REQUESTS, of_a_customer
from discreet.shop.port import Kept as ShopKept
from discreet.storage.engine import Transaction


class StoredData(GuardedAction):
    """Answers in plain words what is kept, why and how long (GDPR art. 15); its button makes a full copy."""

    name_ = "action_stored_data"
    purpose = "rights"

    async def assurance(self, turn: Turn) -> int:
        """See ``of_a_customer``."""
        return await of_a_customer(turn)

    async def act(self, turn: Turn) -> None:
        """Kinds and counts; values stay sealed until a copy was asked for by its button."""
        pressed = turn.answered_operation
        if pressed is not None:
            await _make_copy(turn, pressed)
            return
        told, request, subjects = await turn.in_transaction(lambda tx: _told(tx, turn))
        shop = turn.services.shop
        kept = await asyncio.to_thread(lambda: [shop.kept_of(subject) for subject in subjects])
        lines = [*told, *_of_shop(kept)]
        controller = turn.services.policy.controller
        turn.say_text(
            "Here is what I keep that belongs to you:\n"
            + "\n".join(f"• {line}" for line in lines)
            + f"\nAll of it you told me here. Besides {controller['name']}, it reaches "
            + ("; ".join(access.recipients(turn.services.policy)) or "nobody")
            + ". You can have a full copy, and have any of it corrected, frozen or deleted: just say so.",
            buttons=[{"title": "Get a full copy", "payload": f'/ask_stored_data{{"operation": "{request}"}}'}],
        )


def _told(tx: Transaction, turn: Turn) -> tuple[list[str], str, tuple[bytes, ...]]:
    """One line a kind of data, the request that the button for a copy names, and the person's conversations."""
    policy, scope = turn.services.policy, scope_of(tx, turn.subject)
    subjects = scope.subjects
    lines = ["This conversation, encrypted, for as long as it lasts."]
    if len(subjects) > 1:
        lines.append(f"{len(subjects) - 1} more conversations of yours.")
    for customer in scope.customers:
        lines.append("Your account in the shop: name, e-mail address, delivery address and orders.")
        proofs = [_PROOFS[kind] for kind in sorted(turn.services.identity.authenticators.kinds(tx, customer))]
        if proofs:
            lines.append(f"What you show with that it is you: {', '.join(proofs)}.")
    for count in access.counts(tx, policy, subjects):
        purposes = policy.purposes_covering(count.category)
        why = "; ".join(f"to {purpose.notice[policy.languages[0]]}, {access.basis_of(purpose)}" for purpose in purposes)
        label = policy.category(count.category).label[policy.languages[0]]
        if count.waiting:
            gone = f"deleted within {in_words(LIFETIME)} without one"
            lines.append(f"Sealed: {count.waiting} × {label}, used for nothing before you say yes ({why}); {gone}.")
        if count.number > count.waiting:
            number, until = count.number - count.waiting, f"until {count.until:%d %B %Y} at the latest"
            lines.append(f"Sealed: {number} × {label}, {why or 'for nothing'}; {until}.")
    given = turn.services.consent.given(tx, turn.subject)
    lines += [
        f"Your yes to: {purpose.notice[policy.languages[0]]} (at most {in_words(purpose.keep)})." for purpose in given
    ]
    opened = uses.summary(tx, policy, subjects)
    if opened is not None:
        lines.append(opened)
    if standing.is_restricted(tx, turn.subject):
        lines.append("You froze it: I keep it and do not use it.")
    lines += told(tx, subjects, policy)
    answered = REQUESTS.file(tx, turn.subject, "access", via="conversation")
    REQUESTS.close(tx, answered, "done", {"categories": len(lines)})
    return lines, REQUESTS.ask(tx, turn.subject, "copy", via="conversation"), subjects


async def _make_copy(turn: Turn, pressed: str) -> None:
    """Everything, opened once, sealed again for half an hour under the person's key. Raises NotWaiting."""

    def confirmed(tx: Transaction) -> Scope:
        REQUESTS.confirm(tx, turn.subject, pressed, "copy")
        return scope_of(tx, turn.subject)

    def opened(tx: Transaction) -> list[Kept]:
        audit = turn.services.audit.append
        return turn.services.vault.export(tx, scope.subjects, turn_id=turn.call.turn_id, audit=audit)

    scope = await turn.in_transaction(confirmed, of=pressed)
    values = await turn.afresh(opened)
    shop = await asyncio.to_thread(turn.services.shop.copy_of, scope.subjects, scope.customers)

    def kept(tx: Transaction) -> copies.Ticket:
        content = access.content(tx, turn.services.policy, scope.subjects, values, shop)
        owner = turn.services.results.owner(tx, turn.subject)
        REQUESTS.close(tx, pressed, "done", {"values": len(values), "conversations": len(scope.subjects)})
        return copies.put(tx, owner, turn.subject, pressed, content)

    ticket = await turn.in_transaction(kept)
    turn.responses.append(
        {
            "text": "Your copy is ready: everything as a page to read and as JSON. "
            "It can be fetched once, within 30 minutes.",
            "custom": {"rights": {"copy": ticket.link, "passphrase": ticket.passphrase}},
        }
    )


_PROOFS = {"passkey": "a passkey", "recovery": "recovery codes", "totp": "an authenticator app"}


def _of_shop(kept: Sequence[ShopKept]) -> list[str]:
    counts = {
        "return": sum(one.returns for one in kept),
        "piece of feedback": sum(one.feedback for one in kept),
        "ticket": sum(one.tickets for one in kept),
    }
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
        given = [turn.services.policy.purpose(name) for name in await turn.in_transaction(lambda tx: _given(tx, turn))]
        meant = [purpose for purpose in given if purpose.name in named]
        if given and named and len(meant) != 1:
            _ask_which(turn, meant, given)
            return
        only = {meant[0].name} if meant else None
        names = await turn.in_transaction(lambda tx: _withdrawn(tx, turn, only), of=str(only))
        withdrawn = [turn.services.policy.purpose(name) for name in names]
        turn.say_text(withdrawn_sentence(withdrawn, turn.language))
        _say_what_still_holds(turn, [purpose for purpose in given if purpose not in withdrawn])
        covered = {category for purpose in withdrawn for category in purpose.data}
        for slot, category in turn.services.policy.slots.items():
            if category in covered and turn.slot(slot) is not None:
                turn.set(slot, None)


def _given(tx: Transaction, turn: Turn) -> list[str]:
    return [purpose.name for purpose in turn.services.consent.given(tx, turn.subject)]


def _withdrawn(tx: Transaction, turn: Turn, only: set[str] | None) -> list[str]:
    withdraw = turn.services.consent.withdraw
    return [
        purpose.name for purpose in withdraw(tx, turn.subject, method="words", turn_id=turn.call.turn_id, purposes=only)
    ]


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
