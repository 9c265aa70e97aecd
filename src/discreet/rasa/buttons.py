"""Buttons carry handles: sealed payloads that work in one conversation, once, for half an hour.

A handle is AES-256-GCM-SIV of the payload under the handle key, bound to the conversation; the page never sees an
intent. It works once because the turn that a press starts is identified by the handle itself: a second press is
answered with the first one's replies.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from discreet.crypto.wrapping import Random
from discreet.errors import BadInput

LIFETIME_SECONDS = 30 * 60
_NONCE = 12
_STALE = "That button no longer works. Please type what you would like to do."


@dataclass(frozen=True)
class Press:
    """A verified press: the button's title, the intent and entities it stands for, and the operation it answers."""

    title: str
    intent: str
    entities: list[dict[str, Any]]
    operation: str | None


class Buttons:
    """Makes and opens handles. ``key`` is the handle key, known to the Rasa server only."""

    def __init__(self, key: bytes, random: Random = os.urandom) -> None:
        self._aead = AESGCMSIV(key)
        self._random = random

    def handle(self, conversation: bytes, title: str, payload: str, now: float) -> str:
        """The handle for a payload of ours, such as ``/affirm{"operation": "..."}``."""
        content = json.dumps({"t": title, "p": payload, "x": int(now) + LIFETIME_SECONDS}).encode()
        nonce = self._random(_NONCE)
        return _text(nonce + self._aead.encrypt(nonce, content, b"discreet handle\0" + conversation))

    def open(self, conversation: bytes, handle: str, now: float) -> Press:
        """What the press means. ``handle`` is the client's; raises BadInput for any that is not live here."""
        try:
            sealed = base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
            if _text(sealed) != handle:
                # A second spelling of the same bytes would be a second press.
                raise ValueError
            opened = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"discreet handle\0" + conversation)
        except (InvalidTag, ValueError, binascii.Error):
            raise BadInput(_STALE, code="stale_button") from None
        content = json.loads(opened)
        if now > content["x"]:
            raise BadInput(_STALE, code="stale_button")
        return press_of(content["t"], content["p"])


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def press_of(title: str, payload: str) -> Press:
    """Our own payloads: ``/intent`` or ``/intent{json}``; anything else means what its text says, as an ``inform``."""
    name, brace, rest = payload.removeprefix("/").partition("{")
    values: dict[str, Any] = json.loads(brace + rest) if brace else {}
    operation = values.pop("operation", None)
    entities = [{"entity": entity, "value": value, "start": 0, "end": len(title)} for entity, value in values.items()]
    return Press(title, name.strip(), entities, operation)
