"""A session lives from its use, not for ever, and not after it was ended; a customer's is the customer's everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from discreet.errors import NotAuthentic, TooMany
from discreet.records.limits import Limits, Rates
from discreet.records.web_sessions import LIFETIME, MAX_AGE, WebSessions
from discreet.storage.engine import Steps
from tests.conftest import TestDatabase


class World:
    """Sessions, and a hand on the clock."""

    def __init__(self, database: TestDatabase) -> None:
        self.rasa = database.open("rasa")
        self.owner = database.open("owner")
        self.sessions = WebSessions(bytes(32))

    def open(self, customer: str | None = None) -> str:
        with self.rasa.transaction() as tx:
            return tx.run(self.sessions.open(customer))

    def sender(self, credential: str | None) -> str:
        """Asked alone, and in the statement of a request's limits: the same either way."""
        alone = self._answer(self.sessions.require(credential))
        within = self._answer(self.sessions.require_within(Limits(bytes(32), Rates(1000)), credential, None))
        assert alone == within
        if alone is None:
            raise NotAuthentic("as both say")
        return alone

    def _answer(self, asked: Steps[str]) -> str | None:
        try:
            with self.rasa.transaction() as tx:
                return tx.run(asked)
        except NotAuthentic:
            return None

    def wait(self, time: timedelta) -> None:
        with self.owner.transaction() as tx:
            tx.execute(
                "UPDATE conversation.web_session SET created_at = created_at - %s, expires_at = expires_at - %s",
                time, time,
            )  # fmt: skip


@pytest.fixture
def world(database: TestDatabase) -> Iterator[World]:
    made = World(database)
    yield made
    made.rasa.close()
    made.owner.close()


@pytest.mark.parametrize("credential", [None, "", "A" * 43, "' OR true --"])
def test_what_the_server_did_not_make_opens_nothing(world: World, credential: str | None) -> None:
    world.open()
    with pytest.raises(NotAuthentic):
        world.sender(credential)


def test_it_lives_from_its_last_use(world: World) -> None:
    credential = world.open()
    sender = world.sender(credential)
    for _ in range(3):
        world.wait(LIFETIME - timedelta(hours=1))
        assert world.sender(credential) == sender
    world.wait(LIFETIME)
    with pytest.raises(NotAuthentic):
        world.sender(credential)


def test_it_does_not_live_for_ever(world: World) -> None:
    credential = world.open()
    for _ in range(MAX_AGE // timedelta(hours=20)):
        world.sender(credential)
        world.wait(timedelta(hours=20))
    with pytest.raises(NotAuthentic):
        world.sender(credential)


def test_it_ends_when_it_is_ended(world: World) -> None:
    credential, other = world.open(), world.open()
    with world.rasa.transaction() as tx:
        world.sessions.end(tx, credential)
    with pytest.raises(NotAuthentic):
        world.sender(credential)
    assert world.sender(other)


def test_each_is_its_own_conversation_and_a_customers_is_the_same_everywhere(world: World) -> None:
    assert world.sender(world.open()) != world.sender(world.open())
    phone, laptop = world.open("site\0anna"), world.open("site\0anna")
    assert phone != laptop
    assert world.sender(phone) == world.sender(laptop)
    assert world.sender(phone) != world.sender(world.open("site\0ben"))


def test_the_table_names_neither_credential_nor_customer(world: World) -> None:
    credential = world.open("site\0anna")
    with world.owner.transaction() as tx:
        rows = str(tx.execute("SELECT t::text FROM conversation.web_session t"))
    assert "anna" not in rows
    assert b"anna".hex() not in rows
    assert credential not in rows
    assert credential.encode().hex() not in rows


def test_a_refusal_for_the_rate_does_not_say_whether_the_session_lives(world: World) -> None:
    limits = Limits(bytes(32), Rates(session=1))
    for credential in (world.open(), "A" * 43):
        with suppress(NotAuthentic), world.rasa.autocommit() as tx:
            tx.run(world.sessions.require_within(limits, credential, None))
        with pytest.raises(TooMany), world.rasa.autocommit() as tx:
            tx.run(world.sessions.require_within(limits, credential, None))
