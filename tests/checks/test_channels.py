"""Secrets of messaging channels are looked at before anything serves."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml

from discreet.checks.channels import SECRETS, examine
from discreet.checks.project import WEB
from tests.assistant.more_phones import PHONES
from tests.conftest import PROJECT

RIGHT = {name: phone.SECRETS for name, phone in PHONES.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with every channel, and a state folder with every secret."""
    (tmp_path / "credentials.yml").write_text(yaml.safe_dump({WEB: None, **dict.fromkeys(SECRETS)}))
    _write(tmp_path, yaml.safe_dump(RIGHT))
    return tmp_path


def _write(folder: Path, content: str) -> None:
    file = folder / "channels.yml"
    file.touch(mode=0o600)
    file.write_text(content)


def _problems(folder: Path) -> list[str]:
    findings = list(examine(folder / "credentials.yml", folder))
    assert all(finding.code == "channel_secrets" and finding.stops and finding.remedy for finding in findings)
    return [finding.problem for finding in findings]


def test_it_wants_what_the_channels_want() -> None:
    for path, (name, secrets) in SECRETS.items():
        module, _, cls = path.rpartition(".")
        channel = getattr(importlib.import_module(module), cls)
        assert (channel.name(), channel.secrets) == (name, secrets)


def test_what_is_right_is_not_complained_about(folder: Path) -> None:
    assert _problems(folder) == []


@pytest.mark.parametrize("channel", RIGHT)
def test_each_secret_that_is_missing_or_empty_is_named(folder: Path, channel: str) -> None:
    for name, value in RIGHT[channel].items():
        for wrong in ({}, {name: ""}, {name: None}):
            kept = {other: given for other, given in RIGHT[channel].items() if other != name}
            _write(folder, yaml.safe_dump({**RIGHT, channel: {**kept, **wrong}}))
            (problem,) = _problems(folder)
            assert name in problem
            assert channel in problem
            assert value not in problem


def test_the_manuals_examples_are_no_secrets(folder: Path) -> None:
    blocks = dict(re.findall(r"```\w+ (\w+)\n(.*?)```", (PROJECT / "docs/howto/messaging.md").read_text(), re.DOTALL))
    _write(folder, blocks["channels"])
    assert len(_problems(folder)) == sum(map(len, RIGHT.values()))


@pytest.mark.parametrize(
    "value", ["changeme", "change-me", "YOUR_TOKEN", "<token>", "{token}", "xxxx", "secret", "TODO"]
)
def test_other_placeholders_are_none_either(folder: Path, value: str) -> None:
    _write(folder, yaml.safe_dump({**RIGHT, "slack": {**RIGHT["slack"], "signing_secret": value}}))
    assert _problems(folder) == ["signing_secret of slack in channels.yml is a placeholder"]


@pytest.mark.parametrize(("channel", "name"), [("telegram", "secret_token"), ("whatsapp", "verify_token")])
def test_a_secret_of_ones_own_that_can_be_guessed_is_named(folder: Path, channel: str, name: str) -> None:
    for length, problems in ((15, 1), (16, 0)):
        _write(folder, yaml.safe_dump({**RIGHT, channel: {**RIGHT[channel], name: "k" * length}}))
        found = _problems(folder)
        assert len(found) == problems
        assert all(f"{name} of {channel}" in problem and "guessed" in problem for problem in found)


def test_a_file_that_others_may_read_or_that_is_none_is_named(folder: Path) -> None:
    (folder / "channels.yml").chmod(0o640)
    assert "others may read" in _problems(folder)[0]
    (folder / "channels.yml").chmod(0o600)
    for content in ("telegram: [", "- telegram\n", "telegram: secret\n"):
        _write(folder, content)
        assert len(_problems(folder)) == 1
    (folder / "channels.yml").unlink()
    assert len(_problems(folder)) == sum(map(len, RIGHT.values()))


def test_without_messaging_nothing_is_wanted(folder: Path) -> None:
    (folder / "channels.yml").unlink()
    (folder / "credentials.yml").write_text(f"{WEB}:\n")
    assert _problems(folder) == []
