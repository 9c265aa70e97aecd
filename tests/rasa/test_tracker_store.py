"""The tracker store does what stock Rasa's does, and fails loudly where that one forgets."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ReminderScheduled,
    SlotSet,
    UserUttered,
)

from discreet.errors import TurnAborted
from discreet.rasa.tracker_store import EncryptedTrackerStore
from tests.conftest import TestDatabase
from tests.rasa.turns import drawn_turns, logged, put, state


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=drawn_turns())
def test_it_equals_the_stock_store(
    store: EncryptedTrackerStore, stock: SQLTrackerStore, domain: Domain, turns: list[list[Any]]
) -> None:
    _compare(store, stock, domain, turns)


@pytest.mark.prove
@settings(max_examples=2000, suppress_health_check=list(HealthCheck))
@given(turns=drawn_turns(most_events=6, most_turns=8))
def test_it_equals_the_stock_store_for_very_many_conversations(
    store: EncryptedTrackerStore, stock: SQLTrackerStore, domain: Domain, turns: list[list[Any]]
) -> None:
    _compare(store, stock, domain, turns)


@pytest.fixture
def stock(domain: Domain, tmp_path: Path) -> SQLTrackerStore:
    return SQLTrackerStore(domain, dialect="sqlite", db=str(tmp_path / "stock.db"))


def _compare(store: EncryptedTrackerStore, stock: SQLTrackerStore, domain: Domain, turns: list[list[Any]]) -> None:
    """The same turns through both stores, read back by the process that wrote (warm) and by another one (cold)."""
    other = EncryptedTrackerStore(domain)
    sender = secrets.token_hex(8)

    async def play() -> None:
        for events in logged(turns):
            states = []
            for one in (store, stock):
                tracker = await one.get_or_create_tracker(sender, append_action_listen=False)
                put(tracker, events, domain)
                await one.save(tracker)
                states.append(state(await one.retrieve(sender)))
            assert states[0] == states[1]
            assert state(await other.retrieve(sender)) == states[1]
        whole = [state(await one.retrieve_full_tracker(sender)) for one in (store, stock)]
        assert whole[0] == whole[1]
        assert sender in list(await store.keys())

    asyncio.run(play())
    other.database.close()


def test_a_reminder_keeps_its_time(store: EncryptedTrackerStore, domain: Domain) -> None:
    from datetime import datetime, timezone

    async def play() -> None:
        tracker = await store.get_or_create_tracker("anna")
        due = datetime(2030, 1, 1, tzinfo=timezone.utc)
        tracker.update(ReminderScheduled("greet", due, name="later", kill_on_user_message=False), domain)
        await store.save(tracker)
        again = await store.retrieve("anna")
        assert again is not None
        assert [e.as_dict() for e in again.events] == [e.as_dict() for e in tracker.events]

    asyncio.run(play())


def test_a_save_of_no_events_is_legal(store: EncryptedTrackerStore) -> None:
    async def play() -> None:
        tracker = store.init_tracker("nobody")
        await store.save(tracker)
        assert await store.retrieve("nobody") is None

    asyncio.run(play())


def test_of_two_writers_one_wins_and_the_other_hears_of_it(store: EncryptedTrackerStore, domain: Domain) -> None:
    async def play() -> None:
        await store.get_or_create_tracker("anna")
        first, second = await store.retrieve("anna"), await store.retrieve("anna")
        assert first is not None
        assert second is not None
        first.update(SlotSet("item", "first"), domain)
        second.update(SlotSet("item", "second"), domain)
        await store.save(first)
        with pytest.raises(TurnAborted):
            await store.save(second)
        kept = await store.retrieve("anna")
        assert kept is not None
        assert kept.get_slot("item") == "first"

    asyncio.run(play())


def test_a_tracker_from_elsewhere_continues_exactly_what_is_kept(store: EncryptedTrackerStore, domain: Domain) -> None:
    async def play() -> None:
        await store.get_or_create_tracker("anna")
        kept = await store.retrieve("anna")
        assert kept is not None
        copy = kept.copy()
        copy.update(SlotSet("item", "x"), domain)
        await store.save(copy)
        stranger = store.init_tracker("anna")
        stranger.update(SlotSet("item", "y"), domain)
        with pytest.raises(TurnAborted):
            await store.save(stranger)

    asyncio.run(play())


FAULTS = [
    ("a record edited", "UPDATE conversation.turn SET record = record || 'x'"),
    ("a record deleted", "DELETE FROM conversation.turn"),
    ("the key destroyed", "DELETE FROM key.session_key"),
]


@pytest.mark.parametrize(("fault", "statement"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_passes_rasas_fail_safe_wrapper(
    database: TestDatabase, store: EncryptedTrackerStore, domain: Domain, fault: str, statement: str
) -> None:
    """Stock Rasa would answer with a blank conversation."""
    wrapped = FailSafeTrackerStore(EncryptedTrackerStore(domain))

    async def play() -> None:
        await store.get_or_create_tracker("anna")
        with database.open("owner").transaction() as tx:
            tx.execute(statement)
        with pytest.raises(TurnAborted):
            await wrapped.retrieve("anna")

    asyncio.run(play())


def test_a_lost_database_passes_the_wrapper_on_saving_too(
    database: TestDatabase, store: EncryptedTrackerStore, domain: Domain
) -> None:
    wrapped = FailSafeTrackerStore(store)

    async def play() -> None:
        tracker = await wrapped.get_or_create_tracker("anna")
        tracker.update(SlotSet("item", "x"), domain)
        with database.open("owner").transaction() as tx:
            tx.execute('REVOKE INSERT ON conversation.turn FROM "discreet_rasa"')
        with pytest.raises(TurnAborted):
            await wrapped.save(tracker)
        kept = await wrapped.retrieve("anna")
        assert kept is not None
        assert kept.get_slot("item") is None

    asyncio.run(play())


def test_a_turn_too_large_to_keep_passes_the_wrapper_too(store: EncryptedTrackerStore, domain: Domain) -> None:
    """Stock Rasa would go on with it in memory."""
    wrapped = FailSafeTrackerStore(store)

    async def play() -> None:
        tracker = await wrapped.get_or_create_tracker("anna")
        tracker.update(SlotSet("item", "x" * (4 * 2**20)), domain)
        with pytest.raises(TurnAborted):
            await wrapped.save(tracker)
        kept = await wrapped.retrieve("anna")
        assert kept is not None
        assert kept.get_slot("item") is None

    asyncio.run(play())


def test_with_require_guard_nobody_speaks_round_the_guard(process: object, domain: Domain) -> None:
    store = EncryptedTrackerStore(domain, require_guard=True)

    async def play() -> None:
        tracker = await store.get_or_create_tracker("anna")
        tracker.update(UserUttered("hello"), domain)
        with pytest.raises(TurnAborted) as aborted:
            await store.save(tracker)
        assert "discreet chat" in str(aborted.value.cause)

    asyncio.run(play())


def test_without_settings_the_store_refuses_to_be_made(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ImportError or AttributeError here would give Rasa's store in memory."""
    from discreet.rasa import tracker_store
    from discreet.settings import load_settings

    monkeypatch.setattr(tracker_store, "process_settings", lambda: load_settings({}))
    with pytest.raises(RuntimeError, match="DISCREET_SECRETS_FD"):
        EncryptedTrackerStore(domain)
