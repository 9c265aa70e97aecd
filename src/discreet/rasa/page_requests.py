"""What a request of the page or of an app says, every part of which is the client's (docs/spec/web-channel.md)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sanic.request import Request

from discreet.errors import BadInput
from discreet.rasa.channels.webhook import content_type, json_object
from discreet.rasa.front import languages
from discreet.rasa.guard import Incoming

MAX_BODY = 16 * 1024
_MAX_PURPOSE = 100
_MAX_PASSKEY = 4000
"""Characters of a passkey's answer as JSON: what the vault seals."""
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_HANDLE = re.compile(r"[A-Za-z0-9_-]{16,4096}\Z")


@dataclass(frozen=True)
class Wish:
    """What a client says of the session that it wants."""

    token: bool = False
    sign_in: str = field(default="", repr=False)

    @classmethod
    def of(cls, request: Request) -> Wish:
        """Raises BadInput. No body wishes nothing."""
        body = _object(request, ("token", "sign_in")) if request.body else {}
        token, sign_in = body.get("token", False), body.get("sign_in", "")
        if not isinstance(token, bool) or not isinstance(sign_in, str) or not sign_in.isascii():
            raise BadInput("A session is asked for with token: true or false, and sign_in: a token (RFC 7519).")
        return cls(token, sign_in)


def incoming(request: Request) -> Incoming:
    """The message of a request. Raises BadInput."""
    body = _object(request, ("id", "text", "button", "passkey"))
    named, text, button = message_id(body.get("id")), body.get("text"), body.get("button")
    passkey, spoken = body.get("passkey"), languages(request.headers)
    if isinstance(passkey, dict) and text is None and button is None:
        answer = json.dumps(passkey, separators=(",", ":"))
        if len(answer) > _MAX_PASSKEY:
            raise BadInput("That is too long for me.", code="too_long")
        return Incoming(named, passkey=answer, languages=spoken)
    if isinstance(button, str) and text is None and _HANDLE.match(button):
        return Incoming(named, handle=button, languages=spoken)
    if not isinstance(text, str) or button is not None:
        raise BadInput("A message has either a text, a button or a passkey.")
    return Incoming(named, text=text, languages=spoken)


def withdrawn(request: Request) -> str | None:
    """The purpose that a withdrawal names; None for all. Raises BadInput."""
    purpose = _object(request, ("purpose",)).get("purpose")
    if purpose is not None and not (isinstance(purpose, str) and len(purpose) <= _MAX_PURPOSE):
        raise BadInput("A withdrawal names a purpose, or nothing for all of them.")
    return purpose


def message_id(given: object) -> str:
    """The id under which a message may be sent again. Raises BadInput."""
    if not isinstance(given, str) or not _MESSAGE_ID.match(given):
        raise BadInput("A message needs an id of 16 to 64 letters, digits, - or _.")
    return given


def bearer(request: Request) -> str | None:
    """An app's token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def cookie(request: Request, name: str) -> str | None:
    """The cookie of that name. None where there are several: whose they are is anybody's guess."""
    parts = (part for line in request.headers.getall("cookie", []) for part in line.split(";"))
    values = [value.strip() for key, _, value in (part.partition("=") for part in parts) if key.strip() == name]
    return values[0] if len(values) == 1 else None


def _object(request: Request, names: tuple[str, ...]) -> dict[str, Any]:
    """The body, every part of which the client controls. Raises BadInput, also for what has another name than these.

    Nobody names their own sender, channel, slots or metadata; whoever tries is told so, and counted.
    """
    if content_type(request.headers) != "application/json":
        raise BadInput("Please send JSON.", code="wrong_type")
    if len(request.body) > MAX_BODY:
        raise BadInput("That is too long for me.", code="too_long")
    body = json_object(request.body)
    if not body.keys() <= set(names):
        raise BadInput(f"This takes {' and '.join(names)}, and nothing else.")
    return body
