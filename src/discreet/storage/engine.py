"""One pool of Postgres connections of one role, and transactions on it.

This package is the only one that imports the driver. Its errors leave here without the driver's text: a
``DETAIL`` line quotes key values, and SQL may quote parameters.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import select
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg2
from psycopg2 import errorcodes, extensions

from discreet.errors import StorageConflict, StorageError, StorageUnavailable

_CONFLICTS = frozenset(
    {
        errorcodes.UNIQUE_VIOLATION,
        errorcodes.SERIALIZATION_FAILURE,
        errorcodes.DEADLOCK_DETECTED,
        errorcodes.FOREIGN_KEY_VIOLATION,
    }
)
# Class 08 connection, 53 resources (disk full, too many connections), 57 operator intervention and timeouts.
_UNAVAILABLE_CLASSES = ("08", "53", "57", "58", "55")


_PLACE = re.compile("%s")
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b")
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
"""As the first statement: every other one of the transaction sees the same moment."""

Result = TypeVar("Result")
Steps = Generator[tuple[str, tuple[object, ...]], list[tuple[Any, ...]], Result]
"""Statements of ours and what is made of their rows, whoever waits for the database: a transaction or an event loop.

Each ``yield sql, params`` is answered with the rows. ``sql`` is constant: it is planned once a connection, and the
database infers each parameter's type from where it stands.
"""


class Connection(extensions.connection):  # type: ignore[misc]
    """The driver's connection, which also remembers what was prepared on it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: set[str] = set()


class Transaction:
    """Statements that become visible together. Not for use from two threads."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.may_have_written = False
        """Whether any statement named a change, or a lock on rows. What a function of the database does is not seen."""

    def execute(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """Runs one statement with ``%s`` placeholders and returns its rows, [] when it yields none.

        ``sql`` comes from our own code only; everything that anybody else controls goes into ``params``.
        Raises StorageConflict or StorageUnavailable.
        """
        self._noted(sql)
        try:
            self._cursor.execute(sql, params or None)
            return self._cursor.fetchall() if self._cursor.description else []
        except psycopg2.Error as error:
            raise translated(error) from None

    def run(self, steps: Steps[Result]) -> Result:
        """Runs steps to their end. Raises as ``execute``, and as they do."""
        try:
            sql, params = next(steps)
            while True:
                self._noted(sql)
                for statement in statements(self._cursor.connection, sql, params):
                    self._cursor.execute(*statement)
                sql, params = steps.send(self._cursor.fetchall() if self._cursor.description else [])
        except psycopg2.Error as error:
            raise translated(error) from None
        except StopIteration as done:
            result: Result = done.value
            return result

    def _noted(self, sql: str) -> None:
        self.may_have_written = self.may_have_written or _WRITES.search(sql) is not None

    @property
    def rowcount(self) -> int:
        """Rows that the last statement touched."""
        return int(self._cursor.rowcount)


class Database:
    """A pool of one role's connections; thread-safe. Calls block: on an event loop use ``asyncio.to_thread``.

    ``pool_size`` bounds open connections; a caller that finds none free within ``wait_seconds`` gets
    StorageUnavailable. ``statement_timeout_ms`` bounds each statement on the server's side. No connection
    is opened before the first transaction, so that a server may fork after making one.
    """

    def __init__(
        self, url: str, *, pool_size: int = 4, statement_timeout_ms: int = 5000, wait_seconds: float = 5.0
    ) -> None:
        self._url = url
        self._options = f"-c statement_timeout={statement_timeout_ms} -c idle_in_transaction_session_timeout=60000"
        self._idle: list[Any] = []
        self._free = threading.BoundedSemaphore(pool_size)
        self._mutex = threading.Lock()
        self._wait = wait_seconds

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block, rolls back on any exception, and always returns the connection.

        Raises StorageUnavailable when no connection can be had or the commit's outcome is unknown.
        """
        with self._borrowed(autocommit=False) as connection:
            yield Transaction(connection.cursor())
            connection.commit()

    @contextmanager
    def autocommit(self) -> Iterator[Transaction]:
        """Each statement of the block commits by itself: one round trip where one statement is all there is.

        Raises StorageUnavailable when no connection can be had or the statement's outcome is unknown.
        """
        with self._borrowed(autocommit=True) as connection:
            yield Transaction(connection.cursor())

    @contextmanager
    def _borrowed(self, *, autocommit: bool) -> Iterator[Any]:
        if not self._free.acquire(timeout=self._wait):
            raise StorageUnavailable("no database connection was free in time")
        connection = None
        try:
            connection = self._take()
            connection.autocommit = autocommit
            yield connection
        except psycopg2.Error as error:
            raise translated(error) from None
        finally:
            self._give_back(connection)
            self._free.release()

    def close(self) -> None:
        """Closes idle connections; those in use close when their transaction ends."""
        with self._mutex:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> Any:
        with self._mutex:
            while self._idle:
                connection = self._idle.pop()
                if is_open(connection):
                    return connection
        return connect(self._url, options=self._options)

    def _give_back(self, connection: Any) -> None:
        if connection is None:
            return
        try:
            if not connection.closed and connection.status != extensions.STATUS_READY:
                connection.rollback()
        except psycopg2.Error:
            connection.close()
        with self._mutex:
            if connection.closed:
                # The server went away: its other idle connections are dead too, and would cost a turn each.
                self._idle.clear()
            else:
                self._idle.append(connection)


def statements(connection: Connection, sql: str, params: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
    """What to execute for one step, one after the other: its preparation, once a connection, and itself."""
    name = f"discreet_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
    if name not in connection.prepared:
        numbers = itertools.count(1)
        yield (f"PREPARE {name} AS {_PLACE.sub(lambda _: f'${next(numbers)}', sql)}",)
        connection.prepared.add(name)
    places = f" ({', '.join(['%s'] * len(params))})" if params else ""
    yield f"EXECUTE {name}{places}", params or None


def is_open(connection: Any) -> bool:
    """Whether an idle connection still stands. One that the server ended has its farewell waiting to be read.

    Without this look the first turn after a restart of the database would be lost to each connection of a pool.
    """
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        connection.close()
    return not connection.closed


def start_connecting(url: str, options: str) -> Any:
    """A connection for an event loop, which must poll it until it stands. Raises StorageUnavailable."""
    try:
        return psycopg2.connect(
            url, options=options, application_name="discreet", connection_factory=Connection, async_=True
        )
    except psycopg2.Error as error:
        raise translated(error) from None


def connect(url: str, *, options: str = "", autocommit: bool = False) -> Any:
    """A bare driver connection, for the lock store and migrations. Raises StorageUnavailable."""
    try:
        connection = psycopg2.connect(
            url, options=options, connect_timeout=5, application_name="discreet", connection_factory=Connection
        )
    except psycopg2.Error as error:
        raise translated(error) from None
    connection.autocommit = autocommit
    return connection


def translated(error: psycopg2.Error) -> StorageError:
    """The driver's error as one of ours, without its text."""
    code = error.pgcode
    if code in _CONFLICTS:
        return StorageConflict("another writer was first")
    if code is None or code.startswith(_UNAVAILABLE_CLASSES):
        return StorageUnavailable(f"the database did not answer (SQLSTATE {code or 'none'})")
    return StorageError(f"the database refused a statement (SQLSTATE {code})")
