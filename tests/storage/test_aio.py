"""Statements on an event loop: answered, refused, cancelled and cut off, and never in the loop's way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from discreet.errors import StorageConflict, StorageError, StorageUnavailable
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Database, Steps
from tests.conftest import TestDatabase


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[AsyncDatabase]:
    made = AsyncDatabase(database.url("owner"), pool_size=2)
    yield made
    made.close()


def _rows(sql: str, *params: object) -> Steps[list[Any]]:
    rows = yield sql, params
    return [row[0] for row in rows]


def _then_failing(steps: Steps[Any]) -> Steps[None]:
    assert (yield from steps) == [1]
    raise ZeroDivisionError


def _twice(sql: str) -> Steps[int]:
    first = yield sql, (1,)
    second = yield sql, (first[0][0],)
    return int(second[0][0])


def test_steps_are_answered_one_after_the_other(owner: AsyncDatabase, database: TestDatabase) -> None:
    assert asyncio.run(owner.run(_twice("SELECT %s::int + 1"))) == 3
    with database.open("owner").autocommit() as tx:
        assert tx.run(_twice("SELECT %s::int + 1")) == 3


def test_a_statement_without_rows_or_parameters(owner: AsyncDatabase) -> None:
    assert asyncio.run(owner.run(_rows("DELETE FROM conversation.head"))) == []


def test_the_loop_goes_on_while_the_database_works(owner: AsyncDatabase) -> None:
    async def play() -> int:
        ticks = 0
        waiting = asyncio.ensure_future(owner.run(_rows("SELECT 1 FROM pg_sleep(0.3)")))
        while not waiting.done():
            ticks += 1
            await asyncio.sleep(0.01)
        return ticks

    assert asyncio.run(play()) > 5


def test_two_statements_run_at_once_and_a_third_waits_for_a_connection(
    owner: AsyncDatabase, database: TestDatabase
) -> None:
    async def play() -> list[Any]:
        work = "SELECT pg_backend_pid() FROM pg_sleep(0.1)"
        return await asyncio.gather(*(owner.run(_rows(work)) for _ in range(3)))

    assert len({rows[0] for rows in asyncio.run(play())}) == 2


def test_errors_are_ours_and_the_connection_goes_on(owner: AsyncDatabase) -> None:
    insert = "INSERT INTO vault.confirmed_turn (turn_id) VALUES (%s)"

    async def play() -> None:
        await owner.run(_rows(insert, b"x"))
        for _ in range(3):
            with pytest.raises(StorageConflict):
                await owner.run(_rows(insert, b"x"))
        with pytest.raises(StorageError):
            await owner.run(_rows("SELECT missing FROM nowhere"))
        assert await owner.run(_rows("SELECT count(*) FROM vault.confirmed_turn")) == [1]

    asyncio.run(play())


def test_a_statement_that_could_not_be_prepared_is_prepared_when_it_can(
    owner: AsyncDatabase, database: TestDatabase
) -> None:
    pool = Database(database.url("owner"), pool_size=1)

    async def play() -> None:
        with pytest.raises(StorageError):
            await owner.run(_rows("SELECT 1 FROM made_later"))
        with pool.autocommit() as tx:
            tx.execute("CREATE TABLE made_later ()")
        assert await owner.run(_rows("SELECT 1 FROM made_later")) == []

    asyncio.run(play())
    pool.close()


def test_a_connection_that_was_cut_off_costs_nobody_a_statement(owner: AsyncDatabase, database: TestDatabase) -> None:
    async def play() -> None:
        await owner.run(_rows("SELECT 1"))
        database.cut_off()
        assert await owner.run(_rows("SELECT 1")) == [1]

    asyncio.run(play())


def test_a_cancelled_statement_leaves_no_half_read_connection(owner: AsyncDatabase) -> None:
    async def play() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(owner.run(_rows("SELECT 'late' FROM pg_sleep(0.5)")), 0.1)
        assert await owner.run(_rows("SELECT 'next'")) == ["next"]

    asyncio.run(play())


def test_the_servers_limit_on_a_statement_holds(database: TestDatabase) -> None:
    hasty = AsyncDatabase(database.url("owner"), statement_timeout_ms=50)
    with pytest.raises(StorageUnavailable):
        asyncio.run(hasty.run(_rows("SELECT 1 FROM pg_sleep(2)")))
    hasty.close()


def test_no_database_is_an_error_of_ours(tmp_path: Any) -> None:
    nowhere = AsyncDatabase(f"postgresql://x@/x?host={tmp_path}")
    with pytest.raises(StorageUnavailable):
        asyncio.run(nowhere.run(_rows("SELECT 1")))


def test_a_transaction_runs_the_same_steps(database: TestDatabase) -> None:
    pool = Database(database.url("owner"))
    insert = _rows("INSERT INTO vault.confirmed_turn (turn_id) VALUES (%s) RETURNING 1", b"x")
    with pytest.raises(ZeroDivisionError), pool.transaction() as tx:
        tx.run(_then_failing(insert))
    with pool.transaction() as tx:
        assert tx.run(_rows("SELECT count(*) FROM vault.confirmed_turn")) == [0]
    pool.close()
