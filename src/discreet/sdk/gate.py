"""Asking for consent and taking the answer: docs/spec/gate.md. Shared by actions, forms and the generic actions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from discreet.errors import NotAllowed
from discreet.records.consent import Operation
from discreet.records.consent.answers import INTENTS
from discreet.records.consent.phrases import phrase
from discreet.sdk.turn import Turn
from discreet.storage.engine import Transaction


class Answer(Enum):
    """What became of a message that might answer the waiting notice."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


async def ask(turn: Turn, purpose: str, *, resume: str) -> None:
    """Shows the notice of a purpose with buttons for yes, no and details, and waits for the answer.

    Says first what is new in it, to somebody who agreed to an older one.
    """

    def shown(tx: Transaction) -> tuple[str, str, str, str | None]:
        asked = turn.services.consent.ask(
            tx, turn.subject, purpose, resume=resume, turn_id=turn.call.turn_id, language=turn.language
        )
        return asked.operation.id, asked.notice.text, asked.notice.language, asked.changed

    operation, text, language, changed = await turn.in_transaction(shown, of=purpose)
    if changed:
        turn.say_text(changed)
    turn.say_text(
        text,
        buttons=[
            {"title": phrase(language, name), "payload": f'/{intent}{{"operation": "{operation}"}}'}
            for name, intent in INTENTS.items()
        ],
    )


async def said_no_before(turn: Turn, purpose: str, *, resume: str) -> bool:
    """Says that a no in another task still stands, instead of asking again; False where there was none."""
    stands = await turn.in_transaction(
        lambda tx: turn.services.consent.refusal_stands(tx, turn.subject, purpose, resume=resume), of=purpose
    )
    if stands:
        what = turn.services.policy.purpose(purpose).notice[turn.language]
        turn.say_text(phrase(turn.language, "said_no", purpose=what))
    return stands


async def tell(turn: Turn, purposes: Iterable[str]) -> None:
    """Tells of each purpose that rests on another basis than consent, once a person, before it is used."""
    for purpose in dict.fromkeys(purposes):
        if not turn.services.policy.purpose(purpose).needs_consent and not await _was_told(turn, purpose):
            turn.say_text(await _told(turn, purpose))


async def _was_told(turn: Turn, purpose: str) -> bool:
    services = turn.services
    return await turn.found(
        f"told {purpose}", lambda: services.statements.run(services.consent.told(turn.subject, purpose))
    )


async def _told(turn: Turn, purpose: str) -> str:
    def text(tx: Transaction) -> str:
        consent, turn_id = turn.services.consent, turn.call.turn_id
        return consent.tell(tx, turn.subject, purpose, turn_id=turn_id, language=turn.language).text

    return await turn.in_transaction(text, of=purpose)


async def take_answer(turn: Turn) -> tuple[Answer, Operation | None]:
    """Records what the message answers the waiting notice with. Nothing is recorded for an unclear one."""
    said = turn.answered()
    if said is None:
        return Answer.UNCLEAR, None
    given, method = said

    def record(tx: Transaction) -> Operation | None:
        waiting = turn.services.consent.waiting(tx, turn.subject)
        if waiting is None or (turn.answered_operation is not None and turn.answered_operation != waiting.id):
            return None
        if given and method == "words" and turn.notice_seen != waiting.id:
            return None  # asked in a turn that was lost: they said yes to what they saw, and saw another one
        turn.services.consent.answer(tx, turn.subject, waiting, given=given, method=method, turn_id=turn.call.turn_id)
        return waiting

    try:
        operation = await turn.in_transaction(record, of=f"{given} {method} {turn.answered_operation}")
    except NotAllowed:
        operation = None
    if operation is None:
        return Answer.UNCLEAR, None
    return (Answer.YES if given else Answer.NO), operation
