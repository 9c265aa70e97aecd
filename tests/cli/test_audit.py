"""``discreet audit`` and what doctor says of the log: on a real database, as its operator types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from discreet.checks import audit as checks
from discreet.cli import app
from discreet.crypto import keyring
from discreet.keeper import chain
from discreet.records.audit.chaining import Chaining
from tests.conftest import TestDatabase
from tests.records.audit.world import ANNA, BEN, World, world_on


@pytest.fixture
def state(database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    keyring.create_keys(tmp_path / "keys")
    monkeypatch.setenv("DISCREET_STATE", str(tmp_path))
    monkeypatch.setenv("DISCREET_DATABASE_URL", database.url("owner"))
    monkeypatch.setenv("DISCREET_STAFF_DATABASE_URL", database.url("staff"))
    return tmp_path


@pytest.fixture
def world(database: TestDatabase, state: Path) -> Iterator[World]:
    with world_on(database, checks.prepared_folder(state)) as made:
        yield made


@pytest.fixture
def keeper(world: World, state: Path) -> Chaining:
    """With this installation's own key."""
    seed = keyring.key(keyring.keys_for("keeper", state / "keys"), "rights")
    return Chaining(world.keeper, world.folder, seed, clock=lambda: world.now)


def _discreet(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", *arguments])
    return done.exit_code, done.output


def _doctor(world: World, state: Path) -> list[tuple[str, bool]]:
    return [(finding.code, finding.stops) for finding in checks.examine(world.owner, state)]


def test_a_whole_log_is_said_to_be_whole(world: World, keeper: Chaining) -> None:
    assert _discreet("verify")[0] == 0
    world.happened(ANNA, BEN)
    keeper.run_once(last=True)
    world.happened(ANNA)
    code, said = _discreet("verify")
    assert (code, said) == (0, "2 links verified, 0 of them of erased people; 1 heads outside the database; "
                               "1 events wait for their link\n")  # fmt: skip
    found = json.loads(_discreet("verify", "--json")[1])
    assert found == {"links": 2, "erased": 0, "waiting": 1, "resumed": 0, "heads": 1, "damage": []}


def test_damage_is_named_with_its_place(world: World, keeper: Chaining) -> None:
    world.happened(ANNA, BEN, ANNA)
    keeper.run_once(last=True)
    world.attack("UPDATE audit.event SET purpose = 'profile' WHERE id = 2")
    code, said = _discreet("verify")
    assert code == 1
    assert said.startswith("The audit log is broken at link 2: the event or its link was changed, moved or put in (")
    found = json.loads(_discreet("verify", "--json")[1])
    assert [(one["seq"], one["event"]) for one in found["damage"]] == [(2, 2)]


def test_a_copy_of_the_heads_from_elsewhere_is_checked_against(world: World, keeper: Chaining, tmp_path: Path) -> None:
    world.happened(ANNA)
    keeper.run_once(last=True)
    copy = tmp_path / "copy"
    copy.write_bytes((world.folder / "heads").read_bytes())
    world.happened(BEN)
    keeper.run_once(last=True)
    assert _discreet("verify", "--heads", str(copy))[0] == 0
    assert _discreet("verify", "--heads", str(tmp_path / "nothing"))[0] == 1
    copy.write_bytes(b"x" + copy.read_bytes())
    assert _discreet("verify", "--heads", str(copy))[0] == 1


def test_events_are_shown_by_time_and_name_with_their_links(world: World, keeper: Chaining) -> None:
    world.happened(ANNA)
    world.erase(BEN)
    keeper.run_once()
    world.happened(None)
    shown = [json.loads(line) for line in _discreet("show", "--json")[1].splitlines()]
    assert [(one["link"], one["event"], one["actor"]) for one in shown] == [
        (1, "reveal", "actions"), (2, "erase", "keeper"), (None, "reveal", "actions"),
    ]  # fmt: skip
    assert shown[0]["subject"] == ANNA.hex()
    assert len(_discreet("show", "--event", "reveal")[1].splitlines()) == 2
    assert _discreet("show", "--since", "2999-01-01")[1] == ""
    assert "refunds iban" in _discreet("show", "--since", "2020-01-01T00:00:00")[1]


def test_doctor_finds_a_log_that_is_behind_or_not_what_was_signed(
    world: World, keeper: Chaining, state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert _doctor(world, state) == []
    world.happened(ANNA, BEN)
    assert _doctor(world, state) == []
    with monkeypatch.context() as patched:
        patched.setattr(checks, "BEHIND_SECONDS", -1.0)
        assert _doctor(world, state) == [("audit_behind", False)]
    chain(keeper, last=True)
    assert _doctor(world, state) == []
    world.attack("DELETE FROM audit.link WHERE seq = 2")
    assert _doctor(world, state) == [("audit_chain", False)]
    world.happened(ANNA)
    chain(keeper)  # a keeper says so and goes on with its other work
    assert "does not verify" in caplog.text


def test_an_operator_resumes_once(world: World, keeper: Chaining, state: Path) -> None:
    world.happened(ANNA, BEN)
    keeper.run_once(last=True)
    code, said = _discreet("resume", "--reason", "nothing happened")
    assert code == 1
    assert "nothing to resume" in said
    world.attack("DELETE FROM audit.link WHERE seq = 2")
    assert _discreet("resume", "--reason", "the disk broke") == (0, "resumed: the log goes on after link 1\n")
    chain(keeper)
    assert _doctor(world, state) == []
    code, said = _discreet("verify")
    assert code == 0
    assert said.endswith("An operator went on 1 times from a log that had lost its end.\n")


def test_without_the_role_for_staff_it_says_which_variable_to_set_and_makes_no_password(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISCREET_STAFF_DATABASE_URL")
    for arguments in (("audit", "show"), ("rights", "list"), ("consent", "stats")):
        ended = CliRunner().invoke(app, arguments)
        assert (ended.exit_code, "DISCREET_STAFF_DATABASE_URL" in ended.output) == (1, True)
    assert not (state / "role-passwords.json").exists()
