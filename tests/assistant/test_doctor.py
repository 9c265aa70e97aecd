"""``discreet doctor`` beside the running assistant, and a start that it forbids."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from discreet.cli.state import only_one
from discreet.errors import SettingsError
from tests.assistant.commands import doctor
from tests.assistant.up import running_up
from tests.conftest import free_port, project_with, running_assistant

pytestmark = pytest.mark.servers


def test_the_running_assistant_is_sound_and_what_breaks_is_named() -> None:
    with running_assistant() as assistant, only_one(assistant.state):
        assert doctor(assistant.state) == (0, [])
        actions = assistant.supervisor.pid("actions")
        os.kill(actions, signal.SIGSTOP)
        code, findings = doctor(assistant.state)
        assert (code, [finding["code"] for finding in findings]) == (1, ["action_server"])
        os.kill(actions, signal.SIGCONT)
        assert assistant.postgres is not None
        assistant.postgres.stop()
        code, findings = doctor(assistant.state)
        assert (code, [finding["code"] for finding in findings]) == (1, ["database"])
        assert all(finding["remedy"] for finding in findings)


def test_a_start_with_a_stock_channel_is_refused_before_anything_runs(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"discreet.rasa.web.WebChannel": None, "rest": None})
    with pytest.raises(SettingsError, match="rest lets whoever calls it"), running_assistant(project=project):
        pass


def test_a_start_with_keys_that_others_may_read_is_refused(state: Path) -> None:
    (state / "keys").mkdir(mode=0o700, exist_ok=True)
    (state / "keys" / "identity.json").write_text('{"key": "' + "A" * 43 + '="}')
    (state / "keys" / "identity.json").chmod(0o644)
    with running_up(state, free_port()) as start:
        assert start.process.wait(60) == 1
    assert "others may read keys/identity.json" in start.said
    assert "chmod go-rwx" in start.said
    code, findings = doctor(state)
    assert code == 1
    assert "file_mode" in {finding["code"] for finding in findings}
