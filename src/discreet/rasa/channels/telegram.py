"""Telegram bots (Bot API 7): private chats, a secret header, inline buttons (docs/spec/channels.md)."""

from __future__ import annotations

import hmac
from typing import Any

import aiohttp

from discreet.errors import NotAuthentic
from discreet.rasa.channels.connector import Arrival, Connector, api_address, pieces
from discreet.rasa.channels.postman import Outcome, outcome_of, post, seconds
from discreet.rasa.channels.webhook import Webhook, at, text_at
from discreet.records.outbox import Reply

MAX_TEXT = 4096
_CUSTOM: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(keys.split()), method)
    for keys, method in (
        ("latitude longitude title address", "sendVenue"),
        ("latitude longitude", "sendLocation"),
        ("phone_number first_name", "sendContact"),
        ("photo", "sendPhoto"),
        ("audio", "sendAudio"),
        ("document", "sendDocument"),
        ("sticker", "sendSticker"),
        ("video", "sendVideo"),
        ("video_note", "sendVideoNote"),
        ("animation", "sendAnimation"),
        ("voice", "sendVoice"),
        ("media", "sendMediaGroup"),
        ("action", "sendChatAction"),
        ("text", "sendMessage"),
        ("callback_query_id", "answerCallbackQuery"),
    )
)
"""Which call a custom reply is, by the parameters that it brings: as in Rasa's own channel."""
_GREETING = "hello"
_KINDS = {
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "photo": "picture",
    "sticker": "sticker",
    "location": "location",
    "contact": "contact",
    "document": "file",
}
"""What a message holds that is no text, by its field."""


class TelegramChannel(Connector):
    """``discreet.rasa.channels.telegram.TelegramChannel`` in credentials.yml."""

    secrets = ("token", "secret_token")

    def __init__(self, token: str, secret_token: str, api: str = "https://api.telegram.org") -> None:
        super().__init__()
        self._secret = secret_token.encode()
        self._base = f"{api_address(api)}/bot{token}"

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "telegram"

    async def verify(self, hook: Webhook) -> None:
        """The secret that ``setWebhook`` was given comes back with every update."""
        if not hmac.compare_digest(hook.header("x-telegram-bot-api-secret-token"), self._secret):
            raise NotAuthentic("the secret token does not match")

    def read(self, hook: Webhook) -> list[Arrival]:
        """One update. Only a person's own message or press in a private chat concerns us."""
        update = hook.json()
        query = at(update, "callback_query")
        message = at(query, "message") if query else at(update, "message")
        who = at(query or message, "from")
        chat, update_id = text_at(message, "chat", "id"), text_at(update, "update_id")
        if at(message, "chat", "type") != "private" or at(who, "is_bot") is not False or not (chat and update_id):
            return []
        if query:
            # Until a press is acknowledged, the person's app shows that it is waiting.
            first: Reply = {"custom": {"callback_query_id": text_at(query, "id")}}
            pressed = text_at(query, "data") or "none"
            return [Arrival(update_id, chat, {"chat": chat}, reference=pressed, first=(first,))]
        text = text_at(message, "text") or text_at(message, "caption")
        if text.split(maxsplit=1)[:1] == ["/start"]:
            text = _GREETING
        kind = next((kind for field, kind in _KINDS.items() if at(message, field) is not None), "")
        unread = bool(text) and at(message, "text") is None
        return [Arrival(update_id, chat, {"chat": chat}, text, unread=unread, kind=kind)]

    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """Texts, the buttons below the last one, then a picture, then what is Telegram's own."""
        calls: list[dict[str, Any]] = [
            {"method": "sendMessage", "text": part} for part in pieces(reply.get("text", ""), MAX_TEXT) if part
        ]
        if reply["buttons"]:
            if not calls:
                calls.append({"method": "sendMessage", "text": "…"})
            calls[-1]["reply_markup"] = {
                "inline_keyboard": [
                    [{"text": button["title"], "callback_data": button["reference"]}] for button in reply["buttons"]
                ]
            }
        if reply.get("image"):
            calls.append({"method": "sendPhoto", "photo": reply["image"]})
        if reply.get("attachment"):
            calls.append({"method": "sendMessage", "text": str(reply["attachment"])[:MAX_TEXT]})
        custom = {key: value for key, value in (reply.get("custom") or {}).items() if key != "chat_id"}
        method = next((method for keys, method in _CUSTOM if keys <= custom.keys()), None)
        if method:
            calls.append({**custom, "method": method})
        return calls

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """One method of the Bot API."""
        parameters = {key: value for key, value in content.items() if key != "method"}
        url = f"{self._base}/{content['method']}"
        status, headers, body = await post(http, url, json={**parameters, "chat_id": address["chat"]})
        if status == 429:
            return Outcome("later", seconds(at(body, "parameters", "retry_after") or headers.get("retry-after", "")))
        return outcome_of(status, headers)
