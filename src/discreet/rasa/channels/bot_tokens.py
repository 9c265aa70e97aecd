"""Tokens of the Bot Framework, both ways: who calls us, and what we call with (docs/spec/channels.md)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

from discreet.errors import NotAuthentic, StorageUnavailable
from discreet.rasa.channels.connector import api_address
from discreet.rasa.channels.postman import post
from discreet.rasa.channels.webhook import at, each, json_object, text_at

ISSUER = "https://api.botframework.com"
GRACE_SECONDS = 300
KEPT_SECONDS, AGAIN_SECONDS = 24 * 3600.0, 300.0
SPARE_SECONDS = 120.0
SMALLEST_KEY_BITS = 2048
FETCH_SECONDS = 10.0
_SCOPE = "https://api.botframework.com/.default"


@dataclass(frozen=True)
class SigningKey:
    """A published key, and the channels that it may speak for."""

    key: Any
    endorsements: frozenset[str]


class SigningKeys:
    """The key set behind a metadata address, fetched when it is needed and kept for a day."""

    def __init__(self, metadata: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._metadata = api_address(metadata)
        self._clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._fetched: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> SigningKey:
        """Raises NotAuthentic for an id that is not published, StorageUnavailable when nothing can be fetched."""
        async with self._lock:
            age = None if self._fetched is None else self._clock() - self._fetched
            if age is None or age > KEPT_SECONDS or (key_id not in self._keys and age > AGAIN_SECONDS):
                await self._fetch()
        if key_id not in self._keys:
            raise NotAuthentic("the token is signed by a key that is not published")
        return self._keys[key_id]

    async def _fetch(self) -> None:
        try:
            timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as http:
                metadata = await _document(http, self._metadata)
                keys = await _document(http, api_address(text_at(metadata, "jwks_uri")))
        except Exception:
            # Whatever it was: without keys nobody is who they say. The provider sends the message again.
            raise StorageUnavailable("the Bot Framework's keys could not be fetched") from None
        self._keys = dict(filter(None, map(_signing_key, each(keys, "keys"))))
        self._fetched = self._clock()


class AccessToken:
    """What we call the connector with: asked for with the app's password, and kept until shortly before its end."""

    def __init__(self, login: str, app_id: str, app_password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = f"{api_address(login)}/oauth2/v2.0/token"
        self._form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": app_password}
        self._clock = clock
        self._token, self._until = "", 0.0
        self._lock = asyncio.Lock()

    async def get(self, http: aiohttp.ClientSession) -> str:
        """The token; empty when none was given."""
        async with self._lock:
            if self._clock() >= self._until:
                status, _, body = await post(http, self._url, form={**self._form, "scope": _SCOPE})
                token, lives = text_at(body, "access_token"), at(body, "expires_in")
                if status != 200 or not token or not isinstance(lives, int | float):
                    return ""
                self._token, self._until = token, self._clock() + max(lives - SPARE_SECONDS, 0.0)
            return self._token

    def forget(self) -> None:
        """It was refused."""
        self._until = 0.0


async def require_token(keys: SigningKeys, authorization: str, *, app_id: str, service: str, channel: str) -> None:
    """Raises NotAuthentic unless the Bot Framework made the call for that channel, to this app, from that service.

    ``service`` and ``channel`` are the activity's: the token must say the same service, and its key must be endorsed
    for the channel.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthentic("there is no bearer token")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise NotAuthentic("the token is malformed") from None
    if header.get("alg") != "RS256":
        raise NotAuthentic("the token is signed by another algorithm")
    signing = await keys.find(str(header.get("kid", "")))
    try:
        claims = jwt.decode(
            token,
            signing.key,
            algorithms=["RS256"],
            audience=app_id,
            issuer=ISSUER,
            leeway=GRACE_SECONDS,
            options={"require": ["exp", "nbf", "iss", "aud"]},
        )
    except jwt.PyJWTError:
        raise NotAuthentic("the token does not verify") from None
    if not service or claims.get("serviceurl") != service:
        raise NotAuthentic("the token is for another service")
    if channel not in signing.endorsements:
        raise NotAuthentic("the token's key does not speak for this channel")


async def _document(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with http.get(url, allow_redirects=False) as response:
        response.raise_for_status()
        return json_object(await response.read())


def _signing_key(published: Any) -> tuple[str, SigningKey] | None:
    try:
        key = jwt.PyJWK(published, algorithm="RS256").key
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError):
        return None
    if key.key_size < SMALLEST_KEY_BITS:
        return None
    return text_at(published, "kid"), SigningKey(key, frozenset(map(str, each(published, "endorsements"))))
