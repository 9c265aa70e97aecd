"""Whole sessions end when privacy.yml says so; what remains still verifies, and who is in a turn is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.errors import StorageConflict
from discreet.policy import Policy
from discreet.records.conversations import Conversations, Position
from discreet.records.retention import Ended, Retention, Rule, rule_of
from discreet.records.verify import Verdict, verify
from discreet.storage.locks import lock_number
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
RING = KeyRing({"kek-1": bytes(32)})
RULE = Rule(idle=timedelta(hours=1), agreed=timedelta(days=90))


class World:
    """Conversations, and how long ago everything in them was."""

    def __init__(self, database: TestDatabase) -> None:
        self.owner = database.open("owner")
        self.rasa = database.open("rasa")
        self.keeper = database.open("keeper")
        self.conversations = Conversations(RING)
        self.retention = Retention(self.keeper, RING, RULE)

    def write(self, who: bytes, *sessions: list[bytes]) -> Position:
        """Each list of bodies is a session."""
        position = None
        with self.rasa.transaction() as tx:
            for number, bodies in enumerate(sessions):
                for index, body in enumerate(bodies):
                    if position is None:
                        position = tx.run(self.conversations.begin(who, body))
                    else:
                        begins = number > 0 and index == 0
                        position = tx.run(self.conversations.append(position, body, new_session=begins))
        assert position is not None
        return position

    def age(self, who: bytes, hours: float, *, up_to: int = 10**6) -> None:
        """As if its records, up to that one, had been written so long ago; and nothing since."""
        with self.owner.transaction() as tx:
            ago = timedelta(hours=hours)
            tx.execute(
                "UPDATE conversation.turn SET at = now() - %s WHERE conversation = %s AND seq <= %s", ago, who, up_to
            )
            tx.execute(
                "UPDATE conversation.head h SET touched_at ="
                " (SELECT max(at) FROM conversation.turn t WHERE t.conversation = h.conversation)"
                " WHERE conversation = %s",
                who,
            )

    def agree(self, who: bytes) -> None:
        """A live consent to keep a transcript."""
        with self.owner.transaction() as tx:
            ((event,),) = tx.execute(
                "INSERT INTO consent.event (subject, purpose, status, policy_version, notice_hash, language, method)"
                " VALUES (%s, 'transcript', 'given', '1', %s, 'en', 'chat') RETURNING id",
                who, bytes(32),
            )  # fmt: skip
            tx.execute("INSERT INTO consent.state VALUES (%s, 'transcript', 'given', %s, NULL)", who, event)

    def read(self, who: bytes, *, whole: bool = True) -> list[bytes] | None:
        """The bodies that are kept."""
        with self.rasa.transaction() as tx:
            loaded = tx.run(self.conversations.load(who, whole=whole))
        return None if loaded is None else [record.body for record in loaded[1]]

    def count(self, table: str) -> int:
        """Rows."""
        with self.owner.transaction() as tx:
            return int(tx.execute(f"SELECT count(*) FROM {table}")[0][0])


@pytest.fixture
def world(database: TestDatabase) -> Iterator[World]:
    made = World(database)
    yield made
    for pool in (made.owner, made.rasa, made.keeper):
        pool.close()


def test_without_consent_a_conversation_lives_as_long_as_its_session(world: World) -> None:
    world.write(ANNA, [b"one", b"two"])
    world.write(BEN, [b"uno"])
    world.age(ANNA, 1.1)
    world.age(BEN, 0.9)
    assert world.retention.run_once() == Ended(conversations=1)
    assert world.read(ANNA) is None
    assert world.read(BEN) == [b"uno"]
    assert world.count("key.session_key") == 1
    assert world.count("conversation.turn") == 1


def test_without_consent_a_session_ends_when_a_later_one_runs(world: World) -> None:
    world.write(ANNA, [b"one", b"two"], [b"three"], [b"four", b"five"])
    assert world.retention.run_once() == Ended(sessions=2)
    assert world.read(ANNA) == world.read(ANNA, whole=False) == [b"four", b"five"]
    assert world.count("key.session_key") == 1
    assert list(verify(world.owner, RING)) == [Verdict(ANNA, 2)]
    assert world.retention.run_once() == Ended()


def test_with_consent_sessions_stay_until_the_agreed_time_is_over(world: World) -> None:
    world.write(ANNA, [b"one", b"two"], [b"three"], [b"four"])
    world.agree(ANNA)
    world.age(ANNA, 24 * 89)
    assert world.retention.run_once() == Ended()
    world.age(ANNA, 24 * 91, up_to=2)
    assert world.retention.run_once() == Ended(sessions=1)
    assert world.read(ANNA) == [b"three", b"four"]
    world.age(ANNA, 24 * 91)
    assert world.retention.run_once() == Ended(conversations=1)
    assert world.read(ANNA) is None


def test_only_a_prefix_ends(world: World) -> None:
    """A record in the middle that claims to be old takes nothing with it."""
    world.write(ANNA, [b"one"], [b"two"], [b"three"], [b"four"])
    world.agree(ANNA)
    with world.owner.transaction() as tx:
        tx.execute("UPDATE conversation.turn SET at = now() - interval '91 days' WHERE seq IN (1, 3)")
    assert world.retention.run_once() == Ended(sessions=1)
    assert world.read(ANNA) == [b"two", b"three", b"four"]


def test_a_record_put_back_below_the_base_is_no_part_of_the_conversation(world: World) -> None:
    world.write(ANNA, [b"one"], [b"two"])
    with world.owner.transaction() as tx:
        tx.execute("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM conversation.turn WHERE seq = 1")
        assert world.retention.run_once().sessions == 1
        tx.execute("INSERT INTO conversation.turn SELECT * FROM kept")
    assert world.read(ANNA) == [b"two"]


def test_a_conversation_goes_on_after_its_base_has_moved(world: World) -> None:
    world.write(ANNA, [b"one"], [b"two"])
    assert world.retention.run_once().sessions == 1
    with world.rasa.transaction() as tx:
        loaded = tx.run(world.conversations.load(ANNA))
        assert loaded is not None
        position = tx.run(world.conversations.append(loaded[0], b"three"))
        tx.run(world.conversations.append(position, b"four", new_session=True))
    assert world.read(ANNA) == [b"two", b"three", b"four"]
    assert world.retention.run_once().sessions == 1
    assert world.read(ANNA) == [b"four"]
    assert list(verify(world.owner, RING)) == [Verdict(ANNA, 1)]


def test_a_writer_that_read_before_the_base_moved_fails_and_damages_nothing(world: World) -> None:
    position = world.write(ANNA, [b"one"], [b"two"])
    assert world.retention.run_once().sessions == 1
    with pytest.raises(StorageConflict), world.rasa.transaction() as tx:
        tx.run(world.conversations.append(position, b"late"))
    assert world.read(ANNA) == [b"two"]


@pytest.mark.parametrize("sessions", [[[b"one"]], [[b"one"], [b"two"]]], ids=["a whole one", "an older session"])
def test_a_conversation_in_the_middle_of_a_turn_is_left_for_later(world: World, sessions: list[list[bytes]]) -> None:
    world.write(ANNA, *sessions)
    world.age(ANNA, 2)
    with world.rasa.transaction() as tx:
        tx.execute("SELECT pg_advisory_lock(%s)", lock_number(ANNA))
        assert world.retention.run_once() == Ended()
        tx.execute("SELECT pg_advisory_unlock(%s)", lock_number(ANNA))
    assert world.retention.run_once() == Ended(conversations=1)


DAMAGE = [
    ("the head moved back", "UPDATE conversation.head SET seq = 2"),
    ("the MAC changed", "UPDATE conversation.head SET mac = decode(md5('a') || md5('b'), 'hex')"),
    ("another key", "UPDATE key.session_key SET wrapped = decode(md5('a') || md5('b') || md5('c'), 'hex')"),
    ("the running session moved", "UPDATE conversation.head SET session_seq = 3"),
]


@pytest.mark.parametrize(("damage", "statement"), DAMAGE, ids=[row[0] for row in DAMAGE])
def test_retention_heals_no_damage(world: World, damage: str, statement: str) -> None:
    """It would otherwise authenticate what somebody changed."""
    world.write(ANNA, [b"one"], [b"two", b"three"])
    with world.owner.transaction() as tx:
        tx.execute(statement)
    assert world.retention.run_once() == Ended(damaged=(ANNA,))
    assert world.count("conversation.turn") == 3
    assert [verdict.damaged for verdict in verify(world.owner, RING)] == [True]


def test_a_false_hash_that_the_keeper_was_told_closes_the_conversation(world: World) -> None:
    world.write(ANNA, [b"one"], [b"two"])
    with world.owner.transaction() as tx:
        tx.execute(
            "UPDATE conversation.turn SET record = set_byte(record, 20, 255 - get_byte(record, 20)) WHERE seq = 2"
        )
    assert world.retention.run_once().sessions == 1
    assert [verdict.damaged for verdict in verify(world.owner, RING)] == [True]


def test_every_conversation_has_its_turn_however_many_are_damaged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discreet.records.retention.BATCH", 2)
    people = [bytes([number]) * 16 for number in range(5)]
    for who in people:
        world.write(who, [b"one"], [b"two"])
    with world.owner.transaction() as tx:
        tx.execute("UPDATE conversation.head SET seq = 7 WHERE conversation < %s", people[3])
    rounds = [world.retention.run_once() for _ in range(3)]
    assert sum(done.sessions for done in rounds) == 2
    assert sum(len(done.damaged) for done in rounds) == 3
    assert world.retention.run_once().damaged == tuple(people[:2])


def test_the_rule_comes_from_the_policy(policy: Policy) -> None:
    assert rule_of(policy) == Rule(timedelta(hours=1), timedelta(days=90))
