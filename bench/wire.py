"""One HTTP exchange, timed from the first byte sent to the last one read: what a client's own parser takes is no
server's time."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many milliseconds."""

    ms: float
    status: int
    body: Any


def post(port: int, path: str, body: dict[str, Any], cookie: str = "") -> Answer:
    """A request to this machine on a connection of its own."""
    content = json.dumps(body).encode()
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json"]
    head += [f"Content-Length: {len(content)}", *([f"Cookie: {cookie}"] if cookie else []), "", ""]
    request = "\r\n".join(head).encode() + content
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        received, end = b"", -1
        while end < 0 or len(received) < end:
            more = connection.recv(65536)
            if not more:
                raise RuntimeError("the server closed the connection before it had answered")
            received += more
            if end < 0 and b"\r\n\r\n" in received:
                end = _end(received)
        ms = 1000 * (time.perf_counter() - begun)
    header, _, rest = received.partition(b"\r\n\r\n")
    return Answer(ms, int(header.split(b" ", 2)[1]), json.loads(rest))


def _end(received: bytes) -> int:
    """Where the answer ends."""
    header = received.partition(b"\r\n\r\n")[0]
    lengths = (line for line in header.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return len(header) + 4 + int(next(lengths).partition(b":")[2])
