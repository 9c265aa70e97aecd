"""What leaves a turn: every kind of reply that Rasa makes, masked, with handles instead of payloads."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from discreet.policy import Policy
from discreet.rasa.buttons import Buttons
from discreet.rasa.channels.connector import Connector, plain_replies
from discreet.rasa.channels.telegram import TelegramChannel
from discreet.rasa.channels.twilio import TwilioChannel
from discreet.rasa.outgoing import Outgoing
from discreet.rasa.startup import _public_texts
from discreet.rasa.understanding import Understanding, mint_token
from discreet.redaction.redact import Redactor

ANNA = b"a" * 16
IMAGE = "https://cdn.example/tent.png"
BUTTON = {"title": "Yes", "payload": "/affirm"}


@pytest.fixture
def outgoing(policy: Policy) -> Outgoing:
    domain = Domain.from_dict({"responses": {"utter_x": [{"text": "Look:", "image": IMAGE}]}})
    public = _public_texts(SimpleNamespace(domain=domain), policy)  # type: ignore[arg-type]
    understanding = Understanding(policy, Redactor(policy, public), mint_token(policy))
    return Outgoing(understanding.masked, Buttons(bytes(32)), time.time)


def _calls(channel: Connector, reply: dict[str, Any]) -> list[dict[str, Any]]:
    """As the outbox asks for them."""
    calls = []
    for part in plain_replies([reply]):
        buttons = [{"title": b["title"], "reference": "r", "number": 1} for b in part.get("buttons", [])]
        calls += channel.written({**part, "buttons": buttons})
    return calls


def test_no_payload_leaves(outgoing: Outgoing) -> None:
    message = {
        "text": "May I?",
        "buttons": [BUTTON],
        "quick_replies": [BUTTON],
        "elements": [{"title": "Tent", "subtitle": "green", "image_url": "x", "buttons": [BUTTON]}],
    }
    reply = outgoing.reply(ANNA, message)
    assert "affirm" not in str(reply)
    assert [button["title"] for button in reply["buttons"]] == ["Yes", "Yes"]
    assert set(reply["custom"]["elements"][0]["buttons"][0]) == {"title", "handle"}


def test_personal_data_is_masked_wherever_it_stands(outgoing: Outgoing) -> None:
    card = "4000 0566 5566 5556"
    message = {
        "text": card,
        "custom": {"a": [{"b": card}]},
        "elements": [{"title": card, "buttons": [{"title": card, "payload": "/affirm"}]}],
        "buttons": [{"title": card, "payload": "/affirm"}],
    }
    assert "0566" not in str(outgoing.reply(ANNA, message))


def test_pictures_and_elements_reach_messaging_channels_in_order(outgoing: Outgoing) -> None:
    image = IMAGE
    elements = [{"title": "Tent", "subtitle": "green", "image_url": image, "buttons": [BUTTON]}, {"title": "Stove"}]
    reply = outgoing.reply(ANNA, {"text": "Look:", "image": image, "elements": elements})
    telegram = _calls(TelegramChannel("1:t", "s"), reply)
    assert [call.get("text") or call.get("photo") for call in telegram] == [
        "Look:",
        image,
        "Tent\ngreen",
        image,
        "Stove",
    ]
    assert telegram[2]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Yes"
    twilio = _calls(TwilioChannel("AC1", "s", "https://x.example"), reply)
    assert [call.get("Body", "").split("\n")[0] or call.get("MediaUrl") for call in twilio] == [
        "Look:", image, "Tent", image, "Stove",
    ]  # fmt: skip


def test_a_link_that_only_an_action_knows_is_masked(outgoing: Outgoing) -> None:
    assert outgoing.reply(ANNA, {"text": "see https://other.example/anna"})["text"] == "see [link]"
