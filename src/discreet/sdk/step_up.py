"""The second part of the gate: nobody acts on an account before they have shown whose it is (docs/spec/step-up.md)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from discreet.errors import NotAllowed
from discreet.records.identity import attempts, codes, links
from discreet.records.identity.accounts import Account
from discreet.records.identity.attempts import TooManyMails
from discreet.records.identity.challenges import Outcome, Proof, Result
from discreet.records.identity.guesses import Closed
from discreet.records.identity.operation import operation_hash
from discreet.sdk.turn import Turn
from discreet.storage.engine import Transaction

if TYPE_CHECKING:
    from discreet.sdk.action import GuardedAction

PROVING = "proving"
"""The slot that routes the next message and tells the Guard what is asked for. It has no authority."""
_PASSKEY_BUTTON = {"title": "Use a passkey", "payload": "/use_passkey"}


async def linked_account(turn: Turn) -> Account | None:
    """The customer whom this conversation is linked to."""
    customer = await turn.in_transaction(lambda tx: links.customer_of(tx, turn.subject))
    return Account(customer) if customer is not None else None


async def passed(turn: Turn, action: GuardedAction) -> bool:
    """Whether the action may act now. Else the question that leads there has been asked.

    Takes the step-up of exactly this operation, which is used up with it.
    """
    level = max(turn.services.policy.assurance_of(action.name_, action.opens), await action.assurance(turn))
    if level == 0:
        return True
    account = await action.account(turn)
    operation = _operation(turn, action)
    challenges, fresh = turn.services.identity.challenges, turn.services.policy.step_up.fresh

    def take(tx: Transaction) -> Proof | None:
        proof = None
        if account is None or not account.decoy:
            proof = challenges.take(
                tx, turn.subject, operation, customer=account.id if account else None,
                level=level, fresh=fresh, used_by=turn.effect_key,
            )  # fmt: skip
        if proof is None:
            if account is None:
                challenges.ask_whose(tx, turn.subject, operation, action.name_, level)
            else:
                challenges.begin(tx, turn.subject, account, operation, action.name_, level)
        _audit(turn, tx, "step_up", "used" if proof else "asked")
        return proof

    turn.proof = await turn.in_transaction(take, of=operation.hex())
    if turn.proof is not None:
        return True
    if account is None:
        turn.set(PROVING, "account")
        turn.say("utter_prove_account")
    else:
        turn.set(PROVING, "code")
        await send_code(turn)
    return False


async def again(turn: Turn, action: GuardedAction) -> None:
    """Begins anew for an action that only now knows whose account it touches, and needs more for that one."""
    turn.proof = None
    if await passed(turn, action):
        raise NotAllowed("a step-up must not be taken twice")


async def send_code(turn: Turn) -> None:
    """Mails a new code for the open challenge and asks for it; the same words whether there is anybody to write to."""
    challenges = turn.services.identity.challenges

    def new_code(tx: Transaction) -> Account | None:
        sent = challenges.new_code(tx, turn.subject, drawn=turn.effect_key)
        return sent[1] if sent else None

    try:
        account = await turn.in_transaction(new_code)
    except (TooManyMails, Closed) as error:
        # Whoever has something else than a mailbox can still go on.
        turn.say_text(error.sentence, buttons=[_PASSKEY_BUTTON] if turn.channel == "web" else None)
        return
    if account is None:
        turn.set(PROVING, None)
        turn.say("utter_prove_nothing")
        return
    code, name = challenges.code_of(turn.effect_key), turn.services.policy.controller["name"]
    _write(turn, account, f"Your code for {name}", _CODE.format(name=name, code=codes.in_a_letter(code)))
    turn.say("utter_prove_code_web" if turn.channel == "web" else "utter_prove_code")


async def took(turn: Turn, result: Result) -> bool:
    """Says what became of an answer; whether the operation may go on. A customer whose account it locked is told."""
    if result.account is not None and (result.locked or result.closed):
        text = _CLOSED if result.closed else _LOCKED
        await tell(turn, result.account, "closed" if result.closed else "wrong", "Too many wrong codes", text)
    await turn.in_transaction(lambda tx: _audit(turn, tx, "step_up", result.outcome.value))
    if result.outcome is Outcome.PASSED:
        turn.set(PROVING, None)
        turn.say("utter_proved")
        return True
    if result.outcome is Outcome.GONE:
        turn.set(PROVING, None)
    turn.say({
        Outcome.MORE: "utter_prove_more", Outcome.WRONG: "utter_prove_wrong", Outcome.GONE: "utter_prove_nothing",
    }[result.outcome])  # fmt: skip
    return False


async def tell(turn: Turn, account: Account, about: str, subject: str, text: str) -> None:
    """Writes to a customer about what happened to their account: so many letters ``about`` one thing an hour, no more.

    What happened has happened all the same; who keeps back a letter with others has sent those.
    """
    try:
        await turn.in_transaction(lambda tx: attempts.mailed(tx, attempts.letters(about), account.id))
    except TooManyMails:
        await turn.in_transaction(lambda tx: _audit(turn, tx, "letter", "kept_back"))
        return
    name = turn.services.policy.controller["name"]
    _write(turn, account, f"{subject}: {name}", text.format(name=name))


def _write(turn: Turn, account: Account, subject: str, text: str) -> None:
    turn.services.identity.write(account, subject, text, once=turn.effect_key)


async def open_code(turn: Turn, category: str, token: Any) -> str:
    """The same, once: its destruction is filed with it. "" where this call, begun before, took it and it is gone."""
    try:
        value = await open_value(turn, category, token)
    except NotAllowed:
        if not turn.goes_on:
            raise
        value = ""
    await turn.afresh(
        lambda tx: tx.execute("INSERT INTO vault.discard (subject, category) VALUES (%s, %s)", turn.subject, category)
    )
    return value


async def open_value(turn: Turn, category: str, token: Any) -> str:
    """What stands behind a token of this message. Raises NotAllowed, as ``Turn.reveal``."""
    value: str = await asyncio.to_thread(
        turn.services.vault.reveal,
        token=str(token).lower(),
        category=category,
        subject=turn.subject,
        purpose=turn.purpose,
        turn_id=turn.call.turn_id,
        require=turn.services.consent.require,
        audit=turn.services.audit.append,
        proves=True,
    )
    return value


def _operation(turn: Turn, action: GuardedAction) -> bytes:
    return operation_hash(action.name_, {name: turn.slot(name) for name in (*action.needs, *action.bound_to)})


def _audit(turn: Turn, tx: Transaction, event: str, outcome: str) -> None:
    turn.services.audit.append(
        tx, event=event, outcome=outcome, subject=turn.subject, purpose=turn.purpose, turn_id=turn.call.turn_id
    )


_CODE = """\
Somebody, we hope you, is talking to the chat of {name} and was asked to show who they are.

Your code: {code}

It works once, within 10 minutes, in that chat only. Nobody of ours ever asks for it by phone or mail.
If that is not you, do nothing: without the code nothing happens.
"""
_LOCKED = """\
There were many wrong codes for your account at {name}. For a while no code is taken for it.

If that was not you, nothing was changed and there is nothing you have to do.
"""
_CLOSED = """\
There were a hundred wrong codes of one kind for your account at {name}, one after the other. Nothing was changed, but
no code of that kind is taken any more until you show who you are with two other things, such as a passkey, or with a
recovery code and one of another kind. If you have neither, please ask a person of ours.
"""
