"""What an attack is: bytes on a connection, the refusal that they must get, and what may change (nothing)."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.attacks.site import Site

PUBLIC = "chat.example.com"
ORIGIN = f"https://{PUBLIC}"
Pair = tuple[str, str]
Made = Callable[["Site"], bytes]

TURN = {"turns": 1}
"""The attacker's own words, as plain text in the attacker's own conversation: what anybody may do."""
ANSWERED = frozenset({"effects"})
"""Which action answers words is the model's choice; that it ran is no harm."""


@dataclass(frozen=True)
class Reply:
    """What came back until the connection ended. ``status`` is 0 where nothing did; ``answers`` counts them."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    answers: int

    @property
    def error(self) -> dict[str, Any]:
        """The error of the protocol; {} where there is none."""
        try:
            found = json.loads(self.body)["error"]
        except (ValueError, KeyError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Attack:
    """One attack. ``made`` prepares it, which may take turns of its own, and returns the bytes to send.

    ``counted`` is the channel and reason of the refusal in the metrics, None where a power that the attacker claims
    is simply not there and their words count as words. ``changes``: what changes meanwhile, by name and number, and
    nothing else but what ``besides`` names.
    """

    name: str
    made: Made = field(repr=False)
    status: int
    code: str = ""
    counted: tuple[str, str] | None = None
    changes: Mapping[str, int] = field(default_factory=dict)
    besides: frozenset[str] = frozenset()
    door: str = "web"
    after: Callable[[Site, Reply], None] | None = field(default=None, repr=False)


def http(method: str, path: str, *headers: Pair, body: bytes = b"", host: str = PUBLIC, length: bool = True) -> bytes:
    """A request as it goes over the wire, each header as often and in the order as given."""
    lines: list[Pair] = [("Host", host), ("Connection", "close"), *headers]
    if length and (body or method in ("POST", "PUT", "PATCH")):
        lines.append(("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body


def plain(content: bytes | str) -> Made:
    """An attack that needs nothing of the site."""
    raw = content if isinstance(content, bytes) else content.encode()
    return lambda site: raw


def exchange(door: int | str, raw: bytes, seconds: float = 30) -> Reply:
    """Sends the bytes to a port of this machine, or to a Unix socket, and reads until the other side closes."""
    family, address = (socket.AF_UNIX, door) if isinstance(door, str) else (socket.AF_INET, ("127.0.0.1", door))
    said = b""
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(address)
        # One that has heard enough resets the connection; what it said may still be there.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(raw)
        with contextlib.suppress(ConnectionResetError):
            for part in iter(partial(connection.recv, 65536), b""):
                said += part
    return read(said)


def read(said: bytes) -> Reply:
    """The first of the answers in what a server said."""
    if not said.startswith(b"HTTP/1.1 "):
        return Reply(0, {}, said, 0)
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Reply(int(first.split(" ")[1]), headers, body, said.count(b"HTTP/1.1 "))
