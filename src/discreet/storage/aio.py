"""Statements on an event loop: the loop waits for the database's socket, no thread does.

A thread a statement costs two switches and, while the loop computes, up to five milliseconds of waiting for the
interpreter's lock. Every statement here commits by itself; what belongs together takes ``engine.Database``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg2
from psycopg2 import extensions

from discreet.errors import StorageUnavailable
from discreet.storage.engine import Result, Steps, is_open, start_connecting, statements, translated

WAIT_SECONDS = 6.0
"""For one answer of the database; its own limit on a statement is shorter."""


class AsyncDatabase:
    """A pool of one role's connections, for one event loop at a time. No connection is opened before the first use."""

    def __init__(self, url: str, *, pool_size: int = 4, statement_timeout_ms: int = 5000) -> None:
        self._url = url
        self._options = f"-c statement_timeout={statement_timeout_ms}"
        self._idle: list[Any] = []
        self._free = asyncio.Semaphore(pool_size)

    async def run(self, steps: Steps[Result]) -> Result:
        """Runs statements and what is made of their rows. Raises StorageConflict, StorageUnavailable and as ``steps``.

        Cancelled in the middle, it closes the connection: whether its statement was committed is unknown.
        """
        try:
            async with self._borrowed() as connection:
                return await _run(connection, steps)
        except psycopg2.Error as error:
            raise translated(error) from None

    def close(self) -> None:
        """Closes idle connections."""
        while self._idle:
            self._idle.pop().close()

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Any]:
        async with self._free:
            connection = await self._take()
            try:
                yield connection
            except (asyncio.CancelledError, psycopg2.OperationalError, psycopg2.InterfaceError):
                connection.close()
                raise
            finally:
                if connection.closed:
                    # The server went away: its other idle connections are dead too, and would cost a turn each.
                    self.close()
                else:
                    self._idle.append(connection)

    async def _take(self) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if is_open(connection):
                return connection
        connection = start_connecting(self._url, self._options)
        await _settled(connection)
        return connection


async def _run(connection: Any, steps: Steps[Result]) -> Result:
    cursor = connection.cursor()
    try:
        sql, params = next(steps)
        while True:
            for statement in statements(connection, sql, params):
                cursor.execute(*statement)
                await _settled(connection)
            sql, params = steps.send(cursor.fetchall() if cursor.description else [])
    except StopIteration as done:
        result: Result = done.value
        return result


async def _settled(connection: Any) -> None:
    """Until the database has answered. A connection on which that takes too long is closed."""
    loop = asyncio.get_running_loop()
    while (state := connection.poll()) != extensions.POLL_OK:
        reading = state == extensions.POLL_READ
        watch, forget = (loop.add_reader, loop.remove_reader) if reading else (loop.add_writer, loop.remove_writer)
        descriptor = connection.fileno()
        ready: asyncio.Future[bool] = loop.create_future()
        watch(descriptor, _settle, ready)
        late = loop.call_later(WAIT_SECONDS, _settle, ready, False)
        try:
            in_time = await ready
        finally:
            late.cancel()
            forget(descriptor)
        if not in_time:
            connection.close()
            raise StorageUnavailable("the database did not answer in time")


def _settle(ready: asyncio.Future[bool], in_time: bool = True) -> None:
    if not ready.done():
        ready.set_result(in_time)
