"""WhatsApp: the signature over the raw body, the first check of the address, messages and choices."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

import pytest

from discreet import metrics
from discreet.errors import BadInput, NotAuthentic
from discreet.rasa.channels.webhook import Webhook
from discreet.rasa.channels.whatsapp import WhatsAppChannel
from tests.rasa.channels.conftest import hook

NOW = 1_800_000_000
HEADER = "X-Hub-Signature-256"
ASKED = "hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1158201444"


@pytest.fixture
def channel() -> WhatsAppChannel:
    return WhatsAppChannel("token", "app-secret", "verify", "106", clock=lambda: float(NOW))


def _signed(body: bytes, secret: bytes = b"app-secret", prefix: str = "sha256=", kind: str = "sha256") -> Webhook:
    return hook(body, {HEADER: prefix + hmac.new(secret, body, kind).hexdigest()})


def _messages(*messages: dict[str, Any], number: str = "106", field: str = "messages") -> Webhook:
    value = {"metadata": {"phone_number_id": number}, "messages": list(messages)}
    return hook({"entry": [{"changes": [{"field": field, "value": value}]}]})


def _message(kind: str = "text", **content: Any) -> dict[str, Any]:
    return {
        "from": "447946",
        "id": "wamid.1",
        "timestamp": str(NOW - 5),
        "type": kind,
        **({"text": {"body": "hello"}} | content),
    }


def test_the_raw_body_is_signed(channel: WhatsAppChannel) -> None:
    asyncio.run(channel.verify(_signed(b'{"a": "gr\\u00fc\\u00dfe"}')))
    asyncio.run(channel.verify(_signed(b"\xff\xfe")))


BODY = b'{"entry": []}'
GENUINE = hmac.new(b"app-secret", BODY, hashlib.sha256).hexdigest()
FORGED: dict[str, Webhook] = {
    "no signature": hook(BODY),
    "empty": hook(BODY, {HEADER: ""}),
    "another secret": _signed(BODY, b"other"),
    "the older header": hook(BODY, {"X-Hub-Signature": "sha1=" + hmac.new(b"app-secret", BODY, "sha1").hexdigest()}),
    "SHA-1 under the new header": _signed(BODY, prefix="sha1=", kind="sha1"),
    "an algorithm of the sender's choice": _signed(BODY, prefix="md5=", kind="md5"),
    "no prefix": hook(BODY, {HEADER: GENUINE}),
    "upper case": hook(BODY, {HEADER: "sha256=" + GENUINE.upper()}),
    "cut": hook(BODY, {HEADER: "sha256=" + GENUINE[:-1]}),
    "not ASCII": hook(BODY, {HEADER: "sha256=é"}),
    "another body": hook(BODY + b" ", {HEADER: "sha256=" + GENUINE}),
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_forged_request_is_refused(channel: WhatsAppChannel, attack: str) -> None:
    with pytest.raises(NotAuthentic):
        asyncio.run(channel.verify(FORGED[attack]))


def test_the_address_is_checked_once(channel: WhatsAppChannel) -> None:
    answer = asyncio.run(channel.ask(hook(b"", query=ASKED)))
    assert (answer.body, answer.content_type.partition(";")[0]) == (b"1158201444", "text/plain")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", NotAuthentic),
        (ASKED.replace("=verify", "=verif"), NotAuthentic),
        (ASKED.replace("=verify", "="), NotAuthentic),
        (ASKED.replace("=verify", "=%C3%A9"), NotAuthentic),
        (ASKED.replace("subscribe", "unsubscribe"), NotAuthentic),
        (ASKED.replace("1158201444", "%3Cscript%3E"), BadInput),
        (ASKED.replace("1158201444", "1" * 300), BadInput),
        (ASKED.replace("1158201444", ""), BadInput),
    ],
)
def test_a_check_that_is_not_metas_is_refused(channel: WhatsAppChannel, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        asyncio.run(channel.ask(hook(b"", query=query)))


def test_messages_are_read_in_order(channel: WhatsAppChannel) -> None:
    pressed = {"type": "button_reply", "button_reply": {"id": "ref", "title": "Yes"}}
    chosen = {"type": "list_reply", "list_reply": {"id": "ref2", "title": "Yes"}}
    found = channel.read(
        _messages(
            _message(),
            _message("interactive", text=None, interactive=pressed),
            _message("interactive", text=None, interactive=chosen),
            _message("image", text=None, image={"caption": "my parcel"}),
            _message("button", text=None, button={"text": "Help"}),
        )
    )
    assert [(one.text, one.reference, one.unread) for one in found] == [
        ("hello", "", False),
        ("", "ref", False),
        ("", "ref2", False),
        ("my parcel", "", True),
        ("Help", "", False),
    ]
    assert {one.person for one in found} == {"447946"}


@pytest.mark.parametrize("kind", ["audio", "sticker", "location", "contacts", "image", "video", "order", "unsupported"])
def test_what_is_no_text_has_none(channel: WhatsAppChannel, kind: str) -> None:
    (said,) = channel.read(_messages(_message(kind, text=None, **{kind: {"id": "1"}})))
    assert (said.text, said.reference) == ("", "")


IGNORED: dict[str, Webhook] = {
    "another number": _messages(_message(), number="107"),
    "another field": _messages(_message(), field="account_update"),
    "a report": hook({"entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "106"}, "statuses": [{"id": "wamid.1", "status": "read"}]}}]}]}),
    "a reaction": _messages(_message("reaction")),
    "a change of number": _messages(_message("system")),
    "a group": _messages(_message(group_id="g")),
    "nobody": _messages(_message(**{"from": None})),
    "no id": _messages(_message(id=None)),
    "one older than its receipt would be": _messages(_message(timestamp=str(NOW - 7 * 86400 - 1))),
    "no time": _messages(_message(timestamp=None)),
    "a time that is none": _messages(_message(timestamp="-1")),
    "shapes of another kind": hook({"entry": [{"changes": {"field": "messages"}}, 5, None, []]}),
    "nothing": hook({"entry": 5}),
}  # fmt: skip


def test_one_as_old_as_a_receipt_is_taken_and_an_older_one_is_counted(channel: WhatsAppChannel) -> None:
    """The signature holds no time: a recorded request could otherwise be sent again once its receipt is gone."""
    week = 7 * 86400
    before = metrics._refusals["whatsapp", "too_old"]
    assert [len(channel.read(_messages(_message(timestamp=str(NOW - age))))) for age in (week, week + 1)] == [1, 0]
    assert metrics._refusals["whatsapp", "too_old"] == before + 1


@pytest.mark.parametrize("name", IGNORED)
def test_what_concerns_us_not_is_ignored(channel: WhatsAppChannel, name: str) -> None:
    assert channel.read(IGNORED[name]) == []


def _buttons(*titles: str) -> list[dict[str, Any]]:
    return [{"title": title, "reference": str(number) * 22, "number": number} for number, title in enumerate(titles)]


def test_few_short_choices_are_buttons(channel: WhatsAppChannel) -> None:
    first, second = channel.written({"text": "a" * 1500, "buttons": _buttons("Yes", "No")})
    assert first["type"] == "text"
    assert second["interactive"]["type"] == "button"
    assert len(second["interactive"]["body"]["text"]) <= 1024
    assert [one["reply"]["title"] for one in second["interactive"]["action"]["buttons"]] == ["Yes", "No"]


def test_many_or_long_choices_are_lists(channel: WhatsAppChannel) -> None:
    lists = channel.written({"text": "Which?", "buttons": _buttons(*(f"{n} " + "t" * 40 for n in range(12)))})
    rows = [one["interactive"]["action"]["sections"][0]["rows"] for one in lists]
    assert [len(part) for part in rows] == [10, 2]
    assert all(len(row["title"]) <= 24 and row["description"].endswith("t" * 40) for part in rows for row in part)
    assert [one["interactive"]["body"]["text"] for one in lists] == ["Which?", "Choose"]
    (three,) = channel.written({"text": "Which?", "buttons": _buttons("x" * 21)})
    assert three["interactive"]["type"] == "list"


def test_a_custom_reply_names_no_other_recipient(channel: WhatsAppChannel) -> None:
    custom = {"type": "location", "location": {"latitude": 1}, "to": "1", "messaging_product": "x"}
    assert channel.written({"custom": custom, "buttons": []}) == [{"type": "location", "location": {"latitude": 1}}]
    assert channel.written({"custom": {"type": "recipient_type"}, "buttons": []}) == []


def test_a_picture_is_sent_by_its_link(channel: WhatsAppChannel) -> None:
    (call,) = channel.written({"image": "https://shop.example/a.png", "buttons": []})
    assert json.dumps(call) == '{"type": "image", "image": {"link": "https://shop.example/a.png"}}'
