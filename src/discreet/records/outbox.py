"""What is owed to people of messaging channels, and what is known of what they sent (docs/spec/channels.md).

Letters are written in the commit of the turn that owes them, and leave in order. An address, a letter and a button's
handle are sealed columns under the key of the person they belong to.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.wrapping import KeyRing, Random, Wrapped
from discreet.errors import IntegrityError
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Steps, Transaction

LEASE_SECONDS = 60
"""A letter that is being sent is nobody else's for so long; a delivery must end well before."""
RECEIPT_LIFETIME = timedelta(days=7)
"""For so long a retry, or a replay, is known for one: longer than any provider sends the same message again."""
REFERENCE_SIZE = 16
"""Bytes of what stands for a button's handle at a provider."""

Reply = dict[str, Any]
Written = Callable[[Reply], Sequence[dict[str, Any]]]
"""A channel's own form of a reply: one content a call of its provider."""


@dataclass(frozen=True)
class Recipient:
    """Whom a turn's replies go to. ``receipt`` stands for the message that is answered."""

    channel: str
    conversation: bytes
    receipt: bytes
    address: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Known:
    """Of a message: whether it was taken before, and the handle of the button that it presses."""

    taken: bool
    handle: str | None = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """One call of a provider that is owed. ``attempt`` counts from 1; ``address`` None: the person was erased."""

    id: int
    channel: str
    attempt: int
    address: dict[str, Any] | None = field(repr=False)
    content: dict[str, Any] = field(repr=False)


class Outbox:
    """Writes and hands out letters. ``ring`` is the key ring of persons' keys."""

    def __init__(self, ring: KeyRing, random: Random = os.urandom) -> None:
        self._owner_keys = OwnerKeys(ring)
        self._random = random

    def look(self, receipt: bytes, conversation: bytes, *, reference: str = "", number: int = 0) -> Steps[Known]:
        """What is known of a message. ``reference`` and ``number`` are the client's; a number counts in the last reply.

        One statement: a message that was not taken yet is resolved as of before whatever it leads to.
        """
        rows = yield (
            "SELECT EXISTS (SELECT FROM channel.receipt WHERE id = %s), b.reference, b.sealed, k.id, k.kek, k.wrapped"
            " FROM (SELECT) one LEFT JOIN channel.button b ON b.conversation = %s"
            " AND (b.reference = %s OR (b.newest AND b.number = %s))"
            " LEFT JOIN key.owner_key k ON k.subject = b.conversation",
            (receipt, conversation, _reference(reference), number),
        )  # fmt: skip
        taken, found, sealed, *key = rows[0]
        if found is None or key[0] is None:
            return Known(taken, None)
        owner_key = self._owner_keys.unwrap(conversation, key[0], Wrapped(key[1], bytes(key[2])))
        column = _button_column(bytes(found))
        return Known(taken, open_column(owner_key, column=column, owner=conversation, sealed=bytes(sealed)))

    def post(
        self,
        tx: Transaction,
        to: Recipient,
        replies: Sequence[Reply],
        written: Written,
        *,
        keeps_buttons: bool = False,
    ) -> None:
        """Owes replies, part of the caller's commit. ``keeps_buttons``: the last reply's numbers go on meaning its own.

        Raises StorageConflict when the message was taken before.
        """
        tx.execute("INSERT INTO channel.receipt (id) VALUES (%s)", to.receipt)
        _, key = self._owner_keys.get_or_create(tx, to.conversation)
        sealed = _sealed(key, f"channel.address {to.channel}", to.conversation, to.address)
        tx.execute(
            "INSERT INTO channel.address (conversation, channel, sealed) VALUES (%s, %s, %s)"
            " ON CONFLICT (conversation) DO UPDATE"
            " SET channel = EXCLUDED.channel, sealed = EXCLUDED.sealed, at = now()",
            to.conversation, to.channel, sealed,
        )  # fmt: skip
        self._letters(tx, key, to.channel, to.conversation, replies, written, keeps_buttons=keeps_buttons)

    def owe(
        self, tx: Transaction, channel: str, conversation: bytes, replies: Sequence[Reply], written: Written
    ) -> None:
        """Owes what answers no message, to a person who has written before; nothing to anybody else."""
        where = "SELECT 1 FROM channel.address WHERE conversation = %s AND channel = %s"
        found = self._owner_keys.find(tx, conversation)
        if found is not None and tx.execute(where, conversation, channel):
            self._letters(tx, found[1], channel, conversation, replies, written)

    def claim(self, channels: Sequence[str], most: int) -> Steps[list[Letter]]:
        """Leases up to ``most`` letters that are due, each the first of its conversation, oldest first.

        A letter that does not open is left to its lease and to the end of its life.
        """
        rows = yield (
            "WITH due AS (SELECT o.id FROM channel.outbox o WHERE o.due_at <= now() AND o.channel = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM channel.outbox e WHERE e.conversation = o.conversation AND e.id < o.id)"
            " ORDER BY o.id LIMIT %s FOR UPDATE SKIP LOCKED),"
            " leased AS (UPDATE channel.outbox o SET attempts = attempts + 1,"
            " due_at = now() + %s * interval '1 second'"
            " FROM due WHERE o.id = due.id RETURNING o.id, o.conversation, o.channel, o.sealed, o.attempts)"
            " SELECT l.*, a.sealed, k.id, k.kek, k.wrapped FROM leased l"
            " JOIN channel.address a ON a.conversation = l.conversation AND a.channel = l.channel"
            " LEFT JOIN key.owner_key k ON k.subject = l.conversation ORDER BY l.id",
            (list(channels), most, LEASE_SECONDS),
        )  # fmt: skip
        letters = []
        for row in rows:
            try:
                letters.append(self._opened(row))
            except IntegrityError:
                continue
        return letters

    def done(self, letter_id: int) -> Steps[None]:
        """The provider took the letter, or refused it for good."""
        yield "DELETE FROM channel.outbox WHERE id = %s", (letter_id,)

    def later(self, letter_id: int, seconds: float) -> Steps[None]:
        """The letter stays the first of its conversation and is due again after so long."""
        yield (
            "UPDATE channel.outbox SET due_at = now() + %s * interval '1 second' WHERE id = %s",
            (seconds, letter_id),
        )

    def _letters(
        self,
        tx: Transaction,
        key: bytes,
        channel: str,
        conversation: bytes,
        replies: Sequence[Reply],
        written: Written,
        *,
        keeps_buttons: bool = False,
    ) -> None:
        if not keeps_buttons:
            tx.execute("UPDATE channel.button SET newest = false WHERE conversation = %s AND newest", conversation)
        number = 0
        for reply in replies:
            buttons = []
            for button in reply.get("buttons", ()):
                number += 1
                reference = self._random(REFERENCE_SIZE)
                handle = seal_column(key, column=_button_column(reference), owner=conversation, value=button["handle"])
                tx.execute(
                    "INSERT INTO channel.button (conversation, reference, number, sealed) VALUES (%s, %s, %s, %s)",
                    conversation, reference, number, handle,
                )  # fmt: skip
                buttons.append({"title": button["title"], "reference": _text(reference), "number": number})
            for content in written({**reply, "buttons": buttons}):
                tx.execute(
                    "INSERT INTO channel.outbox (conversation, channel, sealed) VALUES (%s, %s, %s)",
                    conversation, channel, _sealed(key, f"channel.outbox {channel}", conversation, content),
                )  # fmt: skip

    def _opened(self, row: tuple[Any, ...]) -> Letter:
        letter_id, conversation, channel, sealed, attempts, address, key_id, kek, wrapped = row
        if key_id is None:
            return Letter(letter_id, channel, attempts, None, {})
        conversation = bytes(conversation)
        key = self._owner_keys.unwrap(conversation, key_id, Wrapped(kek, bytes(wrapped)))
        return Letter(
            letter_id,
            channel,
            attempts,
            _open(key, f"channel.address {channel}", conversation, address),
            _open(key, f"channel.outbox {channel}", conversation, sealed),
        )


def _sealed(key: bytes, column: str, owner: bytes, value: dict[str, Any]) -> bytes:
    return seal_column(key, column=column, owner=owner, value=json.dumps(value, separators=(",", ":")))


def _open(key: bytes, column: str, owner: bytes, sealed: Any) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(open_column(key, column=column, owner=owner, sealed=bytes(sealed)))
    return opened


def _button_column(reference: bytes) -> str:
    return f"channel.button {reference.hex()}"


def _text(reference: bytes) -> str:
    return base64.urlsafe_b64encode(reference).decode().rstrip("=")


def _reference(text: str) -> bytes | None:
    """A reference's bytes; None for what is none, or spelled in another way."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else b""
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == REFERENCE_SIZE and _text(raw) == text else None
