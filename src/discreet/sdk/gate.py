"""Asking for consent and taking the answer: docs/spec/gate.md. Shared by actions, forms and the generic actions."""

from __future__ import annotations

from enum import Enum

from discreet.errors import NotAllowed
from discreet.records.consent import Operation
from discreet.sdk.turn import Turn
from discreet.storage.engine import Transaction


class Answer(Enum):
    """What became of a message that might answer the waiting notice."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


async def ask(turn: Turn, purpose: str, *, resume: str) -> None:
    """Shows the notice of a purpose with a button for yes and one for no, and waits for the answer."""
    operation, notice = await turn.in_transaction(
        lambda tx: turn.services.consent.ask(tx, turn.subject, purpose, resume=resume, turn_id=turn.call.turn_id)
    )
    turn.say_text(
        notice.text,
        buttons=[
            {"title": "Yes, you may", "payload": _payload("affirm", operation)},
            {"title": "No, thank you", "payload": _payload("deny", operation)},
        ],
    )


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
        turn.services.consent.answer(tx, turn.subject, waiting, given=given, method=method, turn_id=turn.call.turn_id)
        return waiting

    try:
        operation = await turn.in_transaction(record)
    except NotAllowed:
        operation = None
    if operation is None:
        return Answer.UNCLEAR, None
    return (Answer.YES if given else Answer.NO), operation


def _payload(intent: str, operation: Operation) -> str:
    return f'/{intent}{{"operation": "{operation.id}"}}'
