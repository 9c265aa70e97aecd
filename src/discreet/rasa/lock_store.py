"""Rasa's lock store by class path: one turn of a conversation at a time, over every process that shares the database.

A Postgres advisory lock a turn, on one connection of its own, in front of it an in-process lock a conversation
(session-level advisory locks are re-entrant within a connection). Waiting does not block the event loop. The lock
is exclusion for good manners; what makes a second writer fail is the store's head check.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from discreet.crypto.identifiers import conversation_id
from discreet.errors import DiscreetError, StorageUnavailable, TurnAborted
from discreet.settings import process_settings
from discreet.storage.locks import AdvisoryLocks

WAIT_SECONDS = 20.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.004, 0.1


@dataclass
class Lease:
    """Held while a turn runs. An object, not a flag: a timer that inherits the context must not believe it."""

    sender_id: str
    fence: int
    active: bool = True


_lease: ContextVar[Lease | None] = ContextVar("discreet_lease", default=None)


class PostgresLockStore(LockStore):
    """``type: discreet.rasa.lock_store.PostgresLockStore`` in endpoints.yml."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, **kwargs: Any) -> None:
        settings = process_settings()
        self._identity = settings.key("identity")
        self._locks = AdvisoryLocks(settings.database_url)
        self._releases: set[asyncio.Task[None]] = set()
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[TicketLock, None]:
        """Rasa's entry: re-entrant under the guard's own lease; Rasa's times are ignored. Raises TurnAborted."""
        lease = _lease.get()
        if lease is not None and lease.active and lease.sender_id == conversation_id:
            yield TicketLock(conversation_id)
            return
        async with self.hold(conversation_id):
            yield TicketLock(conversation_id)

    @asynccontextmanager
    async def hold(self, sender_id: str) -> AsyncGenerator[Lease, None]:
        """The guard's entry: waits up to WAIT_SECONDS, in order of arrival within this process. Raises TurnAborted."""
        queue = self._queues.setdefault(sender_id, _Queue())
        queue.users += 1
        try:
            async with queue.lock:
                try:
                    fence = await self._acquire(sender_id)
                except DiscreetError as error:
                    raise TurnAborted(error) from None
                lease = Lease(sender_id, fence)
                token = _lease.set(lease)
                try:
                    yield lease
                finally:
                    lease.active = False
                    _lease.reset(token)
                    self._release(sender_id)
        finally:
            queue.users -= 1
            if not queue.users:
                self._queues.pop(sender_id, None)

    async def _acquire(self, sender_id: str) -> int:
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        pause = _FIRST_PAUSE
        while True:
            fence: int | None = await self._locks.try_acquire(self._id(sender_id))
            if fence is not None:
                return fence
            if asyncio.get_running_loop().time() + pause > deadline:
                raise StorageUnavailable("another turn of this conversation did not end in time")
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, _LONGEST_PAUSE)

    def _id(self, sender_id: str) -> bytes:
        return conversation_id(self._identity, sender_id)

    def _release(self, sender_id: str) -> None:
        """Nobody waits for it: whoever is next in this process asks on the same connection, after it."""
        release = asyncio.get_running_loop().create_task(self._locks.release(self._id(sender_id)))
        self._releases.add(release)
        release.add_done_callback(self._releases.discard)


class _Queue:
    """Who waits for one conversation in this process."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
