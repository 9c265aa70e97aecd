"""Logs end: by size, by day, and by number, under a process that goes on writing to the descriptor it was given."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from discreet import logfiles
from discreet.errors import PolicyError
from discreet.logfiles import EVERY, MOST_ASIDE, rotate
from discreet.policy import Policy, load_policy
from tests.conftest import PROJECT

NOW = 1_800_000_000.0
KEEP = timedelta(days=30)
DAY = EVERY.total_seconds()


def line(at: float, text: str = "hello") -> str:
    return (
        f'{{"time": "{datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds")}", "m": "{text}"}}\n'
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "rasa.log"


def written(log: Path, text: str, at: float) -> None:
    log.write_text(text)
    os.utime(log, (at, at))


def aside(log: Path) -> list[str]:
    return sorted(file.name for file in log.parent.iterdir() if file != log)


def test_a_log_of_yesterday_is_put_aside_and_one_of_today_stays(log: Path) -> None:
    written(log, line(NOW - DAY + 60), NOW)
    rotate([log], log.parent, KEEP, NOW)
    assert aside(log) == []
    rotate([log], log.parent, KEEP, NOW + 120)
    assert log.read_text() == ""
    assert [(log.parent / name).read_text() for name in aside(log)] == [line(NOW - DAY + 60)]
    assert (log.parent / aside(log)[0]).stat().st_mode & 0o777 == 0o600


def test_a_large_one_is_put_aside_at_once(log: Path) -> None:
    written(log, line(NOW) * 100, NOW)
    rotate([log], log.parent, KEEP, NOW, most_bytes=1000)
    assert aside(log) == [f"rasa.log.{int(NOW)}"]
    written(log, line(NOW) * 100, NOW)
    rotate([log], log.parent, KEEP, NOW, most_bytes=1000)  # the name is taken for this second
    assert len(aside(log)) == 1
    assert log.read_text() == line(NOW) * 100


@pytest.mark.parametrize(
    "text", ["no time\n", "2026-99-99 99:99:99 no time\n", "\x00\xff\n"], ids=["none", "wrong", "bytes"]
)
def test_without_a_time_its_last_change_counts(log: Path, text: str) -> None:
    written(log, text, NOW - DAY)
    rotate([log], log.parent, KEEP, NOW)
    assert len(aside(log)) == 1


def test_no_line_is_kept_longer_than_it_may_be(log: Path) -> None:
    """A line every six hours for a quarter of a year, and a round every hour."""
    oldest = 0.0
    for hour in range(24 * 90):
        now = NOW + hour * 3600
        if hour % 6 == 0:
            with log.open("a") as file:
                file.write(line(now, str(hour)))
            os.utime(log, (now, now))
        rotate([log], log.parent, timedelta(days=7), now)
        kept = "".join(file.read_text() for file in log.parent.iterdir())
        first = (
            datetime.fromisoformat(kept.partition('"time": "')[2][:19]).replace(tzinfo=timezone.utc) if kept else None
        )
        for found in kept.split('"time": "')[1:]:
            at = datetime.fromisoformat(found[:19]).replace(tzinfo=timezone.utc).timestamp()
            oldest = max(oldest, now - at)
        assert first is not None
    assert timedelta(days=5) < timedelta(seconds=oldest) <= timedelta(days=7, hours=1)


def test_what_was_left_while_nothing_ran_goes_at_the_next_start(log: Path) -> None:
    written(log, line(NOW - 40 * DAY), NOW - 40 * DAY)
    rotate([log], log.parent, KEEP, NOW)
    assert aside(log) == []
    assert log.read_text() == ""


def test_a_flood_of_lines_does_not_fill_the_disk(log: Path) -> None:
    for number in range(MOST_ASIDE + 10):
        written(log, line(NOW + number) * 100, NOW + number)
        rotate([log], log.parent, KEEP, NOW + number, most_bytes=1000)
    assert len(aside(log)) == MOST_ASIDE
    assert aside(log)[-1] == f"rasa.log.{int(NOW) + MOST_ASIDE + 9}"


def test_a_process_goes_on_writing_at_the_beginning(log: Path) -> None:
    """As the supervisor starts one: its standard error appends, and nobody tells it anything."""
    program = "import sys\nfor text in sys.stdin: sys.stderr.write(text); print('written', flush=True)"
    with log.open("ab") as target, subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=target, text=True
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("before\n", "after\n"):
            process.stdin.write(text)
            process.stdin.flush()
            assert process.stdout.readline() == "written\n"
            if text == "before\n":
                rotate([log], log.parent, KEEP, log.stat().st_mtime, most_bytes=1)
        process.stdin.close()
    assert log.read_bytes() == b"after\n"
    assert [(log.parent / name).read_text() for name in aside(log)] == ["before\n"]


@pytest.mark.parametrize("kind", ["symbolic_link", "hard_link", "folder", "fifo", "nothing"])
def test_what_is_no_log_is_left_alone(log: Path, tmp_path: Path, kind: str) -> None:
    """The database's own user owns the folder of its log; we may be root."""
    victim = tmp_path / "victim"
    written(victim, line(NOW - 9 * DAY), NOW - 9 * DAY)
    {
        "symbolic_link": lambda: log.symlink_to(victim),
        "hard_link": lambda: log.hardlink_to(victim) if hasattr(log, "hardlink_to") else os.link(victim, log),
        "folder": log.mkdir,
        "fifo": lambda: os.mkfifo(log),
        "nothing": lambda: None,
    }[kind]()
    rotate([log], log.parent, KEEP, NOW)
    assert aside(log) == []
    assert victim.read_text() == line(NOW - 9 * DAY)


def test_a_full_disk_loses_nothing(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(log, line(NOW - 2 * DAY), NOW - 2 * DAY)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(logfiles.shutil, "copyfileobj", full)
        rotate([log], log.parent, KEEP, NOW)
    assert aside(log) == []
    assert log.read_text() == line(NOW - 2 * DAY)


def policy_with(folder: Path, logs: object) -> Policy:
    raw = yaml.safe_load((PROJECT / "privacy.yml").read_text())
    file = folder / "privacy.yml"
    file.write_text(yaml.safe_dump({**raw, "logs": logs}))
    return load_policy(file)


def test_the_policy_says_how_long(tmp_path: Path, policy: Policy) -> None:
    assert policy.logs_keep == policy_with(tmp_path, None).logs_keep == timedelta(days=30)
    assert policy_with(tmp_path, {"keep": "P7D"}).logs_keep == timedelta(days=7)


@pytest.mark.parametrize(
    "logs",
    [{"keep": "PT1H"}, {"keep": "ever"}, {}, {"kept": "P7D"}, "P7D"],
    ids=["hours", "ever", "empty", "mistyped", "text"],
)
def test_another_promise_stops_the_start(tmp_path: Path, logs: object) -> None:
    with pytest.raises(PolicyError, match="logs"):
        policy_with(tmp_path, logs)


def test_other_logs_files_are_not_touched(log: Path) -> None:
    other = log.parent / "rasa.log.old"
    written(other, "mine", NOW - 400 * DAY)
    written(log.parent / "actions.log.17", "mine", NOW - 400 * DAY)
    rotate([log], log.parent, KEEP, NOW)
    assert aside(log) == ["actions.log.17", "rasa.log.old"]
