"""Starts stock Rasa and its action server on a database of their own, for as long as a ``with`` block lasts."""

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
from pathlib import Path

import psycopg2

from tests.conftest import PROJECT, free_port

_ENDPOINTS = """\
tracker_store:
  type: SQL
  dialect: postgresql
  url: "{url}"
action_endpoint:
  url: http://127.0.0.1:{actions}/webhook
"""


class StockChat:
    """A conversation over the REST channel; a connection a message, as our own client does it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sender = secrets.token_hex(8)

    def send(self, text: str) -> list[str]:
        """The replies' texts."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        body = json.dumps({"sender": self._sender, "message": text})
        connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        if response.status != 200:
            raise RuntimeError(f"stock Rasa answered {response.status}")
        return [reply.get("text", "") for reply in json.loads(content)]


@contextmanager
def stock_rasa(owner_url: str, model: Path) -> Iterator[int]:
    """The REST channel's port. ``owner_url`` may create databases; ``model`` is the file that the other side loads."""
    url = _database(owner_url)
    port, actions_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "credentials.yml").write_text("rest:\n")
        (project / "endpoints.yml").write_text(_ENDPOINTS.format(url=url, actions=actions_port))
        environment = {
            **os.environ, "PYTHONPATH": str(PROJECT), "STOCK_SHOP_URL": url, "RASA_TELEMETRY_ENABLED": "false",
        }  # fmt: skip
        rasa = ["rasa", "run", "--model", str(model), "--port", str(port), "--interface", "127.0.0.1"]
        commands = (
            ["rasa_sdk", "--actions", "bench.stock.actions", "--port", str(actions_port)],
            [*rasa, "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"],
        )
        started: list[subprocess.Popen[bytes]] = []
        try:
            with (project / "log").open("wb") as log:
                for command in commands:
                    started.append(
                        subprocess.Popen(
                            [sys.executable, "-m", *command], cwd=project, env=environment, stdout=log, stderr=log
                        )
                    )
            _wait(port, started, project / "log")
            yield port
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(30)


def _database(owner_url: str) -> str:
    with_database = owner_url.replace("/discreet?", "/stock?")
    admin = psycopg2.connect(owner_url)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute("CREATE DATABASE stock")
        cursor.execute("SELECT number, status FROM shop.orders")
        orders = cursor.fetchall()
    admin.close()
    connection = psycopg2.connect(with_database)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE orders (number text PRIMARY KEY, status text NOT NULL)")
        cursor.executemany("INSERT INTO orders VALUES (%s, %s)", orders)
    connection.close()
    return with_database


def _wait(port: int, started: list[subprocess.Popen[bytes]], log: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > deadline or any(process.poll() is not None for process in started):
                raise RuntimeError(f"stock Rasa did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.3)
