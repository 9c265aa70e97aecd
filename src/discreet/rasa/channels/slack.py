"""Slack apps: direct messages, signed events and interactions, buttons in blocks (docs/spec/channels.md)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from slack_sdk.signature import Clock, SignatureVerifier

from discreet.errors import NotAuthentic
from discreet.rasa.channels.connector import FORM, JSON, Arrival, Connector, api_address, attachment_text, pieces
from discreet.rasa.channels.postman import LATER, REFUSED, Outcome, outcome_of, post
from discreet.rasa.channels.webhook import Webhook, at, json_object, text_at
from discreet.reading import kind_of_type
from discreet.records.outbox import Reply

MAX_TEXT, MAX_TITLE, BUTTONS_A_BLOCK = 3000, 75, 25
_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_FINAL = (
    "channel_not_found", "is_archived", "not_in_channel", "user_disabled", "cannot_dm_bot", "messages_tab_disabled",
    "no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "invalid_arguments",
    "restricted_action",
)  # fmt: skip
"""Refusals that no later call changes. The others are ours to correct, or Slack's: the letter waits."""


class SlackChannel(Connector):
    """``discreet.rasa.channels.slack.SlackChannel`` in credentials.yml."""

    secrets = ("token", "signing_secret")
    content_types = (JSON, FORM)

    def __init__(
        self,
        token: str,
        signing_secret: str,
        api: str = "https://slack.com/api",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._base = api_address(api)
        self._verifier = SignatureVerifier(signing_secret, _Now(clock))

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "slack"

    async def verify(self, hook: Webhook) -> None:
        """Slack's own verifier: HMAC over time and body, no older than five minutes. Raises NotAuthentic."""
        stamp, signature = (hook.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        if not (stamp.isascii() and stamp.isdigit() and signature.isascii()):
            raise NotAuthentic("the signature is missing or malformed")
        try:
            valid = self._verifier.is_valid(hook.body, stamp, signature)
        except (UnicodeError, OverflowError):
            valid = False
        if not valid:
            raise NotAuthentic("the signature does not match, or is older than five minutes")

    def read(self, hook: Webhook) -> list[Arrival]:
        """An event or an interaction. Only a person's own message or press in a direct message concerns us."""
        if hook.content_type == FORM:
            return _pressed(json_object(hook.form().get("payload", "")))
        body = hook.json()
        event, event_id = at(body, "event"), text_at(body, "event_id")
        channel, user = text_at(event, "channel"), text_at(event, "user")
        is_message = at(body, "type") == "event_callback" and at(event, "type") == "message"
        is_ours = at(event, "channel_type") == "im" and at(event, "subtype") in (None, "file_share")
        if not (is_message and is_ours and channel and user and event_id) or at(event, "bot_id") or at(event, "app_id"):
            return []
        text = _plain(text_at(event, "text"))
        unread = bool(text) and bool(at(event, "files"))
        kind = kind_of_type(text_at(event, "files", 0, "mimetype")) if at(event, "files") else ""
        return [Arrival(event_id, f"{channel} {user}", {"channel": channel}, text, unread=unread, kind=kind)]

    def answer(self, hook: Webhook) -> HTTPResponse:
        """A signed ``url_verification`` gets its challenge back."""
        if hook.content_type == JSON:
            body = hook.json()
            if at(body, "type") == "url_verification":
                return json_response({"challenge": text_at(body, "challenge")})
        return super().answer(hook)

    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """Texts, the buttons below the last one, then what is Slack's own, then a picture and an attachment."""
        calls: list[dict[str, Any]] = [
            _message(part, [_section(part)]) for part in pieces(reply.get("text", ""), MAX_TEXT)
        ]
        if reply["buttons"]:
            if not calls:
                calls.append(_message("…", []))
            calls[-1]["blocks"] += _actions(reply["buttons"])
        custom = {key: value for key, value in (reply.get("custom") or {}).items() if key not in ("channel", "as_user")}
        if custom.keys() & {"text", "blocks", "attachments"}:
            calls.append(custom)
        if reply.get("image"):
            block = {"type": "image", "image_url": reply["image"], "alt_text": "picture"}
            calls.append(_message("picture", [block]))
        if isinstance(reply.get("attachment"), dict):
            calls.append({"attachments": [reply["attachment"]]})
        elif attached := attachment_text(reply.get("attachment", ""))[:MAX_TEXT]:
            calls.append(_message(attached, []))
        return calls

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """``chat.postMessage``; a refusal comes with status 200."""
        url = f"{self._base}/chat.postMessage"
        call = {**content, "channel": address["channel"]}
        status, headers, body = await post(http, url, json=call, headers=self._headers)
        if status == 200 and at(body, "ok") is not True:
            return REFUSED if at(body, "error") in _FINAL else LATER
        return outcome_of(status, headers)


class _Now(Clock):
    """Slack's verifier asks this for the time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock()


def _pressed(payload: dict[str, Any]) -> list[Arrival]:
    channel, user = text_at(payload, "channel", "id"), text_at(payload, "user", "id")
    action = at(payload, "actions", 0)
    is_press = at(payload, "type") == "block_actions" and at(action, "type") == "button"
    if not is_press or not channel.startswith("D") or not user:
        return []
    message_id = f"{text_at(payload, 'container', 'message_ts')} {text_at(action, 'action_ts')}"
    reference = text_at(action, "value") or "none"
    return [Arrival(message_id, f"{channel} {user}", {"channel": channel}, reference=reference)]


def _plain(text: str) -> str:
    """What the person typed: Slack marks up addresses and links, and escapes three characters."""
    shown = _MARK.sub(lambda mark: mark[2] or re.sub(r"\A(mailto|tel):", "", mark[1]), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _message(text: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"text": _escaped(text), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _actions(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    elements = [
        {
            "type": "button",
            "action_id": f"discreet-{button['number']}",
            "text": {"type": "plain_text", "text": button["title"][:MAX_TITLE]},
            "value": button["reference"],
        }
        for button in buttons
    ]
    starts = range(0, len(elements), BUTTONS_A_BLOCK)
    return [{"type": "actions", "elements": elements[start : start + BUTTONS_A_BLOCK]} for start in starts]
