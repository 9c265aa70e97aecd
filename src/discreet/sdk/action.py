"""The base class of every custom action: no basis, no act."""

from __future__ import annotations

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from discreet.errors import DiscreetError, NotAllowed
from discreet.records.identity.accounts import Account
from discreet.sdk import gate, step_up
from discreet.sdk.turn import Turn


class GuardedAction(Action):
    """A skill declares and writes ``act``; asking, refusing, auditing and repeating are not its business.

    ``name_`` the action's name in domain.yml; ``purpose`` as in privacy.yml's ``actions:``; ``opens`` the
    sensitive slots that it may reveal; ``needs`` slots without which there is nothing to do, as after a form that
    the person ended early; ``bound_to`` more slots that a step-up is good for, besides ``needs``.
    """

    name_: ClassVar[str] = ""
    purpose: ClassVar[str] = ""
    opens: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    bound_to: ClassVar[tuple[str, ...]] = ()

    def name(self) -> str:
        """The action's name."""
        return self.name_

    async def account(self, turn: Turn) -> Account | None:
        """Whose account this touches, where the skill knows: a step-up must be that customer's. None: whoever it is."""
        return await step_up.linked_account(turn)

    async def assurance(self, turn: Turn) -> int:
        """More than privacy.yml asks for, where the skill knows why; what it asks for less does not count."""
        return 0

    async def ready(self, turn: Turn) -> bool:
        """Whether there is something to do; what is missing has been asked for then. Opens and changes nothing."""
        return True

    async def act(self, turn: Turn) -> None:
        """What the skill does. Raises DiscreetError to stop; its sentence is said."""
        raise NotImplementedError

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        """Called by rasa_sdk: the gate, then the skill."""
        turn = Turn(_state(tracker), self.purpose, self.opens, self.name_)
        await self.guarded(turn)
        dispatcher.messages.extend(turn.responses)
        return turn.events

    async def guarded(self, turn: Turn) -> None:
        """The order of docs/spec/gate.md."""
        if any(turn.slot(name) is None for name in self.needs):
            return
        if not await self.ready(turn):
            return
        if not await turn.is_live(self.purpose):
            if await gate.said_no_before(turn, self.purpose, resume=self.name_):
                return
            await gate.ask(turn, self.purpose, resume=self.name_)
            turn.set("asking", "consent")
            return
        if self.opens:
            await gate.tell(turn, [self.purpose])
        try:
            if await step_up.passed(turn, self):
                await self.act(turn)
        except NotAllowed as error:
            # What was said before the refusal must not sound as if it had happened.
            turn.responses.clear()
            turn.say_text(error.sentence)
        except DiscreetError as error:
            if error.code.startswith("storage"):
                raise
            turn.say_text(error.sentence)


async def resume(turn: Turn, name: str) -> None:
    """Goes on with an action that waited, through its own gate, in this same call."""
    for cls in _actions(GuardedAction):
        if cls.name_ == name:
            await cls().guarded(turn.of_action(cls.purpose, cls.opens, cls.name_))


def _actions(base: type[GuardedAction]) -> list[type[GuardedAction]]:
    return [one for cls in base.__subclasses__() for one in (cls, *_actions(cls))]


def _state(tracker: Tracker) -> dict[str, Any]:
    return {
        "slots": tracker.slots,
        "latest_message": tracker.latest_message,
        "events": tracker.events,
        "active_loop": tracker.active_loop,
    }
