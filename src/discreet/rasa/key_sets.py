"""Published keys of those whose signatures count (JWK Sets, RFC 7517): in a file, or fetched and kept for a while."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import aiohttp
import jwt

from discreet.errors import DiscreetError, StorageUnavailable

MAX_DOCUMENT = 1 << 20
FETCH_SECONDS = 5.0
RETRY_SECONDS = 5.0
"""From a fetch that failed to the next."""
SMALLEST_RSA_BITS = 2048

Key = TypeVar("Key")
Key_co = TypeVar("Key_co", covariant=True)
Usable = Callable[[Any], "Key | None"]
"""What we keep of one published key; None for one that is not for us."""


class KeySet(Protocol[Key_co]):
    """Keys by their ids."""

    async def find(self, key_id: str) -> Key_co | None:
        """The key, None where it is not published; ``key_id`` is the client's.

        Raises StorageUnavailable while that cannot be told.
        """


@dataclass(frozen=True)
class Ages:
    """In seconds: until a set is fetched anew; between fetches for ids that are not in it; until it counts no more."""

    fresh: float
    again: float
    stale: float


class KeysInFile(Generic[Key]):
    """Read again when it changes."""

    def __init__(self, path: Path, usable: Usable[Key]) -> None:
        self._path = path
        self._usable = usable
        self._keys: dict[str, Key] = {}
        self._seen: tuple[int, int] | None = None

    async def find(self, key_id: str) -> Key | None:
        """See KeySet."""
        try:
            found = self._path.stat()
            if self._seen != (found.st_mtime_ns, found.st_ino):
                self._keys = _read(self._path.read_bytes(), self._usable)
                self._seen = (found.st_mtime_ns, found.st_ino)
        except (OSError, ValueError, KeyError, TypeError):
            raise StorageUnavailable("a file of keys cannot be read") from None
        return self._keys.get(key_id)


class FetchedKeys(Generic[Key]):
    """Kept for a while; asked for anew, not too often, when a key is not among them. ``fetch`` returns the JSON."""

    def __init__(
        self,
        fetch: Callable[[aiohttp.ClientSession], Awaitable[bytes]],
        usable: Usable[Key],
        ages: Ages,
        clock: Callable[[], float],
    ) -> None:
        self._fetch = fetch
        self._usable = usable
        self._ages = ages
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._failing = False
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> Key | None:
        """See KeySet."""
        async with self._lock:
            wanted = self._clock() - self._fetched > self._ages.fresh or key_id not in self._keys
            if wanted and self._clock() - self._tried > (RETRY_SECONDS if self._failing else self._ages.again):
                await self._refresh()
            stale = self._clock() - self._fetched > self._ages.stale
            if stale or (self._failing and key_id not in self._keys):
                raise StorageUnavailable("published keys cannot be fetched")
            return self._keys.get(key_id)

    async def _refresh(self) -> None:
        self._tried = self._clock()
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS)) as http:
                self._keys = _read(await self._fetch(http), self._usable)
            self._fetched, self._failing = self._clock(), False
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, KeyError, TypeError, DiscreetError):
            self._failing = True


async def document(http: aiohttp.ClientSession, address: str) -> bytes:
    """What stands there, at most MAX_DOCUMENT bytes. Raises aiohttp.ClientError, ValueError for another answer."""
    async with http.get(address, allow_redirects=False) as response:
        content = b""
        while len(content) <= MAX_DOCUMENT and (more := await response.content.read(MAX_DOCUMENT)):
            content += more
        if response.status != 200 or len(content) > MAX_DOCUMENT:
            raise ValueError("no such document")
        return content


def public_key(published: Any, algorithm: str) -> Any:
    """The key for that algorithm of JWA; None for what is none, or too short (NIST SP 800-131A: 2048 bits of RSA)."""
    try:
        key = jwt.PyJWK(published, algorithm=algorithm).key
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError):
        return None
    return None if getattr(key, "key_size", SMALLEST_RSA_BITS) < SMALLEST_RSA_BITS else key


def _read(content: bytes, usable: Usable[Key]) -> dict[str, Key]:
    """Raises ValueError, KeyError or TypeError for what is no key set."""
    named = [one for one in json.loads(content)["keys"] if isinstance(one, dict) and isinstance(one.get("kid"), str)]
    return {one["kid"]: key for one in named if (key := usable(one)) is not None}
