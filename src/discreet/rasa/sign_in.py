"""Who the host site says a customer is: its signed token, verified (docs/spec/web-channel.md, "Sign-in").

A token that is wrong in any way is one error; the counters do not tell the ways apart either.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import jwt

from discreet.errors import BadInput, StorageUnavailable
from discreet.rasa.front import KEY_TYPES, SignIn

MAX_TOKEN = 8 * 1024
MAX_AGE_SECONDS = 600
GRACE_SECONDS = 60
MAX_KEY_SET = 64 * 1024
FRESH_SECONDS, AGAIN_SECONDS, STALE_SECONDS = 600.0, 60.0, 3600.0
FETCH_SECONDS = 5.0
SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True)
class Customer:
    """A verified customer: ``name`` is unique to issuer and subject, ``token`` to this token, for ``seconds`` more."""

    name: str
    token: str
    seconds: float


class Verifier:
    """Verifies tokens. ``clock`` is Unix time in seconds."""

    def __init__(self, rules: SignIn, project: Path, clock: Callable[[], float] = time.time) -> None:
        self._rules = rules
        self._clock = clock
        remote = urlsplit(rules.keys).scheme in ("https", "http")
        self._keys: _KeySet = _Fetched(rules, clock) if remote else _File(rules, project / rules.keys)

    async def customer(self, token: str) -> Customer:
        """Who signed in. ``token`` is the client's. Raises BadInput, and StorageUnavailable while keys are missing."""
        if len(token) > MAX_TOKEN:
            raise _failed()
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise _failed() from None
        if header.get("alg") != self._rules.algorithm or "crit" in header or not isinstance(header.get("kid"), str):
            raise _failed()
        key = await self._keys.find(header["kid"])
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[self._rules.algorithm],
                audience=self._rules.audience,
                issuer=self._rules.issuer,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise _failed() from None
        return self._checked(claims)

    def _checked(self, claims: dict[str, Any]) -> Customer:
        now = self._clock()
        times = [claims.get(name) for name in ("iat", "nbf", "exp")]
        if not all(isinstance(at, (int, float)) and not isinstance(at, bool) for at in times):
            raise _failed()
        issued, begins, ends = map(float, times)  # type: ignore[arg-type]
        in_time = begins - GRACE_SECONDS <= now <= ends + GRACE_SECONDS and issued <= now + GRACE_SECONDS
        if not in_time or not 0 < ends - issued <= MAX_AGE_SECONDS:
            raise _failed()
        subject, token = claims.get("sub"), claims.get("jti")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
            raise _failed()
        if not isinstance(token, str) or not 8 <= len(token) <= 255:
            raise _failed()
        return Customer(f"{self._rules.issuer}\0{subject}", token, ends + GRACE_SECONDS - now + 1)


class _KeySet:
    def __init__(self, rules: SignIn) -> None:
        self._algorithm = rules.algorithm
        self._keys: dict[str, Any] = {}

    async def find(self, key_id: str) -> Any:
        """The key of that id. Raises BadInput, and StorageUnavailable while the set cannot be had."""
        await self._refresh(key_id)
        if key_id not in self._keys:
            raise _failed()
        return self._keys[key_id]

    async def _refresh(self, key_id: str) -> None:
        raise NotImplementedError

    def _take(self, content: bytes) -> None:
        """Replaces the set. Raises ValueError for what is none."""
        listed = json.loads(content)["keys"]
        self._keys = {one["kid"]: key for one in listed if (key := self._usable(one)) is not None}

    def _usable(self, one: Any) -> Any:
        fits = (
            isinstance(one, dict)
            and isinstance(one.get("kid"), str)
            and one.get("kty") == KEY_TYPES[self._algorithm]
            and one.get("crv", "Ed25519") == "Ed25519"
            and one.get("use", "sig") == "sig"
            and one.get("alg", self._algorithm) == self._algorithm
        )
        if not fits:
            return None
        try:
            key = jwt.PyJWK(one, algorithm=self._algorithm).key
        except (jwt.PyJWTError, ValueError):
            return None
        return None if getattr(key, "key_size", SMALLEST_RSA_BITS) < SMALLEST_RSA_BITS else key


class _File(_KeySet):
    """Read again when it changes."""

    def __init__(self, rules: SignIn, path: Path) -> None:
        super().__init__(rules)
        self._path = path
        self._seen: tuple[int, int] | None = None

    async def _refresh(self, key_id: str) -> None:
        try:
            found = self._path.stat()
            if self._seen != (found.st_mtime_ns, found.st_ino):
                self._take(self._path.read_bytes())
                self._seen = (found.st_mtime_ns, found.st_ino)
        except (OSError, ValueError, KeyError, TypeError):
            raise StorageUnavailable("the host site's keys cannot be read") from None


class _Fetched(_KeySet):
    """Kept for a while; asked for anew, not too often, when a key is not among them."""

    def __init__(self, rules: SignIn, clock: Callable[[], float]) -> None:
        super().__init__(rules)
        self._address = rules.keys
        self._clock = clock
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def _refresh(self, key_id: str) -> None:
        async with self._lock:
            age = self._clock() - self._fetched
            wanted = age > FRESH_SECONDS or key_id not in self._keys
            if wanted and self._clock() - self._tried > AGAIN_SECONDS:
                self._tried = self._clock()
                try:
                    self._take(await self._fetch())
                    self._fetched = self._clock()
                except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, KeyError, TypeError):
                    pass
            if self._clock() - self._fetched > STALE_SECONDS:
                raise StorageUnavailable("the host site's keys cannot be fetched")

    async def _fetch(self) -> bytes:
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(self._address, allow_redirects=False) as response,
        ):
            content = await response.content.read(MAX_KEY_SET + 1)
            while len(content) <= MAX_KEY_SET and (more := await response.content.read(MAX_KEY_SET)):
                content += more
            if response.status != 200 or len(content) > MAX_KEY_SET:
                raise ValueError("no key set")
            return content


def _failed() -> BadInput:
    return BadInput("I could not make sure who you are. Please sign in again.", code="sign_in_failed")
