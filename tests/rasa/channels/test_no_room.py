"""Where there is no room for a message: no provider drops it silently, and none sends it again for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.errors import TooMany
from discreet.rasa.channels import patience
from discreet.rasa.channels.connector import Arrival, Connector
from discreet.records.outbox import Outbox
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Database
from tests.conftest import TestDatabase
from tests.rasa.channels.test_deliver import _channels

SENDING_AGAIN = {"telegram": True, "slack": True, "whatsapp": True, "twilio": False, "botframework": False}


class Full:
    """A guard's door with so many places less than there are messages; the rest of it is real."""

    def __init__(self, scope: str, refusals: int) -> None:
        self.scope, self.left, self.taken = scope, refusals, 0

    async def take(self, *_: object) -> Any:
        if self.left:
            self.left -= 1
            raise TooMany(self.scope, 1)
        self.taken += 1
        return SimpleNamespace(replies=[{"text": "taken"}])


@pytest.fixture
def rasa(database: TestDatabase) -> Iterator[Database]:
    pool = database.open("rasa")
    yield pool
    pool.close()


def _sent(database: TestDatabase, rasa: Database, name: str, full: Full, monkeypatch: pytest.MonkeyPatch) -> Connector:
    """One message after the other of one person, as ``_posted`` takes them."""
    monkeypatch.setattr(patience, "PAUSE", 0.0)
    channel, address = _channels("http://127.0.0.1:9")[name]
    statements = AsyncDatabase(database.url("rasa"), pool_size=1)
    channel._outbox = Outbox(KeyRing({"value-1": bytes(32)}))
    channel._postman = SimpleNamespace(wake=lambda: None)  # type: ignore[assignment]
    guard: Any = SimpleNamespace(identity_key=bytes(32), statements=statements, database=rasa, take=full.take)

    async def play() -> None:
        for number in range(2):
            await channel._take(guard, Arrival(f"m{number}", "somebody", address, "hello"))

    try:
        asyncio.run(play())
    finally:
        statements.close()
    return channel


def _owed(database: TestDatabase) -> int:
    owner = database.open("owner")
    with owner.transaction() as tx:
        ((owed,),) = tx.execute("SELECT count(*) FROM channel.outbox")
    owner.close()
    return int(owed)


def test_which_providers_send_again_is_known_of_each() -> None:
    assert {
        name: channel.sends_again for name, (channel, _) in _channels("http://127.0.0.1:9").items()
    } == SENDING_AGAIN


@pytest.mark.parametrize("name", SENDING_AGAIN)
def test_a_burst_is_taken_a_little_later(
    name: str, database: TestDatabase, rasa: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Full("conversation", 10)
    _sent(database, rasa, name, full, monkeypatch)
    assert full.taken == 2


@pytest.mark.parametrize("name", SENDING_AGAIN)
def test_too_much_of_one_person_is_told_to_them_once_and_is_no_error(
    name: str, database: TestDatabase, rasa: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Full("conversation", 10_000)
    _sent(database, rasa, name, full, monkeypatch)
    assert (full.taken, _owed(database)) == (0, 1)


@pytest.mark.parametrize("name", SENDING_AGAIN)
def test_too_much_of_everybody_comes_again_where_it_does_and_is_told_where_not(
    name: str, database: TestDatabase, rasa: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Full("server", 10_000)
    if SENDING_AGAIN[name]:
        with pytest.raises(TooMany):
            _sent(database, rasa, name, full, monkeypatch)
        assert _owed(database) == 0
    else:
        _sent(database, rasa, name, full, monkeypatch)
        assert _owed(database) == 1
