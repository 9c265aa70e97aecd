"""Slow clients (CWE-400 slow-loris, R-U-Dead-Yet): all at once beside the other attacks, and ended by the server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.attacks.attack import PUBLIC, Reply, read
from tests.attacks.site import Site

PATIENCE_SECONDS = 60.0
EVERY_SECONDS = 0.5
_HEAD = f"POST /chat/messages HTTP/1.1\r\nHost: {PUBLIC}\r\n".encode()
CLIENTS: dict[str, tuple[bytes, bytes]] = {
    "one byte of a request line": (b"P", b""),
    "a request line, byte by byte": (b"", b"P"),
    "headers, byte by byte (slow-loris)": (_HEAD + b"X: ", b"a"),
    "headers, line by line (slow-loris)": (_HEAD, b"X-A: b\r\n"),
    "headers without the last line": (_HEAD + b"Content-Length: 2\r\n", b""),
    "a body, byte by byte (R-U-Dead-Yet)": (_HEAD + b"Content-Length: 9000\r\n\r\n", b"a"),
    "a body that never comes": (_HEAD + b"Content-Length: 9000\r\n\r\n", b""),
    "a body at a webhook, byte by byte": (
        f"POST /webhooks/telegram/webhook HTTP/1.1\r\nHost: {PUBLIC}\r\nContent-Length: 9000\r\n\r\n".encode(),
        b"a",
    ),
    "a promise to go on": (_HEAD + b"Content-Length: 9000\r\nExpect: 100-continue\r\n\r\n", b""),
}
"""What is sent at first, and what is sent again and again."""


class Dripping:
    """The clients of one run."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._before = site.state()
        self._told: dict[str, Reply] = {}
        self._threads = {name: threading.Thread(target=self._drip, args=(name, *how)) for name, how in CLIENTS.items()}

    def begin(self) -> None:
        """All of them."""
        for thread in self._threads.values():
            thread.start()

    def told(self, name: str) -> Reply:
        """What the server said to one before it ended the connection."""
        for thread in self._threads.values():
            thread.join(PATIENCE_SECONDS)
        return self._told[name]

    def unfinished(self) -> dict[str, threading.Thread]:
        """Those that the server still listens to."""
        return {name: thread for name, thread in self._threads.items() if thread.is_alive()}

    def _drip(self, name: str, first: bytes, then: bytes) -> None:
        said, deadline = b"", time.monotonic() + PATIENCE_SECONDS
        with socket.create_connection(("127.0.0.1", self._site.port)) as connection:
            connection.settimeout(EVERY_SECONDS)
            with contextlib.suppress(ConnectionError):
                connection.sendall(first)
                while time.monotonic() < deadline:
                    if then:
                        connection.sendall(then)
                    try:
                        part = connection.recv(4096)
                    except TimeoutError:
                        continue
                    if not part:
                        break
                    said += part
        self._told[name] = read(said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"))


@contextmanager
def dripping(site: Site) -> Iterator[Dripping]:
    """Begun now; gone at the end."""
    clients = Dripping(site)
    clients.begin()
    yield clients
    for name in CLIENTS:
        clients.told(name)
