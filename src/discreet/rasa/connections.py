"""What a connection may do before it has sent a whole request: bounded in time and number, and only one reading of it.

Sanic's own timeouts begin anew with every byte, its parser takes several lengths and the last of them, and the body is
read before any middleware: hence signals of the connection's life.
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
_ONCE = (
    "authorization", "content-type", "origin", "x-hub-signature-256", "x-slack-request-timestamp", "x-slack-signature",
    "x-telegram-bot-api-secret-token", "x-twilio-signature",
)  # fmt: skip
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
        self._handshakes = handshakes or Handshakes()

    def watch(self, app: Sanic) -> None:
        """Before the server starts: Sanic takes out signals that nobody listens to."""
        self._handshakes.watch(app)
        app.config.KEEP_ALIVE_TIMEOUT = IDLE_SECONDS
        app.request_class = _Request
        app.add_signal(_function(self._begun), "http.lifecycle.begin")
        app.add_signal(_function(self._ended), "http.lifecycle.complete")
        app.add_signal(_requested, "http.lifecycle.request")
        app.register_middleware(self._arrived, "request")
        app.register_middleware(self._answered, "response")

    async def _begun(self, conn_info: Any) -> None:
        address = _client(conn_info.client_ip)
        crowded = self._open[address] >= self._most_of_address and not self._is_near(conn_info.client_ip)
        if crowded or sum(self._open.values()) >= self._most:
            metrics.refused("connections")
            raise asyncio.CancelledError
        self._open[address] += 1
        conn_info.ctx.counted = address
        conn_info.ctx.task = asyncio.current_task()
        self._time(conn_info, self._read_seconds)

    async def _ended(self, conn_info: Any) -> None:
        _stop_timing(conn_info)
        address = getattr(conn_info.ctx, "counted", None)
        if address is not None:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    async def _arrived(self, request: Request) -> None:
        if request.conn_info is not None:
            _stop_timing(request.conn_info)

    async def _answered(self, request: Request, _response: Any) -> None:
        if request.conn_info is not None and hasattr(request.conn_info.ctx, "task"):
            # Sanic reads what is left of a body before it ends a connection, however long that takes.
            used_again = request.stream is not None and request.stream.keep_alive
            self._time(request.conn_info, IDLE_SECONDS + self._read_seconds if used_again else LINGER_SECONDS)

    def _time(self, conn_info: Any, seconds: float) -> None:
        _stop_timing(conn_info)
        conn_info.ctx.timer = asyncio.get_running_loop().call_later(seconds, conn_info.ctx.task.cancel)


def _client(address: str) -> str:
    """Whose connection it is: of IPv6 the /64, of which one client has every address. A Unix socket has none."""
    return scopes(address)[0].removesuffix("/32") if ":" in address else address


def _function(method: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """Sanic writes attributes on its handlers, which a method does not take."""

    async def handler(conn_info: Any) -> None:
        await method(conn_info)

    return handler


def _stop_timing(conn_info: Any) -> None:
    timer = getattr(conn_info.ctx, "timer", None)
    if timer is not None:
        timer.cancel()


class _Request(Request):
    """Sanic's own ends the connection without an answer, uncounted, where it cannot read the address."""

    def __init__(self, url_bytes: bytes, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_bytes if _TARGET.match(url_bytes.decode("latin-1")) else b"*", *args, **kwargs)


async def _requested(request: Request) -> None:
    _require_one_reading(request)
    if "upgrade" in request.headers:
        raise InvalidUsage("there is no other protocol here", quiet=True)
    if request.method == "OPTIONS":
        # Rasa's CORS would answer every preflight, if only with nothing that a browser takes for a yes.
        raise MethodNotSupported("no other site may ask", "OPTIONS", ())


def _require_one_reading(request: Request) -> None:
    """Refuses what a proxy in front might read otherwise than Sanic does (RFC 9112, section 11.2)."""
    headers = request.headers
    if not all(_NAME.match(name) and _VALUE.match(value) for name, value in headers.items()):
        raise InvalidUsage("a header is malformed", quiet=True)
    if headers.getall("transfer-encoding", []):
        raise LengthRequired("no length")
    lengths = headers.getall("content-length", [])
    if not lengths and request.method in _WITH_A_BODY:
        raise LengthRequired("no length")
    if len(lengths) > 1 or not all(_LENGTH.match(length) for length in lengths):
        raise InvalidUsage("a length is malformed", quiet=True)
    if any(len(headers.getall(name, [])) > 1 for name in _ONCE):
        raise InvalidUsage("a header stands twice", quiet=True)
    if len(headers.getall("host", [])) != 1 or not _TARGET.match(request.raw_url.decode("latin-1")):
        raise InvalidUsage("a request's address is malformed", quiet=True)
