"""Every shape of a response, through Rasa's own action, the guard and each channel: what its provider gets, in order.

What Rasa's own channels promise (``rasa/core/channels/channel.py``, ``OutputChannel.send_response``): a blank line
begins a new message; then text with its buttons or quick replies, what is the channel's own, the picture, the
attachment, the elements.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from rasa.core.actions.action import ActionBotResponse
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.policy import load_policy
from discreet.rasa.buttons import Buttons
from discreet.rasa.channels.connector import plain_replies
from discreet.rasa.held import HeldOutput
from discreet.rasa.outgoing import Outgoing
from discreet.rasa.understanding import Understanding, mint_token
from discreet.redaction.redact import Redactor
from tests.assistant.provider import Call, StandIn, stand_in
from tests.conftest import PROJECT
from tests.rasa.channels.test_deliver import _channels

IMAGE, FILE = "https://cdn.example/tent.png", "https://cdn.example/guide.pdf"
BUTTONS = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
PICTURE, CHOICES = ("picture", IMAGE), ("choices", ["Yes", "No"])

SHAPES: dict[str, tuple[dict[str, Any], list[tuple[str, Any]]]] = {
    "a text": ({"text": "Hello"}, [("text", "Hello")]),
    "two paragraphs": ({"text": "One.\n\nTwo."}, [("text", "One."), ("text", "Two.")]),
    "two lines": ({"text": "One.\nTwo."}, [("text", "One.\nTwo.")]),
    "buttons": ({"text": "Sure?", "buttons": BUTTONS}, [("text", "Sure?"), CHOICES]),
    "paragraphs and buttons": (
        {"text": "It goes.\n\nSure?", "buttons": BUTTONS}, [("text", "It goes.\n\nSure?"), CHOICES]),
    "quick replies": ({"text": "Sure?", "quick_replies": BUTTONS}, [("text", "Sure?"), CHOICES]),
    "a picture": ({"image": IMAGE}, [PICTURE]),
    "a text and a picture": ({"text": "Look:", "image": IMAGE}, [("text", "Look:"), PICTURE]),
    "paragraphs and a picture": (
        {"text": "One.\n\nTwo.", "image": IMAGE}, [("text", "One."), ("text", "Two."), PICTURE]),
    "buttons and a picture": (
        {"text": "This?", "buttons": BUTTONS, "image": IMAGE}, [("text", "This?"), CHOICES, PICTURE]),
    "an attachment": ({"text": "Here:", "attachment": FILE}, [("text", "Here:"), ("text", FILE)]),
    "a picture and an attachment": ({"image": IMAGE, "attachment": FILE}, [PICTURE, ("text", FILE)]),
    "elements": (
        {"text": "Ours:", "elements": [
            {"title": "Tent", "subtitle": "green", "image_url": IMAGE, "buttons": BUTTONS}, {"title": "Stove"}]},
        [("text", "Ours:"), ("text", "Tent\ngreen"), CHOICES, PICTURE, ("text", "Stove")]),
    "somebody else's own": ({"text": "Hi", "custom": {"unknown": 1}}, [("text", "Hi")]),
}  # fmt: skip

OWN: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {
    "telegram": [
        ({"action": "typing"}, {"action": "typing", "chat_id": "77"}),
        ({"photo": IMAGE, "caption": "x"}, {"photo": IMAGE, "caption": "x"}),
        ({"text": "x", "parse_mode": "HTML"}, {"text": "x", "parse_mode": "HTML"}),
    ],
    "slack": [
        ({"blocks": [{"type": "divider"}], "channel": "C-other"}, {"blocks": [{"type": "divider"}], "channel": "D1"})
    ],
    "twilio": [({"body": "x", "media_url": IMAGE}, {"Body": ["x"], "MediaUrl": [IMAGE]})],
    "whatsapp": [
        ({"type": "location", "location": {"latitude": 1}}, {"type": "location", "location": {"latitude": 1}}),
    ],
    "botframework": [
        ({"type": "typing"}, {"type": "typing"}),
        ({"text": "x", "inputHint": "expectingInput"}, {"type": "message", "text": "x", "inputHint": "expectingInput"}),
    ],
}
"""What is a channel's own, typing indicators among it, and what its provider gets."""


@pytest.fixture(scope="module")
def outgoing() -> Outgoing:
    """The links are the shop's own."""
    policy = load_policy(PROJECT / "privacy.yml")
    understanding = Understanding(policy, Redactor(policy, public=[IMAGE, FILE]), mint_token(policy))
    return Outgoing(understanding.masked, Buttons(bytes(32)), time.time)


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    with stand_in() as standing:
        yield standing


def _said(response: dict[str, Any], outgoing: Outgoing) -> list[dict[str, Any]]:
    """The replies of a turn in which Rasa utters that response."""
    domain = Domain.from_dict({"responses": {"utter_x": [response]}})
    held = HeldOutput("telegram")
    tracker = DialogueStateTracker.from_events("s", [], [])
    nlg = TemplatedNaturalLanguageGenerator(domain.responses)

    async def utter() -> None:
        events = await ActionBotResponse("utter_x").run(held, nlg, tracker, domain)
        await MessageProcessor._send_bot_messages(events, tracker, held)

    asyncio.run(utter())
    return [outgoing.reply(b"a" * 16, message) for message in held.messages]


def _delivered(provider: StandIn, name: str, replies: list[dict[str, Any]]) -> list[Call]:
    """What the provider receives for the replies: real requests."""
    channel, address = _channels(provider.address)[name]
    before = len(provider.received)

    async def deliver() -> None:
        async with aiohttp.ClientSession() as http:
            number = 0
            for reply in plain_replies(replies):
                buttons = []
                for button in reply.get("buttons", []):
                    number += 1
                    buttons.append({"title": button["title"], "reference": "r", "number": number})
                for content in channel.written({**reply, "buttons": buttons}):
                    assert (await channel.deliver(http, address, content)).kind == "delivered"

    asyncio.run(deliver())
    return [
        call
        for call in provider.received[before:]
        if "oauth2" not in call.path and "token" not in call.path.split("/")[-1]
    ]


def _telegram(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if content.get("text"):
        yield "text", content["text"]
    if rows := content.get("reply_markup", {}).get("inline_keyboard"):
        yield "choices", [row[0]["text"] for row in rows]
    if "photo" in content:
        yield "picture", content["photo"]


def _slack(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    blocks = content.get("blocks", [])
    if not any(block["type"] == "image" for block in blocks):
        yield "text", content["text"]
    for block in blocks:
        if block["type"] == "actions":
            yield "choices", [element["text"]["text"] for element in block["elements"]]
        if block["type"] == "image":
            yield "picture", block["image_url"]


def _twilio(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for body in content.get("Body", []):
        lines = body.split("\n")
        choices = [line[3:] for line in lines if line[:1].isdigit() and line[1:3] == ". "]
        yield "text", body.split("\n\n1. ")[0] if choices else body
        if choices:
            yield "choices", choices
    for url in content.get("MediaUrl", []):
        yield "picture", url


def _whatsapp(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if content["type"] == "text":
        yield "text", content["text"]["body"]
    if content["type"] == "interactive":
        yield "text", content["interactive"]["body"]["text"]
        yield "choices", [button["reply"]["title"] for button in content["interactive"]["action"]["buttons"]]
    if content["type"] == "image":
        yield "picture", content["image"]["link"]


def _botframework(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if content.get("text"):
        yield "text", content["text"]
    for card in content.get("attachments", []):
        if "contentUrl" in card:
            yield "picture", card["contentUrl"]
        else:
            yield "choices", [button["title"] for button in card["content"]["buttons"]]


SHOWN: dict[str, Callable[[dict[str, Any]], Iterator[tuple[str, Any]]]] = {
    "telegram": _telegram, "slack": _slack, "twilio": _twilio, "whatsapp": _whatsapp, "botframework": _botframework,
}  # fmt: skip


@pytest.mark.parametrize("channel", SHOWN)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_response_arrives_as_rasa_means_it(outgoing: Outgoing, provider: StandIn, channel: str, shape: str) -> None:
    response, expected = SHAPES[shape]
    calls = _delivered(provider, channel, _said(response, outgoing))
    assert [part for call in calls for part in SHOWN[channel](call.content)] == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_gets_the_same_in_one_reply_a_message(outgoing: Outgoing, shape: str) -> None:
    response, expected = SHAPES[shape]
    parts: list[tuple[str, Any]] = []
    for reply in plain_replies(_said(response, outgoing)):
        parts += [("text", reply["text"])] if reply.get("text") else []
        parts += [("choices", [button["title"] for button in reply["buttons"]])] if reply.get("buttons") else []
        parts += [("picture", reply["image"])] if reply.get("image") else []
        parts += [("text", reply["attachment"])] if reply.get("attachment") else []
    assert parts == expected


@pytest.mark.parametrize("channel", OWN)
def test_what_is_a_channels_own_arrives_between_the_text_and_the_picture(
    outgoing: Outgoing, provider: StandIn, channel: str
) -> None:
    for custom, expected in OWN[channel]:
        calls = _delivered(provider, channel, _said({"text": "Hi", "custom": custom, "image": IMAGE}, outgoing))
        assert len(calls) == 3
        assert expected.items() <= calls[1].content.items()
        assert list(SHOWN[channel](calls[2].content)) == [PICTURE]


@pytest.mark.parametrize("channel", SHOWN)
def test_an_attachment_with_parts_is_readable(outgoing: Outgoing, provider: StandIn, channel: str) -> None:
    attachment = {"type": "video", "payload": {"title": "How to pitch it", "src": FILE}}
    (call,) = _delivered(provider, channel, _said({"attachment": attachment}, outgoing))
    if channel == "slack":
        assert call.content["attachments"] == [attachment]
    else:
        assert list(SHOWN[channel](call.content)) == [("text", f"How to pitch it\n{FILE}")]
