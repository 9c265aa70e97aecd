"""Starts Rasa with our store and without our Guard beside a running assistant: its database, its keys, its model."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from discreet.assistant import Assistant
from discreet.models import rasa_environment
from tests.conftest import PROJECT, free_port

_ENDPOINTS = """\
tracker_store:
  type: discreet.rasa.tracker_store.EncryptedTrackerStore
lock_store:
  type: discreet.rasa.lock_store.PostgresLockStore
"""


@dataclass(frozen=True)
class Plain:
    """The running server."""

    port: int
    pid: int


class PlainChat:
    """A conversation; a connection a message, as our own client does it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sender = secrets.token_hex(8)

    def send(self, text: str) -> list[str]:
        """The replies' texts."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        body = json.dumps({"sender": self._sender, "text": text})
        connection.request("POST", "/webhooks/web/messages", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"the unguarded side answered {response.status}")
        return [reply.get("text", "") for reply in json.loads(content)["replies"]]


@contextmanager
def plain_rasa(ours: Assistant, environment: dict[str, str]) -> Iterator[Plain]:
    """The same model on the same Postgres, as the same role, for as long as the block lasts."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "credentials.yml").write_text("bench.plain.channel.PlainChannel:\n")
        (project / "endpoints.yml").write_text(_ENDPOINTS)
        settings = project / "settings.json"
        settings.touch(mode=0o600)
        settings.write_text(json.dumps(ours._secrets("rasa")))
        command = [sys.executable, "-m", "rasa", "run", "--model", str(ours.model()), "--port", str(port)]
        command += ["--interface", "127.0.0.1", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        more = {"PYTHONPATH": f"{environment['PYTHONPATH']}:{PROJECT}", "DISCREET_SECRETS_FILE": str(settings)}
        every = {**os.environ, **rasa_environment(), **environment, **more}
        with (project / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=project, env=every, stdout=log, stderr=log)
        try:
            _wait(port, process, project / "log")
            yield Plain(port, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"the unguarded side did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.3)
