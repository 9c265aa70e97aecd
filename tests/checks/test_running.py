"""What runs is looked at as it runs: real processes with the marks of a real supervisor."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.checks.running import PROGRAMS, examine
from discreet.storage.places import private_folder
from discreet.supervisor import Program, Supervisor

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    homes = private_folder(tmp_path / "homes", None)
    made = Supervisor(tmp_path, private_folder(tmp_path / "logs", None), homes, tmp_path / "running")
    yield made
    made.stop()


def start(supervisor: Supervisor, *options: str, telemetry: str = "false", leave_out: str = "") -> None:
    """Four processes that sleep; the one called rasa with these options."""
    for name in PROGRAMS:
        if name != leave_out:
            words = ["rasa", "run", *options] if name == "rasa" else []
            environment = {"RASA_TELEMETRY_ENABLED": telemetry} if name == "rasa" else {}
            supervisor.start(Program(name, [sys.executable, "-c", SLEEP, *words], {}, None, environment))
            _wait_for_its_words(supervisor.pid(name))


def _wait_for_its_words(pid: int) -> None:
    """A process has none for a moment after it was begun."""
    deadline = time.monotonic() + 10
    while SLEEP.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline


def codes(tmp_path: Path) -> list[str]:
    return [finding.code for finding in examine(tmp_path / "running")]


def test_where_nothing_runs_nothing_is_said(tmp_path: Path) -> None:
    assert codes(tmp_path) == []
    (tmp_path / "running").mkdir()
    (tmp_path / "running" / "rasa.pid").write_text("1")  # left by a kill: nobody holds it
    assert codes(tmp_path) == []


def test_four_processes_as_they_should_be(supervisor: Supervisor, tmp_path: Path) -> None:
    start(supervisor)
    assert codes(tmp_path) == []


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "rasa"])
def test_a_process_that_is_gone_is_found(supervisor: Supervisor, tmp_path: Path, name: str) -> None:
    start(supervisor, leave_out=name)
    assert codes(tmp_path) == ["process"]


OPENING = [
    "--enable-api", "--enable", "--cors", "--cors=*", "--cor", "--remote-storage", "--remote=aws", "--auth-token=x",
    "--auth", "-t", "-tx",
]  # fmt: skip


@pytest.mark.parametrize("option", OPENING)
def test_an_option_that_opens_rasa_is_found(supervisor: Supervisor, tmp_path: Path, option: str) -> None:
    start(supervisor, option)
    assert codes(tmp_path) == ["rasa_option"]


def test_telemetry_is_found(supervisor: Supervisor, tmp_path: Path) -> None:
    start(supervisor, telemetry="true")
    assert codes(tmp_path) == ["telemetry"]


def test_a_server_that_does_not_answer_is_found(supervisor: Supervisor, tmp_path: Path) -> None:
    start(supervisor, "--port", "1")
    assert codes(tmp_path) == ["not_ready"]
