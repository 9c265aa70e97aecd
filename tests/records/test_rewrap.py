"""Rotation wraps every key anew, in batches, beside writers and erasure; nothing is lost and nothing comes back."""

from __future__ import annotations

import pytest

from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError
from discreet.policy import Policy
from discreet.records import rewrap as module
from discreet.records.conversations import Conversations
from discreet.records.keys import OwnerKeys
from discreet.records.rewrap import BadKey, Progress, bad_keys, rewrap, wrapped_by
from discreet.records.vault import Finding, VaultWriter
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

OLD = KeyRing({"kek-1": bytes(32)})
NEW = KeyRing({"kek-1": bytes(32), "kek-2": b"\1" * 32})
ONLY_NEW = KeyRing({"kek-2": b"\1" * 32})
PEOPLE = [bytes([65 + number]) * 16 for number in range(7)]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)


def _write(pool: Database, ring: KeyRing, people: list[bytes]) -> None:
    with pool.transaction() as tx:
        for who in people:
            tx.run(Conversations(ring).begin(who, b"hello " + who))
            OwnerKeys(ring).get_or_create(tx, who)


def _bodies(pool: Database, ring: KeyRing) -> list[bytes]:
    with pool.transaction() as tx:
        loaded = [tx.run(Conversations(ring).load(who)) for who in PEOPLE]
    return [found[1][0].body for found in loaded if found is not None]


@pytest.mark.parametrize("ring_name", ["conversation", "value"])
def test_everything_is_wrapped_by_the_newest_key_afterwards(owner: Database, ring_name: str) -> None:
    _write(owner, OLD, PEOPLE)
    assert wrapped_by(owner, ring_name) == {"kek-1": 7}
    assert list(rewrap(owner, ring_name, NEW)) == [Progress(3, 3), Progress(6, 6), Progress(7, 7)]
    assert wrapped_by(owner, ring_name) == {"kek-2": 7}
    assert list(bad_keys(owner, ring_name, ONLY_NEW)) == []
    assert list(rewrap(owner, ring_name, NEW)) == []


def test_conversations_are_read_by_the_new_key_alone(owner: Database) -> None:
    _write(owner, OLD, PEOPLE)
    list(rewrap(owner, "conversation", NEW))
    assert _bodies(owner, ONLY_NEW) == [b"hello " + who for who in PEOPLE]
    with pytest.raises(IntegrityError):
        _bodies(owner, OLD)


def test_an_interrupted_rotation_is_readable_and_goes_on(owner: Database) -> None:
    _write(owner, OLD, PEOPLE)
    next(rewrap(owner, "conversation", NEW))
    assert wrapped_by(owner, "conversation") == {"kek-1": 4, "kek-2": 3}
    assert len(_bodies(owner, NEW)) == 7
    assert list(rewrap(owner, "conversation", NEW))[-1] == Progress(4, 4)


def test_what_a_process_that_has_not_heard_of_it_writes_meanwhile_is_wrapped_in_a_later_pass(owner: Database) -> None:
    _write(owner, OLD, PEOPLE[:3])
    steps = rewrap(owner, "conversation", NEW)
    next(steps)
    _write(owner, OLD, PEOPLE[3:])
    list(steps)
    assert wrapped_by(owner, "conversation") == {"kek-2": 7}


def test_a_key_destroyed_in_the_middle_of_a_batch_does_not_come_back(
    database: TestDatabase, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(owner, OLD, PEOPLE[:3])
    replace = module._replace

    def erased_first(*arguments: object) -> int:
        with database.open("keeper").transaction() as tx:
            tx.execute("DELETE FROM key.session_key WHERE conversation = %s", PEOPLE[1])
        return replace(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_replace", erased_first)
    assert list(rewrap(owner, "conversation", NEW))[-1].rewrapped == 2
    assert wrapped_by(owner, "conversation") == {"kek-2": 2}


def test_a_slower_rewrap_does_not_undo_a_newer_one(owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = KeyRing({"kek-1": bytes(32), "kek-2": b"\1" * 32, "kek-3": b"\2" * 32})
    _write(owner, OLD, PEOPLE[:3])
    replace, once = module._replace, iter([True])

    def overtaken(*arguments: object) -> int:
        if next(once, False):
            other = Database(owner._url)
            list(rewrap(other, "conversation", newest))
            other.close()
        return replace(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_replace", overtaken)
    list(rewrap(owner, "conversation", NEW))
    assert wrapped_by(owner, "conversation") == {"kek-3": 3}


def test_a_key_that_does_not_open_is_named_and_left(owner: Database) -> None:
    _write(owner, OLD, PEOPLE)
    with owner.transaction() as tx:
        ((key_id,),) = tx.execute(
            "UPDATE key.session_key SET wrapped = decode(md5('a') || md5('b'), 'hex')"
            " WHERE conversation = %s RETURNING id",
            PEOPLE[2],
        )
    bad = BadKey("conversation", PEOPLE[2], key_id)
    assert list(bad_keys(owner, "conversation", OLD)) == [bad]
    last = list(rewrap(owner, "conversation", NEW))[-1]
    assert last.rewrapped == 6
    assert last.bad == (bad,)
    assert wrapped_by(owner, "conversation") == {"kek-1": 1, "kek-2": 6}


def test_a_key_of_a_value_that_does_not_open_names_its_person(owner: Database, policy: Policy) -> None:
    writer = VaultWriter(VaultPublicKey(VaultPrivateKey(bytes(32)).public_bytes()), OLD, policy)
    with owner.transaction() as tx:
        for who in PEOPLE[:2]:
            finding = Finding("payment_card", "vt_card_" + who.decode(), "4111111111111111")
            writer.seal(tx, subject=who, turn_id=who, findings=[finding])
    list(rewrap(owner, "value", NEW))
    assert list(bad_keys(owner, "value", ONLY_NEW)) == []
    with owner.transaction() as tx:
        tx.execute(
            "UPDATE key.value_key SET wrapped = wrapped || 'x' WHERE token = %s", "vt_card_" + PEOPLE[0].decode()
        )
    assert [bad.whose for bad in bad_keys(owner, "value", ONLY_NEW)] == [PEOPLE[0]]
