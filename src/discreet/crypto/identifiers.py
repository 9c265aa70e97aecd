"""Keyed hashes that stand for people, conversations, turns, messages and browser sessions.

Each is HMAC-SHA-256 (RFC 2104) under the identity key, cut to 16 bytes, with a label of its own, so that a
stolen table names nobody and one kind of id never equals another.
"""

from __future__ import annotations

import base64
import hmac

SIZE = 16
"""Bytes of every id."""


def conversation_id(key: bytes, sender_id: str) -> bytes:
    """What stands for Rasa's ``sender_id`` in the database; until identification also the data subject."""
    return _keyed(key, b"conversation", sender_id.encode())


def turn_id(key: bytes, conversation: bytes, message_id: str) -> bytes:
    """One turn: the same client message id in the same conversation gives the same turn.

    ``message_id`` is chosen by the client; a repeat is answered from the store.
    """
    return _keyed(key, b"turn", conversation + message_id.encode())


def web_session_id(key: bytes, cookie: str) -> bytes:
    """What stands for a browser's session cookie in the database."""
    return _keyed(key, b"web session", cookie.encode())


def receipt_id(key: bytes, sender_id: str, message_id: str) -> bytes:
    """What stands for a message of a provider, whose own id ``message_id`` is, once it was taken."""
    return _keyed(key, b"receipt", sender_id.encode() + b"\0" + message_id.encode())


def pseudonym(key: bytes, channel: str, address: str) -> str:
    """Rasa's sender_id: 26 lower-case base32 characters that stand for a person's address on a channel."""
    digest = _keyed(key, b"pseudonym", channel.encode() + b"\0" + address.encode())
    return base64.b32encode(digest).decode().rstrip("=").lower()


def bucket_id(key: bytes, scope: str, what: str) -> bytes:
    """What stands for a session, an address or a network in the table of limits."""
    return _keyed(key, b"bucket", scope.encode() + b"\0" + what.encode())


def _keyed(key: bytes, label: bytes, message: bytes) -> bytes:
    return hmac.digest(key, b"discreet " + label + b"\0" + message, "sha256")[:SIZE]
