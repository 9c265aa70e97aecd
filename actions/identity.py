"""Showing who somebody is: what was asked for is taken, asked for again, or left (docs/spec/step-up.md)."""

from __future__ import annotations

from typing import Any

from actions.account import AddAuthenticator, tell_added
from discreet.errors import NotAuthentic, StorageConflict
from discreet.records.identity import codes, links, passkeys
from discreet.records.identity.challenges import Outcome, Result
from discreet.redaction.tokens import parse
from discreet.sdk import GuardedAction, Turn, step_up
from discreet.sdk.action import resume
from discreet.sdk.step_up import PROVING
from discreet.storage.engine import Transaction


class AnswerChallenge(GuardedAction):
    """Takes what was asked for: an address, a code, a passkey's answer. Then goes on with what was waiting."""

    name_ = "action_answer_challenge"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """The slot says what the person was asked; what counts is the open challenge of this conversation."""
        asked, identity = turn.slot(PROVING), turn.services.identity
        if asked == "account":
            await self._account(turn)
            return
        answer, code = turn.entity("passkey_answer"), turn.entity("one_time_code")
        if answer is not None:
            opened = await step_up.open_code(turn, "passkey_answer", answer)
            await self._passkey(turn, opened)
        elif code is None:
            turn.say("utter_prove_again")
        elif asked == codes.TOTP:
            await self._totp(turn, await step_up.open_code(turn, "one_time_code", code))
        else:
            opened = await step_up.open_code(turn, "one_time_code", code)
            await self._go_on(turn, lambda tx: identity.challenges.answer(tx, turn.subject, opened, identity.clock()))

    async def _account(self, turn: Turn) -> None:
        token = turn.entity("email")
        if token is None or parse(str(token)) is None:
            turn.say("utter_prove_account_again")
            return
        email = await step_up.open_value(turn, "email", token)
        identity = turn.services.identity

        def name(tx: Transaction) -> bool:
            return identity.challenges.name(tx, turn.subject, identity.accounts.find(tx, email))

        if not await turn.in_transaction(name):
            turn.set(PROVING, None)
            turn.say("utter_prove_nothing")
            return
        turn.set(PROVING, "code")
        await step_up.send_code(turn)

    async def _go_on(self, turn: Turn, answer: Any) -> None:
        identity = turn.services.identity

        def take(tx: Transaction) -> tuple[str, Result]:
            waiting = identity.challenges.waiting(tx, turn.subject)
            return (waiting.action if waiting else ""), answer(tx)

        name, result = await turn.in_transaction(take)
        if await step_up.took(turn, result):
            await resume(turn, name)

    async def _passkey(self, turn: Turn, answer: str) -> None:
        identity = turn.services.identity
        registering = await turn.in_transaction(
            lambda tx: identity.challenges.take_registration_question(tx, turn.subject, AddAuthenticator.name_)
        )
        if registering is not None:
            await self._new_passkey(turn, answer, *registering)
            return

        def verify(tx: Transaction) -> Result:
            waiting = identity.challenges.require_unlocked(tx, turn.subject)
            question = identity.challenges.take_passkey_question(tx, turn.subject)
            if waiting is None or waiting.account is None or question is None:
                return Result(Outcome.GONE)
            try:
                found = identity.authenticators.passkey(tx, waiting.account.id, passkeys.credential_id(answer))
                if found is None:
                    raise NotAuthentic("no passkey of this customer")
                counter = passkeys.verify_get(answer, found, origin=identity.page, question=question)
            except NotAuthentic:
                return identity.challenges.failed(tx, turn.subject)
            identity.authenticators.used_passkey(tx, found, counter)
            return identity.challenges.passed_by(tx, turn.subject, found.id)

        await self._go_on(turn, verify)

    async def _new_passkey(self, turn: Turn, answer: str, question: bytes, customer: bytes) -> None:
        identity = turn.services.identity
        turn.set(PROVING, None)
        try:
            made = passkeys.verify_create(answer, origin=identity.page, question=question)
            await turn.in_transaction(lambda tx: identity.authenticators.add_passkey(tx, customer, *made))
        except (NotAuthentic, StorageConflict):
            turn.say("utter_passkey_failed")
            return
        turn.say("utter_passkey_added")
        await tell_added(turn, customer, "A new passkey")

    async def _totp(self, turn: Turn, code: str) -> None:
        identity = turn.services.identity

        def confirm(tx: Transaction) -> bytes | None:
            customer = links.customer_of(tx, turn.subject)
            done = customer and identity.authenticators.confirm_totp(tx, customer, code, identity.clock())
            return customer if done else None

        customer = await turn.in_transaction(confirm)
        if customer is None:
            turn.say("utter_prove_wrong")
            return
        turn.set(PROVING, None)
        turn.say("utter_totp_added")
        await tell_added(turn, customer, "A new authenticator app")


class ResendCode(GuardedAction):
    """Another code for the question that waits."""

    name_ = "action_resend_code"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """The same words whether there is anybody to write to."""
        if turn.slot(PROVING) == "account":
            turn.say("utter_prove_account")
        else:
            await step_up.send_code(turn)


class UsePasskey(GuardedAction):
    """Asks the page for a passkey in place of a code."""

    name_ = "action_use_passkey"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """Nothing that is shown says whether there is a passkey."""
        identity = turn.services.identity
        if turn.channel != "web" or not identity.page:
            turn.say("utter_factor_on_page")
            return
        question = await turn.in_transaction(lambda tx: identity.challenges.passkey_question(tx, turn.subject))
        if question is None:
            turn.say("utter_prove_nothing")
            return
        options = passkeys.options_to_get(identity.page, question)
        turn.say("utter_passkey_asked")
        turn.show({"kind": "passkey_get", "options": options})


class EndChallenge(GuardedAction):
    """Leaves it."""

    name_ = "action_end_challenge"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """What waited for it is not done."""
        await turn.in_transaction(lambda tx: turn.services.identity.challenges.end(tx, turn.subject))
        turn.set(PROVING, None)


class ProveIdentity(GuardedAction):
    """Sign me in."""

    name_ = "action_prove_identity"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """The step-up itself has linked the conversation."""
        turn.say("utter_identity_linked")


class ForgetIdentity(GuardedAction):
    """Forget who I am."""

    name_ = "action_forget_identity"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """Unlinks this conversation; what was proved in it no longer counts."""

        def forget(tx: Transaction) -> bool:
            turn.services.identity.challenges.end(tx, turn.subject)
            return links.unlink(tx, turn.subject)

        known = await turn.in_transaction(forget)
        turn.services.identity.shown.take(turn.subject)
        turn.set(PROVING, None)
        turn.say("utter_identity_forgotten" if known else "utter_identity_unknown")
