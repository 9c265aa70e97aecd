"""How each channel calls its provider, and what it makes of the answer: real requests to a stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from discreet.rasa.channels.botframework import BotFrameworkChannel
from discreet.rasa.channels.connector import Connector
from discreet.rasa.channels.postman import Outcome
from discreet.rasa.channels.slack import SlackChannel
from discreet.rasa.channels.telegram import TelegramChannel
from discreet.rasa.channels.twilio import TwilioChannel
from discreet.rasa.channels.whatsapp import WhatsAppChannel
from tests.assistant.provider import Answer, StandIn, stand_in


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    with stand_in() as standing:
        yield standing


def _channels(address: str) -> dict[str, tuple[Connector, dict[str, Any]]]:
    """Each with the address of a person."""
    return {
        "telegram": (TelegramChannel("1:t", "s", address), {"chat": "77"}),
        "slack": (SlackChannel("xoxb", "s", address), {"channel": "D1"}),
        "twilio": (TwilioChannel("AC1", "s", "https://x.example/", address), {"to": "+1", "from": "+2"}),
        "whatsapp": (WhatsAppChannel("t", "s", "v", "106", address), {"to": "447946"}),
        "botframework": (
            BotFrameworkChannel("app", "p", f"{address}/metadata", address),
            {"service": f"{address}/teams/", "conversation": "a:1/../x?y", "bot": "28:b", "person": "29:a"},
        ),
    }


def _deliver(provider: StandIn, name: str, answer: Answer | None, content: dict[str, Any] | None = None) -> Outcome:
    channel, address = _channels(provider.address)[name]
    provider.answering = lambda call: None if call.path.endswith("/token") else answer

    async def play() -> Outcome:
        async with aiohttp.ClientSession() as http:
            given = content or channel.written({"text": "hello", "buttons": []})[0]
            return await channel.deliver(http, address, given)

    try:
        return asyncio.run(play())
    finally:
        provider.answering = lambda call: None


ANSWERS: list[tuple[str, str, Answer, str, float]] = [
    ("telegram", "taken", (200, {}, {"ok": True}), "delivered", 0),
    ("telegram", "too fast", (429, {}, {"ok": False, "parameters": {"retry_after": 9}}), "later", 9),
    ("telegram", "blocked by the person", (403, {}, {"ok": False}), "refused", 0),
    ("telegram", "a wrong token", (401, {}, {"ok": False}), "later", 0),
    ("telegram", "down", (502, {}, {}), "later", 0),
    ("slack", "taken", (200, {}, {"ok": True}), "delivered", 0),
    ("slack", "no such channel", (200, {}, {"ok": False, "error": "channel_not_found"}), "refused", 0),
    ("slack", "a wrong token", (200, {}, {"ok": False, "error": "invalid_auth"}), "later", 0),
    ("slack", "an error that is new", (200, {}, {"ok": False, "error": "something_new"}), "later", 0),
    ("slack", "no answer of Slack's", (200, {}, {}), "later", 0),
    ("slack", "too fast", (429, {"Retry-After": "3"}, {"ok": False}), "later", 3),
    ("twilio", "taken", (201, {}, {"sid": "SM1"}), "delivered", 0),
    ("twilio", "unsubscribed", (400, {}, {"code": 21610}), "refused", 0),
    ("twilio", "a wrong password", (401, {}, {"code": 20003}), "later", 0),
    ("whatsapp", "taken", (200, {}, {"messages": [{"id": "wamid.1"}]}), "delivered", 0),
    ("whatsapp", "too fast for one person", (400, {}, {"error": {"code": 131056}}), "later", 0),
    ("whatsapp", "after a day's silence", (400, {}, {"error": {"code": 131047}}), "refused", 0),
    ("whatsapp", "an old token", (401, {}, {"error": {"code": 190}}), "later", 0),
    ("botframework", "taken", (201, {}, {"id": "1"}), "delivered", 0),
    ("botframework", "an old token", (401, {}, {}), "later", 0),
    ("botframework", "the conversation is gone", (404, {}, {}), "refused", 0),
    ("botframework", "the bot was taken out", (403, {}, {}), "refused", 0),
]


@pytest.mark.parametrize(
    ("name", "what", "answer", "kind", "wait"), ANSWERS, ids=[f"{row[0]}, {row[1]}" for row in ANSWERS]
)
def test_what_the_provider_says_decides(
    provider: StandIn, name: str, what: str, answer: Answer, kind: str, wait: float
) -> None:
    assert _deliver(provider, name, answer) == Outcome(kind, wait)


@pytest.mark.parametrize("name", _channels("http://127.0.0.1"))
def test_a_provider_that_sends_us_elsewhere_is_not_followed(provider: StandIn, name: str) -> None:
    before = len(provider.received)
    assert _deliver(provider, name, (302, {"Location": f"{provider.address}/elsewhere"}, {})).kind == "refused"
    assert not [call for call in provider.received[before:] if call.path == "/elsewhere"]


ELSEWHERE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "telegram": ({"method": "sendMessage", "text": "x", "chat_id": "99"}, {"chat_id": "77"}),
    "slack": ({"text": "x", "channel": "C99"}, {"channel": "D1"}),
    "twilio": ({"Body": "x", "To": "+99", "From": "+98"}, {"To": ["+1"], "From": ["+2"]}),
    "whatsapp": ({"type": "text", "text": {"body": "x"}, "to": "99"}, {"to": "447946"}),
    "botframework": (
        {"text": "x", "recipient": {"id": "99"}, "conversation": {"id": "99"}},
        {"recipient": {"id": "29:a"}, "conversation": {"id": "a:1/../x?y"}, "type": "message"},
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_letter_goes_to_its_own_person_whatever_it_says(provider: StandIn, name: str) -> None:
    content, expected = ELSEWHERE[name]
    assert _deliver(provider, name, None, content).kind == "delivered"
    call = provider.received[-1]
    assert {key: call.content[key] for key in expected} == expected
    if name == "botframework":
        assert call.path == "/teams/v3/conversations/a:1%2F..%2Fx%3Fy/activities"


def test_without_a_token_of_ours_nothing_is_sent(provider: StandIn) -> None:
    channel, address = _channels(provider.address)["botframework"]
    provider.answering = lambda call: (400, {}, {"error": "invalid_client"})
    before = len(provider.received)

    async def play() -> Outcome:
        async with aiohttp.ClientSession() as http:
            return await channel.deliver(http, address, {"text": "x"})

    try:
        assert asyncio.run(play()).kind == "later"
    finally:
        provider.answering = lambda call: None
    assert len(provider.received) == before
