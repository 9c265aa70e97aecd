"""A stand-in of messaging providers: takes what the assistant sends them, on loopback, and can be down."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.conftest import free_port


@dataclass(frozen=True)
class Call:
    """One request of the assistant. ``content`` is its JSON, or its form as lists of values."""

    path: str
    headers: dict[str, str]
    content: dict[str, Any]


Answer = tuple[int, dict[str, str], dict[str, Any]]


class StandIn:
    """All providers at one address. ``answering`` may replace the usual answer for a call."""

    def __init__(self) -> None:
        self.port = free_port()
        self.received: list[Call] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.answering: Callable[[Call], Answer | None] = lambda call: None
        self._server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listens, on the same port as before."""
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path in stand_in.files:
                    self._give(stand_in.files[self.path])
                    return
                document = stand_in.documents.get(self.path)
                self._say(404 if document is None else 200, {}, document or {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                form = "form" in self.headers.get("content-type", "")
                content = parse_qs(body.decode()) if form else json.loads(body)
                call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, content)
                answer = stand_in.answering(call)
                if answer is None or answer[0] < 300:
                    stand_in.received.append(call)
                self._say(*(answer or (200, {}, {"ok": True, "access_token": "a" * 20, "expires_in": 3600})))

            def _give(self, content: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _say(self, status: int, headers: dict[str, str], content: dict[str, Any]) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def down(self) -> None:
        """Refuses connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """One that is up, and gone at the end."""
    provider = StandIn()
    provider.up()
    try:
        yield provider
    finally:
        provider.down()
