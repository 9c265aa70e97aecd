"""Microsoft Bot Framework and Teams: signed activities of one person, cards with buttons (docs/spec/channels.md)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from discreet.errors import NotAuthentic
from discreet.rasa.channels.bot_tokens import AccessToken, require_token, signing_keys
from discreet.rasa.channels.connector import Arrival, Connector, api_address, attachment_text, pieces
from discreet.rasa.channels.postman import LATER, REFUSED, Outcome, outcome_of, post
from discreet.rasa.channels.webhook import Webhook, at, each, text_at
from discreet.reading import kind_of_type
from discreet.records.outbox import Reply

MAX_TEXT, BUTTONS_A_CARD = 8000, 6
_PRESSED = "discreet"
_CUSTOM = ("text", "textFormat", "attachments", "attachmentLayout", "suggestedActions", "summary", "speak", "inputHint")


class BotFrameworkChannel(Connector):
    """``discreet.rasa.channels.botframework.BotFrameworkChannel`` in credentials.yml.

    ``metadata`` is where the Bot Framework publishes its keys, ``login`` where our own token comes from.
    """

    sends_again = False
    secrets = ("app_id", "app_password")
    options = ("metadata", "login")

    def __init__(
        self,
        app_id: str,
        app_password: str,
        metadata: str = "https://login.botframework.com/v1/.well-known/openidconfiguration",
        login: str = "https://login.microsoftonline.com/botframework.com",
    ) -> None:
        super().__init__()
        self._app_id = app_id
        self._keys = signing_keys(metadata)
        self._token = AccessToken(login, app_id, app_password)
        self._plain_services = urlsplit(api_address(metadata)).scheme == "http"

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "botframework"

    async def verify(self, hook: Webhook) -> None:
        """The connector's token, which names the service that replies will go to. Raises NotAuthentic."""
        activity = hook.json()
        service = text_at(activity, "serviceUrl")
        await require_token(
            self._keys,
            hook.headers.get("authorization", ""),
            app_id=self._app_id,
            service=service,
            channel=text_at(activity, "channelId"),
        )
        if not service.startswith("https://") and not self._plain_services:
            raise NotAuthentic("the service is not reached by https")

    def read(self, hook: Webhook) -> list[Arrival]:
        """One activity. Only a person's own message in a conversation of two concerns us."""
        activity = hook.json()
        conversation, who, bot = (text_at(activity, name, "id") for name in ("conversation", "from", "recipient"))
        channel, activity_id = text_at(activity, "channelId"), text_at(activity, "id")
        is_group = at(activity, "conversation", "isGroup") is True or text_at(
            activity, "conversation", "conversationType"
        ) in ("groupChat", "channel")
        is_person = at(activity, "from", "role") != "bot" and who != bot
        if at(activity, "type") != "message" or is_group or not is_person:
            return []
        if not (conversation and who and bot and activity_id):
            return []
        address = {"service": text_at(activity, "serviceUrl"), "conversation": conversation, "bot": bot, "person": who}
        person, languages = "\0".join((channel, conversation, who)), text_at(activity, "locale")
        if reference := text_at(activity, "value", _PRESSED):
            return [Arrival(activity_id, person, address, reference=reference, languages=languages)]
        text = text_at(activity, "text")
        # Teams repeats every text as an attachment of HTML.
        files = [part for part in each(activity, "attachments") if text_at(part, "contentType") != "text/html"]
        kind = kind_of_type(text_at(files[0], "contentType")) if files else ""
        unread = bool(text and files)
        return [Arrival(activity_id, person, address, text, unread=unread, kind=kind, languages=languages)]

    def answer(self, hook: Webhook) -> HTTPResponse:
        """An empty object; replies leave through the outbox."""
        return json_response({})

    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """Texts, a card with the buttons at the last one, then what is the channel's own, then a picture and an
        attachment."""
        calls: list[dict[str, Any]] = [
            {"text": part, "textFormat": "plain"} for part in pieces(reply.get("text", ""), MAX_TEXT)
        ]
        if reply["buttons"]:
            if not calls:
                calls.append({})
            calls[-1]["attachments"] = _cards(reply["buttons"])
        own = reply.get("custom") or {}
        custom = {key: value for key, value in own.items() if key in _CUSTOM}
        if own.get("type") == "typing":
            calls.append({"type": "typing"})
        elif custom:
            calls.append(custom)
        if reply.get("image"):
            calls.append({"attachments": [{"contentType": "image/png", "contentUrl": reply["image"]}]})
        if attached := attachment_text(reply.get("attachment", ""))[:MAX_TEXT]:
            calls.append({"text": attached, "textFormat": "plain"})
        return calls

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """One activity, to the service that the person's own message came from."""
        token = await self._token.get(http)
        if not token:
            return LATER
        base = address["service"].rstrip("/")
        url = f"{base}/v3/conversations/{quote(address['conversation'], safe='')}/activities"
        activity = {
            "type": "message",
            **content,
            "from": {"id": address["bot"]},
            "recipient": {"id": address["person"]},
            "conversation": {"id": address["conversation"]},
        }
        status, headers, _ = await post(http, url, json=activity, headers={"Authorization": f"Bearer {token}"})
        if status == 401:
            self._token.forget()
        if status == 404:
            return REFUSED  # the conversation is gone
        return outcome_of(status, headers)


def _cards(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    actions = [
        {
            "type": "messageBack",
            "title": button["title"],
            "text": button["title"],
            "displayText": button["title"],
            "value": {_PRESSED: button["reference"]},
        }
        for button in buttons
    ]
    return [
        {
            "contentType": "application/vnd.microsoft.card.hero",
            "content": {"buttons": actions[start : start + BUTTONS_A_CARD]},
        }
        for start in range(0, len(actions), BUTTONS_A_CARD)
    ]
