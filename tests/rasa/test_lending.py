"""What is lent: by one look as good as a read, gone when it might be wrong, and bounded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.crypto.envelope import GENESIS, DataKey, Head
from discreet.errors import TurnAborted
from discreet.rasa.lending import LONGEST_SECONDS, Lending
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.records.audit import Audit
from discreet.records.conversations import Conversations, Position
from discreet.records.erasure import erase
from tests.conftest import TestDatabase

ANNA, BEN, CARL = b"a" * 16, b"b" * 16, b"c" * 16


def _position(conversation: bytes) -> Position:
    return Position(Head(conversation, 1, GENESIS, 1, 7), DataKey.from_bytes(7, bytes(32)))


def _tracker(domain: Domain, events: int) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("x", [SlotSet("item", str(n)) for n in range(events)], domain.slots)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_taken_is_gone(domain: Domain) -> None:
    lending = Lending()
    lending.give(ANNA, _position(ANNA), _tracker(domain, 2))
    assert lending.take(ANNA) is not None
    assert lending.take(ANNA) is None


def test_a_tracker_that_its_giver_went_on_with_is_not_lent(domain: Domain) -> None:
    lending, mine = Lending(), _tracker(domain, 2)
    lending.give(ANNA, _position(ANNA), mine)
    mine.update(SlotSet("item", "later"), domain)
    assert lending.take(ANNA) is None


def test_events_bound_it_and_the_oldest_goes_first(domain: Domain) -> None:
    lending = Lending(most_events=10)
    for conversation in (ANNA, BEN, CARL):
        lending.give(conversation, _position(conversation), _tracker(domain, 4))
    assert [lending.take(one) is not None for one in (ANNA, BEN, CARL)] == [False, True, True]


def test_giving_again_and_taking_leave_no_count_behind(domain: Domain) -> None:
    lending = Lending(most_events=10)
    for _ in range(20):
        lending.give(ANNA, _position(ANNA), _tracker(domain, 4))
        lending.take(ANNA)
        lending.give(BEN, _position(BEN), _tracker(domain, 4))
        lending.give(BEN, _position(BEN), _tracker(domain, 4))
    lending.give(ANNA, _position(ANNA), _tracker(domain, 4))
    assert lending.take(ANNA) is not None
    assert lending.take(BEN) is not None


def test_nothing_stays_for_long(domain: Domain) -> None:
    clock = Clock()
    lending = Lending(clock=clock)
    lending.give(ANNA, _position(ANNA), _tracker(domain, 1))
    clock.now = LONGEST_SECONDS + 1
    lending.give(BEN, _position(BEN), _tracker(domain, 1))
    assert lending.take(ANNA) is None
    assert lending.take(BEN) is not None


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    reads: list[bytes] = []
    load = Conversations.load

    def counted(self: Conversations, conversation: bytes, **more: Any) -> Any:
        reads.append(conversation)
        return load(self, conversation, **more)

    monkeypatch.setattr(Conversations, "load", counted)
    return reads


async def _say(store: EncryptedTrackerStore, domain: Domain, value: str) -> None:
    tracker = await store.retrieve("anna")
    assert tracker is not None
    tracker.update(SlotSet("item", value), domain)
    await store.save(tracker)


async def _item(store: EncryptedTrackerStore) -> Any:
    tracker = await store.retrieve("anna")
    assert tracker is not None
    return tracker.get_slot("item")


def test_the_process_that_wrote_last_reads_nothing_again(
    store: EncryptedTrackerStore, domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        await store.get_or_create_tracker("anna")
        await _say(store, domain, "one")
        reads = _counting(monkeypatch)
        assert await _item(store) == "one"
        assert reads == []

    asyncio.run(play())


def test_a_server_forgets_whom_another_one_erased_and_nobody_else(
    database: TestDatabase, store: EncryptedTrackerStore, domain: Domain
) -> None:
    async def play() -> None:
        for name in ("anna", "ben"):
            await store.get_or_create_tracker(name)
            tracker = await store.retrieve(name)
            assert tracker is not None
            tracker.update(SlotSet("item", "one"), domain)
            await store.save(tracker)
        before = store._lending.kept()
        assert len(before) == 2
        assert await store.forget_erased() == 0
        with database.open("keeper").transaction() as tx:
            erase(tx, before[0], Audit("keeper"))
        assert await store.forget_erased() == 1
        assert store._lending.kept() == before[1:]

    asyncio.run(play())


def test_what_another_process_wrote_is_read(store: EncryptedTrackerStore, domain: Domain) -> None:
    other = EncryptedTrackerStore(domain)

    async def play() -> None:
        await store.get_or_create_tracker("anna")
        await _say(store, domain, "one")
        await _say(other, domain, "two")
        assert await _item(store) == "two"

    asyncio.run(play())
    other.database.close()


def test_a_turn_that_fails_gives_nothing_back(
    database: TestDatabase, store: EncryptedTrackerStore, domain: Domain
) -> None:
    async def play() -> None:
        await store.get_or_create_tracker("anna")
        await _say(store, domain, "one")
        with database.open("owner").transaction() as tx:
            tx.execute('REVOKE INSERT ON conversation.turn FROM "discreet_rasa"')
        with pytest.raises(TurnAborted):
            await _say(store, domain, "never")
        assert await _item(store) == "one"

    asyncio.run(play())


def test_an_erased_conversation_does_not_come_back_from_memory(
    database: TestDatabase, store: EncryptedTrackerStore, domain: Domain
) -> None:
    async def play() -> None:
        await store.get_or_create_tracker("anna")
        await _say(store, domain, "one")
        tracker = await store.retrieve("anna")
        assert tracker is not None
        await _say(store, domain, "two")
        for table in ("key.session_key", "conversation.head", "conversation.turn"):
            with database.open("keeper").transaction() as tx:
                tx.execute(f"DELETE FROM {table}")
        assert await store.retrieve("anna") is None
        tracker.update(SlotSet("item", "back"), domain)
        with pytest.raises(TurnAborted):
            await store.save(tracker)

    asyncio.run(play())
