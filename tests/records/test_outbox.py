"""The outbox: letters in order, one at a time a conversation, sealed, and gone with their person."""

from __future__ import annotations

from typing import Any

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.errors import StorageConflict
from discreet.records.audit import Audit
from discreet.records.erasure import erase
from discreet.records.outbox import Letter, Outbox, Recipient
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
RING = KeyRing({"value-1": bytes(32)})


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(RING)


def _written(reply: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": reply["text"], "buttons": [button["reference"] for button in reply["buttons"]]}]


def _post(rasa: Database, outbox: Outbox, who: bytes, receipt: int, *texts: str, **buttons: str) -> None:
    replies: list[dict[str, Any]] = [{"text": text} for text in texts]
    if buttons:
        replies[-1]["buttons"] = [{"title": title, "handle": handle} for title, handle in buttons.items()]
    to = Recipient("telegram", who, receipt.to_bytes(16, "big"), {"chat": f"chat of {who!r}"})
    with rasa.transaction() as tx:
        outbox.post(tx, to, replies, _written)


def _claim(rasa: Database, outbox: Outbox, most: int = 16, channel: str = "telegram") -> list[Letter]:
    with rasa.transaction() as tx:
        return tx.run(outbox.claim([channel], most))


def _done(rasa: Database, outbox: Outbox, letter: Letter) -> None:
    with rasa.transaction() as tx:
        tx.run(outbox.done(letter.id))


def test_letters_leave_in_order_one_at_a_time_a_conversation(rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one", "two")
    _post(rasa, outbox, BEN, 2, "uno")
    first = _claim(rasa, outbox)
    assert [letter.content["text"] for letter in first] == ["one", "uno"]
    assert [letter.address for letter in first] == [{"chat": f"chat of {ANNA!r}"}, {"chat": f"chat of {BEN!r}"}]
    assert _claim(rasa, outbox) == []
    _done(rasa, outbox, first[0])
    assert [letter.content["text"] for letter in _claim(rasa, outbox)] == ["two"]


def test_a_letter_that_waits_holds_back_its_own_conversation_only(rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one", "two")
    (letter,) = _claim(rasa, outbox)
    with rasa.transaction() as tx:
        tx.run(outbox.later(letter.id, 3600))
    _post(rasa, outbox, BEN, 2, "uno")
    assert [letter.content["text"] for letter in _claim(rasa, outbox)] == ["uno"]


def test_a_letter_that_is_due_again_counts_its_attempts(rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one")
    for attempt in (1, 2, 3):
        (letter,) = _claim(rasa, outbox)
        assert letter.attempt == attempt
        with rasa.transaction() as tx:
            tx.run(outbox.later(letter.id, -1))


def test_a_lease_that_ran_out_is_taken_over(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one")
    _claim(rasa, outbox)
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE channel.outbox SET due_at = due_at - interval '1 minute'")
    assert len(_claim(rasa, outbox)) == 1


def test_two_who_claim_at_once_share_nothing(rasa: Database, outbox: Outbox) -> None:
    for number in range(6):
        _post(rasa, outbox, bytes([number]) * 16, number, "one")
    with rasa.transaction() as first, rasa.transaction() as second:
        ours, theirs = first.run(outbox.claim(["telegram"], 4)), second.run(outbox.claim(["telegram"], 4))
    assert len(ours) == 4
    assert len(theirs) == 2
    assert not {letter.id for letter in ours} & {letter.id for letter in theirs}


def test_the_same_message_is_taken_once(rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one")
    with pytest.raises(StorageConflict):
        _post(rasa, outbox, ANNA, 1, "again")
    with rasa.transaction() as tx:
        assert tx.run(outbox.look((1).to_bytes(16, "big"), ANNA)).taken
        assert not tx.run(outbox.look((2).to_bytes(16, "big"), ANNA)).taken
    assert len(_claim(rasa, outbox)) == 1


def test_a_reference_opens_its_handle_for_its_own_person_only(rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one", Yes="handle of yes", No="handle of no")
    yes, no = _claim(rasa, outbox)[0].content["buttons"]
    assert len(yes) == 22
    with rasa.transaction() as tx:
        fresh = (9).to_bytes(16, "big")
        assert tx.run(outbox.look(fresh, ANNA, reference=yes)).handle == "handle of yes"
        assert tx.run(outbox.look(fresh, ANNA, reference=no)).handle == "handle of no"
        assert tx.run(outbox.look(fresh, BEN, reference=yes)).handle is None
        for wrong in ("", "x", yes + "=", yes[:-1] + "\0", yes[:-2], "ä" * 22, yes[:-1] + chr(ord(yes[-1]) + 1)):
            assert tx.run(outbox.look(fresh, ANNA, reference=wrong)).handle is None


def test_a_number_means_a_button_of_the_last_reply(rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one", Yes="first", No="second")
    _post(rasa, outbox, ANNA, 2, "two", Maybe="third")
    fresh = (9).to_bytes(16, "big")
    with rasa.transaction() as tx:
        assert tx.run(outbox.look(fresh, ANNA, number=1)).handle == "third"
        assert tx.run(outbox.look(fresh, ANNA, number=2)).handle is None
        assert tx.run(outbox.look(fresh, ANNA, number=0)).handle is None
    _post(rasa, outbox, ANNA, 3, "three")
    with rasa.transaction() as tx:
        assert tx.run(outbox.look(fresh, ANNA, number=1)).handle is None


def test_nothing_readable_lies_in_the_tables(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "a secret sentence", Title="handle of it")
    with database.open("owner").transaction() as tx:
        rows = [tx.execute(f"SELECT t::text FROM channel.{table} t") for table in ("address", "outbox", "button")]
    assert all(word.encode().hex() not in str(rows) for word in ("secret", "handle", "Title", "chat"))


MOVED = [
    ("another person's letter", "UPDATE channel.outbox SET sealed = (SELECT sealed FROM channel.outbox WHERE id = 1)"),
    ("another person's address", "UPDATE channel.address SET sealed = (SELECT sealed FROM channel.address"
     " WHERE conversation = 'aaaaaaaaaaaaaaaa')"),
    ("another channel", "UPDATE channel.address SET channel = 'slack'; UPDATE channel.outbox SET channel = 'slack'"),
    ("a changed letter", "UPDATE channel.outbox SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1)"),
]  # fmt: skip


@pytest.mark.parametrize(("attack", "statement"), MOVED, ids=[row[0] for row in MOVED])
def test_what_was_moved_or_changed_goes_to_nobody(
    database: TestDatabase, rasa: Database, outbox: Outbox, attack: str, statement: str
) -> None:
    _post(rasa, outbox, ANNA, 1, "one")
    _post(rasa, outbox, BEN, 2, "uno")
    with database.open("owner").transaction() as tx:
        tx.execute(statement)
    for channel in ("telegram", "slack"):
        assert not [letter for letter in _claim(rasa, outbox, channel=channel) if letter.content.get("text") == "uno"]


def test_erasing_a_person_takes_everything_of_theirs(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one", Yes="handle")
    _post(rasa, outbox, BEN, 2, "uno", Yes="handle")
    with database.open("owner").transaction() as tx:
        erase(tx, ANNA, Audit("operator"))
        for table in ("address", "outbox", "button"):
            assert tx.execute(f"SELECT encode(conversation, 'escape') FROM channel.{table}") == [("b" * 16,)]
    assert [letter.content["text"] for letter in _claim(rasa, outbox)] == ["uno"]
