"""What is over goes: questions a day after their time, counters when they count nothing any more."""

from __future__ import annotations

from contextlib import closing

from discreet.crypto.wrapping import KeyRing
from discreet.keeper import Keeper
from discreet.policy import Policy
from tests.conftest import TestDatabase
from tests.records.identity.conftest import ANNA_TALKS, BEN_TALKS, World


def test_old_questions_and_counters_go_and_running_ones_stay(
    world: World, database: TestDatabase, policy: Policy
) -> None:
    world.begin(ANNA_TALKS, world.owner("DS-10563"))
    world.begin(BEN_TALKS, world.owner("DS-10622"))
    world.sql("UPDATE identity.challenge SET expires_at = now() - interval '25 hours' WHERE subject = %s", ANNA_TALKS)
    world.sql("UPDATE identity.attempts SET since = now() - interval '49 hours' WHERE id <> %s", BEN_TALKS)
    world.sql(
        "UPDATE identity.attempts SET locked_until = now() + interval '1 hour' WHERE id = %s",
        world.owner("DS-10622").id,
    )
    with closing(database.open("keeper")) as keeper:
        Keeper(keeper, policy, KeyRing({"conversation-1": bytes(32)}), bytes(32)).run_once()
    assert [bytes(row[0]) for row in world.sql("SELECT subject FROM identity.challenge")] == [BEN_TALKS]
    left = {bytes(row[0]) for row in world.sql("SELECT id FROM identity.attempts")}
    assert left == {BEN_TALKS, world.owner("DS-10622").id}
