"""``discreet up`` as people meet it: what it says when it cannot start, and what it leaves behind when it is killed."""

from __future__ import annotations

import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from discreet.client import Chat
from tests.assistant.up import Up, running_up
from tests.conftest import free_port

pytestmark = pytest.mark.servers


def _of(state: Path) -> set[int]:
    """The programs that a start on this state folder has noted."""
    return {int(file.read_text()) for file in (state / "running").glob("*.pid")}


def _alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_a_killed_start_leaves_nothing_to_the_next_one(state: Path) -> None:
    port = free_port()
    with running_up(state, port) as first:
        first.wait_for("Ready")
        chat = Chat(f"http://127.0.0.1:{port}").open()
        chat.send("hello")
        second = Up(state, free_port())
        assert second.process.wait(60) == 1
        assert "running already" in second.said
        left = _of(state)
        assert len(_alive(left)) == 4
        first.process.kill()
        first.process.wait()
    assert _alive(left) == left
    with running_up(state, port) as again:
        again.wait_for("Ready")
        assert not _alive(left)
        assert len(Chat(f"http://127.0.0.1:{port}", cookie=chat.cookie).open().history()) == 2
        running = _of(state)
        again.process.terminate()
        assert again.process.wait(60) == 0
    assert not _alive(running)
    assert "Stopping" in again.said


def test_a_taken_port_is_named_with_a_way_out(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running_up(state, port) as start:
            assert start.process.wait(60) == 1
    assert f"Port {port} is taken" in start.said
    assert "PORT=" in start.said


@pytest.mark.parametrize(
    ("content", "named"),
    [(None, "privacy.yml"), ("version: 1\n", "privacy.yml"), ("purposes: [", "privacy.yml")],
    ids=["missing", "incomplete", "not YAML"],
)
def test_a_wrong_policy_stops_the_start_in_one_sentence(
    state: Path, tmp_path: Path, content: str | None, named: str
) -> None:
    if content is not None:
        (tmp_path / "privacy.yml").write_text(content)
    with running_up(state, free_port(), project=tmp_path) as start:
        assert start.process.wait(60) == 1
    line = start.said.strip().splitlines()[-1]
    assert line.startswith("discreet: ")
    assert named in line


def test_a_stop_while_training_stops_the_training(state: Path) -> None:
    shutil.rmtree(state / "models", ignore_errors=True)
    with running_up(state, free_port()) as start:
        start.wait_for("Training")
        time.sleep(2)
        start.process.send_signal(signal.SIGTERM)
        assert start.process.wait(30) == 130
    assert "Stopped before it was ready" in start.said
    commands = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    assert not [command for command in commands if str(state).encode() in command and b"rasa" in command]
