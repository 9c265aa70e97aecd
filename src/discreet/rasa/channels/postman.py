"""Delivers letters: in order within a conversation, again until the provider takes them (docs/spec/channels.md)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from json import loads
from typing import Any

import aiohttp
from sanic import Sanic

from discreet.errors import DiscreetError
from discreet.metrics import refused, tried
from discreet.records.outbox import LEASE_SECONDS, Letter, Outbox
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Steps

AT_ONCE = 16
"""Letters under way in one process."""
POLL_SECONDS = 1.0
SEND_SECONDS = 20.0
"""For one call of a provider; well below a letter's lease."""
LONGEST_DELAY, LONGEST_ASKED = 300.0, 3600.0
STOP_SECONDS = 5.0
MAX_ANSWER = 64 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a call ended: ``delivered``, ``later`` or ``refused``. ``wait`` is what the provider asked for, seconds."""

    kind: str
    wait: float = 0.0


DELIVERED, LATER, REFUSED = Outcome("delivered"), Outcome("later"), Outcome("refused")


class Courier(ABC):
    """How one channel calls its provider."""

    @classmethod
    @abstractmethod
    def name(cls) -> str:
        """The channel's name."""

    @abstractmethod
    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """One call. May raise aiohttp.ClientError and TimeoutError, which mean: later."""


class Postman:
    """One a process. ``employ`` a channel and its letters leave."""

    def __init__(self) -> None:
        self._couriers: dict[str, Courier] = {}
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._round: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, app: Sanic) -> Postman:
        """The process's own; made on first use."""
        made: Postman | None = getattr(app.ctx, "discreet_postman", None)
        if made is None:
            made = app.ctx.discreet_postman = cls()
        return made

    def start(self, statements: AsyncDatabase, outbox: Outbox) -> None:
        """Begins his rounds, once."""
        if self._round is None:
            self._statements, self._outbox = statements, outbox
            self._round = asyncio.get_running_loop().create_task(self._rounds())

    def employ(self, courier: Courier) -> None:
        """Delivers that channel's letters from now on."""
        self._couriers[courier.name()] = courier
        self.wake()

    def wake(self) -> None:
        """There may be a letter."""
        self._wake.set()

    async def stop(self) -> None:
        """Begins no further delivery and waits a moment for those under way."""
        # Not cancelled: a wait of Python 3.10 may swallow that, and a claim would be lost until its lease ends.
        round_, self._round = self._round, None
        self.wake()
        if round_ is not None:
            await round_

    async def _rounds(self) -> None:
        timeout = aiohttp.ClientTimeout(total=SEND_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            while self._round is not None:
                self._wake.clear()
                for letter in await self._claimed():
                    self._begin(self._deliver(http, letter))
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=STOP_SECONDS)

    async def _claimed(self) -> list[Letter]:
        free = AT_ONCE - len(self._under_way)
        if not free or not self._couriers:
            return []
        try:
            return await self._statements.run(self._outbox.claim(list(self._couriers), free))
        except DiscreetError as error:
            _log.warning("letters could not be read: %s", error.code)
            return []

    def _begin(self, delivery: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(delivery)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()

    async def _deliver(self, http: aiohttp.ClientSession, letter: Letter) -> None:
        outcome = await self._outcome(http, letter)
        tried(outcome.kind, letter.channel)
        if outcome.kind == "later":
            delay = delay_after(letter.attempt, outcome.wait)
            _log.warning("a letter of %s waits %.0f s after attempt %d", letter.channel, delay, letter.attempt)
            await self._noted(lambda: self._outbox.later(letter.id, delay))
        else:
            if outcome.kind == "refused":
                refused("letter_refused", letter.channel)
                _log.warning("%s refused a letter for good", letter.channel)
            await self._noted(lambda: self._outbox.done(letter.id))

    async def _outcome(self, http: aiohttp.ClientSession, letter: Letter) -> Outcome:
        if letter.address is None:
            return Outcome("erased")
        try:
            return await self._couriers[letter.channel].deliver(http, letter.address, letter.content)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return LATER
        except Exception:
            # A content that the channel's own code cannot send is tried again: a new version may.
            _log.exception("a letter could not be sent")
            return LATER

    async def _noted(self, steps: Callable[[], Steps[None]]) -> None:
        """A delivered letter that stays in the table would be sent twice: asks until the lease is nearly over."""
        deadline = asyncio.get_running_loop().time() + LEASE_SECONDS - SEND_SECONDS - STOP_SECONDS
        while True:
            try:
                return await self._statements.run(steps())
            except DiscreetError as error:
                _log.warning("a delivery could not be noted: %s", error.code)
                if asyncio.get_running_loop().time() > deadline:
                    return None
                await asyncio.sleep(POLL_SECONDS)


async def post(
    http: aiohttp.ClientSession,
    url: str,
    *,
    json: dict[str, Any] | None = None,
    form: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    auth: aiohttp.BasicAuth | None = None,
) -> tuple[int, dict[str, str], Any]:
    """A call: status, headers with lower-case names, and the JSON of the answer, None where it is none."""
    async with http.post(url, json=json, data=form, headers=headers, auth=auth, allow_redirects=False) as response:
        content = b""
        async for chunk in response.content.iter_chunked(MAX_ANSWER):
            content += chunk
            if len(content) > MAX_ANSWER:
                break
        try:
            parsed = loads(content)
        except (ValueError, RecursionError):
            parsed = None
        return response.status, {name.lower(): value for name, value in response.headers.items()}, parsed


async def download(http: aiohttp.ClientSession, url: str, most: int) -> bytes:
    """What lies there, cut after ``most`` bytes. Raises aiohttp.ClientError for any status but 200."""
    async with http.get(url, allow_redirects=False) as response:
        if response.status != 200:
            raise aiohttp.ClientPayloadError("no file")
        content = b""
        async for chunk in response.content.iter_chunked(MAX_ANSWER):
            content += chunk
            if len(content) >= most:
                break
        return content[:most]


def delay_after(attempt: int, asked: float) -> float:
    """Seconds until a letter is tried again, after so many attempts and where the provider asked for so long."""
    return max(min(2.0 ** min(attempt - 1, 30), LONGEST_DELAY), min(asked, LONGEST_ASKED))


def outcome_of(status: int, headers: dict[str, str]) -> Outcome:
    """What a status means where the provider says no more. 401 and 404 are ours to correct: the letter waits."""
    if 200 <= status < 300:
        return DELIVERED
    if status in (401, 404, 408, 425, 429) or status >= 500:
        return Outcome("later", seconds(headers.get("retry-after", "")))
    return REFUSED


def seconds(text: object) -> float:
    """A wait that a provider asked for; 0 for what is no number of seconds."""
    try:
        return max(float(str(text)), 0.0)
    except ValueError:
        return 0.0
