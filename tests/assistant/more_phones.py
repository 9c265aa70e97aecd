"""People of Slack, Twilio, WhatsApp and Teams (tests.assistant.phones). Signatures by each provider's own algorithm."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.assistant.phones import Phone, Request, Said, TelegramPhone
from tests.assistant.provider import Call, StandIn


class SlackPhone(Phone):
    """A direct message."""

    channel = "slack"
    PATH = "discreet.rasa.channels.slack.SlackChannel"
    SECRETS = {"token": "xoxb-slack-token", "signing_secret": "slack-signing-secret"}

    @property
    def canaries(self) -> dict[str, str]:
        return {"user": self._user, "channel": self._channel}

    @property
    def _user(self) -> str:
        return f"U0CANARY{self.number:03d}"

    @property
    def _channel(self) -> str:
        return f"D0CANARY{self.number:03d}"

    def signed(self, body: bytes, kind: str) -> Request:
        stamp = str(int(time.time()))
        secret = self.SECRETS["signing_secret"].encode()
        digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
        return Request(body, headers)

    def event(self, **content: Any) -> Request:
        """A message event."""
        event = {"type": "message", "channel_type": "im", "channel": self._channel, "user": self._user, **content}
        body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{next(self._ids)}", "event": event}
        return self.signed(json.dumps(body).encode(), "application/json; charset=utf-8")

    def writes(self, text: str) -> Request:
        return self.event(text=text.replace("grace@post.example", "<mailto:grace@post.example|grace@post.example>"))

    def presses(self, reference: str, title: str) -> Request:
        payload = {
            "type": "block_actions",
            "user": {"id": self._user},
            "channel": {"id": self._channel, "name": "directmessage"},
            "container": {"type": "message", "message_ts": "1"},
            "actions": [{"type": "button", "value": reference, "action_ts": str(next(self._ids))}],
        }
        return self.signed(urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded")

    def sends_a_sticker(self) -> Request:
        return self.event(text="", subtype="file_share", files=[{"id": "F1"}])

    def heard(self, call: Call, said: Said) -> None:
        if call.path != "/chat.postMessage" or call.content["channel"] != self._channel:
            return
        assert call.headers["authorization"] == f"Bearer {self.SECRETS['token']}"
        said.texts.append(call.content["text"])
        for block in call.content["blocks"]:
            if block["type"] == "actions":
                said.buttons.update({b["text"]["text"]: b["value"] for b in block["elements"]})


class TwilioPhone(Phone):
    """A phone that writes SMS."""

    channel = "twilio"
    PATH = "discreet.rasa.channels.twilio.TwilioChannel"
    SECRETS = {"account_sid": "AC00000000000000000000000000000001", "auth_token": "twilio-auth-token"}
    URL = "https://chat.kestrelandwren.example/webhooks/twilio/webhook"

    @staticmethod
    def options(provider: StandIn) -> dict[str, Any]:
        return {"api": provider.address, "public_url": TwilioPhone.URL}

    @property
    def canaries(self) -> dict[str, str]:
        return {"phone": self._phone}

    @property
    def _phone(self) -> str:
        return f"+4479460{self.number:05d}"

    def form(self, **fields: str) -> Request:
        """An incoming message."""
        fields = {"MessageSid": f"SM{next(self._ids)}", "From": self._phone, "To": "+15005550006", **fields}
        signed = self.URL + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self.SECRETS["auth_token"].encode(), signed.encode(), hashlib.sha1).digest()
        headers = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
        return Request(urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def writes(self, text: str) -> Request:
        return self.form(Body=text, NumMedia="0")

    def presses(self, reference: str, title: str) -> Request:
        return self.writes(f" {reference} ")

    def sends_a_sticker(self) -> Request:
        return self.form(Body="", NumMedia="1", MediaUrl0="https://api.twilio.example/x")

    def heard(self, call: Call, said: Said) -> None:
        if call.content.get("To") != [self._phone]:
            return
        assert call.path == f"/2010-04-01/Accounts/{self.SECRETS['account_sid']}/Messages.json"
        account = base64.b64encode(":".join(self.SECRETS.values()).encode()).decode()
        assert call.headers["authorization"] == f"Basic {account}"
        assert call.content["From"] == ["+15005550006"]
        (body,) = call.content["Body"]
        said.texts.append(body)
        said.buttons.update({title: number for number, title in re.findall(r"^(\d+)\. (.*)$", body, re.MULTILINE)})


class WhatsAppPhone(Phone):
    """A WhatsApp account."""

    channel = "whatsapp"
    PATH = "discreet.rasa.channels.whatsapp.WhatsAppChannel"
    SECRETS = {
        "token": "whatsapp-token",
        "app_secret": "whatsapp-app-secret",
        "verify_token": "whatsapp-verify-token",
        "phone_number_id": "106540352242922",
    }

    @property
    def canaries(self) -> dict[str, str]:
        return {"phone": self._phone}

    @property
    def _phone(self) -> str:
        return f"4479460{self.number:05d}"

    def signed(self, *messages: dict[str, Any]) -> Request:
        """A notification of these messages."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": self.SECRETS["phone_number_id"]},
            "contacts": [{"wa_id": self._phone, "profile": {"name": "Wilhelmina"}}],
            "messages": list(messages),
        }
        body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
        raw = json.dumps(body).encode()
        digest = hmac.new(self.SECRETS["app_secret"].encode(), raw, hashlib.sha256).hexdigest()
        return Request(raw, {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"})

    def message(self, kind: str, **content: Any) -> dict[str, Any]:
        """A message of this person."""
        written = str(int(time.time()))
        return {"from": self._phone, "id": f"wamid.{next(self._ids)}", "timestamp": written, "type": kind, **content}

    def writes(self, text: str) -> Request:
        return self.signed(self.message("text", text={"body": text}))

    def presses(self, reference: str, title: str) -> Request:
        kind = "button_reply" if title in ("Yes, you may", "No, thank you") else "list_reply"
        return self.signed(
            self.message("interactive", interactive={"type": kind, kind: {"id": reference, "title": title}})
        )

    def sends_a_sticker(self) -> Request:
        return self.signed(self.message("sticker", sticker={"id": "1", "mime_type": "image/webp"}))

    def heard(self, call: Call, said: Said) -> None:
        if call.content.get("to") != self._phone:
            return
        assert call.path == f"/{self.SECRETS['phone_number_id']}/messages"
        assert call.headers["authorization"] == f"Bearer {self.SECRETS['token']}"
        if call.content["type"] == "text":
            said.texts.append(call.content["text"]["body"])
            return
        interactive = call.content["interactive"]
        said.texts.append(interactive["body"]["text"])
        for button in interactive["action"].get("buttons", []):
            said.buttons[button["reply"]["title"]] = button["reply"]["id"]
        for section in interactive["action"].get("sections", []):
            said.buttons.update({row["title"]: row["id"] for row in section["rows"]})


class TeamsPhone(Phone):
    """A personal chat in Teams."""

    channel = "botframework"
    PATH = "discreet.rasa.channels.botframework.BotFrameworkChannel"
    SECRETS = {"app_id": "00000000-0000-0000-0000-0000000000aa", "app_password": "bot-password"}
    KEY = rsa.generate_private_key(65537, 2048)

    @staticmethod
    def options(provider: StandIn) -> dict[str, Any]:
        published = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(TeamsPhone.KEY.public_key()))
        key = {**published, "kid": "key-1", "endorsements": ["msteams"]}
        provider.documents["/metadata"] = {"jwks_uri": f"{provider.address}/keys"}
        provider.documents["/keys"] = {"keys": [key]}
        return {"metadata": f"{provider.address}/metadata", "login": provider.address}

    @property
    def canaries(self) -> dict[str, str]:
        return {"person": f"29:canary-person-{self.number:04d}", "conversation": f"a:canary-talk-{self.number:04d}"}

    def activity(self, **content: Any) -> Request:
        """An activity, with a token for its service."""
        service = f"{self.provider.address}/teams/"
        body = {
            "type": "message",
            "id": str(next(self._ids)),
            "channelId": "msteams",
            "serviceUrl": service,
            "from": {"id": self.canaries["person"], "name": "Wilhelmina"},
            "recipient": {"id": "28:bot"},
            "conversation": {"id": self.canaries["conversation"], "conversationType": "personal"},
            **content,
        }
        now = int(time.time())
        claims = {"iss": "https://api.botframework.com", "aud": self.SECRETS["app_id"], "serviceurl": service}
        token = jwt.encode(
            {**claims, "nbf": now - 5, "exp": now + 600}, self.KEY, algorithm="RS256", headers={"kid": "key-1"}
        )
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
        return Request(json.dumps(body).encode(), headers)

    def writes(self, text: str) -> Request:
        return self.activity(text=text, attachments=[{"contentType": "text/html", "content": f"<div>{text}</div>"}])

    def presses(self, reference: str, title: str) -> Request:
        return self.activity(text=title, value={"discreet": reference})

    def sends_a_sticker(self) -> Request:
        return self.activity(attachments=[{"contentType": "image/png", "contentUrl": "https://x.example/a.png"}])

    def heard(self, call: Call, said: Said) -> None:
        if call.content.get("recipient") != {"id": self.canaries["person"]}:
            return
        conversation = self.canaries["conversation"].replace(":", "%3A")
        assert call.path.replace(":", "%3A") == f"/teams/v3/conversations/{conversation}/activities"
        assert call.headers["authorization"] == "Bearer " + "a" * 20
        said.texts.append(call.content["text"])
        for card in call.content.get("attachments", []):
            said.buttons.update({b["title"]: b["value"]["discreet"] for b in card["content"]["buttons"]})


PHONES: dict[str, type[Phone]] = {
    phone.channel: phone for phone in (TelegramPhone, SlackPhone, TwilioPhone, WhatsAppPhone, TeamsPhone)
}
