"""Twilio: the signature over the public URL, which messages concern us, and numbered choices."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from discreet.errors import NotAuthentic
from discreet.rasa.channels.twilio import HOW_TO_CHOOSE, TwilioChannel
from discreet.rasa.channels.webhook import Webhook
from tests.rasa.channels.conftest import hook

URL = "https://mycompany.com/myapp.php"
TOKEN = "12345"
DOCUMENTED = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
"""The example that Twilio’s own libraries are tested with, and its signature."""
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MESSAGE = {"MessageSid": "SM1", "From": "+4479460001", "To": "+15005550006", "Body": "hello", "NumMedia": "0"}


@pytest.fixture
def channel() -> TwilioChannel:
    return TwilioChannel("AC1", TOKEN, URL)


def _form(fields: dict[str, str], signature: str, query: str = "") -> Webhook:
    return hook(urlencode(fields).encode(), {**FORM, "X-Twilio-Signature": signature}, query)


def _sign(url: str, fields: dict[str, str] | None = None, token: str = TOKEN) -> str:
    text = url + "".join(name + value for name, value in sorted((fields or {}).items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_twilios_own_example_verifies(channel: TwilioChannel) -> None:
    asyncio.run(channel.verify(_form(DOCUMENTED, SIGNATURE, "foo=1&bar=2")))


def test_what_twilios_own_library_signs_verifies(channel: TwilioChannel) -> None:
    fields = {**MESSAGE, "Body": "grüße 🙂 & = + %"}
    asyncio.run(channel.verify(_form(fields, RequestValidator(TOKEN).compute_signature(URL, fields))))


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        (URL, "https://mycompany.com:443/myapp.php"),
        ("https://mycompany.com:443/myapp.php", URL),
        ("http://mycompany.com/x", "http://mycompany.com:80/x"),
        ("https://mycompany.com:8443/x", "https://mycompany.com:8443/x"),
    ],
)
def test_a_port_may_stand_in_the_signed_url(configured: str, signed: str) -> None:
    channel = TwilioChannel("AC1", TOKEN, configured)
    asyncio.run(channel.verify(_form(MESSAGE, _sign(signed, MESSAGE))))


def test_json_is_signed_by_the_hash_in_its_url(channel: TwilioChannel) -> None:
    body = b'{"a": 1}'
    query = f"bodySHA256={hashlib.sha256(body).hexdigest()}"
    signed = {"X-Twilio-Signature": _sign(f"{URL}?{query}")}
    asyncio.run(channel.verify(hook(body, signed, query)))
    for other, wrong in ((b'{"a": 2}', query), (body, ""), (body, query.upper())):
        with pytest.raises(NotAuthentic):
            asyncio.run(channel.verify(hook(other, signed, wrong)))
    unhashed = {"X-Twilio-Signature": _sign(URL)}
    with pytest.raises(NotAuthentic):
        asyncio.run(channel.verify(hook(body, unhashed)))


GENUINE = _sign(URL, MESSAGE)
FORGED: dict[str, Webhook] = {
    "no signature": hook(urlencode(MESSAGE).encode(), FORM),
    "empty": _form(MESSAGE, ""),
    "another token": _form(MESSAGE, _sign(URL, MESSAGE, token="54321")),
    "another URL": _form(MESSAGE, _sign("https://evil.example/myapp.php", MESSAGE)),
    "http instead of https": _form(MESSAGE, _sign(URL.replace("https", "http"), MESSAGE)),
    "a query that was not signed": _form(MESSAGE, GENUINE, "x=1"),
    "another sender": _form({**MESSAGE, "From": "+4479460002"}, GENUINE),
    "another text": _form({**MESSAGE, "Body": "hello!"}, GENUINE),
    "a field more": _form({**MESSAGE, "Z": ""}, GENUINE),
    "a field less": _form({name: value for name, value in MESSAGE.items() if name != "NumMedia"}, GENUINE),
    "cut": _form(MESSAGE, GENUINE[:-1]),
    "not ASCII": _form(MESSAGE, "é" * 28),
    "a form sent as JSON": hook(urlencode(MESSAGE).encode(), {"X-Twilio-Signature": GENUINE}),
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_forged_request_is_refused(channel: TwilioChannel, attack: str) -> None:
    with pytest.raises(NotAuthentic):
        asyncio.run(channel.verify(FORGED[attack]))


def test_a_message_is_read(channel: TwilioChannel) -> None:
    (said,) = channel.read(_form(MESSAGE, ""))
    assert (said.text, said.message_id, said.person) == ("hello", "SM1", "+4479460001")
    assert said.address == {"to": "+4479460001", "from": "+15005550006"}
    (pictured,) = channel.read(_form({**MESSAGE, "NumMedia": "1"}, ""))
    assert (pictured.text, pictured.unread) == ("hello", True)
    (silent,) = channel.read(_form({**MESSAGE, "NumMedia": "1", "Body": ""}, ""))
    assert (silent.text, silent.unread) == ("", False)


@pytest.mark.parametrize(
    "change",
    [{"MessageStatus": "delivered"}, {"SmsStatus": "sent"}, {"From": ""}, {"To": ""}, {"MessageSid": ""},
     {"OtherRecipients0": "+4479460009"}],
    ids=["a report", "an older report", "nobody", "to nobody", "no id", "a group"],
)  # fmt: skip
def test_what_concerns_us_not_is_ignored(channel: TwilioChannel, change: dict[str, str]) -> None:
    assert channel.read(_form({**MESSAGE, **change}, "")) == []


def test_choices_are_numbered_in_the_text(channel: TwilioChannel) -> None:
    buttons: list[dict[str, Any]] = [
        {"title": "Yes", "reference": "r", "number": 3},
        {"title": "No", "reference": "s", "number": 4},
    ]
    calls = channel.written({"text": "May I?", "buttons": buttons, "image": "https://shop.example/a.png"})
    assert calls == [{"Body": f"May I?\n\n3. Yes\n4. No\n{HOW_TO_CHOOSE}"}, {"MediaUrl": "https://shop.example/a.png"}]


def test_a_long_text_is_several_messages(channel: TwilioChannel) -> None:
    calls = channel.written({"text": "word " * 700, "buttons": []})
    assert all(len(call["Body"]) <= 1600 for call in calls)
    assert " ".join(call["Body"] for call in calls).split() == ["word"] * 700


def test_a_custom_reply_names_no_other_recipient(channel: TwilioChannel) -> None:
    custom = {"body": "x", "to": "+1", "from_": "+2", "content_sid": "HX1"}
    assert channel.written({"custom": custom, "buttons": []}) == [{"Body": "x", "ContentSid": "HX1"}]
