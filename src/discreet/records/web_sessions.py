"""Sessions of the web channel: unguessable, expiring, revocable (docs/spec/web-channel.md).

A credential, cookie or token, is 256 random bits; the database holds a keyed hash of it. Who holds it is the
conversation, unless a customer signed in: then the customer is.
"""

from __future__ import annotations

import base64
import os
from datetime import timedelta

from discreet.crypto.identifiers import conversation_id, pseudonym, web_session_id
from discreet.crypto.wrapping import Random
from discreet.errors import NotAuthentic
from discreet.records.limits import Beside, Limits
from discreet.storage.engine import Steps, Transaction

LIFETIME = timedelta(hours=24)
"""From the last use, give or take PROLONGED_EVERY."""
MAX_AGE = timedelta(days=30)
"""From the opening, however much it is used."""
PROLONGED_EVERY = timedelta(minutes=10)
"""A write, with its wait for the disk, is not worth a few minutes more of a day."""
_CREDENTIAL_BYTES = 32
_LIVE = (
    "live AS (SELECT session, expires_at, sender FROM conversation.web_session"
    " WHERE session = %s AND ended_at IS NULL AND expires_at > now() AND created_at > now() - %s::interval),"
    " prolonged AS (UPDATE conversation.web_session w SET expires_at = now() + %s::interval FROM live"
    " WHERE w.session = live.session AND live.expires_at < now() + %s::interval)"
)
_SENDER = "(SELECT coalesce(sender, '') FROM live)"
"""NULL where no session lives, empty where nobody signed in."""


class WebSessions:
    """Opens, checks and ends sessions. ``identity_key`` is the servers' identity key."""

    def __init__(self, identity_key: bytes, random: Random = os.urandom) -> None:
        self._key = identity_key
        self._random = random

    def open(self, customer: str | None = None) -> Steps[str]:
        """A new session's credential, 43 base64url characters. ``customer``: who signed in, as verified."""
        credential = base64.urlsafe_b64encode(self._random(_CREDENTIAL_BYTES)).decode().rstrip("=")
        sender = None if customer is None else pseudonym(self._key, "customer", customer)
        yield (
            "INSERT INTO conversation.web_session (session, expires_at, sender, conversation)"
            " VALUES (%s, now() + %s, %s, %s)",
            (
                web_session_id(self._key, credential),
                LIFETIME,
                sender,
                conversation_id(self._key, sender or pseudonym(self._key, "web", credential)),
            ),
        )
        return credential

    def require(self, credential: str | None) -> Steps[str]:
        """The sender_id of a live session, whose life it prolongs. ``credential`` is the client's.

        Raises NotAuthentic.
        """
        rows = (yield f"WITH {_LIVE} SELECT {_SENDER}", self._live(credential)) if credential else [(None,)]
        return self._sender(credential, rows[0][0])

    def require_within(self, limits: Limits, credential: str | None, address: str | None) -> Steps[str]:
        """The same of a request that counts as a message of its session and address, asked in one statement.

        Raises TooMany, which says nothing of the session, and NotAuthentic.
        """
        beside = Beside(f", {_LIVE}", _SENDER, self._live(credential)) if credential else None
        return self._sender(credential, (yield from limits.message(credential, address, beside)))

    def _live(self, credential: str) -> tuple[object, ...]:
        return web_session_id(self._key, credential), MAX_AGE, LIFETIME, LIFETIME - PROLONGED_EVERY

    def _sender(self, credential: str | None, found: str | None) -> str:
        if not credential or found is None:
            raise NotAuthentic("there is no such live session")
        return found or pseudonym(self._key, "web", credential)

    def end(self, tx: Transaction, credential: str) -> None:
        """Ends the session for good; ending one that is not live changes nothing."""
        tx.execute(
            "UPDATE conversation.web_session SET ended_at = now() WHERE session = %s AND ended_at IS NULL",
            web_session_id(self._key, credential),
        )
