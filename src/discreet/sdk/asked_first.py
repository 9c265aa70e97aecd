"""A right is asked back first: one question with a button that names it, and done once that was pressed.

docs/spec/rights.md. Whose data that is say the verified call and ``identity.link``: never a slot, an entity or a text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from discreet.policy import ASSURANCE
from discreet.records.rights.erasing import scope_of
from discreet.records.rights.requests import Confirmed, Requests
from discreet.sdk import step_up
from discreet.sdk.action import GuardedAction
from discreet.sdk.turn import Turn
from discreet.storage.engine import Transaction

REQUESTS = Requests("actions")
_NO = "no_"


def buttons(intent: str, request: str, yes: str, no: str) -> list[dict[str, str]]:
    """A yes and a no that name the request; the Guard makes each a handle of this conversation."""
    return [
        {"title": yes, "payload": f'/{intent}{{"operation": "{request}"}}'},
        {"title": no, "payload": f'/{intent}{{"operation": "{_NO}{request}"}}'},
    ]


async def of_a_customer(turn: Turn) -> int:
    """aal1 for a wish where its scope is more than this conversation: whoever sits at it may not be the customer.

    The buttons that follow need no second proof: they are bound to what was asked behind the first, once.
    """
    if turn.answered_operation is not None or await step_up.linked_account(turn) is None:
        return 0
    return ASSURANCE["aal1"]


class AskedFirst(GuardedAction):
    """Asks back, with a button that names the request; does it once that button was pressed."""

    purpose = "rights"
    kind: ClassVar[str] = ""
    intent: ClassVar[str] = ""
    yes: ClassVar[str] = ""
    no: ClassVar[str] = ""
    protects: ClassVar[bool] = False
    """It only ever protects the person, so that nobody has to show who they are first."""

    async def assurance(self, turn: Turn) -> int:
        """See ``of_a_customer``."""
        return 0 if self.protects else await of_a_customer(turn)

    async def act(self, turn: Turn) -> None:
        """Three ways in: the wish, its yes and its no."""
        pressed = turn.answered_operation
        turn.set("asking", None)
        if pressed is None:
            await self.ask_first(turn)
        elif pressed.startswith(_NO):
            await turn.in_transaction(lambda tx: REQUESTS.cancel(tx, turn.subject, pressed.removeprefix(_NO)))
            turn.say("utter_right_cancelled")
        else:
            await self.done(turn, pressed)

    async def ask_first(self, turn: Turn) -> None:
        """Says what will happen and asks."""
        raise NotImplementedError

    async def done(self, turn: Turn, request: str) -> None:
        """Does what was confirmed, with the request's state in one transaction. Raises NotWaiting."""
        raise NotImplementedError

    async def offer(self, turn: Turn, text: str, **of: Any) -> None:
        """Files the question and shows it."""
        request = await turn.in_transaction(
            lambda tx: REQUESTS.ask(tx, turn.subject, self.kind, via="conversation", **of)
        )
        turn.say_text(text, buttons=buttons(self.intent, request, self.yes, self.no))
        turn.set("asking", "right")

    async def carry_out(
        self, turn: Turn, request: str, work: Callable[[Transaction, Confirmed, tuple[bytes, ...]], None]
    ) -> None:
        """Does what was confirmed for every conversation of the person; audit and request in the same transaction."""

        def done(tx: Transaction) -> None:
            confirmed = self.confirmed(tx, turn, request)
            subjects = scope_of(tx, turn.subject).subjects
            work(tx, confirmed, subjects)
            turn.services.audit.append(
                tx, event=self.kind, outcome="done", subject=turn.subject, purpose="rights", turn_id=turn.call.turn_id
            )
            REQUESTS.close(tx, request, "done", {"conversations": len(subjects)})

        await turn.in_transaction(done)

    def confirmed(self, tx: Transaction, turn: Turn, request: str) -> Confirmed:
        """The request, filed by this press."""
        return REQUESTS.confirm(tx, turn.subject, request, self.kind)
