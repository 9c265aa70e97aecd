"""Each fault of the project's files is found by its name, and the project as it is has none."""

from __future__ import annotations

import contextlib
import shutil
import socket as socketlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from discreet.checks import require
from discreet.checks.project import STOCK_CHANNELS, WEB, examine
from discreet.errors import SettingsError
from tests.conftest import PROJECT

FILES = ("endpoints.yml", "credentials.yml", "privacy.yml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project's own files, to break."""
    for name in FILES:
        shutil.copyfile(PROJECT / name, tmp_path / name)
    return tmp_path


def found(folder: Path) -> list[str]:
    return [finding.code for finding in examine(folder)]


def test_the_project_as_it_is_has_no_fault() -> None:
    assert list(examine(PROJECT)) == []


def _write(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content)


def _change(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return change


def _remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _add(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text((folder / name).read_text() + content)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no policy": (_remove("privacy.yml"), "policy"),
    "a policy without purposes": (_write("privacy.yml", "policy: {version: '1'}\n"), "policy"),
    "no endpoints": (_remove("endpoints.yml"), "endpoints"),
    "endpoints that are no YAML": (_write("endpoints.yml", "tracker_store: ["), "endpoints"),
    "endpoints that are a list": (_write("endpoints.yml", "- a\n"), "endpoints"),
    "Rasa's own store": (_write("endpoints.yml", "tracker_store: {type: SQL}\n"), "store_class"),
    "a store in memory": (_write("endpoints.yml", ""), "store_class"),
    "a mistyped store": (_change("endpoints.yml", "EncryptedTrackerStore", "EncryptedTrackerstore"), "store_class"),
    "a mistyped lock store": (_change("endpoints.yml", "PostgresLockStore", "PostgresLocksStore"), "lock_class"),
    "a store that takes anything": (_change("endpoints.yml", "require_guard: true", "require_guard: false"), "guard"),
    "events published": (_add("endpoints.yml", "\nevent_broker: {type: pika}\n"), "endpoints"),
    "replies made elsewhere": (_add("endpoints.yml", "\nnlg: {url: 'https://nlg.example'}\n"), "endpoints"),
    "messages understood elsewhere": (_add("endpoints.yml", "\nnlu: {url: 'https://nlu.example'}\n"), "endpoints"),
    "models from elsewhere": (_add("endpoints.yml", "\nmodels: {url: 'https://models.example'}\n"), "endpoints"),
    "no credentials": (_remove("credentials.yml"), "credentials"),
    "no channel": (_write("credentials.yml", ""), "credentials"),
    "a scanner without a path": (_write("credentials.yml", f"{WEB}: {{attachments: here}}"), "credentials"),
    "a wrong limit": (_write("credentials.yml", f"{WEB}: {{limits: {{session: -1}}}}"), "credentials"),
    "a mistyped channel": (_write("credentials.yml", "discreet.rasa.web.Webchannel:"), "channel"),
    "a mistyped module": (_write("credentials.yml", "discreet.rasa.wep.WebChannel:"), "channel"),
    "somebody else's channel": (_add("credentials.yml", "\nshop.channels.Chat:\n"), "channel"),
    **{
        f"Rasa's own {name}": (_add("credentials.yml", f"\n{name}:\n"), "channel") for name in STOCK_CHANNELS
    },
    "a package of another version": (
        lambda folder: [
            (folder / "requirements").mkdir(),
            (folder / "requirements" / "runtime.txt").write_text("rasa==3.6.20 \\\n    --hash=sha256:00\n"),
        ],
        "packages",
    ),
    "a package that is missing": (
        lambda folder: [
            (folder / "requirements").mkdir(),
            (folder / "requirements" / "runtime.txt").write_text("no-such-package==1.0\n"),
        ],
        "packages",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_is_found_and_stops_the_start(folder: Path, fault: str) -> None:
    assert found(folder) == []
    break_it, code = BROKEN[fault]
    break_it(folder)
    findings = [finding for finding in examine(folder) if finding.code == code]
    assert findings
    assert all(finding.problem and finding.remedy and finding.stops for finding in findings)
    with pytest.raises(SettingsError, match="must not serve"):
        require(findings)


def test_the_file_that_names_the_channels_is_the_one_that_is_served(folder: Path) -> None:
    (folder / "other.yml").write_text("rest:\n")
    assert found(folder) == []
    assert [finding.code for finding in examine(folder, credentials="other.yml")] == ["channel"]


def test_a_package_for_another_system_is_not_missed(folder: Path) -> None:
    (folder / "requirements").mkdir()
    (folder / "requirements" / "runtime.txt").write_text('pywin32==1.0 ; sys_platform == "win32" \\\n')
    assert found(folder) == []


def test_another_python_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discreet.checks.project.sys", SimpleNamespace(version_info=(3, 11, 0), path=sys.path))
    assert found(folder) == ["python"]


def test_every_stock_channel_has_a_reason() -> None:
    from rasa.core.channels import BUILTIN_CHANNELS

    assert set(STOCK_CHANNELS) >= set(BUILTIN_CHANNELS)


def test_a_bot_with_the_store_alone_keeps_its_own_channels(folder: Path) -> None:
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "privacy.yml").unlink()
    (folder / "endpoints.yml").write_text((folder / "endpoints.yml").read_text().replace("require_guard: true", ""))
    assert list(examine(folder, store_alone=True)) == []


def test_a_scanner_that_is_not_there_is_noted_and_stops_nothing(folder: Path) -> None:
    socket = folder / "clamd.ctl"
    telegram = "discreet.rasa.channels.telegram.TelegramChannel"
    (folder / "credentials.yml").write_text(
        f"{WEB}: {{attachments: {socket}}}\n{telegram}: {{attachments: {socket}}}\n"
    )
    assert [(finding.code, finding.stops) for finding in examine(folder)] == [("scanner", False)] * 2
    with contextlib.closing(socketlib.socket(socketlib.AF_UNIX)) as listener:
        listener.bind(str(socket))
        assert list(examine(folder)) == []


def test_a_scanner_whose_path_is_none_stops_the_start(folder: Path) -> None:
    (folder / "credentials.yml").write_text(f"{WEB}: {{attachments: true}}\n")
    assert [finding.code for finding in examine(folder)] == ["credentials"]
