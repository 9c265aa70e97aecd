"""Twilio Programmable Messaging, SMS and WhatsApp: signed forms, numbered choices (docs/spec/channels.md)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from sanic.response import HTTPResponse, raw
from twilio.request_validator import RequestValidator, add_port, remove_port

from discreet.errors import NotAuthentic
from discreet.rasa.channels.connector import FORM, JSON, Arrival, Connector, api_address, attachment_text, pieces
from discreet.rasa.channels.postman import Outcome, outcome_of, post
from discreet.rasa.channels.webhook import Webhook
from discreet.reading import kind_of_type
from discreet.records.outbox import Reply

MAX_TEXT = 1600
HOW_TO_CHOOSE = "Answer with a number."
_CUSTOM = {
    "body": "Body",
    "media_url": "MediaUrl",
    "content_sid": "ContentSid",
    "content_variables": "ContentVariables",
}
"""Parameters of a custom reply, by their names in Rasa's own channel."""


class TwilioChannel(Connector):
    """``discreet.rasa.channels.twilio.TwilioChannel`` in credentials.yml.

    ``public_url`` is the webhook's address as Twilio calls it: behind a proxy it is not the one that we see.
    """

    sends_again = False
    secrets = ("account_sid", "auth_token")
    options = ("public_url", "api")
    needed = ("public_url",)
    content_types = (FORM, JSON)
    numbered = True

    def __init__(self, account_sid: str, auth_token: str, public_url: str, api: str = "https://api.twilio.com") -> None:
        super().__init__()
        self._auth = aiohttp.BasicAuth(account_sid, auth_token)
        self._validator = RequestValidator(auth_token)
        self._public = public_url
        self._url = f"{api_address(api)}/2010-04-01/Accounts/{account_sid}/Messages.json"

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "twilio"

    async def verify(self, hook: Webhook) -> None:
        """The public URL and the form as Twilio's own validator reads them; of JSON the hash that the URL carries.

        Raises NotAuthentic.
        """
        fields = hook.form() if hook.content_type == FORM else {}
        url = urlsplit(f"{self._public}?{hook.query}" if hook.query else self._public)
        given = hook.header("x-twilio-signature")
        expected = [self._validator.compute_signature(change(url), fields) for change in (add_port, remove_port)]
        matches = [hmac.compare_digest(one.encode(), given) for one in expected]
        if not any(matches):
            raise NotAuthentic("the signature does not match")
        if hook.content_type == JSON:
            digest = hashlib.sha256(hook.body).hexdigest().encode()
            if not hmac.compare_digest(digest, hook.parameters().get("bodySHA256", "").encode()):
                raise NotAuthentic("the body is not the one that was signed")

    def read(self, hook: Webhook) -> list[Arrival]:
        """One message that a person sent to our number; not one of a group, and no report on one of ours."""
        fields = hook.form() if hook.content_type == FORM else {}
        sid, person, ours = (fields.get(name, "") for name in ("MessageSid", "From", "To"))
        is_report = "MessageStatus" in fields or fields.get("SmsStatus", "received") != "received"
        if not (sid and person and ours) or is_report or "OtherRecipients0" in fields:
            return []
        text = fields.get("Body", "")
        unread = bool(text) and fields.get("NumMedia", "0") != "0"
        kind = "location" if "Latitude" in fields else kind_of_type(fields.get("MediaContentType0", ""))
        return [Arrival(sid, person, {"to": person, "from": ours}, text, unread=unread, kind=kind)]

    def answer(self, hook: Webhook) -> HTTPResponse:
        """Empty TwiML: replies leave through the outbox."""
        return raw(b"<Response/>", content_type="text/xml")

    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """Texts, the last one with numbered choices, then what is Twilio's own, then a picture and an attachment."""
        text = reply.get("text", "")
        if reply["buttons"]:
            choices = [f"{button['number']}. {button['title']}" for button in reply["buttons"]]
            text = "\n".join([text, "", *choices, HOW_TO_CHOOSE]).strip()
        calls: list[dict[str, Any]] = [{"Body": part} for part in pieces(text, MAX_TEXT)]
        custom = {_CUSTOM[key]: value for key, value in (reply.get("custom") or {}).items() if key in _CUSTOM}
        if custom:
            calls.append(custom)
        if reply.get("image"):
            calls.append({"MediaUrl": reply["image"]})
        if attached := attachment_text(reply.get("attachment", ""))[:MAX_TEXT]:
            calls.append({"Body": attached})
        return calls

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        """One message."""
        form = {**content, "To": address["to"], "From": address["from"]}
        status, headers, _ = await post(http, self._url, form=form, auth=self._auth)
        return outcome_of(status, headers)
