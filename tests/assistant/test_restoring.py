"""An operator answers requests from the command line, restores a backup, and is stopped until erasures are replayed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from discreet.client import Chat
from discreet.crypto import keyring
from discreet.crypto.identifiers import pseudonym
from discreet.errors import NotAuthentic
from tests.assistant.up import Up, running_up
from tests.conftest import PROJECT, free_port

pytestmark = pytest.mark.servers


def _discreet(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "discreet.cli", *arguments, "--project", str(PROJECT)],
        env={**os.environ, "DISCREET_STATE": str(state)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def _sender(state: Path, chat: Chat) -> str:
    assert chat.cookie is not None
    identity = keyring.key(keyring.keys_for("rasa", state / "keys"), "identity")
    return pseudonym(identity, "web", chat.cookie.partition("=")[2])


def _stopped(up: Up) -> None:
    up.process.terminate()
    up.process.wait(60)


def test_requests_a_restored_backup_and_a_replay(state: Path, tmp_path: Path) -> None:
    port = free_port()
    with running_up(state, port) as up:
        up.wait_for("Ready")
        anna, ben = (Chat(f"http://127.0.0.1:{port}").open() for _ in range(2))
        for chat in (anna, ben):
            chat.send("my card is 4000 0566 5566 5556")
        sender = _sender(state, anna)
        _stopped(up)
        shutil.copytree(state / "postgres", tmp_path / "backup", symlinks=True)

    with running_up(state, port) as up:
        up.wait_for("Ready")
        assert "Nothing is open" in _discreet(state, "rights", "list").stdout
        for wrong in (("rights", "show", "rq_x"), ("rights", "run", "rq_x"), ("rights", "certificate", "rq_x"),
                      ("rights", "file", "erasure", "nobody"), ("rights", "file", "copy", sender),
                      ("rights", "file", "objection", sender, "--purpose", "refunds")):  # fmt: skip
            refused = _discreet(state, *wrong)
            assert refused.returncode == 1, wrong
            assert refused.stderr.startswith("discreet: "), refused.stderr
        frozen = _discreet(state, "rights", "file", "restriction", sender).stdout.strip()
        listed = json.loads(_discreet(state, "rights", "list", "--json").stdout)["requests"]
        assert [(one["id"], one["kind"], one["state"]) for one in listed] == [(frozen, "restriction", "filed")]
        assert "due 20" in _discreet(state, "rights", "extend", frozen, "--reason", "many requests").stdout
        assert _discreet(state, "rights", "extend", frozen, "--reason", "again").returncode == 1
        assert "done for 1 conversation" in _discreet(state, "rights", "run", frozen).stdout
        shown = json.loads(_discreet(state, "rights", "show", frozen, "--json").stdout)
        assert [row["event"] for row in shown["log"]] == ["asked", "filed", "extended", "done"]
        assert "subject" not in shown
        refused_one = _discreet(state, "rights", "file", "lifting", sender).stdout.strip()
        assert _discreet(state, "rights", "refuse", refused_one, "--reason", "not the same person").returncode == 0
        erased = _discreet(state, "db", "erase", sender)
        assert erased.returncode == 0, erased.stderr
        request = erased.stdout.split()[-1]
        certificate = json.loads(_discreet(state, "rights", "certificate", request, "--json").stdout)
        assert certificate["states"]["residual_scan"] == {"rows": 0, "keys": 0}
        assert _discreet(state, "rights", "certificate", frozen).returncode == 1
        assert _discreet(state, "rights", "run", request).returncode == 1
        with pytest.raises(NotAuthentic):
            anna.history()
        scrubbed = _discreet(state, "db", "scrub")
        assert scrubbed.returncode == 0, scrubbed.stderr
        assert len(ben.history()) == 2
        _stopped(up)

    shutil.rmtree(state / "postgres" / "data")
    shutil.copytree(tmp_path / "backup" / "data", state / "postgres" / "data", symlinks=True)
    subprocess.run(
        ["chown", "-R", "--reference", str(state / "postgres"), str(state / "postgres" / "data")], check=True
    )
    (state / "postgres" / "data").chmod(0o700)
    with running_up(state, port) as up:
        up.process.wait(120)
        assert up.process.returncode == 1
        assert "replay-erasures" in up.said
    findings = json.loads(_discreet(state, "doctor", "--json").stdout)["findings"]
    assert "erasures" in {finding["code"] for finding in findings}
    replayed = _discreet(state, "db", "replay-erasures")
    assert replayed.returncode == 0, replayed.stderr
    assert "1 erasures, 1 conversations" in replayed.stdout
    with running_up(state, port) as up:
        up.wait_for("Ready")
        with pytest.raises(NotAuthentic):
            anna.history()
        assert len(ben.history()) == 2
