"""Telegram: the secret header, which updates concern us, and replies as calls of the Bot API."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from discreet.defence import MAX_SIZE
from discreet.errors import BadInput, NotAuthentic, Unscanned
from discreet.rasa.channels.connector import RemoteFile
from discreet.rasa.channels.telegram import TelegramChannel
from tests.assistant.provider import stand_in
from tests.rasa.channels.conftest import hook

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def channel() -> TelegramChannel:
    return TelegramChannel("1:token", "the_secret")


def _update(**message: Any) -> dict[str, Any]:
    who = {"id": 77, "is_bot": False, "first_name": "Anna"}
    return {"update_id": 5, "message": {"from": who, "chat": {"id": 77, "type": "private"}, "text": "hello", **message}}


def test_the_secret_lets_in(channel: TelegramChannel) -> None:
    asyncio.run(channel.verify(hook({}, {HEADER: "the_secret"})))


@pytest.mark.parametrize(
    "headers",
    [{}, {HEADER: ""}, {HEADER: "the_secre"}, {HEADER: "the_secret "}, {HEADER: "THE_SECRET"}, {HEADER: "thé_secret"},
     {"X-Other": "the_secret"}],
    ids=["missing", "empty", "cut", "longer", "another case", "not ASCII", "another header"],
)  # fmt: skip
def test_anything_else_does_not(channel: TelegramChannel, headers: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic):
        asyncio.run(channel.verify(hook(_update(), headers)))


def test_a_text_and_a_press_are_read(channel: TelegramChannel) -> None:
    (said,) = channel.read(hook(_update()))
    assert (said.text, said.message_id, said.person, said.address) == ("hello", "5", "77", {"chat": "77"})
    query = {"id": "q", "data": "ref", "from": {"id": 77, "is_bot": False}, "message": _update()["message"]}
    (pressed,) = channel.read(hook({"update_id": 6, "callback_query": query}))
    assert (pressed.text, pressed.reference) == ("", "ref")
    (acknowledged,) = channel.written({**pressed.first[0], "buttons": []})
    assert acknowledged == {"method": "answerCallbackQuery", "callback_query_id": "q"}


def test_the_language_of_the_persons_app_comes_along(channel: TelegramChannel) -> None:
    german = {"id": 77, "is_bot": False, "language_code": "de"}
    (said,) = channel.read(hook(_update(**{"from": german})))
    query = {"id": "q", "data": "ref", "from": german, "message": _update()["message"]}
    (pressed,) = channel.read(hook({"update_id": 6, "callback_query": query}))
    assert (said.languages, pressed.languages) == ("de", "de")
    assert channel.read(hook(_update()))[0].languages == ""
    for other in (None, ["de"], {"de": 1}, True):
        assert channel.read(hook(_update(**{"from": {**german, "language_code": other}})))[0].languages == ""


def test_start_is_a_greeting_and_a_caption_is_text(channel: TelegramChannel) -> None:
    assert channel.read(hook(_update(text="/start campaign-7")))[0].text == "hello"
    assert channel.read(hook(_update(text="/restart")))[0].text == "/restart"
    (said,) = channel.read(hook(_update(text=None, caption="my parcel", photo=[{"file_id": "x"}])))
    assert (said.text, said.unread) == ("my parcel", True)


@pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "location", "document", "contact", "video_note"])
def test_what_is_no_text_has_none(channel: TelegramChannel, kind: str) -> None:
    (said,) = channel.read(hook(_update(text=None, **{kind: {"file_id": "x"}})))
    assert (said.text, said.reference) == ("", "")


IGNORED: dict[str, dict[str, Any]] = {
    "a group": _update(chat={"id": -100, "type": "group"}),
    "a supergroup": _update(chat={"id": -100, "type": "supergroup"}),
    "a channel's post": {"update_id": 1, "channel_post": _update()["message"]},
    "another bot": _update(**{"from": {"id": 78, "is_bot": True}}),
    "nobody": _update(**{"from": None}),
    "no chat": _update(chat=None),
    "a chat of another shape": _update(chat=[1, 2]),
    "an edit": {"update_id": 1, "edited_message": _update()["message"]},
    "a change of membership": {"update_id": 1, "my_chat_member": {"chat": {"id": 77, "type": "private"}}},
    "a press in a group": {"update_id": 1, "callback_query": {
        "id": "q", "data": "x", "from": {"id": 77, "is_bot": False}, "message": {"chat": {"id": -1, "type": "group"}}}},
    "no update id": {"message": _update()["message"]},
    "nothing": {},
}  # fmt: skip


@pytest.mark.parametrize("name", IGNORED)
def test_what_concerns_us_not_is_ignored(channel: TelegramChannel, name: str) -> None:
    assert channel.read(hook(IGNORED[name])) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000])
def test_what_is_no_object_is_refused(channel: TelegramChannel, body: bytes) -> None:
    with pytest.raises(BadInput):
        channel.read(hook(body))


def test_a_reply_becomes_calls_in_order(channel: TelegramChannel) -> None:
    buttons = [
        {"title": "Yes", "reference": "r" * 22, "number": 1},
        {"title": "No", "reference": "s" * 22, "number": 2},
    ]
    calls = channel.written(
        {
            "text": "a" * 4090 + " bbbbbbbbbb",
            "buttons": buttons,
            "image": "https://shop.example/a.png",
            "attachment": "x",
        }
    )
    assert [call["method"] for call in calls] == ["sendMessage", "sendMessage", "sendPhoto", "sendMessage"]
    assert [len(call.get("text", "")) for call in calls] == [4090, 10, 0, 1]
    keyboard = calls[1]["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in keyboard] == ["Yes", "No"]
    assert all(len(row[0]["callback_data"].encode()) <= 64 for row in keyboard)
    assert "reply_markup" not in calls[0]


@pytest.mark.parametrize(
    ("custom", "method"),
    [
        ({"latitude": 1, "longitude": 2}, "sendLocation"),
        ({"latitude": 1, "longitude": 2, "title": "a", "address": "b"}, "sendVenue"),
        ({"sticker": "x"}, "sendSticker"),
        ({"text": "x", "parse_mode": "HTML"}, "sendMessage"),
    ],
)
def test_custom_replies_are_telegrams_own_calls(channel: TelegramChannel, custom: dict[str, Any], method: str) -> None:
    assert channel.written({"custom": custom, "buttons": []}) == [{**custom, "method": method}]


def test_a_custom_reply_names_no_other_recipient_and_no_unknown_call(channel: TelegramChannel) -> None:
    assert channel.written({"custom": {"text": "x", "chat_id": 1, "method": "getMe"}, "buttons": []}) == [
        {"text": "x", "method": "sendMessage"}
    ]
    assert channel.written({"custom": {"elements": []}, "buttons": []}) == []


FETCHED: dict[str, tuple[Any, bytes | None, int | None]] = {
    "a file": ({"file_path": "photos/file_1.jpg"}, b"x" * 100, 100),
    "a large one, cut": ({"file_path": "photos/file_1.jpg"}, bytes(MAX_SIZE + 9), MAX_SIZE + 1),
    "one that is gone": ({"file_path": "photos/file_1.jpg"}, None, None),
    "a way out": ({"file_path": "../bot1:token/getMe"}, b"x", None),
    "a way out in the middle": ({"file_path": "photos/../../x"}, b"x", None),
    "a query": ({"file_path": "photos/x?y"}, b"x", None),
    "an encoded way out": ({"file_path": "photos/%2e%2e/x"}, b"x", None),
    "another host": ({"file_path": "//evil.example/x"}, b"x", None),
    "a whole address": ({"file_path": "https://evil.example/x"}, b"x", None),
    "no path": ({}, b"x", None),
    "a path that is none": ({"file_path": ["photos"]}, b"x", None),
}


@pytest.mark.parametrize("name", FETCHED)
def test_a_file_is_fetched_from_telegram_and_from_nowhere_else(name: str) -> None:
    result, content, size = FETCHED[name]
    with stand_in() as provider:
        provider.answering = lambda call: (200, {}, {"ok": True, "result": result})
        if content is not None:
            # Whatever is asked for is there: only the channel's own check keeps it from being fetched.
            provider.files = _Everywhere(content)
        fetching = TelegramChannel("1:token", "s", provider.address).fetch(RemoteFile("id"))
        if size is None:
            with pytest.raises(Unscanned):
                asyncio.run(fetching)
        else:
            assert len(asyncio.run(fetching)) == size


class _Everywhere(dict[str, bytes]):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    def __contains__(self, _path: object) -> bool:
        return True

    def __getitem__(self, _path: str) -> bytes:
        return self._content
