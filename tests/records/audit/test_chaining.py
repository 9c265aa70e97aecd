"""The keeper chains what commits, in whatever order, once, and goes on only from what it signed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.errors import SettingsError
from discreet.records.audit import chaining as module
from discreet.records.audit.heads import head_in, heads_file, resume
from discreet.storage.engine import Database, Transaction
from tests.conftest import TestDatabase
from tests.records.audit.world import ANNA, BEN, PUBLIC, SEED, World, world_on


@pytest.fixture
def world(database: TestDatabase, tmp_path: Path) -> Iterator[World]:
    with world_on(database, tmp_path / "audit") as made:
        yield made


def _order(owner: Database) -> list[int]:
    with owner.transaction() as tx:
        return [row[0] for row in tx.execute("SELECT event FROM audit.link ORDER BY seq")]


def _floor(world: World) -> int:
    with world.staff.transaction() as tx:
        return head_in(tx, PUBLIC).floor


def _append(world: World, tx: Transaction) -> None:
    world.audit.append(tx, event="late", outcome="done", subject=ANNA)


def test_an_event_that_commits_after_later_ones_is_chained(world: World) -> None:
    chaining = world.chaining()
    with world.actions.transaction() as slow:
        _append(world, slow)  # it has the first id
        world.happened(BEN, BEN)
        assert [chaining.run_once() for _ in range(4)] == [2, 0, 0, 0]
        assert _order(world.owner) == [2, 3]
        assert _floor(world) == 0, "the floor must wait for whoever could still show a lower id"
    assert chaining.run_once() == 1
    assert _order(world.owner) == [2, 3, 1]
    chaining.run_once()
    assert _floor(world) == 3
    assert world.verified().damage == ()


def test_an_id_that_was_rolled_back_holds_nobody_up(world: World) -> None:
    chaining = world.chaining()
    with world.actions.transaction() as tx:
        _append(world, tx)
        tx.execute("ROLLBACK")
    world.happened(ANNA)
    assert [chaining.run_once() for _ in range(3)] == [1, 0, 0]
    assert (_order(world.owner), _floor(world)) == ([2], 2)


def test_a_keeper_that_starts_anew_skips_nobody(world: World) -> None:
    with world.actions.transaction() as slow:
        _append(world, slow)
        world.happened(BEN)
        for _ in range(3):
            assert world.chaining().run_once() in (0, 1)
    assert world.chaining().run_once() == 1
    assert _order(world.owner) == [2, 1]


def test_a_round_is_bounded_and_the_next_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    chaining = world.chaining()
    world.happened(*[ANNA] * 8)
    assert [chaining.run_once() for _ in range(5)] == [3, 3, 2, 0, 0]
    assert _order(world.owner) == list(range(1, 9))
    assert _floor(world) == 8


def test_two_keepers_at_once_make_one_chain(world: World, database: TestDatabase) -> None:
    """With appends going on; each keeper has connections of its own."""
    trouble: list[BaseException] = []
    over = threading.Event()

    def keep(chaining: module.Chaining) -> None:
        try:
            while not over.is_set():
                chaining.run_once()
        except BaseException as error:
            trouble.append(error)

    other = database.open("keeper")
    keepers = [world.chaining(), module.Chaining(other, world.folder, SEED, clock=lambda: world.now)]
    threads = [threading.Thread(target=keep, args=(one,)) for one in keepers]
    for thread in threads:
        thread.start()
    for _ in range(60):
        world.happened(ANNA, BEN)
        world.later(60)
    over.set()
    for thread in threads:
        thread.join(30)
    other.close()
    world.chaining().run_once()
    assert trouble == []
    assert sorted(_order(world.owner)) == list(range(1, 121))
    verified = world.verified()
    assert (verified.links, verified.waiting, verified.damage) == (120, 0, ())


def test_a_second_keeper_leaves_it_at_that(world: World) -> None:
    world.happened(ANNA)
    with world.owner.transaction() as tx:
        tx.execute("SELECT 1 FROM audit.head FOR UPDATE")
        assert world.chaining().run_once() == 0
    assert world.chaining().run_once() == 1


def test_an_erasure_takes_nothing_away_but_the_person(world: World) -> None:
    chaining = world.chaining()
    world.happened(ANNA, BEN, ANNA, None)
    chaining.run_once()
    with world.owner.transaction() as tx:
        before = tx.execute("SELECT seq, event, person, hash FROM audit.link ORDER BY seq")
        salts = [bytes(row[0]) for row in tx.execute("SELECT salt FROM audit.link WHERE event IN (1, 3)")]
    assert world.verified().damage == ()
    world.happened(ANNA)  # not chained yet when she is erased
    world.erase(ANNA)
    assert (world.verified().damage, world.verified().erased) == ((), 2)
    chaining.run_once()
    verified = world.verified()
    assert (verified.damage, verified.links, verified.erased) == ((), 6, 2)
    with world.owner.transaction() as tx:
        assert tx.execute("SELECT seq, event, person, hash FROM audit.link WHERE seq <= 4 ORDER BY seq") == before
        kept = tx.execute("SELECT salt FROM audit.link WHERE salt IS NOT NULL")
        assert not {bytes(row[0]) for row in kept} & set(salts)
        assert len(kept) == 4
        assert tx.execute("SELECT 1 FROM audit.event WHERE subject = %s", ANNA) == []


def test_nobody_is_chained_while_they_are_erased(world: World) -> None:
    """A link would commit to a person whom the erasure forgets in the same moment."""
    world.happened(ANNA)
    with world.owner.transaction() as tx:
        tx.execute("SELECT rights.pseudonymise(%s, %s)", ANNA, bytes(16))
        assert world.chaining().run_once() == 0
    assert world.chaining().run_once() == 1
    assert world.verified().damage == ()


def test_lines_outside_come_by_time_by_number_and_at_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file, chaining = heads_file(world.folder, PUBLIC), world.chaining()

    def named(*, last: bool = False) -> list[int]:
        world.happened(ANNA)
        chaining.run_once(last=last)
        return [line.content["link"]["seq"] for line in file.lines()]

    assert named() == [1]
    assert named() == [1]
    world.later()
    assert named() == [1, 3]
    monkeypatch.setattr(module, "LINE_LINKS", 2)
    assert named() == [1, 3]
    assert named() == [1, 3, 5]
    assert named(last=True) == [1, 3, 5, 6]
    chaining.run_once(last=True)
    assert len(file.lines()) == 4


def test_a_torn_line_is_cut_off_by_the_next(world: World) -> None:
    file, chaining = heads_file(world.folder, PUBLIC), world.chaining()
    world.happened(ANNA)
    chaining.run_once()
    with (world.folder / "heads").open("ab") as raw:
        raw.write(b"eyJhbGciOi")
    world.happened(ANNA)
    world.later()
    chaining.run_once()
    assert [line.seq for line in file.lines()] == [1, 2]
    assert world.verified().damage == ()


def test_an_operator_goes_on_after_a_backup_and_the_log_says_so_for_ever(world: World) -> None:
    chaining, file = world.chaining(), heads_file(world.folder, PUBLIC)
    world.happened(ANNA, BEN)
    chaining.run_once()
    with world.owner.transaction() as tx:
        backup = tx.execute("SELECT statement FROM audit.head")[0][0]
        with pytest.raises(SettingsError, match="nothing to resume"):
            resume(tx, file, SEED, "none", 1)
    world.later()
    world.happened(BEN)
    chaining.run_once()
    with world.owner.transaction() as tx:
        tx.execute("UPDATE audit.head SET statement = %s", backup)
    world.attack("DELETE FROM audit.link WHERE seq > 2")
    world.attack("DELETE FROM audit.event WHERE id > 2")
    assert world.verified().damage
    with world.owner.transaction() as tx:
        for wrong in ("", "x" * 201, "two\nlines"):
            with pytest.raises(SettingsError):
                resume(tx, file, SEED, wrong, 1)
        assert resume(tx, file, SEED, "the disk of the database broke", 1_800_009_000) == 2
    world.happened(ANNA)
    assert world.chaining().run_once() == 1
    verified = world.verified()
    assert (verified.damage, verified.links, verified.resumed) == ((), 3, 1)
    assert file.lines()[-1].content["resumed"] == "the disk of the database broke"
    # What was signed before that point still binds.
    world.attack("UPDATE audit.event SET outcome = 'refused' WHERE id = 2")
    assert world.verified().damage[0].seq == 2


def test_events_from_before_the_chain_are_chained_as_they_are(world: World) -> None:
    with world.owner.transaction() as tx:
        tx.execute(
            "INSERT INTO audit.event (at, actor, event, outcome, subject)"
            " SELECT now() - interval '1 year', 'actions', 'reveal', 'opened', %s FROM generate_series(1, 50)", BEN,
        )  # fmt: skip
    assert world.chaining().run_once() == 50
    assert world.verified().damage == ()
