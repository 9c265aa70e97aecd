"""What a page fetches once, past the conversation: no tracker, log or database holds it (docs/spec/step-up.md)."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SECONDS = 300.0


@dataclass(frozen=True)
class _Kept:
    until: float
    link: bytes
    content: dict[str, Any] = field(repr=False)


class ShownOnce:
    """In this process's memory, one a conversation. ``clock``: seconds; ``random``: a link's 32 bytes in base64url."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, random: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    ) -> None:
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._kept: dict[bytes, _Kept] = {}

    def keep(self, subject: bytes, content: dict[str, Any]) -> str:
        """Keeps it for five minutes, in place of what that conversation has not fetched yet; the secret of its link."""
        link = self._random()
        with self._lock:
            now = self._clock()
            self._kept = {one: kept for one, kept in self._kept.items() if kept.until > now}
            self._kept[subject] = _Kept(now + SECONDS, _digest(link), content)
        return link

    def take(self, subject: bytes) -> dict[str, Any] | None:
        """What is there for a conversation, gone with this; None for nothing."""
        with self._lock:
            return self._live(self._kept.pop(subject, None))

    def take_by(self, link: str) -> dict[str, Any] | None:
        """What is there behind a link, gone with this; None for nothing. Digests are compared: no timing tells one."""
        wanted = _digest(link)
        with self._lock:
            subject = next((one for one, kept in self._kept.items() if kept.link == wanted), b"")
            return self._live(self._kept.pop(subject, None))

    def _live(self, kept: _Kept | None) -> dict[str, Any] | None:
        return kept.content if kept is not None and kept.until > self._clock() else None


def _digest(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()
