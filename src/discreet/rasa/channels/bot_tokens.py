"""Tokens of the Bot Framework, both ways: who calls us, and what we call with (docs/spec/channels.md)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

from discreet.errors import NotAuthentic
from discreet.rasa.channels.connector import api_address
from discreet.rasa.channels.postman import post
from discreet.rasa.channels.webhook import at, each, json_object, text_at
from discreet.rasa.key_sets import Ages, FetchedKeys, KeySet, document, public_key

ISSUER = "https://api.botframework.com"
GRACE_SECONDS = 300
AGES = Ages(fresh=24 * 3600.0, again=300.0, stale=24 * 3600.0)
SPARE_SECONDS = 120.0
_SCOPE = "https://api.botframework.com/.default"


@dataclass(frozen=True)
class SigningKey:
    """A published key, and the channels that it may speak for."""

    key: Any
    endorsements: frozenset[str]


def signing_keys(metadata: str, clock: Callable[[], float] = time.monotonic) -> KeySet[SigningKey]:
    """The key set behind a metadata address, kept for a day. Raises SettingsError unless the address is https."""
    address = api_address(metadata)

    async def fetch(http: aiohttp.ClientSession) -> bytes:
        found = json_object(await document(http, address))
        return await document(http, api_address(text_at(found, "jwks_uri")))

    return FetchedKeys(fetch, _signing_key, AGES, clock)


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


async def require_token(
    keys: KeySet[SigningKey], authorization: str, *, app_id: str, service: str, channel: str
) -> None:
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
    if signing is None:
        raise NotAuthentic("the token is signed by a key that is not published")
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


def _signing_key(published: Any) -> SigningKey | None:
    key = public_key(published, "RS256")
    return None if key is None else SigningKey(key, frozenset(map(str, each(published, "endorsements"))))
