"""Erasure takes every key and row of one person, waits for their turn, and nothing brings them back."""

from __future__ import annotations

import hashlib
import threading
import time

import pytest

from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.errors import StorageConflict
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.conversations import Conversations, Position
from discreet.records.erasure import Erased, erase
from discreet.records.vault import Finding, VaultWriter
from discreet.storage.engine import Database
from discreet.storage.locks import lock_number

ANNA, BEN = b"a" * 16, b"b" * 16
RING = KeyRing({"kek-1": bytes(32)})
CONVERSATIONS = Conversations(RING)
PERSONAL = (
    "conversation.head WHERE conversation", "conversation.turn WHERE conversation",
    "key.session_key WHERE conversation", "key.owner_key WHERE subject",
    "vault.value WHERE subject", "action.result WHERE subject", "action.step WHERE subject",
    "action.fence WHERE subject", "vault.discard WHERE subject", "consent.operation WHERE subject",
)  # fmt: skip


def _live(pool: Database, policy: Policy, who: bytes) -> Position:
    """A person who has said something, sealed something, done something and been asked something."""
    turn = hashlib.sha256(who).digest()[:16]
    writer = VaultWriter(VaultPublicKey(VaultPrivateKey(bytes(32)).public_bytes()), RING, policy)
    with pool.transaction() as tx:
        position = tx.run(CONVERSATIONS.begin(who, b"hello"))
        position = tx.run(CONVERSATIONS.append(position, b"again", new_session=True))
        token = "vt_card_" + who.decode()
        writer.seal(tx, subject=who, turn_id=turn, findings=[Finding("payment_card", token, "4111111111111111")])
        tx.execute("INSERT INTO action.result VALUES (%s, 0, %s, 'x')", turn, who)
        tx.execute("INSERT INTO action.step VALUES (%s, 1, 0, %s, 'x')", turn, who)
        tx.execute("INSERT INTO action.fence VALUES (%s, 1, %s)", who, turn)
        tx.execute("INSERT INTO vault.discard VALUES (%s, 'payment_card')", who)
        tx.execute(
            "INSERT INTO consent.operation (id, subject, purpose, notice_hash, resume, expires_at)"
            " VALUES (%s, %s, 'refunds', %s, 'x', now())",
            who.decode(), who, bytes(32),
        )  # fmt: skip
    return position


def _rows(pool: Database, who: bytes) -> list[int]:
    with pool.transaction() as tx:
        return [int(tx.execute(f"SELECT count(*) FROM {place} = %s", who)[0][0]) for place in PERSONAL]


def test_every_row_and_key_of_one_person_goes_and_nobody_elses(
    owner: Database, keeper: Database, policy: Policy
) -> None:
    for who in (ANNA, BEN):
        _live(owner, policy, who)
    before = _rows(owner, BEN)
    assert _rows(owner, ANNA) == before
    assert all(before)
    with keeper.transaction() as tx:
        assert erase(tx, ANNA, Audit("keeper")) == Erased(keys=3, records=2, values=1, results=1)
    assert _rows(owner, ANNA) == [0] * len(PERSONAL)
    assert _rows(owner, BEN) == before
    with owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM key.value_key") == [(1,)]
        assert tx.execute("SELECT event, outcome FROM audit.event") == [("erase", "done")]


def test_a_turn_that_outlives_an_erasure_keeps_nothing(owner: Database, policy: Policy) -> None:
    position = _live(owner, policy, ANNA)
    with owner.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
    for new_session in (False, True):
        with pytest.raises(StorageConflict), owner.transaction() as tx:
            tx.run(CONVERSATIONS.append(position, b"late", new_session=new_session))
    assert _rows(owner, ANNA) == [0] * len(PERSONAL)


def test_a_turn_that_commits_while_erasure_runs_keeps_nothing(owner: Database, rasa: Database, policy: Policy) -> None:
    """Even one that holds no lock: it waits for the head's row, and then finds none."""
    position = _live(owner, policy, ANNA)
    outcome: list[BaseException] = []

    def commit() -> None:
        try:
            with rasa.transaction() as tx:
                tx.run(CONVERSATIONS.append(position, b"late"))
        except StorageConflict as error:
            outcome.append(error)

    with owner.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
        late = threading.Thread(target=commit)
        late.start()
        _until_somebody_waits(owner)
    late.join()
    assert [type(error) for error in outcome] == [StorageConflict]
    assert _rows(owner, ANNA) == [0] * len(PERSONAL)


def test_erasure_waits_for_the_turn_that_runs_and_takes_what_it_wrote(
    owner: Database, keeper: Database, rasa: Database, policy: Policy
) -> None:
    position = _live(owner, policy, ANNA)

    def erasing() -> None:
        with keeper.transaction() as tx:
            erase(tx, ANNA, Audit("keeper"))

    waiting = threading.Thread(target=erasing)
    with rasa.autocommit() as tx:
        tx.execute("SELECT pg_advisory_lock(%s)", lock_number(ANNA))
        waiting.start()
        _until_somebody_waits(owner)
        tx.run(CONVERSATIONS.append(position, b"in time"))
        tx.execute("SELECT pg_advisory_unlock(%s)", lock_number(ANNA))
    waiting.join()
    assert _rows(owner, ANNA) == [0] * len(PERSONAL)


def test_what_is_said_afterwards_begins_anew_under_new_keys(owner: Database, policy: Policy) -> None:
    before = _live(owner, policy, ANNA)
    with owner.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
        after = tx.run(CONVERSATIONS.begin(ANNA, b"hello again"))
        assert after.key.id != before.key.id
        loaded = tx.run(CONVERSATIONS.load(ANNA, whole=True))
    assert loaded is not None
    assert [record.body for record in loaded[1]] == [b"hello again"]


def _until_somebody_waits(watch: Database) -> None:
    waiting, deadline = False, time.monotonic() + 10
    while not waiting:
        assert time.monotonic() < deadline, "nobody waits"
        with watch.transaction() as tx:
            waiting = bool(
                tx.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
            )
