"""WhatsApp Cloud API: signed notifications, reply buttons and lists (docs/spec/channels.md)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from sanic.response import HTTPResponse, text

from discreet.errors import BadInput, NotAuthentic
from discreet.metrics import refused
from discreet.rasa.channels.connector import Arrival, Connector, api_address, attachment_text, pieces
from discreet.rasa.channels.postman import LATER, Outcome, outcome_of, post
from discreet.rasa.channels.webhook import Webhook, at, each, text_at
from discreet.records.outbox import RECEIPT_LIFETIME, Reply

MAX_TEXT, MAX_BODY_OF_CHOICES = 4096, 1024
BUTTONS, MAX_BUTTON = 3, 20
ROWS, MAX_ROW, MAX_DESCRIPTION = 10, 24, 72
CHOOSE = "Choose"
_WAIT_CODES = (4, 130429, 131048, 131056, 133016, 80007)
"""Error codes of limits that pass, which come with status 400."""
_KINDS = {
    "audio": "voice",
    "video": "video",
    "image": "picture",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
    "document": "file",
}
_SILENT = ("reaction", "system", "unknown")
_CUSTOM = ("text", "image", "document", "audio", "video", "sticker", "location", "contacts", "interactive", "template")


class WhatsAppChannel(Connector):
    """``discreet.rasa.channels.whatsapp.WhatsAppChannel`` in credentials.yml."""

    secrets = ("token", "app_secret", "verify_token", "phone_number_id")

    def __init__(
        self,
        token: str,
        app_secret: str,
        verify_token: str,
        phone_number_id: str,
        api: str = "https://graph.facebook.com/v21.0",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._app_secret, self._verify_token = app_secret.encode(), verify_token.encode()
        self._number = phone_number_id
        self._clock = clock
        self._url = f"{api_address(api)}/{phone_number_id}/messages"

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "whatsapp"

    async def verify(self, hook: Webhook) -> None:
        """HMAC-SHA-256 of the body as it was sent. Raises NotAuthentic."""
        expected = "sha256=" + hmac.new(self._app_secret, hook.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), hook.header("x-hub-signature-256")):
            raise NotAuthentic("the signature does not match")

    async def ask(self, hook: Webhook) -> HTTPResponse:
        """Meta checks the address once: our own token comes back, and then its challenge goes back.

        Raises NotAuthentic for another token, BadInput for what is no challenge.
        """
        fields = hook.parameters()
        given, challenge = fields.get("hub.verify_token", "").encode(errors="replace"), fields.get("hub.challenge", "")
        if fields.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, self._verify_token):
            raise NotAuthentic("the verify token does not match")
        if not (challenge.isascii() and challenge.isalnum() and len(challenge) <= 200):
            raise BadInput("That is no challenge.")
        return text(challenge)

    def read(self, hook: Webhook) -> list[Arrival]:
        """Every message to our number, in order; reports on ours and other numbers of the same app are ignored."""
        found = []
        body = hook.json()
        for entry in each(body, "entry"):
            for change in each(entry, "changes"):
                value = at(change, "value")
                if at(change, "field") == "messages" and text_at(value, "metadata", "phone_number_id") == self._number:
                    fresh = filter(self._is_fresh, each(value, "messages"))
                    found += [arrival for message in fresh for arrival in _arrivals(message)]
        return found

    def _is_fresh(self, message: Any) -> bool:
        """Whether it was written within the life of a receipt: the signature holds no time, and a recorded request,
        sent again when its receipt is gone, would be a message. Meta gives up after as long itself."""
        written = text_at(message, "timestamp")
        is_time = written.isascii() and written.isdigit() and len(written) <= 12
        fresh = is_time and self._clock() - int(written) <= RECEIPT_LIFETIME.total_seconds()
        if not fresh:
            refused("too_old", self.name())
        return fresh

    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """Texts, the buttons below the last one, then what is WhatsApp's own, then a picture and an attachment."""
        buttons = reply["buttons"]
        parts = pieces(reply.get("text", ""), MAX_BODY_OF_CHOICES if buttons else MAX_TEXT)
        calls: list[dict[str, Any]] = [{"type": "text", "text": {"body": part}} for part in parts]
        if buttons:
            calls = calls[:-1] + _choices(parts[-1] if parts else CHOOSE, buttons)
        custom = reply.get("custom") or {}
        if custom.get("type") in _CUSTOM:
            calls.append({"type": custom["type"], custom["type"]: custom.get(custom["type"])})
        if reply.get("image"):
            calls.append({"type": "image", "image": {"link": reply["image"]}})
        if attached := attachment_text(reply.get("attachment", ""))[:MAX_TEXT]:
            calls.append({"type": "text", "text": {"body": attached}})
        return calls

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """One message."""
        call = {**content, "messaging_product": "whatsapp", "recipient_type": "individual", "to": address["to"]}
        status, headers, body = await post(http, self._url, json=call, headers=self._headers)
        if at(body, "error", "code") in _WAIT_CODES:
            return LATER
        return outcome_of(status, headers)


def _arrivals(message: Any) -> list[Arrival]:
    message_id, person, kind = (text_at(message, name) for name in ("id", "from", "type"))
    if not (message_id and person and kind) or kind in _SILENT or at(message, "group_id"):
        return []
    address = {"to": person}
    if kind == "interactive":
        which = text_at(message, "interactive", "type")
        reference = text_at(message, "interactive", which, "id") or "none"
        return [Arrival(message_id, person, address, reference=reference)]
    if kind == "button":
        return [Arrival(message_id, person, address, text_at(message, "button", "text"))]
    said = text_at(message, "text", "body") if kind == "text" else text_at(message, kind, "caption")
    return [Arrival(message_id, person, address, said, unread=bool(said) and kind != "text", kind=_KINDS.get(kind, ""))]


def _choices(body: str, buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reply buttons where all fit, else lists; a title that is too long for its place stands below it in full."""
    if len(buttons) <= BUTTONS and all(len(button["title"]) <= MAX_BUTTON for button in buttons):
        replies = [{"type": "reply", "reply": {"id": b["reference"], "title": b["title"]}} for b in buttons]
        return [_interactive("button", body, {"buttons": replies})]
    rows = [_row(button) for button in buttons]
    return [
        _interactive("list", body if start == 0 else CHOOSE, {"button": CHOOSE, "sections": [{"rows": part}]})
        for start in range(0, len(rows), ROWS)
        for part in [rows[start : start + ROWS]]
    ]


def _row(button: dict[str, Any]) -> dict[str, Any]:
    title = button["title"]
    if len(title) <= MAX_ROW:
        return {"id": button["reference"], "title": title}
    return {
        "id": button["reference"],
        "title": title[: MAX_ROW - 1] + "…",
        "description": title[:MAX_DESCRIPTION],
    }


def _interactive(kind: str, body: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}
