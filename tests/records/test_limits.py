"""Buckets fill, refuse, leak and are shared; the table says nothing of whose they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.errors import StorageError, TooMany
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.limits import OPENING_COST, Limits, Rates, scopes
from discreet.storage.engine import Database, Steps
from tests.conftest import TestDatabase

KEY = bytes(32)
RATES = Rates(session=5, address=20, network=30)


class Door:
    """One server's way to the buckets, and a hand on the clock."""

    def __init__(self, database: TestDatabase) -> None:
        self.server = database.open("rasa")
        self.owner = database.open("owner")
        self.limits = Limits(KEY, RATES)

    def ask(self, steps: Steps[None]) -> None:
        with self.server.autocommit() as tx:
            tx.run(steps)

    def message(self, session: str | None = "anna", address: str | None = None, times: int = 1) -> None:
        for _ in range(times):
            self.ask(self.limits.message(session, address))

    def wait(self, seconds: float) -> None:
        """As if so many seconds had passed."""
        with self.owner.transaction() as tx:
            tx.execute("UPDATE defence.bucket SET empty_at = empty_at - %s", timedelta(seconds=seconds))


@pytest.fixture
def door(database: TestDatabase) -> Iterator[Door]:
    made = Door(database)
    yield made
    made.server.close()
    made.owner.close()


def test_a_session_may_say_so_many_at_once_and_then_as_many_as_have_leaked(door: Door) -> None:
    door.message(times=5)
    with pytest.raises(TooMany) as refused:
        door.message()
    assert refused.value.scope == "session"
    assert 10 < refused.value.seconds <= 12
    door.message("ben")
    door.wait(12)
    door.message()
    with pytest.raises(TooMany):
        door.message()
    door.wait(3600)
    door.message(times=5)
    with pytest.raises(TooMany):
        door.message()


def test_being_refused_does_not_prolong_the_wait(door: Door) -> None:
    door.message(times=5)
    for _ in range(20):
        with pytest.raises(TooMany):
            door.message()
    door.wait(12)
    door.message()


def test_many_sessions_of_one_address_share_its_bucket(door: Door) -> None:
    for number in range(20):
        door.message(f"session {number}", "203.0.113.7")
    with pytest.raises(TooMany) as refused:
        door.message("another", "203.0.113.7")
    assert refused.value.scope == "address"
    door.message("another", "203.0.113.8")


def test_an_address_that_is_refused_makes_no_buckets_for_sessions_that_it_invents(door: Door) -> None:
    for number in range(20):
        door.message(f"invented {number}", "203.0.113.7")
    for number in range(50):
        with pytest.raises(TooMany) as refused:
            door.message(f"more {number}", "203.0.113.7")
        assert refused.value.scope == "address"
        assert refused.value.seconds <= 3
    with door.owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM defence.bucket") == [(22,)]


def test_many_addresses_of_one_network_share_its_bucket(door: Door) -> None:
    for number in range(30):
        door.message(None, f"2001:db8:1:{number:x}::1")
    with pytest.raises(TooMany) as refused:
        door.message(None, "2001:db8:1:ffff::1")
    assert refused.value.scope == "network"
    door.message(None, "2001:db8:2::1")


def test_opening_sessions_costs_more_than_a_message(door: Door) -> None:
    for _ in range(20 // OPENING_COST):
        door.ask(door.limits.opening("203.0.113.7"))
    with pytest.raises(TooMany):
        door.ask(door.limits.opening("203.0.113.7"))


def test_a_client_on_this_machine_has_no_address(door: Door) -> None:
    for _ in range(40):
        door.ask(door.limits.opening(None))


def test_servers_share_the_buckets_even_at_the_same_moment(door: Door, database: TestDatabase) -> None:
    def server(which: int) -> int:
        own, passed = Database(database.url("rasa"), pool_size=1), 0
        for number in range(20):
            with contextlib.suppress(TooMany):
                with own.autocommit() as tx:
                    tx.run(Limits(KEY, RATES).message(f"session {which} {number}", "203.0.113.7"))
                passed += 1
        own.close()
        return passed

    with ThreadPoolExecutor(4) as pool:
        passed = sum(pool.map(server, range(4)))
    assert 20 <= passed <= 22  # a bucket leaks one in three seconds


def test_what_may_pass_once_passes_once(door: Door) -> None:
    door.ask(door.limits.once("sign_in", "a token", 600))
    with pytest.raises(TooMany):
        door.ask(door.limits.once("sign_in", "a token", 600))
    door.ask(door.limits.once("sign_in", "another", 600))


@pytest.mark.parametrize(
    ("address", "host", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7/32", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
    ],
)
def test_whose_bucket_it_is(address: str, host: str, network: str) -> None:
    assert scopes(address) == (host, network)


def test_the_table_names_nobody_and_may_be_lost(door: Door) -> None:
    door.message("anna", "203.0.113.7")
    with door.owner.transaction() as tx:
        rows = tx.execute("SELECT t::text FROM defence.bucket t")
        assert tx.execute("SELECT relpersistence FROM pg_class WHERE oid = 'defence.bucket'::regclass") == [("u",)]
    assert len(rows) == 3
    assert not any(name in str(rows) for name in ("anna", "203.0.113", b"anna".hex()))


def test_the_keeper_takes_away_what_is_empty(door: Door, database: TestDatabase, policy: Policy) -> None:
    door.message("anna")
    door.wait(600)
    door.message("ben")
    keeper = database.open("keeper")
    Keeper(keeper, policy, KeyRing({"conversation-1": bytes(32)}), bytes(32)).run_once()
    keeper.close()
    with door.owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM defence.bucket") == [(1,)]


def test_a_server_cannot_empty_them(door: Door) -> None:
    with pytest.raises(StorageError, match="42501"), door.server.transaction() as tx:
        tx.execute("DELETE FROM defence.bucket")
