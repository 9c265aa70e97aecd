"""The shop on a real database and the payment stand-in as a process of its own."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.shop.postgres import PostgresShop
from discreet.shop.seed import seed_if_empty
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

RING = KeyRing({"value-1": bytes(32)})


@pytest.fixture
def actions(database: TestDatabase) -> Iterator[Database]:
    """The database as the action server's role, with the demonstration in it."""
    pool = database.open("actions")
    seed_if_empty(pool, RING)
    yield pool
    pool.close()


@pytest.fixture
def shop(actions: Database) -> PostgresShop:
    return PostgresShop(actions, RING)


class StandIn:
    """The payment stand-in's process; everything that it writes lies in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "payment.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        log = (self.folder / "log").open("ab")
        command = [sys.executable, "-m", "discreet.shop.payment_stand_in", str(self.socket), str(self.folder / "book")]
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the stand-in did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """As ``kill -9``."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(10)

    def refunds(self) -> list[tuple[str, str, int]]:
        """What the provider has paid: reference, last four, cents."""
        book = sqlite3.connect(self.folder / "book")
        rows = book.execute("SELECT reference, last4, cents FROM refunds").fetchall()
        book.close()
        return rows

    def bytes_of_everything(self) -> bytes:
        """All that it wrote."""
        return b"".join(file.read_bytes() for file in self.folder.rglob("*") if file.is_file())

    def send(self, raw: bytes) -> bytes:
        """Bytes as they are, for requests that no client of ours would send."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(15)
            connection.connect(str(self.socket))
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    def _answers(self) -> bool:
        try:
            return self.send(b"POST / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 400")
        except OSError:
            return False


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A running stand-in, in a short folder (socket paths end at 107 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="discreet-pay-"))
    server = StandIn(folder)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder)
