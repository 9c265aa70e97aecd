"""What becomes of a message for which there is no room just now (docs/spec/channels.md, "No room")."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from discreet.errors import TooMany

PAUSE = 0.2
TRIES = 10
"""Two seconds in all: a provider that waits shortest, Slack, waits for three."""
_Result = TypeVar("_Result")


async def with_patience(take: Callable[[], Awaitable[_Result]]) -> _Result:
    """``take``'s result, tried again for two seconds while it raises TooMany, which it raises before it does anything.

    A burst of one person, or of all, is over in a moment, and a provider may not send again what we turn away.
    """
    for _ in range(TRIES):
        with suppress(TooMany):
            return await take()
        await asyncio.sleep(PAUSE)
    return await take()
