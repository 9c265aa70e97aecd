"""Data keys in the database, wrapped: one a session of a conversation, one a person.

Destroying a row here destroys what it protects, copies included; only the keeper may.
"""

from __future__ import annotations

import secrets

from discreet.crypto.envelope import DataKey
from discreet.crypto.wrapping import KEY_SIZE, KeyRing, Wrapped
from discreet.errors import IntegrityError
from discreet.storage.engine import Steps, Transaction


def new_key_id() -> int:
    """A random positive 63-bit number; ids are never reused, so a destroyed key cannot come back under its id."""
    return secrets.randbits(63) or 1


class SessionKeys:
    """The Rasa server's: data keys of conversations."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def new(self, conversation: bytes) -> tuple[DataKey, Wrapped]:
        """A fresh data key for a new session, and what to store of it in the statement that writes its first record."""
        key_id, key = new_key_id(), secrets.token_bytes(KEY_SIZE)
        return DataKey.from_bytes(key_id, key), self._ring.wrap(key, session_context(conversation, key_id))

    def unwrap(self, conversation: bytes, key_id: int, wrapped: Wrapped) -> DataKey:
        """Raises IntegrityError for a key of another conversation or id, or changed bytes."""
        return DataKey.from_bytes(key_id, self._ring.unwrap(wrapped, session_context(conversation, key_id)))


class OwnerKeys:
    """Keys of persons, held by the Rasa server (to seal) and the action server (to open)."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def get_or_create(self, tx: Transaction, subject: bytes) -> tuple[int, bytes]:
        """The id and key of that person; made on first use, once, whoever comes first. Raises IntegrityError."""
        return tx.run(self.getting_or_creating(subject))

    def getting_or_creating(self, subject: bytes) -> Steps[tuple[int, bytes]]:
        """The same in steps, each of which may commit by itself: a key that protects nothing yet is as good as none."""
        found = yield from self._finding(subject)
        if found is not None:
            return found
        key_id, key = new_key_id(), secrets.token_bytes(KEY_SIZE)
        wrapped = self._ring.wrap(key, owner_context(subject, key_id))
        made = yield (
            "INSERT INTO key.owner_key (id, subject, kek, wrapped) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (subject) DO NOTHING RETURNING id",
            (key_id, subject, wrapped.kek, wrapped.blob),
        )
        if made:
            return key_id, key
        found = yield from self._finding(subject)
        if found is None:
            raise IntegrityError("a person's key vanished while it was made")
        return found

    def find(self, tx: Transaction, subject: bytes) -> tuple[int, bytes] | None:
        """The id and key of that person, None when there is none (never had, or erased)."""
        return tx.run(self._finding(subject))

    def _finding(self, subject: bytes) -> Steps[tuple[int, bytes] | None]:
        rows = yield "SELECT id, kek, wrapped FROM key.owner_key WHERE subject = %s", (subject,)
        if not rows:
            return None
        key_id, kek, blob = rows[0]
        return key_id, self.unwrap(subject, key_id, Wrapped(kek, bytes(blob)))

    def unwrap(self, subject: bytes, key_id: int, wrapped: Wrapped) -> bytes:
        """Raises IntegrityError for a key of another person or id, or changed bytes."""
        return self._ring.unwrap(wrapped, owner_context(subject, key_id))


def wrap_value_key(owner_key: bytes, token: str, value_key: bytes) -> bytes:
    """The key of one vault value under its owner's key, bound to the token."""
    return KeyRing({"owner": owner_key}).wrap(value_key, b"value\0" + token.encode()).blob


def unwrap_value_key(owner_key: bytes, token: str, blob: bytes) -> bytes:
    """The value's key again. Raises IntegrityError for another owner or token, or changed bytes."""
    return KeyRing({"owner": owner_key}).unwrap(Wrapped("owner", blob), b"value\0" + token.encode())


def session_context(conversation: bytes, key_id: int) -> bytes:
    """What a session's data key is wrapped for."""
    return b"session\0" + conversation + key_id.to_bytes(8, "big")


def owner_context(subject: bytes, key_id: int) -> bytes:
    """What a person's key is wrapped for."""
    return b"owner\0" + subject + key_id.to_bytes(8, "big")
