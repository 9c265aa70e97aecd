"""A stand-in for a payment provider: a small server of its own process, for the demonstration and for tests.

``python -m discreet.shop.payment_stand_in SOCKET FILE``. Checks the number, keeps a reference, the last four digits
and the idempotency key in FILE (SQLite), never the number, and answers a repeated key with the first answer, also
after a crash: what was answered is on disk.
"""

from __future__ import annotations

import json
import re
import signal
import socketserver
import sqlite3
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from stdnum import luhn

MAX_BODY = 4096
_KEY = re.compile(r"[0-9a-f]{64}")
_CARD = re.compile(r"[0-9]{12,19}")


class KeyReused(Exception):
    """The idempotency key belongs to a refund of another amount."""


class Book:
    """What the provider remembers."""

    def __init__(self, file: Path) -> None:
        self._file = str(file)
        self._lock = threading.Lock()
        with closing(self._open()) as book, book:
            book.execute(
                "CREATE TABLE IF NOT EXISTS refunds (key TEXT PRIMARY KEY, reference TEXT, last4 TEXT, cents INTEGER)"
            )

    def refund(self, key: str, card: str, cents: int) -> tuple[str, str]:
        """The reference and last four digits of this key's refund, made now or before. Raises KeyReused."""
        with self._lock, closing(self._open()) as book, book:
            known = book.execute("SELECT reference, last4, cents FROM refunds WHERE key = ?", (key,)).fetchone()
            if known is None:
                known = f"PSP-{key[:12].upper()}", card[-4:], cents
                book.execute("INSERT INTO refunds VALUES (?, ?, ?, ?)", (key, *known))
        if known[2] != cents:
            raise KeyReused
        return str(known[0]), str(known[1])

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=10)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128  # a full queue of a Unix socket refuses at once instead of waiting

    def __init__(self, path: str, book: Book) -> None:
        super().__init__(path, _Handler)
        Path(path).chmod(0o666)  # the folder decides who comes near it
        self.book = book


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds: a client that stops sending does not hold a thread

    def do_POST(self) -> None:
        """``POST /refunds``."""
        key = self.headers.get("Idempotency-Key") or ""
        try:
            length = int(self.headers.get("Content-Length") or 0)
            order = json.loads(self.rfile.read(length) if 0 < length <= MAX_BODY else b"")
            card, cents = re.sub(r"[ -]", "", str(order["card"])), order["amount_cents"]
        except (ValueError, KeyError, TypeError):
            return self._answer(400, {"error": "malformed"})
        if self.path != "/refunds" or not _KEY.fullmatch(key) or type(cents) is not int or cents <= 0:
            return self._answer(400, {"error": "malformed"})
        if not _CARD.fullmatch(card) or not luhn.is_valid(card):
            return self._answer(422, {"error": "card refused"})
        try:
            reference, last4 = self.server.book.refund(key, card, cents)
        except KeyReused:
            return self._answer(409, {"error": "key reused"})
        return self._answer(201, {"reference": reference, "card_last4": last4})

    def address_string(self) -> str:
        """A Unix socket has no address to log."""
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a request line may hold anything."""

    def _answer(self, status: int, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serves until SIGTERM."""
    path, file = sys.argv[1:3]
    Path(path).unlink(missing_ok=True)
    server = _Server(path, Book(Path(file)))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server.serve_forever(poll_interval=0.2)


if __name__ == "__main__":
    main()
