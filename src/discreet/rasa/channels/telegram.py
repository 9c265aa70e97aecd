"""Telegram bots (Bot API 7): private chats, a secret header, inline buttons (docs/spec/channels.md)."""

from __future__ import annotations

import asyncio
import hmac
import re
from pathlib import Path
from typing import Any

import aiohttp

from discreet.defence import MAX_SIZE, Door
from discreet.defence.clamd import Clamd
from discreet.errors import NotAuthentic, Unscanned
from discreet.rasa.channels.connector import Arrival, Connector, RemoteFile, api_address, attachment_text, pieces
from discreet.rasa.channels.postman import SEND_SECONDS, Outcome, download, outcome_of, post, seconds
from discreet.rasa.channels.webhook import Webhook, at, each, text_at
from discreet.rasa.front import scanner_path
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
_FILE_PATH = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*\Z")
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
    options = ("api", "attachments")

    def __init__(
        self, token: str, secret_token: str, api: str = "https://api.telegram.org", attachments: str = ""
    ) -> None:
        super().__init__()
        self._secret = secret_token.encode()
        self._base = f"{api_address(api)}/bot{token}"
        self._files = f"{api_address(api)}/file/bot{token}"
        if attachments:
            self._door = Door(Clamd(Path(scanner_path(attachments))))

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "telegram"

    async def verify(self, hook: Webhook) -> None:
        """The secret that ``setWebhook`` was given comes back with every update. Raises NotAuthentic for another."""
        if not hmac.compare_digest(hook.header("x-telegram-bot-api-secret-token"), self._secret):
            raise NotAuthentic("the secret token does not match")

    def read(self, hook: Webhook) -> list[Arrival]:
        """One update. Only a person's own message or press in a private chat concerns us."""
        update = hook.json()
        query = at(update, "callback_query")
        message = at(query, "message") if query else at(update, "message")
        who = at(query or message, "from")
        chat, update_id = text_at(message, "chat", "id"), text_at(update, "update_id")
        languages = text_at(who, "language_code")
        if at(message, "chat", "type") != "private" or at(who, "is_bot") is not False or not (chat and update_id):
            return []
        if query:
            # Until a press is acknowledged, the person's app shows that it is waiting.
            first: Reply = {"custom": {"callback_query_id": text_at(query, "id")}}
            pressed = text_at(query, "data") or "none"
            return [Arrival(update_id, chat, {"chat": chat}, reference=pressed, first=(first,), languages=languages)]
        text = text_at(message, "text") or text_at(message, "caption")
        if text.split(maxsplit=1)[:1] == ["/start"]:
            text = _GREETING
        kind = next((kind for field, kind in _KINDS.items() if at(message, field) is not None), "")
        unread = bool(text) and at(message, "text") is None
        file = _file(message)
        return [
            Arrival(update_id, chat, {"chat": chat}, text, unread=unread, kind=kind, file=file, languages=languages)
        ]

    async def fetch(self, file: RemoteFile) -> bytes:
        """``getFile``, then its bytes: one more than the door takes of a longer one. Raises Unscanned without them."""
        if file.size > MAX_SIZE:
            return bytes(MAX_SIZE + 1)  # the door says so, in its own words
        timeout = aiohttp.ClientTimeout(total=SEND_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
                _, _, body = await post(http, f"{self._base}/getFile", json={"file_id": file.reference})
                path = text_at(body, "result", "file_path")
                if not _FILE_PATH.match(path) or ".." in path:
                    raise Unscanned("Telegram names no file")
                return await download(http, f"{self._files}/{path}", MAX_SIZE + 1)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            raise Unscanned("Telegram does not give the file") from None

    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """Texts, the buttons below the last one, then what is Telegram's own, then a picture and an attachment."""
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
        custom = {key: value for key, value in (reply.get("custom") or {}).items() if key != "chat_id"}
        method = next((method for keys, method in _CUSTOM if keys <= custom.keys()), None)
        if method:
            calls.append({**custom, "method": method})
        if reply.get("image"):
            calls.append({"method": "sendPhoto", "photo": reply["image"]})
        if attached := attachment_text(reply.get("attachment", ""))[:MAX_TEXT]:
            calls.append({"method": "sendMessage", "text": attached})
        return calls

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """One method of the Bot API."""
        parameters = {key: value for key, value in content.items() if key != "method"}
        url = f"{self._base}/{content['method']}"
        status, headers, body = await post(http, url, json={**parameters, "chat_id": address["chat"]})
        if status == 429:
            return Outcome("later", seconds(at(body, "parameters", "retry_after") or headers.get("retry-after", "")))
        return outcome_of(status, headers)


def _file(message: Any) -> RemoteFile | None:
    """The largest size of a photo, or a document."""
    sizes = each(message, "photo")
    found, claimed = (sizes[-1], "image/jpeg") if sizes else (at(message, "document"), "")
    reference, size = text_at(found, "file_id"), at(found, "file_size")
    if not reference:
        return None
    name, media_type = text_at(found, "file_name"), claimed or text_at(found, "mime_type")
    return RemoteFile(reference, media_type, name, size if isinstance(size, int) else 0)
