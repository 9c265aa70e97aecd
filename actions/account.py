"""A customer's account: authenticators, the e-mail address, locking and unlocking (docs/spec/step-up.md)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import segno

from discreet.errors import NotAllowed, StorageConflict
from discreet.records.identity import codes, links, passkeys
from discreet.records.identity.accounts import Account
from discreet.records.identity.changes import EMAIL, UNLOCK
from discreet.records.identity.operation import operation_hash
from discreet.redaction.tokens import parse
from discreet.sdk import GuardedAction, GuardedForm, Turn, step_up
from discreet.sdk.identity import address_taken, apply_due
from discreet.sdk.step_up import PROVING
from discreet.storage.engine import Transaction


class LockAccount(GuardedAction):
    """This was not me."""

    name_ = "action_lock_account"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """Locks the linked customer's authenticators, stops what waits and every open challenge, and writes to them."""
        identity = turn.services.identity

        def lock(tx: Transaction) -> bytes | None:
            customer = links.customer_of(tx, turn.subject)
            if customer is not None:
                # Challenges before authenticators, as whoever answers one: else the two could wait for each other.
                identity.challenges.end_of(tx, customer)
                identity.authenticators.lock(tx, customer)
                identity.changes.stop(tx, customer)
            return customer

        customer = await turn.in_transaction(lock)
        if customer is None:
            turn.say("utter_account_lock_unknown")
            return
        turn.set(PROVING, None)
        turn.say("utter_account_locked")
        await step_up.tell(turn, Account(customer), "locked", "Your account is locked", _LOCKED)


class UnlockAccount(GuardedAction):
    """Unlock my account: after a waiting time, of which the customer is told."""

    name_ = "action_unlock_account"
    purpose = "identification"

    async def act(self, turn: Turn) -> None:
        """Files it. Whoever locked the account has time to say once more that it was not them."""
        assert turn.proof is not None  # the gate has seen to that
        identity, customer, wait = turn.services.identity, turn.proof.customer, turn.services.policy.step_up.waiting
        await asyncio.to_thread(apply_due, turn.services.database, identity, customer)
        if not await turn.in_transaction(lambda tx: identity.authenticators.are_locked(tx, customer)):
            turn.say("utter_account_not_locked")
            return
        await turn.in_transaction(lambda tx: identity.changes.file(tx, customer, UNLOCK, wait, proved=True))
        turn.say("utter_account_unlock_waits", days=max(wait.days, 1))
        await step_up.tell(turn, Account(customer), "unlocking", "Your account will be unlocked", _UNLOCKING)


class AddAuthenticator(GuardedAction):
    """An authenticator app, a passkey or recovery codes."""

    name_ = "action_add_authenticator"
    purpose = "account"
    bound_to = ("factor",)

    async def assurance(self, turn: Turn) -> int:
        """As high as the customer's own means reach: a mailbox alone must not add what counts for more."""
        return await _as_high_as_they_reach(turn)

    async def ready(self, turn: Turn) -> bool:
        """Which of them, and whether it can be shown here, is asked before anybody proves anything."""
        kind = _kind(turn.slot("factor"))
        if kind is None:
            turn.say("utter_choose_factor")
        elif not _can_be_shown(turn, kind):
            turn.say("utter_factor_on_page")
            turn.set("factor", None)
        elif await _is_locked(turn):
            turn.set("factor", None)
        else:
            return True
        return False

    async def act(self, turn: Turn) -> None:
        """Shows what is to be shown on the page or behind a link, past the conversation."""
        assert turn.proof is not None  # the gate has seen to that
        kind, customer = _kind(turn.slot("factor")), turn.proof.customer
        if not await _is_proved(turn, self):
            return
        turn.set("factor", None)
        await {codes.TOTP: self._totp, codes.PASSKEY: self._passkey, codes.RECOVERY: self._recovery}[kind or ""](
            turn, customer
        )

    async def _totp(self, turn: Turn, customer: bytes) -> None:
        identity = turn.services.identity
        secret = await turn.afresh(lambda tx: identity.authenticators.prepare_totp(tx, customer))
        uri = codes.totp_uri(secret, turn.services.policy.controller["name"])
        drawn = segno.make(uri, error="m", micro=False)
        rows = ["".join(str(int(dark)) for dark in row) for row in drawn.matrix]
        grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        turn.set(PROVING, codes.TOTP)
        turn.say("utter_totp_shown")
        turn.show({"kind": "totp", "picture": rows, "secret": grouped, "uri": uri})

    async def _recovery(self, turn: Turn, customer: bytes) -> None:
        identity = turn.services.identity
        made = await turn.afresh(lambda tx: identity.authenticators.new_recovery_codes(tx, customer))
        turn.say("utter_recovery_shown")
        turn.show({"kind": "recovery", "codes": made})
        await tell_added(turn, customer, "A new set of recovery codes")

    async def _passkey(self, turn: Turn, customer: bytes) -> None:
        identity = turn.services.identity

        def question(tx: Transaction) -> tuple[bytes | None, list[bytes]]:
            known = identity.authenticators.passkey_ids(tx, customer)
            return identity.challenges.registration_question(tx, turn.subject, turn.effect_key), known

        asked, known = await turn.afresh(question)
        if asked is None:
            raise NotAllowed("the step-up is gone")
        options = passkeys.options_to_create(
            identity.page, asked, shop=turn.services.policy.controller["name"], customer=customer, known=known
        )
        turn.set(PROVING, codes.PASSKEY)
        turn.say("utter_passkey_create")
        turn.show({"kind": "passkey_create", "options": options})


class RemoveAuthenticator(GuardedAction):
    """A lost phone: what was on it opens the account no longer."""

    name_ = "action_remove_authenticator"
    purpose = "account"
    bound_to = ("factor",)

    async def assurance(self, turn: Turn) -> int:
        """Two proofs where they have any: a mailbox alone must not clear what counts for more out of its way."""
        return await _as_high_as_they_reach(turn)

    async def ready(self, turn: Turn) -> bool:
        """Which of them is asked before anybody proves anything."""
        if _kind(turn.slot("factor")) is None:
            turn.say("utter_choose_factor_to_remove")
            return False
        if await _is_locked(turn):
            turn.set("factor", None)
            return False
        return True

    async def act(self, turn: Turn) -> None:
        """All of that kind, but for a passkey that was shown for this; and a letter."""
        assert turn.proof is not None  # the gate has seen to that
        if not await _is_proved(turn, self):
            return
        kind, proof, identity = _kind(turn.slot("factor")) or "", turn.proof, turn.services.identity
        turn.set("factor", None)

        def remove(tx: Transaction) -> int:
            removed = identity.authenticators.remove(tx, proof.customer, kind, but=proof.passkey)
            if removed:
                turn.services.audit.append(
                    tx, event="account", outcome=f"{kind}_removed", subject=turn.subject, purpose=self.purpose,
                    turn_id=turn.call.turn_id,
                )  # fmt: skip
            return removed

        if not await turn.in_transaction(remove):
            turn.say("utter_factor_not_there")
            return
        turn.say("utter_factor_removed")
        await step_up.tell(turn, Account(proof.customer), "removed", "Something was removed", _REMOVED[kind])


async def _as_high_as_they_reach(turn: Turn) -> int:
    """aal2 for a customer who has more than a mailbox; also where the conversation is tied to them only now."""
    account = await step_up.linked_account(turn)
    if account is None:
        return 1
    held = await turn.in_transaction(lambda tx: turn.services.identity.authenticators.kinds(tx, account.id))
    return 2 if held else 1


async def _is_proved(turn: Turn, action: GuardedAction) -> bool:
    """Whether it may be done now, after the step-up. Says so, or asks for more, where it may not."""
    assert turn.proof is not None  # the gate has seen to that
    if await _is_locked(turn):
        return False
    if turn.proof.level < (await action.assurance(turn)):
        # Whose account it is was not known before the step-up: now it is, and it asks for more.
        await step_up.again(turn, action)
        return False
    return True


def _can_be_shown(turn: Turn, kind: str) -> bool:
    """A passkey is made by the page's own browser; the rest can be shown behind a link, too."""
    identity, is_passkey = turn.services.identity, kind == codes.PASSKEY
    return bool(identity.page) or not is_passkey if turn.channel == "web" else identity.has_links and not is_passkey


async def _is_locked(turn: Turn) -> bool:
    """Says so: nothing is added to a locked account, nor moved away from it, whoever has its mailbox."""
    account = await step_up.linked_account(turn)
    if account is None:
        return False
    if not await turn.afresh(lambda tx: turn.services.identity.authenticators.are_locked(tx, account.id)):
        return False
    turn.say_text(
        "The account is locked, so nothing is added to it or changed. To unlock it first, write “unlock my account”."
    )
    return True


async def tell_added(turn: Turn, customer: bytes, what: str) -> None:
    """Writes to the customer about something new that opens their account."""
    await step_up.tell(turn, Account(customer), "added", what, f"{what}{_ADDED}")


def _kind(words: Any) -> str | None:
    """What the person calls it."""
    text = str(words or "").casefold()
    for part, kind in (
        ("authenticator", codes.TOTP),
        ("totp", codes.TOTP),
        ("passkey", codes.PASSKEY),
        ("code", codes.RECOVERY),
    ):
        if part in text:
            return kind
    return None


class EmailForm(GuardedForm):
    """Asks for the new address."""

    name_ = "validate_email_form"
    purpose = "account"
    steps = {"new_email": "account"}

    async def validate_new_email(self, value: Any, turn: Turn) -> str | None:
        """A sealed address."""
        token = parse(str(value))
        if token is None or token.kind != "mail":
            turn.say("utter_need_email")
            return None
        return str(value)


class ChangeEmail(GuardedAction):
    """Files the new address, and writes a code to it and a notice to the old one."""

    name_ = "action_change_email"
    purpose = "account"
    opens = ("new_email",)
    needs = ("new_email",)

    async def assurance(self, turn: Turn) -> int:
        """Where the customer has more than a mailbox, a mailbox alone does not move the account away."""
        return await _as_high_as_they_reach(turn)

    async def ready(self, turn: Turn) -> bool:
        """Not while the account is locked."""
        return not await _is_locked(turn)

    async def act(self, turn: Turn) -> None:
        """At once where a code to the old address was part of the proof, else after the waiting time."""
        assert turn.proof is not None  # the gate has seen to that
        if not await _is_proved(turn, self):
            return
        identity, customer = turn.services.identity, turn.proof.customer
        wait = timedelta(0) if codes.MAIL in turn.proof.methods else turn.services.policy.step_up.waiting
        email = await turn.reveal("new_email")
        operation = operation_hash(ConfirmEmail.name_, {"new_email": turn.slot("new_email")})

        def file(tx: Transaction) -> None:
            identity.changes.file(tx, customer, EMAIL, wait, value=email)
            identity.challenges.begin_for_address(
                tx, turn.subject, customer, operation, ConfirmEmail.name_, drawn=turn.effect_key
            )

        await turn.in_transaction(file)
        code = identity.challenges.code_of(turn.effect_key, new_address=True)
        name = turn.services.policy.controller["name"]
        text = _NEW_ADDRESS.format(name=name, code=codes.in_a_letter(code))
        turn.write(lambda: email, f"Your code for {name}", text)
        await step_up.tell(turn, Account(customer), "moving", "Another e-mail address", _MOVING)
        turn.set(PROVING, "code")
        turn.say("utter_email_confirm")


class ConfirmEmail(GuardedAction):
    """What follows on the code from the new address."""

    name_ = "action_confirm_email"
    purpose = "account"
    opens = ("new_email",)
    needs = ("new_email",)

    async def act(self, turn: Turn) -> None:
        """Nothing but a code to exactly that address leads here. What is said follows from what came of it."""
        if turn.proof is None or not turn.proof.new_address:
            raise NotAllowed("the new address was not proved")
        identity, customer = turn.services.identity, turn.proof.customer
        email = await turn.reveal("new_email")
        turn.set("new_email", None)
        # Before the address is another one: this letter is for the old one.
        old = await turn.found("old", lambda: asyncio.to_thread(identity.customers.email_of, customer))
        is_due = await turn.in_transaction(lambda tx: identity.changes.prove_email(tx, customer, email))
        if is_due is None:
            raise NotAllowed("no such change is filed")
        if not is_due:
            turn.say("utter_email_waits", days=max(turn.services.policy.step_up.waiting.days, 1))
            return
        with suppress(StorageConflict):
            await asyncio.to_thread(apply_due, turn.services.database, identity, customer)
        if await turn.afresh(lambda tx: identity.accounts.find(tx, email)) != Account(customer):
            # Said to somebody who has just shown that they read that mailbox.
            await asyncio.to_thread(address_taken, turn.services.database, identity, customer, once=turn.effect_key)
            turn.say_text("That address belongs to another account, so yours keeps the one that it has.")
            return
        turn.say("utter_email_changed")
        name = turn.services.policy.controller["name"]
        turn.write(lambda: old, f"Your e-mail address was changed: {name}", _MOVED.format(name=name))


_ADDED = """\
 was set up for your account at {name}.

If that was you, there is nothing to do. If not, sign in in the chat and write "this was not me": that locks it.
"""
_GONE = """\
 of your account at {name} opens it no longer, as somebody who had shown that they are you asked in the chat.

If that was not you, sign in in the chat and write "this was not me": that locks what is left. Then please call us.
"""
_REMOVED = {
    codes.TOTP: f"The authenticator app{_GONE}",
    codes.PASSKEY: f"Every passkey but one that was shown for this{_GONE}",
    codes.RECOVERY: f"Every recovery code{_GONE}",
}
_LOCKED = """\
Somebody who had shown that they are you wrote "this was not me" in the chat of {name}. Authenticator apps, passkeys
and recovery codes of your account are locked, and what waited was stopped. To unlock, write "unlock my account".
"""
_UNLOCKING = """\
The authenticators of your account at {name} will be unlocked after a waiting time, as somebody who had shown that
they are you asked in the chat. If that was not you, sign in there and write "this was not me".
"""
_MOVING = """\
Somebody who had shown that they are you wants your account at {name} to have another e-mail address.

If that was not you, sign in in the chat and write "this was not me": the change is stopped.
"""
_MOVED = """\
Your account at {name} now has another e-mail address. This is the last letter to this one.

If that was not you, please call us.
"""
_NEW_ADDRESS = """\
Somebody, we hope you, wants the account at {name} to have this e-mail address.

Your code: {code}

It works once, within 10 minutes, in that chat only. If that was not you, do nothing.
"""
