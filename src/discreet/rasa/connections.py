"""What a connection may do before it has sent a whole request: bounded in time and number, and only one reading of it.

Sanic's own timeouts begin anew with every byte, its parser takes several lengths and the last of them, and the body is
read before any middleware: hence signals of the connection's life, and a request that looks at itself when it is made.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from sanic import Sanic
from sanic.exceptions import InvalidUsage, MethodNotSupported, SanicException
from sanic.request import Request

from discreet import metrics
from discreet.rasa.handshakes import Handshakes
from discreet.records.limits import scopes

READ_SECONDS = 15.0
"""For the whole of one request, from the connection's beginning."""
IDLE_SECONDS = 30
"""Between two requests of one connection; what comes then has READ_SECONDS too."""
LINGER_SECONDS = 1.0
MOST = 512
MOST_OF_ADDRESS = 64
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+\Z")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\ud7ff\ue000-\U0010ffff]*\Z")
_LENGTH = re.compile(r"[0-9]{1,10}\Z")
_PRECISION = 0.25
"""Seconds that a connection may be late to end: a look at all of them costs less than a timer for each."""
_ONCE = frozenset({
    "authorization", "content-length", "content-type", "host", "origin", "x-hub-signature-256",
    "x-slack-request-timestamp", "x-slack-signature", "x-telegram-bot-api-secret-token", "x-twilio-signature",
})  # fmt: skip
"""What decides who somebody is, and what they sent: of two, one server believes the first and another the last."""
_WITH_A_BODY = ("POST", "PUT", "PATCH")
_TARGET = re.compile(r"/[\x21-\x7e]*\Z")


class LengthRequired(SanicException):
    """A body without a length, or with two ways to find it: where it ends is a matter of opinion."""

    status_code = 411
    quiet = True


class Connections:
    """Counts and times connections of one server. ``is_near`` tells an address of this machine or a trusted proxy."""

    def __init__(
        self,
        is_near: Callable[[str], bool],
        *,
        read_seconds: float = READ_SECONDS,
        most: int = MOST,
        most_of_address: int = MOST_OF_ADDRESS,
        handshakes: Handshakes | None = None,
    ) -> None:
        self._is_near = is_near
        self._read_seconds = read_seconds
        self._most = most
        self._most_of_address = most_of_address
        self._open: Counter[str] = Counter()
        self._until: dict[asyncio.Task[Any], float] = {}
        self._next_look: asyncio.TimerHandle | None = None
        self._handshakes = handshakes or Handshakes()

    def watch(self, app: Sanic) -> None:
        """Before the server starts: Sanic takes out signals that nobody listens to."""
        self._handshakes.watch(app)
        app.config.KEEP_ALIVE_TIMEOUT = IDLE_SECONDS
        app.config.ACCESS_LOG = False  # nothing of its lines passes ``logs``
        app.request_class = _Request
        app.add_signal(_function(self._begun), "http.lifecycle.begin")
        app.add_signal(_function(self._ended), "http.lifecycle.complete")
        app.register_middleware(self._arrived, "request")
        app.register_middleware(self._answered, "response")
        app.register_listener(_without_cors, "before_server_start")

    async def _begun(self, conn_info: Any) -> None:
        address = _client(conn_info.client_ip)
        crowded = self._open[address] >= self._most_of_address and not self._is_near(conn_info.client_ip)
        if crowded or self._open.total() >= self._most:
            metrics.refused("connections")
            raise asyncio.CancelledError
        self._open[address] += 1
        conn_info.ctx.counted = address
        conn_info.ctx.task = asyncio.current_task()
        self._time(conn_info, self._read_seconds)

    async def _ended(self, conn_info: Any) -> None:
        self._stop_timing(conn_info)
        address = getattr(conn_info.ctx, "counted", None)
        if address is not None:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _arrived(self, request: Request) -> None:
        if request.conn_info is not None:
            self._stop_timing(request.conn_info)

    def _answered(self, request: Request, _response: Any) -> None:
        if request.conn_info is not None and hasattr(request.conn_info.ctx, "task"):
            # Sanic reads what is left of a body before it ends a connection, however long that takes.
            used_again = request.stream is not None and request.stream.keep_alive
            self._time(request.conn_info, IDLE_SECONDS + self._read_seconds if used_again else LINGER_SECONDS)

    def _time(self, conn_info: Any, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._until[conn_info.ctx.task] = loop.time() + seconds
        if self._next_look is None:
            self._next_look = loop.call_later(_PRECISION, self._end_overdue, loop)

    def _stop_timing(self, conn_info: Any) -> None:
        if hasattr(conn_info.ctx, "task"):
            self._until.pop(conn_info.ctx.task, None)

    def _end_overdue(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task in [task for task, until in self._until.items() if until <= now]:
            del self._until[task]
            task.cancel()
        self._next_look = loop.call_later(_PRECISION, self._end_overdue, loop) if self._until else None


def _client(address: str) -> str:
    """Whose connection it is: of IPv6 the /64, of which one client has every address. A Unix socket has none."""
    return scopes(address)[0].removesuffix("/32") if ":" in address else address


def _function(method: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """Sanic writes attributes on its handlers, which a method does not take."""

    async def handler(conn_info: Any) -> None:
        await method(conn_info)

    return handler


async def _without_cors(app: Sanic, _loop: Any) -> None:
    """Takes out what Rasa asks of every answer: which other sites may read it. None may (``options``)."""
    for chain in (app.request_middleware, app.response_middleware):
        for asked in [one for one in chain if one.__module__.startswith("sanic_cors")]:
            chain.remove(asked)


class _Request(Request):
    """Made of the headers, before a body is read. What is raised here is answered and ends the connection."""

    def __init__(self, url_bytes: bytes, *args: Any, **kwargs: Any) -> None:
        # Sanic's own ends the connection without an answer, uncounted, where it cannot read the address.
        super().__init__(url_bytes if _TARGET.match(url_bytes.decode("latin-1")) else b"*", *args, **kwargs)
        # Without a head it is nobody's: Sanic makes one of its own to answer what could not be read.
        seen = _read_once(self) if self.head else set()
        if "upgrade" in seen:
            raise InvalidUsage("there is no other protocol here", quiet=True)
        if self.method == "OPTIONS":
            raise MethodNotSupported("no other site may ask", "OPTIONS", ())


def _read_once(request: Request) -> set[str]:
    """The names of its headers. Refuses what a proxy in front might read otherwise (RFC 9112, section 11.2)."""
    seen: set[str] = set()
    for name, value in request.headers.items():
        if not (_NAME.match(name) and _VALUE.match(value)):
            raise InvalidUsage("a header is malformed", quiet=True)
        if name in seen and name in _ONCE:
            raise InvalidUsage("a header stands twice", quiet=True)
        seen.add(name)
    if "transfer-encoding" in seen or ("content-length" not in seen and request.method in _WITH_A_BODY):
        raise LengthRequired("no length")
    if not _LENGTH.match(request.headers.get("content-length", "0")):
        raise InvalidUsage("a length is malformed", quiet=True)
    if "host" not in seen or not _TARGET.match(request.raw_url.decode("latin-1")):
        raise InvalidUsage("a request's address is malformed", quiet=True)
    return seen
