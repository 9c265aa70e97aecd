"""Advisory locks on one connection, and the fence number that each new holder receives."""

from __future__ import annotations

import contextlib

from discreet.errors import StorageError
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Steps


class AdvisoryLocks:
    """Session-level locks by 16-byte id, for one event loop at a time. Calls take turns, in the order they came.

    When the connection dies, the server frees its locks; the next call makes a new connection.
    """

    def __init__(self, url: str) -> None:
        # One connection, because a lock belongs to the connection that took it.
        self._connection = AsyncDatabase(url, pool_size=1)

    async def try_acquire(self, conversation: bytes) -> int | None:
        """A fence number larger than any earlier holder's, or None while somebody else holds the lock.

        Raises StorageUnavailable.
        """
        return await self._connection.run(_try_acquire(conversation))

    async def release(self, conversation: bytes) -> None:
        """Frees the lock. Never raises: a lock whose connection died is free already."""
        with contextlib.suppress(StorageError):
            await self._connection.run(_release(conversation))


def _try_acquire(conversation: bytes) -> Steps[int | None]:
    rows = yield (
        "SELECT CASE WHEN pg_try_advisory_lock(%s) THEN nextval('conversation.fence') END",
        (lock_number(conversation),),
    )
    return None if rows[0][0] is None else int(rows[0][0])


def _release(conversation: bytes) -> Steps[None]:
    yield "SELECT pg_advisory_unlock(%s)", (lock_number(conversation),)


def lock_number(conversation: bytes) -> int:
    """What Postgres knows a conversation's lock by."""
    return int.from_bytes(conversation[:8], "big", signed=True)
