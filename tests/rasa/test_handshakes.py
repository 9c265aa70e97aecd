"""A TLS handshake that hangs is ended, bounded in number and counted, on a real server and real sockets."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.assistant import certificate
from tests.conftest import PROJECT

MOST = 4


@contextmanager
def watched(folder: Path, *bounds: str) -> Iterator[int]:
    """``tests.rasa.watched`` with a certificate; yields its port."""
    certificate.make(folder)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = int(listener.getsockname()[1])
        command = [sys.executable, "-m", "tests.rasa.watched", str(listener.fileno()), f"tls={folder}", *bounds]
        process = subprocess.Popen(command, cwd=PROJECT, pass_fds=(listener.fileno(),))
    try:
        for _ in range(200):
            if metrics(folder, port) is not None:
                break
            assert process.poll() is None
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def metrics(folder: Path, port: int) -> str | None:
    """What the server has counted; None where it does not speak TLS with us."""
    context = ssl.create_default_context(cafile=str(folder / "chain.pem"))
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as raw,
            context.wrap_socket(raw, server_hostname="localhost") as secured,
        ):
            secured.sendall(b"GET /counted HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            said = b""
            while part := secured.recv(65536):
                said += part
            return said.decode()
    except OSError:
        return None


def counted(folder: Path, port: int, reason: str) -> int:
    said = metrics(folder, port)
    assert said is not None
    return sum(int(line.rpartition(" ")[2]) for line in said.splitlines() if f'reason="{reason}"' in line)


def until(folder: Path, port: int, reason: str, number: int) -> None:
    """Waits until so many are counted."""
    for _ in range(300):
        if counted(folder, port, reason) >= number:
            break
        time.sleep(0.1)
    assert counted(folder, port, reason) == number


def ended(connection: socket.socket) -> bool:
    """Whether the server ends a connection that says nothing. Waits for it."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_one_that_says_nothing_is_ended_in_time_and_counted(tmp_path: Path) -> None:
    with watched(tmp_path, "handshake_seconds=1") as port:
        assert counted(tmp_path, port, "handshake") == 0
        with socket.create_connection(("127.0.0.1", port), timeout=40) as silent:
            assert ended(silent)
        until(tmp_path, port, "handshake", 1)


@pytest.mark.parametrize("hello", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"], ids=repr)
def test_one_that_breaks_off_is_counted(tmp_path: Path, hello: bytes) -> None:
    with watched(tmp_path) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as broken:
            broken.sendall(hello)
        until(tmp_path, port, "handshake", 1)


def test_more_than_there_may_be_are_refused_at_once_and_the_rest_is_served_again(tmp_path: Path) -> None:
    with watched(tmp_path, f"handshakes={MOST}", "handshake_seconds=8") as port:
        with ExitStack() as held:
            silent = [
                held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=40)) for _ in range(MOST)
            ]
            for connection in silent:
                connection.sendall(b"\x16\x03\x01")  # the server has begun with it
            assert metrics(tmp_path, port) is None
        for _ in range(200):
            if metrics(tmp_path, port) is not None:
                break
            time.sleep(0.1)
        assert counted(tmp_path, port, "handshakes") >= 1
        assert counted(tmp_path, port, "handshake") == MOST
