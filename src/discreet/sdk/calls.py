"""Running actions' calls: each once, to its end, whoever goes away meanwhile (docs/spec/action-call.md)."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from discreet import metrics
from discreet.crypto.signing import ActionCall
from discreet.sdk.action import GuardedAction
from discreet.sdk.turn import CallContext, Services, current_call


class Calls:
    """The calls that run in this process, of one event loop."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._running: dict[tuple[bytes, bytes, int], asyncio.Task[dict[str, Any]]] = {}

    async def answer(
        self, subject: bytes, call: ActionCall, action: GuardedAction, body: dict[str, Any], channel: str
    ) -> dict[str, Any]:
        """The call's result: of now, of the first time, or of the attempt that still runs.

        ``call`` is verified. Raises NotAuthentic for a turn that is not the conversation's newest. An action that has
        begun goes on if the caller is cancelled, as Sanic does with a handler whose connection is lost, and its result
        is kept.
        """
        services, name = self._services, (subject, call.turn_id, call.ordinal)
        claim = await services.statements.run(services.results.claim(subject, call))
        if claim.result is not None:
            metrics.refused("repeated", "actions")
            return claim.result
        running = self._running.get(name)
        if running is None:
            context = CallContext(services, call, subject, channel, claim)
            running = asyncio.get_running_loop().create_task(_run(context, action, body))
            self._running[name] = running
            running.add_done_callback(lambda _: self._running.pop(name))
        return await asyncio.shield(running)

    async def ended(self, seconds: float) -> None:
        """Waits for what runs, so long at most."""
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=seconds)


async def _run(context: CallContext, action: GuardedAction, body: dict[str, Any]) -> dict[str, Any]:
    current_call.set(context)
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, Tracker.from_dict(body["tracker"]), {})
    result = {"events": events, "responses": dispatcher.messages}
    owner = context.progress.owner
    if owner is None:
        owner = await asyncio.to_thread(_new_owner, context)
    results = context.services.results
    await context.services.statements.run(results.keep(context.subject, context.call, owner, result))
    return result


def _new_owner(context: CallContext) -> tuple[int, bytes]:
    with context.services.database.transaction() as tx:
        return context.services.results.owner(tx, context.subject)
