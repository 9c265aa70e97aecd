"""The ledger: any change by somebody who has the database and no key is found, and where."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from discreet.errors import IntegrityError, StorageError
from discreet.records.audit import Audit
from discreet.records.consent.anchors import read_anchors, write_anchors
from discreet.records.consent.chain import head_mac
from discreet.records.consent.expiry import Expiry
from discreet.records.consent.ledger import events_of
from discreet.records.consent.verify import damaged_notices, verify_ledger
from discreet.records.erasure import erase
from tests.consent.world import ANNA, BEN, HEAD_KEY, World

_REST = (
    "subject, purpose, status, policy_version, notice_hash, language, method, turn_id, at, expires_at, previous, hash,"
    " operation, actor, salt, person"
)
_COPY = f"INSERT INTO consent.event ({_REST}, seq) SELECT {_REST}, 4 FROM consent.event WHERE seq = 2"
_SWAP = (
    "UPDATE consent.event SET seq = 99 WHERE seq = 2; UPDATE consent.event SET seq = 2 WHERE seq = 3;"
    " UPDATE consent.event SET seq = 3 WHERE seq = 99"
)
FIELDS = [
    ("purpose", "'delivery'"), ("status", "'refused'"), ("policy_version", "'2'"),
    ("notice_hash", "decode(repeat('00', 32), 'hex')"), ("language", "'de'"), ("method", "'words'"),
    ("operation", "'op_other'"), ("actor", "'operator'"), ("turn_id", "NULL"), ("at", "at - interval '1 day'"),
    ("expires_at", "expires_at + interval '1 year'"), ("subject", "decode(repeat('62', 16), 'hex')"),
    ("previous", "decode(repeat('00', 32), 'hex')"), ("hash", "decode(repeat('00', 32), 'hex')"), ("seq", "7"),
    ("salt", "NULL"), ("person", "decode(repeat('00', 32), 'hex')"),
]  # fmt: skip
EDITS = [
    *((f"a changed {field}", f"UPDATE consent.event SET {field} = {value} WHERE seq = 2") for field, value in FIELDS),
    ("the first event taken out", "DELETE FROM consent.event WHERE seq = 1"),
    ("an event in the middle taken out", "DELETE FROM consent.event WHERE seq = 2"),
    ("the withdrawal taken out", "DELETE FROM consent.event WHERE seq = 3"),
    (
        "the gap closed",
        "DELETE FROM consent.event WHERE seq = 2; UPDATE consent.event SET seq = 2 WHERE seq = 3;"
        " UPDATE consent.chain SET seq = 2",
    ),
    ("two events exchanged", _SWAP),
    ("an event put in at the end", _COPY),
    ("the end moved back", "UPDATE consent.chain SET seq = 2, hash = (SELECT hash FROM consent.event WHERE seq = 2)"),
    (
        "cut off with its end",
        "DELETE FROM consent.event WHERE seq = 3;"
        " UPDATE consent.chain SET seq = 2, hash = (SELECT hash FROM consent.event WHERE seq = 2)",
    ),
    ("the end taken out", "DELETE FROM consent.chain"),
    ("the end's MAC changed", "UPDATE consent.chain SET mac = decode(repeat('00', 32), 'hex')"),
    ("the state set back to given", "UPDATE consent.state SET status = 'given'"),
    ("an older yes pointed at", "UPDATE consent.state SET event = (SELECT id FROM consent.event WHERE seq = 2)"),
    (
        "an older yes brought back whole",
        "UPDATE consent.state SET status = 'given', event = (SELECT id FROM consent.event WHERE seq = 2),"
        " expires_at = (SELECT expires_at FROM consent.event WHERE seq = 2)",
    ),
    ("the state lives longer", "UPDATE consent.state SET expires_at = now() + interval '9 years'"),
    ("the state names another notice", "UPDATE consent.state SET notice_hash = decode(repeat('00', 32), 'hex')"),
    ("the state is taken out", "DELETE FROM consent.state"),
    ("all of it nobody's, as if erased", "UPDATE consent.event SET salt = NULL, turn_id = NULL"),
    (
        "another person's",
        "UPDATE consent.event SET subject = decode(repeat('62', 16), 'hex');"
        " UPDATE consent.chain SET subject = decode(repeat('62', 16), 'hex'); DELETE FROM consent.state",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "sql"), EDITS, ids=[row[0] for row in EDITS])
def test_an_edit_is_found(world: World, edit: str, sql: str) -> None:
    world.say()
    world.withdraw()
    assert world.damage() == []
    world.owner(sql)
    assert world.damage() != []


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_an_event_that_was_changed_and_hashed_anew_is_found(world: World, seq: int) -> None:
    """Hashing takes no key: the event after it, or the chain's end, still says what it was."""
    world.say()
    world.withdraw()
    with world.actions.transaction() as tx:
        event = replace(events_of(tx, ANNA)[seq - 1][0], method="telephone")
    world.owner("UPDATE consent.event SET method = 'telephone', hash = %s WHERE seq = %s", event.hash, seq)
    assert len(world.damage()) == 1


def test_a_foreign_state_row_is_found(world: World) -> None:
    """A yes of Anna's does not make one of Ben's."""
    world.say()
    world.say("delivery", BEN)
    world.owner(
        "INSERT INTO consent.state (subject, purpose, status, event, expires_at, notice_hash)"
        " SELECT %s, purpose, status, event, expires_at, notice_hash FROM consent.state WHERE subject = %s",
        BEN, ANNA,
    )  # fmt: skip
    assert [one.subject for one in world.damage()] == [BEN]


def test_damage_says_whose_and_from_where(world: World) -> None:
    world.say()
    world.say(subject=BEN)
    world.owner("UPDATE consent.event SET method = 'words' WHERE subject = %s AND seq = 2", BEN)
    assert [(one.subject, one.seq) for one in world.damage()] == [(BEN, 2)]


def test_a_changed_notice_is_found(world: World) -> None:
    world.say()
    with world.actions.transaction() as tx:
        assert damaged_notices(tx) == []
    world.owner("UPDATE consent.notice SET content = replace(content, '30 days', '90 days')")
    with world.actions.transaction() as tx:
        assert len(damaged_notices(tx)) == 1


def test_nothing_is_added_to_an_end_that_somebody_changed(world: World) -> None:
    world.say()
    world.owner("UPDATE consent.chain SET seq = 1")
    with pytest.raises(IntegrityError):
        world.say("delivery")
    with pytest.raises(IntegrityError):
        world.withdraw()


def test_an_end_without_the_key_is_none(world: World) -> None:
    world.say()
    forged = head_mac(bytes(32), 2, world.owner("SELECT hash FROM consent.event WHERE seq = 2")[0][0])
    world.owner("UPDATE consent.chain SET mac = %s", forged)
    assert world.damage() != []


def _ends(world: World) -> dict[bytes, tuple[int, bytes]]:
    with world.actions.transaction() as tx:
        return {one.first: (one.events, one.last) for one in verify_ledger(tx, HEAD_KEY)}


def _to_an_earlier_copy(world: World) -> None:
    world.owner("DELETE FROM consent.event WHERE subject = %s AND seq = 3", ANNA)
    (last,) = world.owner("SELECT hash FROM consent.event WHERE subject = %s AND seq = 2", ANNA)
    mac = head_mac(HEAD_KEY, 2, bytes(last[0]))  # as the copy has it
    world.owner("UPDATE consent.chain SET seq = 2, hash = %s, mac = %s WHERE subject = %s", last[0], mac, ANNA)
    world.owner(
        "UPDATE consent.state s SET status = 'given', event = e.id, expires_at = e.expires_at FROM consent.event e"
        " WHERE e.subject = %s AND e.seq = 2 AND s.subject = e.subject",
        ANNA,
    )


def _all_of_a_person(world: World) -> None:
    for table in ("state", "event", "chain"):
        world.owner(f"DELETE FROM consent.{table} WHERE subject = %s", ANNA)


ROLLBACKS = [("to an earlier copy of everything", _to_an_earlier_copy), ("all of a person", _all_of_a_person)]


@pytest.mark.parametrize(("name", "roll_back"), ROLLBACKS, ids=[row[0] for row in ROLLBACKS])
def test_a_rollback_is_found_by_what_was_seen_before(
    world: World, tmp_path: Path, name: str, roll_back: Callable[[World], None]
) -> None:
    world.say()
    world.withdraw()
    file = tmp_path / "anchors"
    write_anchors(file, _ends(world), HEAD_KEY)
    world.say("delivery", BEN)
    assert world.damage(anchors=read_anchors(file, HEAD_KEY)) == []
    roll_back(world)
    assert world.damage() == []
    assert len(world.damage(anchors=read_anchors(file, HEAD_KEY))) == 1


def test_an_erased_persons_chain_stays_whole_and_nobodys(world: World, tmp_path: Path) -> None:
    world.say()
    world.withdraw()
    world.say(subject=BEN)
    write_anchors(tmp_path / "anchors", _ends(world), HEAD_KEY)
    keeper = world.database.open("keeper")
    with keeper.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
    keeper.close()
    assert world.damage(anchors=read_anchors(tmp_path / "anchors", HEAD_KEY)) == []
    with world.actions.transaction() as tx:
        assert sorted(one.erased for one in verify_ledger(tx, HEAD_KEY)) == [False, True]
    rows = world.owner("SELECT count(*) FROM consent.event WHERE subject = %s OR turn_id IS NULL", ANNA)
    assert rows == [(3,)]
    assert world.owner("SELECT count(*) FROM consent.chain WHERE subject = %s", ANNA) == [(0,)]
    world.owner("UPDATE consent.event SET method = 'page' WHERE seq = 2 AND salt IS NULL")
    assert len(world.damage()) == 1


def test_whoever_was_erased_begins_a_new_chain(world: World) -> None:
    world.say()
    keeper = world.database.open("keeper")
    with keeper.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
    keeper.close()
    world.say()
    assert world.is_live()
    assert world.damage() == []


def test_anchors_that_somebody_changed_are_refused(world: World, tmp_path: Path) -> None:
    world.say()
    file = tmp_path / "anchors"
    assert read_anchors(file, HEAD_KEY) == {}
    write_anchors(file, _ends(world), HEAD_KEY)
    file.write_text(file.read_text().replace(", 2, ", ", 1, "))
    with pytest.raises(IntegrityError):
        read_anchors(file, HEAD_KEY)


def test_writers_at_once_make_one_chain(world: World) -> None:
    """Questions, answers and withdrawals of one person from several connections, and no deadlock."""

    def work(purpose: str) -> None:
        for _ in range(6):
            with world.actions.transaction() as tx:
                world.consent.ask(tx, ANNA, purpose, resume="x", turn_id=ANNA)
            world.withdraw()

    world.say()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, ("refunds", "delivery", "feedback")))
    assert world.damage() == []


def test_an_expired_yes_is_noted_by_the_keeper_and_is_asked_again(world: World) -> None:
    world.say()
    world.say("delivery")
    keeper = world.database.open("keeper")
    expiry = Expiry(keeper, HEAD_KEY)
    assert expiry.run_once() == 0
    world.owner("UPDATE consent.state SET expires_at = now() - interval '1 second' WHERE purpose = 'refunds'")
    assert not world.is_live()
    assert (expiry.run_once(), expiry.run_once()) == (1, 0)
    assert world.owner("SELECT purpose, actor FROM consent.event WHERE status = 'expired'") == [("refunds", "keeper")]
    assert not world.is_live()
    assert world.is_live("delivery")
    assert world.damage() == []
    world.say()
    assert world.is_live()
    keeper.close()


FORBIDDEN = [
    (
        "the keeper says yes",
        "INSERT INTO consent.event (subject, purpose, status, policy_version, notice_hash, language, method)"
        " SELECT subject, purpose, 'given', policy_version, notice_hash, language, method FROM consent.event",
    ),
    ("the keeper sets the state", "UPDATE consent.state SET status = 'given'"),
    ("the keeper changes the past", "UPDATE consent.event SET status = 'expired'"),
    ("the keeper takes the end away", "DELETE FROM consent.chain"),
    ("the keeper reads notices", "SELECT content FROM consent.notice"),
]


@pytest.mark.parametrize(("name", "sql"), FORBIDDEN, ids=[row[0] for row in FORBIDDEN])
def test_what_the_keeper_may_not(world: World, name: str, sql: str) -> None:
    world.say(given=False)
    keeper = world.database.open("keeper")
    with pytest.raises(StorageError), keeper.transaction() as tx:
        tx.execute(sql)
    keeper.close()


def test_a_replica_role_is_no_part_of_the_product(world: World) -> None:
    """The trigger that refuses changes is on for everybody but the tests that look behind it."""
    world.say()
    with pytest.raises(StorageError), world.owner_pool.transaction() as tx:
        tx.execute("UPDATE consent.event SET status = 'refused'")
