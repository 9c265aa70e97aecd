"""Conversations in Postgres: complete and in order, or an error; one writer at a time."""

from __future__ import annotations

import hashlib

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError, StorageConflict
from discreet.records.conversations import Conversations, Position
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
RING = KeyRing({"kek-1": bytes(32)})


@pytest.fixture
def conversations() -> Conversations:
    return Conversations(RING)


def _turn(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:16]


def _write(pool: Database, conversations: Conversations, who: bytes, bodies: list[bytes]) -> Position:
    with pool.transaction() as tx:
        position = tx.run(conversations.begin(who, bodies[0], turn_id=_turn(bodies[0])))
        for body in bodies[1:]:
            position = tx.run(conversations.append(position, body, turn_id=_turn(body)))
    return position


def _read(pool: Database, conversations: Conversations, who: bytes, *, whole: bool = False) -> list[bytes] | None:
    with pool.transaction() as tx:
        loaded = tx.run(conversations.load(who, whole=whole))
    return None if loaded is None else [record.body for record in loaded[1]]


def test_what_was_written_is_read_in_order(rasa: Database, conversations: Conversations) -> None:
    _write(rasa, conversations, ANNA, [b"one", b"two", b"three"])
    assert _read(rasa, conversations, ANNA) == [b"one", b"two", b"three"]
    assert _read(rasa, conversations, BEN) is None


def test_a_new_session_has_its_own_key_and_is_read_alone(rasa: Database, conversations: Conversations) -> None:
    position = _write(rasa, conversations, ANNA, [b"one", b"two"])
    with rasa.transaction() as tx:
        later = tx.run(conversations.append(position, b"three", new_session=True))
        tx.run(conversations.append(later, b"four"))
    assert later.key.id != position.key.id
    assert _read(rasa, conversations, ANNA) == [b"three", b"four"]
    assert _read(rasa, conversations, ANNA, whole=True) == [b"one", b"two", b"three", b"four"]


def test_a_look_finds_a_committed_turn_by_its_id(rasa: Database, conversations: Conversations) -> None:
    _write(rasa, conversations, ANNA, [b"one", b"two"])
    with rasa.transaction() as tx:
        found = tx.run(conversations.look(ANNA, _turn(b"two"), None)).committed
        assert found is not None
        assert found.body == b"two"
        assert tx.run(conversations.look(BEN, _turn(b"two"), None)).committed is None
        assert tx.run(conversations.look(ANNA, b"?" * 16, None)).committed is None


def test_a_look_says_whether_a_position_is_the_newest(rasa: Database, conversations: Conversations) -> None:
    old = _write(rasa, conversations, ANNA, [b"one"])
    with rasa.transaction() as tx:
        new = tx.run(conversations.append(old, b"two"))
        assert tx.run(conversations.look(ANNA, None, new)).is_newest
        assert not tx.run(conversations.look(ANNA, None, old)).is_newest
        assert not tx.run(conversations.look(BEN, None, new)).is_newest


OUTDATED = [
    ("the head moved back", "UPDATE conversation.head SET seq = 1"),
    ("the head deleted", "DELETE FROM conversation.head"),
    ("the key destroyed", "DELETE FROM key.session_key"),
    ("the base moved", "UPDATE conversation.head SET base_seq = 1"),
]


@pytest.mark.parametrize(("change", "statement"), OUTDATED, ids=[row[0] for row in OUTDATED])
def test_a_position_that_the_database_no_longer_confirms_is_not_the_newest(
    database: TestDatabase, rasa: Database, conversations: Conversations, change: str, statement: str
) -> None:
    held = _write(rasa, conversations, ANNA, [b"one", b"two"])
    with database.open("owner").transaction() as tx:
        tx.execute(statement)
    with rasa.transaction() as tx:
        assert not tx.run(conversations.look(ANNA, None, held)).is_newest


def test_a_look_refuses_a_head_whose_mac_was_changed(
    database: TestDatabase, rasa: Database, conversations: Conversations
) -> None:
    held = _write(rasa, conversations, ANNA, [b"one"])
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE conversation.head SET mac = decode(md5('a') || md5('b'), 'hex')")
    with pytest.raises(IntegrityError), rasa.transaction() as tx:
        tx.run(conversations.look(ANNA, None, held))


def test_a_writer_with_an_old_position_fails_and_changes_nothing(rasa: Database, conversations: Conversations) -> None:
    position = _write(rasa, conversations, ANNA, [b"one"])
    with rasa.transaction() as tx:
        tx.run(conversations.append(position, b"first"))
    with pytest.raises(StorageConflict), rasa.transaction() as tx:
        tx.run(conversations.append(position, b"second"))
    assert _read(rasa, conversations, ANNA) == [b"one", b"first"]


def test_a_conversation_begins_once(rasa: Database, conversations: Conversations) -> None:
    _write(rasa, conversations, ANNA, [b"one"])
    with pytest.raises(StorageConflict):
        _write(rasa, conversations, ANNA, [b"uno"])


def test_the_same_turn_is_written_once(rasa: Database, conversations: Conversations) -> None:
    position = _write(rasa, conversations, ANNA, [b"one"])
    with pytest.raises(StorageConflict), rasa.transaction() as tx:
        tx.run(conversations.append(position, b"again", turn_id=_turn(b"one")))


def test_a_turn_that_outlives_an_erasure_brings_nothing_back(
    database: TestDatabase, rasa: Database, conversations: Conversations
) -> None:
    position = _write(rasa, conversations, ANNA, [b"one"])
    for statement in (
        "DELETE FROM key.session_key",
        "DELETE FROM conversation.head",
        "DELETE FROM conversation.turn",
    ):
        with database.open("keeper").transaction() as tx:
            tx.execute(statement)
        with pytest.raises(StorageConflict), rasa.transaction() as tx:
            tx.run(conversations.append(position, b"late"))
    assert _read(rasa, conversations, ANNA) is None


TAMPERING = [
    ("a record edited", "UPDATE conversation.turn SET record = set_byte(record, 60, 0) || 'x' WHERE seq = 2"),
    ("a record deleted in the middle", "DELETE FROM conversation.turn WHERE seq = 2"),
    ("the last record deleted", "DELETE FROM conversation.turn WHERE seq = 3"),
    ("all records deleted", "DELETE FROM conversation.turn"),
    ("the tail cut with its head", "WITH d AS (DELETE FROM conversation.turn WHERE seq = 3)"
     " UPDATE conversation.head SET seq = 2"),
    ("records swapped", "UPDATE conversation.turn t SET record = o.record FROM conversation.turn o"
     " WHERE t.conversation = o.conversation AND t.seq + o.seq = 5"),
    ("a record of another conversation", "UPDATE conversation.turn t SET record = o.record FROM conversation.turn o"
     " WHERE t.conversation <> o.conversation AND t.seq = o.seq"),
    ("a whole conversation moved", "UPDATE conversation.turn SET conversation = decode(md5('x'), 'hex');"
     "UPDATE conversation.head SET conversation = decode(md5('x'), 'hex') WHERE conversation = 'aaaaaaaaaaaaaaaa'"),
    ("a record replayed at the end", "INSERT INTO conversation.turn SELECT conversation, 4, session_key, NULL, record"
     " FROM conversation.turn WHERE seq = 3"),
    ("a turn id changed", "UPDATE conversation.turn SET turn_id = decode(md5(conversation::text || seq), 'hex')"),
    ("the head moved back", "UPDATE conversation.head SET seq = 2"),
    ("the head's session moved", "UPDATE conversation.head SET session_seq = 2"),
    ("the head's hash changed", "UPDATE conversation.head SET hash = decode(md5('a') || md5('b'), 'hex')"),
    ("the head's MAC changed", "UPDATE conversation.head SET mac = decode(md5('a') || md5('b'), 'hex')"),
    ("the base moved", "UPDATE conversation.head SET base_seq = 1"),
    ("the key destroyed", "DELETE FROM key.session_key"),
    ("the key exchanged", "UPDATE key.session_key SET wrapped = decode(md5('a') || md5('b') || md5('c'), 'hex')"),
    ("the key of another conversation", "UPDATE key.session_key k SET wrapped = o.wrapped FROM key.session_key o"
     " WHERE k.id <> o.id"),
]  # fmt: skip


@pytest.mark.parametrize(("attack", "statements"), TAMPERING, ids=[row[0] for row in TAMPERING])
def test_tampering_is_detected(
    database: TestDatabase, rasa: Database, conversations: Conversations, attack: str, statements: str
) -> None:
    _write(rasa, conversations, ANNA, [b"one", b"two", b"three"])
    _write(rasa, conversations, BEN, [b"uno", b"due", b"tre"])
    owner = database.open("owner")
    with owner.transaction() as tx:
        if "whole conversation" in attack:
            tx.execute("DELETE FROM conversation.turn WHERE conversation = %s", BEN)
        tx.execute(statements)
    attacked = bytes.fromhex("9dd4e461268c8034f5c8564e155c67a6") if "whole conversation" in attack else ANNA
    with pytest.raises(IntegrityError):
        _read(rasa, conversations, attacked, whole=True)


def test_a_wrong_key_encryption_key_reads_nothing(rasa: Database, conversations: Conversations) -> None:
    _write(rasa, conversations, ANNA, [b"one"])
    with pytest.raises(IntegrityError):
        _read(rasa, Conversations(KeyRing({"kek-1": b"\1" * 32})), ANNA)
    with pytest.raises(IntegrityError):
        _read(rasa, Conversations(KeyRing({"kek-2": bytes(32)})), ANNA)


def test_nothing_readable_lies_in_the_tables(
    database: TestDatabase, rasa: Database, conversations: Conversations
) -> None:
    _write(rasa, conversations, ANNA, [b'{"text": "a secret sentence", "intent": "start_return"}'])
    with database.open("owner").transaction() as tx:
        dump = str(tx.execute("SELECT t::text, h::text FROM conversation.turn t, conversation.head h"))
    assert all(word.hex() not in dump and word.decode() not in dump for word in (b"secret", b"start_return", b"intent"))
