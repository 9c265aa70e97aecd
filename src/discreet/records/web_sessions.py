"""Browser sessions of the web channel: unguessable, expiring, revocable (docs/spec/web-channel.md).

The cookie is 256 random bits; the database holds a keyed hash of it. Who holds the cookie is the conversation.
"""

from __future__ import annotations

import base64
import os
from datetime import timedelta

from discreet.crypto.identifiers import pseudonym, web_session_id
from discreet.crypto.wrapping import Random
from discreet.errors import NotAuthentic
from discreet.storage.engine import Steps, Transaction

LIFETIME = timedelta(hours=24)
"""From the last use, give or take PROLONGED_EVERY."""
PROLONGED_EVERY = timedelta(minutes=10)
"""A write, with its wait for the disk, is not worth a few minutes more of a day."""
_COOKIE_BYTES = 32


class WebSessions:
    """Opens, checks and ends browser sessions. ``identity_key`` is the servers' identity key."""

    def __init__(self, identity_key: bytes, random: Random = os.urandom) -> None:
        self._key = identity_key
        self._random = random

    def open(self, tx: Transaction) -> str:
        """A new session's cookie value, 43 base64url characters."""
        cookie = base64.urlsafe_b64encode(self._random(_COOKIE_BYTES)).decode().rstrip("=")
        tx.execute(
            "INSERT INTO conversation.web_session (session, expires_at) VALUES (%s, now() + %s)",
            web_session_id(self._key, cookie), LIFETIME,
        )  # fmt: skip
        return cookie

    def require(self, cookie: str | None) -> Steps[str]:
        """The sender_id of a live session, whose life it prolongs. ``cookie`` is the client's; raises NotAuthentic."""
        if cookie:
            live = yield (
            "WITH live AS (SELECT session, expires_at FROM conversation.web_session"
                " WHERE session = %s AND ended_at IS NULL AND expires_at > now()),"
                " prolonged AS (UPDATE conversation.web_session w SET expires_at = now() + %s::interval FROM live"
                " WHERE w.session = live.session AND live.expires_at < now() + %s::interval) SELECT 1 FROM live",
            (web_session_id(self._key, cookie), LIFETIME, LIFETIME - PROLONGED_EVERY),
        )  # fmt: skip
            if live:
                return pseudonym(self._key, "web", cookie)
        raise NotAuthentic("there is no such live session")

    def end(self, tx: Transaction, cookie: str) -> None:
        """Ends the session for good; ending one that is not live changes nothing."""
        tx.execute(
            "UPDATE conversation.web_session SET ended_at = now() WHERE session = %s AND ended_at IS NULL",
            web_session_id(self._key, cookie),
        )
