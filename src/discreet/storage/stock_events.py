"""The table in which Rasa's own SQL tracker store keeps conversations, read from any database that it can be in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from discreet.errors import SettingsError, StorageUnavailable

MOST_CONVERSATIONS = 200
MOST_EVENTS = 5000
"""A batch: so many conversations, and no more once it has so many events (about 1 KiB each)."""

_EVENTS = sa.table("events", sa.column("id"), sa.column("sender_id"), sa.column("data"))


@dataclass(frozen=True)
class StockRow:
    """One event as it lies there: ``data`` should be its JSON."""

    id: int
    data: object


@dataclass(frozen=True)
class StockConversation:
    """All rows of one sender, in the order in which they were written."""

    sender_id: str
    rows: list[StockRow]


class StockEvents:
    """Reads what was there when it was opened; what is written meanwhile waits for the next time. Writes nothing.

    ``url`` is SQLAlchemy's. Raises SettingsError for one that names no database with that table.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = sa.engine.make_url(url.replace("postgres://", "postgresql://", 1))
            if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
                raise SettingsError("the sqlite file that the source's URL names is not there")  # the driver makes one
            self._engine = sa.create_engine(parsed, poolclass=NullPool, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ImportError):
            raise SettingsError(
                "the source's URL must be one that SQLAlchemy and an installed driver understand, such as "
                "postgresql://... or sqlite:///rasa.db"
            ) from None
        with self._connection() as connection:
            if not sa.inspect(connection).has_table("events"):
                raise SettingsError("the source has no table `events`: it is not the database of an SQL tracker store")
            self._newest: int = connection.execute(sa.select(sa.func.max(_EVENTS.c.id))).scalar() or 0

    def counts(self) -> tuple[int, int]:
        """Conversations and events. Raises StorageUnavailable."""
        with self._connection() as connection:
            senders = sa.func.count(sa.distinct(_EVENTS.c.sender_id))
            row = connection.execute(sa.select(senders, sa.func.count()).where(self._there)).one()
        return int(row[0]), int(row[1])

    def batches(self) -> Iterator[list[StockConversation]]:
        """Every conversation once, in batches that fit into memory. Raises StorageUnavailable."""
        last: str | None = None
        while senders := self._senders_after(last):
            last = senders[-1][0]
            batch: list[str] = []
            events = 0
            for sender, count in senders:
                if batch and events + count > MOST_EVENTS:
                    yield self._conversations(batch)
                    batch, events = [], 0
                batch.append(sender)
                events += count
            yield self._conversations(batch)

    def _senders_after(self, last: str | None) -> list[tuple[str, int]]:
        sender = _EVENTS.c.sender_id
        query = sa.select(sender, sa.func.count()).where(self._there).group_by(sender).order_by(sender)
        if last is not None:
            query = query.where(sender > last)
        with self._connection() as connection:
            return [(row[0], int(row[1])) for row in connection.execute(query.limit(MOST_CONVERSATIONS))]

    def _conversations(self, senders: list[str]) -> list[StockConversation]:
        query = sa.select(_EVENTS).where(self._there & _EVENTS.c.sender_id.in_(senders)).order_by(_EVENTS.c.id)
        with self._connection() as connection:
            rows = connection.execute(query).all()
        # Grouped by what stands there: a collation may call two senders equal.
        rows.sort(key=lambda row: str(row[1]))
        return [
            StockConversation(sender, [StockRow(int(row[0]), row[2]) for row in found])
            for sender, found in groupby(rows, key=lambda row: str(row[1]))
        ]

    @property
    def _there(self) -> Any:
        return _EVENTS.c.id <= self._newest

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError:
            raise StorageUnavailable("the source database did not answer, or refused to be read") from None
