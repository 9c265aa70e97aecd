"""Advisory locks on one connection, and the fence number that each new holder receives."""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg2

from discreet.errors import StorageUnavailable
from discreet.storage.engine import connect, translated


class AdvisoryLocks:
    """Session-level locks by 16-byte id. Not thread-safe: give it a thread of its own.

    When the connection dies, the server frees its locks; the next call makes a new connection.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def try_acquire(self, conversation: bytes) -> int | None:
        """A fence number larger than any earlier holder's, or None while somebody else holds the lock.

        Raises StorageUnavailable.
        """
        rows = self._run(
            "SELECT CASE WHEN pg_try_advisory_lock(%s) THEN nextval('conversation.fence') END", _number(conversation)
        )
        fence = rows[0][0]
        return None if fence is None else int(fence)

    def release(self, conversation: bytes) -> None:
        """Frees the lock. Never raises: a lock whose connection died is free already."""
        with contextlib.suppress(StorageUnavailable):
            self._run("SELECT pg_advisory_unlock(%s)", _number(conversation))

    def _run(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, options="-c statement_timeout=5000", autocommit=True)
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql, params)
                rows: list[tuple[Any, ...]] = cursor.fetchall()
                return rows
        except psycopg2.Error as error:
            with contextlib.suppress(psycopg2.Error):
                self._connection.close()
            raise translated(error) from None


def _number(conversation: bytes) -> int:
    return int.from_bytes(conversation[:8], "big", signed=True)
