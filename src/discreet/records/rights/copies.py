"""Copies that wait to be fetched: sealed under the person's key, one a conversation, once, for half an hour."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from discreet.crypto.blob import open_blob, seal_blob
from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import NotAllowed
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Transaction

LIFETIME = timedelta(minutes=30)
LINK = re.compile(r"[A-Za-z0-9_-]{43}\Z")
PASSPHRASE = re.compile(r"[a-z]{6}(-[a-z]{6}){3}\Z")
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aeiou"


class NoCopy(NotAllowed):
    """Unknown, expired, fetched already or somebody else's: which, is told to nobody."""

    code = "not_found"
    sentence = "There is no such copy, or it was fetched already. Please ask for a new one in the chat."


@dataclass(frozen=True)
class Ticket:
    """How a copy is fetched: the link's secret, and the passphrase (76 bits) of the file behind it."""

    link: str = field(repr=False)
    passphrase: str = field(repr=False)


def put(
    tx: Transaction,
    owner: tuple[int, bytes],
    subject: bytes,
    request: str,
    content: dict[str, Any],
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Ticket:
    """Keeps a copy in place of an older one of this conversation. ``owner``: id and key of its person."""
    link = base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    ticket = Ticket(link, _passphrase(random))
    sealed = seal_blob(
        owner[1],
        name=_id(link),
        owner=subject,
        content=json.dumps({**content, "passphrase": ticket.passphrase}).encode(),
    )
    tx.execute("DELETE FROM rights.copy WHERE subject = %s", subject)
    tx.execute(
        "INSERT INTO rights.copy (id, subject, request, sealed, expires_at) VALUES (%s, %s, %s, %s, now() + %s)",
        _id(link), subject, request, sealed, LIFETIME,
    )  # fmt: skip
    return ticket


def take(tx: Transaction, ring: KeyRing, *, link: str | None = None, subject: bytes | None = None) -> dict[str, Any]:
    """The content of a copy, which is gone afterwards: by its link, or that of an authenticated conversation.

    ``link`` is anybody's. Raises NoCopy.
    """
    if link is not None:
        where, whose = "id", _id(link) if LINK.match(link) else b""
    else:
        where, whose = "subject", subject or b""
    rows = tx.execute(
        f"DELETE FROM rights.copy WHERE {where} = %s AND expires_at > now()"  # noqa: S608 (a constant)
        " RETURNING id, subject, request, sealed",
        whose,
    )
    if not rows:
        raise NoCopy("there is no such copy")
    name, owner, request, sealed = rows[0]
    keys = tx.execute("SELECT id, kek, wrapped FROM key.owner_key WHERE subject = %s", bytes(owner))
    if not keys:
        raise NoCopy("the person was erased")
    key = OwnerKeys(ring).unwrap(bytes(owner), keys[0][0], Wrapped(keys[0][1], bytes(keys[0][2])))
    tx.execute("INSERT INTO rights.event (request, actor, event) VALUES (%s, 'rasa', 'fetched')", request)
    content: dict[str, Any] = json.loads(open_blob(key, name=bytes(name), owner=bytes(owner), sealed=bytes(sealed)))
    return content


def _id(link: str) -> bytes:
    """What stands for a link in the database; unkeyed, because nobody guesses 256 bits."""
    return hashlib.sha256(b"discreet copy link\0" + link.encode()).digest()[:16]


def _passphrase(random: Callable[[int], bytes]) -> str:
    """Four groups of three syllables that can be read out and typed: 80^12."""
    syllables: list[str] = []
    while len(syllables) < 12:
        (byte,) = random(1)
        if byte < 240:  # no syllable is likelier than another
            syllables.append(_CONSONANTS[byte % 80 // 5] + _VOWELS[byte % 5])
    return "-".join("".join(syllables[i : i + 3]) for i in range(0, 12, 3))
