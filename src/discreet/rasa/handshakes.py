"""TLS handshakes that never end: bounded in time and number, and counted (docs/spec/limits.md).

A connection is Sanic's only once its handshake is done, so ``connections`` sees nothing of what hangs before. Whose it
is nobody tells us there: the bound is one for all, and a front that has a network's worth of clients is the proxy's.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from ssl import SSLContext, SSLError, SSLObject
from typing import Any

import uvloop
from sanic import Sanic

from discreet import metrics

SECONDS = 10.0
"""For the whole handshake; uvloop's own bound is a minute."""
MOST = 512
"""Unfinished ones of one process at a time."""
_NONE = -1


class Handshakes:
    """Counts the handshakes of one server. ``clock``: seconds."""

    def __init__(
        self, *, most: int = MOST, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._numbers = itertools.count()
        self._until: dict[int, float] = {}

    def watch(self, app: Sanic) -> None:
        """Before the server starts, which makes the loop and has the certificate."""
        asyncio.set_event_loop_policy(_policy(self._seconds))

        @app.listener("before_server_start")
        async def watch(app: Sanic, _loop: Any) -> None:
            if app.state.ssl is not None:
                self.count(app.state.ssl)

    def count(self, context: SSLContext) -> None:
        """Every handshake of this context from now on."""
        handshakes = self

        class Watched(SSLObject):
            number = _NONE

            def do_handshake(self) -> None:
                if self.number == _NONE:
                    self.number = handshakes._begun()
                super().do_handshake()  # raises until it is done
                handshakes._until.pop(self.number, None)

            def __del__(self) -> None:
                if handshakes._until.pop(self.number, None) is not None:
                    metrics.refused("handshake")

        context.sslobject_class = Watched

    def _begun(self) -> int:
        """Its number. Raises SSLError, which ends the connection, where too many are unfinished."""
        now = self._clock()
        # One whose time is over is the loop's to end, and no longer in anybody's way.
        if sum(until > now for until in self._until.values()) >= self._most:
            metrics.refused("handshakes")
            raise SSLError("too many handshakes at once")
        number = next(self._numbers)
        self._until[number] = now + self._seconds
        return number


def _policy(seconds: float) -> asyncio.AbstractEventLoopPolicy:
    """uvloop, as Sanic takes by itself, with another bound for handshakes: Sanic hands none on."""

    class Loop(uvloop.Loop):
        async def create_server(self, *given: Any, **named: Any) -> Any:
            if named.get("ssl") is not None:
                named["ssl_handshake_timeout"] = seconds
            return await super().create_server(*given, **named)

    class Policy(uvloop.EventLoopPolicy):
        def new_event_loop(self) -> Loop:
            return Loop()

    return Policy()
