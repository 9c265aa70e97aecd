"""An action that has begun ends, whoever goes away, and a repeat that comes meanwhile gets what it comes to."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, ClassVar

import pytest

from discreet.assistant import Assistant
from discreet.crypto.signing import ActionCall, sign_action_call
from discreet.sdk import GuardedAction, Turn
from discreet.sdk.calls import Calls
from discreet.storage.engine import Database
from tests.records.identity.conftest import world as world
from tests.sdk.test_server import Caller, _Socket, request
from tests.sdk.test_server import caller as caller
from tests.sdk.test_step_up import ANNA, Bench
from tests.sdk.test_step_up import bench as bench

BODY = {"tracker": {"sender_id": "x", "slots": {}, "latest_message": {}, "events": []}}


class Waits(GuardedAction):
    """Says hello once it may."""

    name_ = "action_waits"
    purpose = "rights"
    begun: ClassVar[asyncio.Event]
    may: ClassVar[asyncio.Event]
    times: ClassVar[int]

    async def act(self, turn: Turn) -> None:
        type(self).times += 1
        self.begun.set()
        await self.may.wait()
        turn.say("utter_greet")


def begun(bench: Bench) -> tuple[Calls, ActionCall, Callable[[int], Any]]:
    """The calls of a server, one call, and a way to make it under a fence; inside a running loop."""
    Waits.begun, Waits.may, Waits.times = asyncio.Event(), asyncio.Event(), 0
    calls, turn_id = Calls(bench.services), secrets.token_bytes(16)

    def answer(fence: int) -> Any:
        return calls.answer(ANNA, ActionCall(turn_id, fence, 0), Waits(), BODY, "web")

    return calls, ActionCall(turn_id, 9, 0), answer


async def kept(bench: Bench, call: ActionCall) -> Any:
    return (await bench.services.statements.run(bench.services.results.claim(ANNA, call))).result


def test_an_action_ends_and_its_result_is_kept_though_its_caller_has_gone(bench: Bench) -> None:
    async def story() -> None:
        calls, call, answer = begun(bench)
        caller = asyncio.ensure_future(answer(1))
        await Waits.begun.wait()
        caller.cancel()  # what Sanic does with a handler whose connection is lost
        with pytest.raises(asyncio.CancelledError):
            await caller
        await calls.ended(0.01)  # a server that stops does not wait for ever
        assert await kept(bench, call) is None
        Waits.may.set()
        await calls.ended(30)
        assert (await kept(bench, call))["responses"][0]["response"] == "utter_greet"

    asyncio.run(story())


def test_a_repeat_that_comes_meanwhile_runs_nothing_and_gets_the_same(bench: Bench) -> None:
    async def story() -> None:
        _, _, answer = begun(bench)
        first = asyncio.ensure_future(answer(1))
        await Waits.begun.wait()
        second = asyncio.ensure_future(answer(2))
        while (await bench.services.statements.run(_fence()))[0][0] != 2:
            await asyncio.sleep(0.01)
        Waits.may.set()
        assert await first == await second
        assert await answer(3) == await first
        assert Waits.times == 1

    asyncio.run(story())


def _fence() -> Iterator[Any]:
    return (yield "SELECT fence FROM action.fence WHERE subject = %s", (ANNA,))


@pytest.mark.servers
def test_a_server_whose_client_hangs_up_ends_the_action(caller: Caller, assistant: Assistant) -> None:
    """Through Sanic, on a socket: the ticket is opened and the result kept, without anybody asking again."""
    assert assistant.postgres is not None
    call, body = ActionCall(secrets.token_bytes(16), 1, 0), json.dumps(request("action_hand_off")).encode()
    headers = {"Content-Type": "application/json", **sign_action_call(caller.key, call, body, int(time.time()))}
    with closing(Database(assistant.postgres.url, pool_size=2)) as owner:
        with owner.transaction() as tx:
            tx.execute("LOCK TABLE shop.tickets IN ACCESS EXCLUSIVE MODE")
            with closing(_Socket(caller.socket)) as connection:
                connection.request("POST", "/webhook", body, headers)
                _until(owner, "SELECT 1 FROM pg_locks WHERE relation = 'shop.tickets'::regclass AND NOT granted")
            for _ in range(3):  # other calls are answered: the server has seen that this one's client has gone
                assert caller.post(b"", {}, "/health", "GET")[0] == 200
        _until(owner, "SELECT 1 FROM action.result WHERE turn_id = %s", call.turn_id)


def _until(owner: Database, query: str, *params: object) -> None:
    for _ in range(300):
        with owner.transaction() as tx:
            if tx.execute(query, *params):
                return
        time.sleep(0.1)
    raise AssertionError(query)
