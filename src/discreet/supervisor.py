"""Processes that are started together and end together; each with its own secrets and, under root, its own user."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from discreet.errors import DiscreetError
from discreet.storage.places import Account, private_folder

STOP_SECONDS = 30


class ChildEnded(DiscreetError):
    """A process ended that should have gone on. The message names it and its log."""

    code = "child_ended"


@dataclass(frozen=True)
class Program:
    """What to start. ``secrets`` reach the process by an inherited descriptor, nothing else of ours does."""

    name: str
    command: list[str]
    secrets: dict[str, Any] = field(repr=False)
    account: Account | None = None
    environment: dict[str, str] = field(default_factory=dict)


class Supervisor:
    """Starts programs, watches them, and stops them in the opposite order. Stops nothing that it did not start.

    ``marks`` holds a file a program, locked for as long as it lives: how the next start finds what a kill left behind.
    Under ``homes`` each program gets a home of its own.
    """

    def __init__(self, cwd: Path, logs: Path, homes: Path, marks: Path) -> None:
        self._cwd = cwd
        self._logs = logs
        self._homes = homes
        self._marks = private_folder(marks, None)
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []
        self._secrets: dict[str, IO[str]] = {}

    def stop_left_behind(self) -> None:
        """Ends the programs of a supervisor that was killed before it could."""
        for file in sorted(self._marks.glob("*.pid")):
            with file.open("r+") as mark:
                for number in (signal.SIGTERM, signal.SIGKILL):
                    if _unlocked(mark):
                        break
                    # Somebody holds what only our program inherited: the group of that number is still ours.
                    with contextlib.suppress(ProcessLookupError, ValueError):
                        os.killpg(int(file.read_text()), number)
                    _wait_for(lambda mark=mark: _unlocked(mark), seconds=10)  # type: ignore[misc]
            file.unlink()

    def start(self, program: Program) -> None:
        """Starts it in a session of its own, so that Ctrl-C reaches us alone and the order of stopping is ours."""
        account: dict[str, Any] = program.account.popen_arguments() if program.account else {}
        home = private_folder(self._homes / program.name, program.account)
        secrets = self._secrets[program.name] = tempfile.TemporaryFile("w")  # noqa: SIM115 (handed out again later)
        self.hand_out(program.name, program.secrets)
        with (
            (self._logs / f"{program.name}.log").open("ab") as log,
            (self._marks / f"{program.name}.pid").open("w") as mark,
        ):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = subprocess.Popen(
                program.command,
                cwd=self._cwd,
                env={**_environment(home), **program.environment, "DISCREET_SECRETS_FD": str(secrets.fileno())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(secrets.fileno(), mark.fileno()),
                start_new_session=True,
                umask=0o077,
                **account,
            )
            mark.write(str(process.pid))
        self._running.append((program, process))

    def hand_out(self, name: str, secrets: dict[str, Any]) -> None:
        """Writes what the program of that name may read again. Readers hold the same lock and see all or nothing."""
        file = self._secrets[name]
        fcntl.lockf(file, fcntl.LOCK_EX)
        try:
            file.seek(0)
            file.truncate()
            json.dump(secrets, file)
            file.flush()
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN)

    def pid(self, name: str) -> int:
        """The process id of a running program, for operators and tests."""
        return next(process.pid for program, process in self._running if program.name == name)

    def require_all(self) -> None:
        """Raises ChildEnded when one has ended."""
        for program, process in self._running:
            if process.poll() is not None:
                raise ChildEnded(f"{program.name} ended unexpectedly; see {self._logs / (program.name + '.log')}")

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until ``ready``. Raises ChildEnded when a process ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.require_all()
            if time.monotonic() > deadline:
                raise ChildEnded(f"the assistant did not become ready within {seconds:.0f} s; see {self._logs}")
            time.sleep(0.1)

    def stop(self) -> None:
        """SIGTERM in the opposite order of starting, then SIGKILL for what does not end in time."""
        for program, process in reversed(self._running):
            _signal(process, signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            (self._marks / f"{program.name}.pid").unlink(missing_ok=True)
            self._secrets.pop(program.name).close()
        self._running.clear()


def running_programs(marks: Path) -> dict[str, int]:
    """The process ids, by name, of the programs that some supervisor has running under these marks."""
    found = {}
    for file in sorted(marks.glob("*.pid")):
        with contextlib.suppress(OSError, ValueError), file.open("r+") as mark:
            if not _unlocked(mark):
                found[file.stem] = int(mark.read())
    return found


def _environment(home: Path) -> dict[str, str]:
    names = ("PATH", "LANG", "LC_ALL", "TZ", "LOG_LEVEL", "DISCREET_SPEED_PATCHES")
    kept = {name: value for name, value in os.environ.items() if name in names}
    return {**kept, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "MPLCONFIGDIR": str(home)}


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To the process's whole session: Rasa may have workers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _unlocked(mark: IO[str]) -> bool:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(met: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not met() and time.monotonic() < deadline:
        time.sleep(0.05)
