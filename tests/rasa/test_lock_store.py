"""One turn of a conversation at a time, over tasks and processes, without blocking the loop."""

from __future__ import annotations

import asyncio

import pytest

from discreet.errors import TurnAborted
from discreet.rasa import lock_store as module
from discreet.rasa.lock_store import PostgresLockStore
from tests.conftest import TestDatabase


def test_turns_of_one_conversation_never_overlap_and_fences_grow(process: object) -> None:
    stores = [PostgresLockStore() for _ in range(2)]
    inside, worst, fences = 0, 0, []

    async def turn(store: PostgresLockStore) -> None:
        nonlocal inside, worst
        async with store.hold("anna") as lease:
            inside += 1
            worst = max(worst, inside)
            fences.append(lease.fence)
            await asyncio.sleep(0.002)
            inside -= 1

    async def play() -> None:
        await asyncio.gather(*(turn(stores[number % 2]) for number in range(40)))

    asyncio.run(play())
    assert worst == 1
    assert len(set(fences)) == 40
    assert fences == sorted(fences)


def test_different_conversations_do_not_wait_for_each_other(process: object) -> None:
    store = PostgresLockStore()

    async def play() -> None:
        async with store.hold("anna"), store.hold("ben"):
            pass

    asyncio.run(asyncio.wait_for(play(), 5))


def test_rasa_may_lock_again_inside_the_guards_lease_only(process: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.2)
    store = PostgresLockStore()

    async def later(started: asyncio.Event) -> None:
        await started.wait()
        async with store.lock("anna"):
            pass

    async def play() -> None:
        release = asyncio.Event()
        async with store.hold("anna"):
            async with store.lock("anna"):
                pass
            timer = asyncio.create_task(later(release))
            await asyncio.sleep(0)
        async with PostgresLockStore().hold("anna"):
            # The timer inherited the lease of a turn that is over: it must wait like anybody else.
            release.set()
            with pytest.raises(TurnAborted):
                await timer

    asyncio.run(play())


def test_who_waits_too_long_is_told(process: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.1)
    one, other = PostgresLockStore(), PostgresLockStore()

    async def play() -> None:
        async with one.hold("anna"):
            with pytest.raises(TurnAborted):
                async with other.hold("anna"):
                    pass
        async with other.hold("anna"):
            pass

    asyncio.run(play())


def test_a_lost_connection_is_made_again(process: object, database: TestDatabase) -> None:
    store = PostgresLockStore()

    async def play() -> None:
        async with store.hold("anna"):
            pass
        database.cut_off()
        async with store.hold("anna"):
            pass

    asyncio.run(play())
