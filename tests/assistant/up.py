"""A running ``discreet up``, as an operator starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import PROJECT


class Up:
    """A running ``discreet up``; its output goes to a file."""

    def __init__(self, state: Path, port: int, project: Path = PROJECT) -> None:
        self.output = state / f"output-{os.urandom(4).hex()}"
        command = [sys.executable, "-m", "discreet.cli", "up", "--port", str(port), "--project", str(project)]
        environment = {**os.environ, "DISCREET_STATE": str(state)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=PROJECT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def wait_for(self, text: str, seconds: float = 120) -> None:
        """Until the output holds the text."""
        deadline = time.monotonic() + seconds
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    @property
    def said(self) -> str:
        """The output so far."""
        return self.output.read_text()


@contextmanager
def running_up(state: Path, port: int, project: Path = PROJECT) -> Iterator[Up]:
    """Stopped at the end, if it has not stopped by itself."""
    started = Up(state, port, project)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(60)
