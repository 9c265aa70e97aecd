"""How long letters, receipts, buttons and addresses of messaging channels live."""

from __future__ import annotations

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.conversations import Conversations
from discreet.records.outbox import Outbox, Recipient
from discreet.storage.engine import Database

ANNA = b"a" * 16
TABLES = ("address", "outbox", "receipt", "button")
AT = {"address": "at", "outbox": "created_at", "receipt": "at", "button": "at"}


@pytest.fixture
def keeping(keeper: Database, policy: Policy) -> Keeper:
    return Keeper(keeper, policy, KeyRing({"conversation-1": bytes(32)}), bytes(32))


@pytest.fixture(autouse=True)
def _a_reply_with_a_button(rasa: Database) -> None:
    outbox = Outbox(KeyRing({"value-1": bytes(32)}))
    reply = {"text": "hello", "buttons": [{"title": "Yes", "handle": "h"}]}
    with rasa.transaction() as tx:
        tx.run(Conversations(KeyRing({"conversation-1": bytes(32)})).begin(ANNA, b"one"))
        outbox.post(tx, Recipient("telegram", ANNA, bytes(16), {"chat": "1"}), [reply], lambda _: [{"text": "hello"}])


def _left(owner: Database) -> set[str]:
    with owner.transaction() as tx:
        return {table for table in TABLES if tx.execute(f"SELECT 1 FROM channel.{table}")}


def _age(owner: Database, table: str, age: str) -> None:
    with owner.transaction() as tx:
        tx.execute(f"UPDATE channel.{table} SET {AT[table]} = now() - interval '{age}'")


@pytest.mark.parametrize(
    ("table", "kept", "gone"),
    [("outbox", "23 hours", "25 hours"), ("receipt", "6 days 23 hours", "7 days 1 hour"),
     ("button", "59 minutes", "61 minutes")],
)  # fmt: skip
def test_each_has_its_time(owner: Database, keeping: Keeper, table: str, kept: str, gone: str) -> None:
    _age(owner, table, kept)
    keeping.run_once()
    assert _left(owner) == set(TABLES)
    _age(owner, table, gone)
    keeping.run_once()
    assert _left(owner) == set(TABLES) - {table}


def test_an_address_lives_as_long_as_its_conversation(owner: Database, keeping: Keeper) -> None:
    _age(owner, "address", "80 days")
    keeping.run_once()
    assert _left(owner) == set(TABLES)
    with owner.transaction() as tx:
        tx.execute("UPDATE conversation.head SET touched_at = now() - interval '61 minutes'")
    keeping.run_once()
    assert _left(owner) == {"receipt"}


def test_an_address_without_a_conversation_goes_after_a_day(owner: Database, keeping: Keeper) -> None:
    with owner.transaction() as tx:
        tx.execute("DELETE FROM conversation.head")
    keeping.run_once()
    assert "address" in _left(owner)
    _age(owner, "address", "25 hours")
    keeping.run_once()
    assert _left(owner) == {"receipt"}
