"""Who the host site says a customer is: its signed token, verified (docs/spec/web-channel.md, "Sign-in").

A token that is wrong in any way is one error; the counters do not tell the ways apart either.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import urlsplit

import jwt

from discreet.errors import BadInput
from discreet.rasa.front import KEY_TYPES, SignIn
from discreet.rasa.key_sets import Ages, FetchedKeys, KeySet, KeysInFile, document, public_key

MAX_TOKEN = 8 * 1024
MAX_AGE_SECONDS = 600
GRACE_SECONDS = 60
AGES = Ages(fresh=600.0, again=60.0, stale=3600.0)


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
        self._keys = _keys(rules, project, clock)

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
        if key is None:
            raise _failed()
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
        if not _is_text(subject, 1) or not _is_text(token, 8):
            raise _failed()
        return Customer(f"{self._rules.issuer}\0{subject}", token, ends + GRACE_SECONDS - now + 1)


def _keys(rules: SignIn, project: Path, clock: Callable[[], float]) -> KeySet[Any]:
    def usable(published: Any) -> Any:
        fits = (
            published.get("kty") == KEY_TYPES[rules.algorithm]
            and published.get("crv", "Ed25519") == "Ed25519"
            and published.get("use", "sig") == "sig"
            and published.get("alg", rules.algorithm) == rules.algorithm
        )
        return public_key(published, rules.algorithm) if fits else None

    if urlsplit(rules.keys).scheme in ("https", "http"):
        return FetchedKeys(lambda http: document(http, rules.keys), usable, AGES, clock)
    return KeysInFile(project / rules.keys, usable)


def _is_text(claim: object, least: int) -> TypeGuard[str]:
    """Whether it has a fitting length, and nothing that only JSON can hold: half a surrogate pair has no UTF-8."""
    return isinstance(claim, str) and least <= len(claim) <= 255 and not any("\ud800" <= c <= "\udfff" for c in claim)


def _failed() -> BadInput:
    return BadInput("I could not make sure who you are. Please sign in again.", code="sign_in_failed")
