"""Conversations of a stock SQL tracker store come over whole, once, and as they were."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain

from discreet.rasa.moving import Moving, Outcome, State
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.records.verify import verify
from discreet.settings import Settings
from discreet.storage import stock_events
from discreet.storage.stock_events import StockConversation, StockEvents, StockRow
from tests.conftest import TestDatabase
from tests.rasa.turns import drawn_turns, logged, put, state

NOW = 1_800_000_000.0


def _row(number: int, event: str, at: float = 1_700_000_000.0, **more: Any) -> StockRow:
    return StockRow(number, json.dumps({"event": event, "timestamp": at + number, **more}))


def _user(number: int, text: str = "hello") -> StockRow:
    return _row(number, "user", text=text, parse_data={})


def _action(number: int, name: str = "action_listen") -> StockRow:
    return _row(number, "action", name=name)


def _bot(number: int) -> StockRow:
    return _row(number, "bot", text="yes")


def _opening(number: int) -> list[StockRow]:
    return [_action(number, "action_session_start"), _row(number + 1, "session_started"), _action(number + 2)]


@pytest.fixture
def moving(process: Settings, database: TestDatabase) -> Moving:
    return Moving(database.open("rasa"), process.ring("conversation"), process.key("identity"), now=NOW)


class Stock:
    """A stock store and what is in it."""

    def __init__(self, domain: Domain, file: Path) -> None:
        self.url = f"sqlite:///{file}"
        self.store = SQLTrackerStore(domain, dialect="sqlite", db=str(file))

    def all(self) -> list[StockConversation]:
        return [one for batch in StockEvents(self.url).batches() for one in batch]


@pytest.fixture
def stock(domain: Domain, tmp_path: Path) -> Stock:
    return Stock(domain, tmp_path / "stock.db")


_suppressed = [HealthCheck.function_scoped_fixture]


@hypothesis_settings(max_examples=40, suppress_health_check=_suppressed)
@given(turns=drawn_turns(), cut=st.integers(0, 40))
def test_what_was_moved_reads_as_it_did(
    moving: Moving, store: EncryptedTrackerStore, stock: Stock, domain: Domain, turns: list[list[Any]], cut: int
) -> None:
    _compare(moving, store, stock, domain, turns, cut)


@pytest.mark.prove
@hypothesis_settings(max_examples=2000, suppress_health_check=list(HealthCheck))
@given(turns=drawn_turns(), cut=st.integers(0, 40))
def test_what_was_moved_reads_as_it_did_for_very_many_conversations(
    moving: Moving, store: EncryptedTrackerStore, stock: Stock, domain: Domain, turns: list[list[Any]], cut: int
) -> None:
    _compare(moving, store, stock, domain, turns, cut)


def _compare(
    moving: Moving, store: EncryptedTrackerStore, stock: Stock, domain: Domain, turns: list[list[Any]], cut: int
) -> None:
    """Moved in two goes, cut anywhere, and then gone on with by both stores."""
    sender = secrets.token_hex(8)

    async def play() -> None:
        for events in logged(turns):
            tracker = await stock.store.get_or_create_tracker(sender, append_action_listen=False)
            put(tracker, events, domain)
            await stock.store.save(tracker)
        moved = next(one for one in stock.all() if one.sender_id == sender)
        part = StockConversation(sender, moved.rows[: max(1, cut % len(moved.rows))])
        for piece in (part, moved, moved):
            assert moving.move([piece]) == [Outcome(moved.rows[0].id, State.AGREES, len(piece.rows))]
        for later in (1_710_000_000.0, 1_720_000_000.0):
            states = [state(await one.retrieve(sender)) for one in (store, stock.store)]
            assert states[0] == states[1]
            whole = [state(await one.retrieve_full_tracker(sender)) for one in (store, stock.store)]
            assert whole[0] == whole[1]
            (more,) = logged([[]], later)
            for one in (store, stock.store):
                tracker = await one.get_or_create_tracker(sender, append_action_listen=False)
                put(tracker, more, domain)
                await one.save(tracker)

    asyncio.run(play())


CUTS: list[tuple[str, list[StockRow], list[int], list[int]]] = [
    ("a first turn goes with the session that it opens", [*_opening(1), _user(4), _bot(5), _action(6)], [6], [1]),
    ("each message begins a record", [*_opening(1), _user(4), _action(5), _user(6), _action(7)], [5, 2], [1]),
    ("a session begins one", [*_opening(1), _user(4), *_opening(5), _user(8)], [4, 4], [1, 2]),
    ("so does one without its action", [_user(1), _row(2, "session_started"), _user(3)], [1, 2], [1, 2]),
    ("what happens between messages goes with the last", [_user(1), _action(2), _action(3), _user(4)], [3, 1], [1]),
    ("a long turn goes on in another record", [_user(n, "x" * 200_000) for n in (1, 2)], [1, 1], [1]),
    (
        "a turn of many large events too",
        [_user(1), *(_row(n, "slot", name="item", value="x" * 100_000) for n in range(2, 8))],
        [4, 3],
        [1],
    ),
]


@pytest.mark.parametrize(("_name", "rows", "records", "sessions"), CUTS, ids=[row[0] for row in CUTS])
def test_records_are_turns(
    moving: Moving, database: TestDatabase, _name: str, rows: list[StockRow], records: list[int], sessions: list[int]
) -> None:
    assert [one.state for one in moving.move([StockConversation("anna", rows)])] == [State.AGREES]
    with database.open("owner").transaction() as tx:
        times = [
            row[0] for row in tx.execute("SELECT extract(epoch FROM at)::float8 FROM conversation.turn ORDER BY seq")
        ]
        begins = tx.execute("SELECT min(seq) FROM conversation.turn GROUP BY session_key ORDER BY 1")
        head = tx.execute("SELECT session_seq, extract(epoch FROM touched_at)::float8 FROM conversation.head")
        kept = tx.execute("SELECT count(*) FROM conversation.turn WHERE turn_id IS NOT NULL")
    ends = [json.loads(str(rows[sum(records[: n + 1]) - 1].data))["timestamp"] for n in range(len(records))]
    assert times == ends, "a record is as old as its last event"
    assert [row[0] for row in begins] == sessions
    assert head == [(sessions[-1], ends[-1])]
    assert kept == [(0,)]


@pytest.mark.parametrize("at", [float("nan"), -5.0, NOW + 1e6], ids=["no number", "before 1970", "in the future"])
def test_an_impossible_time_counts_as_now(moving: Moving, database: TestDatabase, at: float) -> None:
    row = StockRow(1, json.dumps({"event": "user", "text": "x", "parse_data": {}, "timestamp": at}))
    assert [one.state for one in moving.move([StockConversation("anna", [row])])] == [State.AGREES]
    with database.open("owner").transaction() as tx:
        assert tx.execute("SELECT extract(epoch FROM touched_at)::float8 FROM conversation.head") == [(NOW,)]


MALFORMED: list[tuple[str, object]] = [
    ("no text at all", None),
    ("no JSON", "{"),
    ("no object", "[1]"),
    ("no event", "{}"),
    ("an event that Rasa does not know", '{"event": "surprise"}'),
    ("an event without what it needs", '{"event": "reminder"}'),
    ("an event that is no name", '{"event": ["user"]}'),
    ("an event larger than a record", json.dumps({"event": "user", "text": "é" * 700_000, "parse_data": {}})),
]


@pytest.mark.parametrize(("_what", "data"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_a_conversation_with_a_malformed_row_stays_out_and_the_rest_goes_on(
    moving: Moving, database: TestDatabase, _what: str, data: object
) -> None:
    """Half of it would be a conversation that never was; once the row is mended it comes over."""
    anna, ben = [_user(1), StockRow(2, data), _action(3)], [_user(4)]
    outcomes = moving.move([StockConversation("anna", anna), StockConversation("ben", ben)])
    assert outcomes == [Outcome(1, State.UNREADABLE, 3, [2]), Outcome(4, State.AGREES, 1)]
    with database.open("owner").transaction() as tx:
        assert tx.execute("SELECT count(*) FROM conversation.head") == [(1,)]
    mended = [anna[0], _action(2), anna[2]]
    assert [one.state for one in moving.move([StockConversation("anna", mended)])] == [State.AGREES]


def test_other_content_is_not_touched(
    moving: Moving, store: EncryptedTrackerStore, domain: Domain, database: TestDatabase
) -> None:
    moving.move([StockConversation("anna", [_user(1, "one"), _user(2, "two")])])
    other = StockConversation("anna", [_user(1, "one"), _user(2, "too"), _user(3, "three")])
    assert [one.state for one in moving.move([other])] == [State.DIFFERS]
    same = StockConversation("anna", [_user(1, "one"), _user(2, "two")])
    assert [one.state for one in moving.move([same])] == [State.AGREES]


def test_what_went_on_here_since_agrees(moving: Moving, store: EncryptedTrackerStore, domain: Domain) -> None:
    source = [StockConversation("anna", [_user(1, "one")])]
    moving.move(source)

    async def talk() -> None:
        tracker = await store.get_or_create_tracker("anna")
        await store.save(tracker)

    asyncio.run(talk())
    assert [one.state for one in moving.move(source)] == [State.AGREES]


def test_what_is_damaged_here_is_said_to_be(moving: Moving, database: TestDatabase) -> None:
    source = [StockConversation("anna", [_user(1, "one")]), StockConversation("ben", [_user(2, "one")])]
    moving.move(source[:1])
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE conversation.turn SET record = record || 'x'")
    assert [one.state for one in moving.move(source)] == [State.DAMAGED, State.AGREES]


def test_only_comparing_writes_nothing(moving: Moving, database: TestDatabase) -> None:
    source = [StockConversation("anna", [_user(1, "one")])]
    assert [one.state for one in moving.move(source, write=False)] == [State.MISSING]
    with database.open("owner").transaction() as tx:
        assert tx.execute("SELECT count(*) FROM conversation.head") == [(0,)]


def test_a_conversation_that_begins_here_meanwhile_costs_no_other_its_place(
    moving: Moving, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write; the whole batch is one transaction."""
    batch = [StockConversation(name, [_user(1, "one")]) for name in ("anna", "ben", "cleo")]
    looked = moving._missing

    def look(source: Any) -> Any:
        found = looked(source)
        if source.sender_id == "ben":
            other = moving._parsed(StockConversation("ben", [_user(1, "else")]))
            moving._write([looked(other)])  # type: ignore[list-item]
        return found

    monkeypatch.setattr(moving, "_missing", look)
    assert [one.state for one in moving.move(batch)] == [State.AGREES, State.DIFFERS, State.AGREES]


def test_the_chains_verify(moving: Moving, process: Settings, database: TestDatabase) -> None:
    rows = [*_opening(1), _user(4), *_opening(5), _user(8), _user(9)]
    moving.move([StockConversation("anna", rows[:5]), StockConversation("ben", rows)])
    moving.move([StockConversation("anna", rows)])
    verdicts = list(verify(database.open("owner"), process.ring("conversation")))
    assert [(one.damaged, one.records) for one in verdicts] == [(False, 3), (False, 3)]


def test_every_conversation_comes_once_in_batches(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_events, "MOST_CONVERSATIONS", 3)
    monkeypatch.setattr(stock_events, "MOST_EVENTS", 5)
    engine = sa.create_engine(stock.url)
    expected: dict[str, list[int]] = {}
    with engine.begin() as connection:
        for number in range(1, 41):
            sender = f"s{number * 7 % 9}"
            expected.setdefault(sender, []).append(number)
            connection.execute(
                sa.text("INSERT INTO events (id, sender_id, type_name, data) VALUES (:id, :sender, 'x', '{}')"),
                {"id": number, "sender": sender},
            )
    source = StockEvents(stock.url)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO events (id, sender_id, type_name) VALUES (99, 's1', 'later')"))
    found = {one.sender_id: [row.id for row in one.rows] for batch in source.batches() for one in batch}
    assert found == expected
    assert source.counts() == (9, 40)
    assert max(len(batch) for batch in source.batches()) <= 3
