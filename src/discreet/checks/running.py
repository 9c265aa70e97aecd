"""What runs: all four processes, Rasa without its HTTP API, and both servers answering. Nothing where nothing runs."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path

from discreet.checks import Finding
from discreet.rasa.options import forbidden
from discreet.supervisor import running_programs

PROGRAMS = ("payment", "actions", "keeper", "rasa")


def examine(marks: Path) -> Iterator[Finding]:
    """``marks``: the folder in which a running assistant notes its processes."""
    running = running_programs(marks)
    if not running:
        return
    for name in PROGRAMS:
        if name not in running:
            yield Finding("process", f"{name} does not run", "stop the assistant and start it again; see its log")
    if "rasa" not in running:
        return
    command = _words(running["rasa"], "cmdline")
    for option, why in forbidden(command):
        yield Finding("rasa_option", f"Rasa runs with {option}, which {why}", f"start it without {option}")
    environment = _words(running["rasa"], "environ")
    if environment and "RASA_TELEMETRY_ENABLED=false" not in environment:
        yield Finding("telemetry", "Rasa's telemetry is on", "set RASA_TELEMETRY_ENABLED=false")
    yield from _answers(command)


def _answers(command: list[str]) -> Iterator[Finding]:
    if "--port" not in command:
        return
    port = int(command[command.index("--port") + 1])
    host = command[command.index("--interface") + 1] if "--interface" in command else "127.0.0.1"
    status, _ = _get(host, port, "/chat/ready", tls="--ssl-certificate" in command)
    if status != 200:
        yield Finding("not_ready", "Rasa's server does not serve", "see its log for what it refuses")
        return
    status, said = _get(host, port, "/chat/metrics", tls="--ssl-certificate" in command)
    if 'discreet_up{process="actions"} 1' not in said and status != 404:
        yield Finding("action_server", "the action server does not answer", "see its log; restart the assistant")


def _get(host: str, port: int, path: str, *, tls: bool) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    if tls:
        # The certificate names the public host; this only asks whether our own child answers.
        context = ssl._create_unverified_context()  # noqa: S323
        connection = http.client.HTTPSConnection(host, port, timeout=5, context=context)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def _words(pid: int, file: str) -> list[str]:
    """A process's arguments or environment, where the system shows them; never printed."""
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
