"""Slack: the signature with its time, which events concern us, and replies as blocks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from discreet.errors import BadInput, NotAuthentic
from discreet.rasa.channels.slack import SlackChannel
from discreet.rasa.channels.webhook import Webhook
from tests.rasa.channels.conftest import hook

NOW = 1_531_420_618
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DOCUMENTED = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
"""The example of Slack's own page on verifying requests, and its signature."""
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.fixture
def channel() -> SlackChannel:
    return SlackChannel("xoxb", SECRET, clock=lambda: float(NOW))


def _signed(body: bytes, *, stamp: str = str(NOW), secret: str = SECRET, form: bool = False) -> Webhook:
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    return hook(body, {**headers, **(FORM if form else {})})


def _event(**event: Any) -> dict[str, Any]:
    said = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": "hello", **event}
    return {"type": "event_callback", "event_id": "Ev1", "event": said}


def _press(**change: Any) -> Webhook:
    payload = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "channel": {"id": "D1"},
        "container": {"message_ts": "5"},
        "actions": [{"type": "button", "value": "ref", "action_ts": "6"}],
        **change,
    }
    return hook(urlencode({"payload": json.dumps(payload)}).encode(), FORM)


def test_slacks_own_example_verifies(channel: SlackChannel) -> None:
    stamp = {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": SIGNATURE}
    asyncio.run(channel.verify(hook(DOCUMENTED, {**FORM, **stamp})))


def test_what_slacks_own_library_signs_verifies(channel: SlackChannel) -> None:
    body = json.dumps(_event(text="grüße 🙂")).encode()
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=str(NOW), body=body) or ""
    stamp = {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": signature}
    asyncio.run(channel.verify(hook(body, stamp)))


@pytest.mark.parametrize("age", [-300, 0, 300])
def test_a_time_within_five_minutes_is_believed(channel: SlackChannel, age: int) -> None:
    asyncio.run(channel.verify(_signed(b"{}", stamp=str(NOW - age))))


FORGED: dict[str, Webhook] = {
    "no headers": hook(DOCUMENTED),
    "no time": hook(b"{}", {"X-Slack-Signature": SIGNATURE}),
    "no signature": hook(b"{}", {"X-Slack-Request-Timestamp": str(NOW)}),
    "another secret": _signed(b"{}", secret="x" * 32),
    "an old one": _signed(b"{}", stamp=str(NOW - 301)),
    "one from the future": _signed(b"{}", stamp=str(NOW + 301)),
    "another body": hook(b"{ }", dict(_signed(b"{}").headers.items())),
    "another time": hook(b"{}", {**dict(_signed(b"{}").headers.items()), "X-Slack-Request-Timestamp": str(NOW - 1)}),
    "no number as time": _signed(b"{}", stamp="soon"),
    "a time in other digits": _signed(b"{}", stamp="١٢٣"),
    "an endless time": _signed(b"{}", stamp="9" * 400),
    "no version": hook(DOCUMENTED, {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": SIGNATURE[3:]}),
    "not ASCII": hook(b"{}", {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": "v0=é"}),
    "a body that is no text": _signed(b"\xff\xfe"),
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_forged_request_is_refused(channel: SlackChannel, attack: str) -> None:
    with pytest.raises(NotAuthentic):
        asyncio.run(channel.verify(FORGED[attack]))


def test_a_text_and_a_press_are_read_as_the_same_person(channel: SlackChannel) -> None:
    (said,), (pressed,) = channel.read(hook(_event())), channel.read(_press())
    assert (said.text, said.message_id, said.address) == ("hello", "Ev1", {"channel": "D1"})
    assert (pressed.text, pressed.reference, pressed.message_id) == ("", "ref", "5 6")
    assert said.person == pressed.person


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("mail <mailto:a@post.example|a@post.example>", "mail a@post.example"),
        ("see <https://shop.example/x>", "see https://shop.example/x"),
        ("<tel:+4479460000|+44 7946 0000>", "+44 7946 0000"),
        ("5 &lt; 6 &amp;amp; 7 &gt; 2", "5 < 6 &amp; 7 > 2"),
        ("<tel:+4479460000>", "+4479460000"),
    ],
)
def test_a_text_is_read_as_it_was_typed(channel: SlackChannel, sent: str, typed: str) -> None:
    assert channel.read(hook(_event(text=sent)))[0].text == typed


IGNORED: dict[str, Webhook] = {
    "a channel": hook(_event(channel_type="channel", channel="C1")),
    "a group": hook(_event(channel_type="mpim", channel="G1")),
    "another bot": hook(_event(bot_id="B1")),
    "our own echo": hook(_event(app_id="A1", subtype="bot_message")),
    "an edit": hook(_event(subtype="message_changed")),
    "nobody": hook(_event(user=None)),
    "a mention": hook(_event(type="app_mention", channel_type=None)),
    "no event": hook({"type": "event_callback", "event_id": "Ev1"}),
    "no id": hook({**_event(), "event_id": None}),
    "another kind": hook({**_event(), "type": "app_rate_limited"}),
    "a press in a channel": _press(channel={"id": "C1"}),
    "a press of nobody": _press(user=None),
    "a menu": _press(actions=[{"type": "static_select", "value": "ref"}]),
    "no action": _press(actions=[]),
    "a view": _press(type="view_submission"),
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_concerns_us_not_is_ignored(channel: SlackChannel, name: str) -> None:
    assert channel.read(IGNORED[name]) == []


def test_a_form_without_a_payload_is_refused(channel: SlackChannel) -> None:
    for body in (b"", b"payload=", b"payload=[1]", b"text=hello", b"&" * 300):
        with pytest.raises(BadInput):
            channel.read(hook(body, FORM))


def test_a_challenge_goes_back(channel: SlackChannel) -> None:
    answer = channel.answer(hook({"type": "url_verification", "challenge": "abc"}))
    assert json.loads(answer.body) == {"challenge": "abc"}
    assert channel.answer(hook(_event())).body in (None, b"")


def test_a_reply_becomes_blocks(channel: SlackChannel) -> None:
    buttons = [{"title": f"{number} " + "t" * 90, "reference": "r" * 22, "number": number} for number in range(30)]
    (call,) = channel.written({"text": "a < b & c", "buttons": buttons})
    assert call["text"] == "a &lt; b &amp; c"
    assert call["blocks"][0]["text"] == {"type": "plain_text", "text": "a < b & c", "emoji": False}
    assert [len(block["elements"]) for block in call["blocks"][1:]] == [25, 5]
    elements = [element for block in call["blocks"][1:] for element in block["elements"]]
    assert len({element["action_id"] for element in elements}) == 30
    assert all(len(element["text"]["text"]) <= 75 for element in elements)


def test_a_custom_reply_names_no_other_recipient(channel: SlackChannel) -> None:
    custom = {"text": "x", "blocks": [], "channel": "C9", "as_user": True}
    assert channel.written({"custom": custom, "buttons": []}) == [{"text": "x", "blocks": []}]
