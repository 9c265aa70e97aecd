"""Bad input gets a clear answer, and costs nobody their conversation."""

from __future__ import annotations

import http.client
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.errors import BadInput, NotAuthentic
from discreet.redaction.tokens import TOKEN

pytestmark = pytest.mark.servers


def _raw(assistant: Assistant, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(assistant.address.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None
    finally:
        connection.close()


def _headers(chat: Chat, **more: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Cookie": chat.cookie or "", **more}


def _message(**change: Any) -> bytes:
    return json.dumps({"id": secrets.token_hex(10), "text": "hello", **change}).encode()


REFUSED: list[tuple[str, bytes, int, str]] = [
    ("no body", b"", 400, "bad_request"),
    ("not JSON", b"hello", 400, "bad_request"),
    ("binary", bytes(range(256)), 400, "bad_request"),
    ("a list", b"[]", 400, "bad_request"),
    ("deep nesting", b"[" * 8000 + b"]" * 8000, 400, "bad_request"),
    ("a number as text", _message(text=12345), 400, "bad_request"),
    ("an object as text", _message(text={"a": 1}), 400, "bad_request"),
    ("no text", json.dumps({"id": "x" * 16}).encode(), 400, "bad_request"),
    ("no id", b'{"text": "hello"}', 400, "bad_request"),
    ("a short id", _message(id="x"), 400, "bad_request"),
    ("an id with a quote", _message(id="x" * 16 + "'"), 400, "bad_request"),
    ("text and button", _message(button="x" * 20), 400, "bad_request"),
    ("empty", _message(text=""), 400, "bad_request"),
    ("only spaces", _message(text=" \n\t "), 400, "bad_request"),
    ("only control characters", _message(text="\x00\x01\x1b"), 400, "bad_request"),
    ("only a slash", _message(text="/"), 400, "bad_request"),
    ("2,001 characters", _message(text="x" * 2001), 413, "too_long"),
    ("100 kB", _message(text="x" * 100_000), 413, "too_long"),
    ("a forged button", json.dumps({"id": "x" * 16, "button": "A" * 80}).encode(), 409, "stale_button"),
    ("lone surrogates", b'{"id": "xxxxxxxxxxxxxxxxxxxx", "text": "\\ud800"}', 400, "bad_request"),
]


@pytest.mark.parametrize(("name", "body", "status", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_it_is_refused_clearly(
    assistant: Assistant, chat: Chat, name: str, body: bytes, status: int, code: str
) -> None:
    chat.send("hello")
    answered, content = _raw(assistant, "POST", "/chat/messages", body, _headers(chat))
    assert (answered, content["error"]["code"]) == (status, code)
    assert content["error"]["message"].endswith((".", "me.", "characters."))
    assert len(chat.history()) == 2
    assert chat.send("thanks").texts


TAKEN_AS_TEXT = [
    "/restart",
    "/back",
    "/session_start",
    '/inform{"card_number": "x"}',
    '/affirm{"operation": "op_x"}',
    "   /restart",
    "//restart",
    "EXTERNAL: restart",
    "[hello](intent)",
    "{order_number} {0} %s %d",
    "שלום, מה שלומך",
    "\u202eolleh\u202c",
    "h\u200be\u200bl\u200bl\u200bo",
    "🙂🙂🙂",
    "'; DROP TABLE conversation.turn; --",
    "<script>alert(1)</script>",
    "vt_card_00000000000000000000a_1111",
    "a" * 2000,
    "\n\n\nhello\n\n",
]


@pytest.mark.parametrize("text", TAKEN_AS_TEXT)
def test_it_is_taken_as_plain_text(chat: Chat, text: str) -> None:
    chat.send("I want to return something")
    turn = chat.send(text)
    assert turn.texts
    assert len([message for message in chat.history() if message["from"] == "you"]) == 2


def test_a_typed_command_sets_no_slot_and_restarts_nothing(chat: Chat) -> None:
    chat.send("where is my order")
    chat.send("/restart")
    assert "delivered" in chat.send("DS-10601").texts[0]


def test_a_typed_token_is_broken(chat: Chat) -> None:
    assert TOKEN.search(chat.send("use vt_card_00000000000000000000a_1111 please").shown) is None


def test_an_unknown_session_is_told_so(assistant: Assistant) -> None:
    stranger = Chat(assistant.address, cookie="discreet_session=" + "A" * 43)
    with pytest.raises(NotAuthentic):
        stranger.send("hello")
    with pytest.raises(NotAuthentic):
        Chat(assistant.address).history()


def test_an_ended_session_stays_ended(assistant: Assistant, chat: Chat) -> None:
    cookie = chat.cookie
    chat.end()
    with pytest.raises(NotAuthentic):
        Chat(assistant.address, cookie=cookie).send("hello")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_sites_page_is_refused(assistant: Assistant, chat: Chat, origin: str) -> None:
    for method, path in (("POST", "/chat/messages"), ("POST", "/chat/session"), ("DELETE", "/chat/session")):
        status, _ = _raw(assistant, method, path, _message(), _headers(chat, Origin=origin))
        assert status == 403
    assert chat.history() == []


def test_a_form_post_is_refused(assistant: Assistant, chat: Chat) -> None:
    headers = {**_headers(chat), "Content-Type": "text/plain"}
    assert _raw(assistant, "POST", "/chat/messages", _message(), headers)[0] == 415


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/conversations/x/tracker", "/model", "/chat/nothing"])
def test_nothing_else_is_there(assistant: Assistant, path: str) -> None:
    assert _raw(assistant, "POST", path, b"{}", {"Content-Type": "application/json"})[0] == 404


def test_a_button_of_another_conversation_does_nothing(assistant: Assistant, chat: Chat) -> None:
    other = Chat(assistant.address).open()
    handle = next(iter(other.send("hello").buttons.values()))
    with pytest.raises(BadInput):
        chat.press(handle)


def test_a_button_works_once(chat: Chat) -> None:
    handle = chat.send("hello").buttons["Return something"]
    first, again = chat.press(handle), chat.press(handle)
    assert first == again
    assert len([message for message in chat.history() if message["from"] == "you"]) == 2


def test_the_same_message_twice_is_one_turn(chat: Chat) -> None:
    first = chat.send("hello", message_id="the-same-message-id")
    again = chat.send("hello", message_id="the-same-message-id")
    assert first == again
    assert len(chat.history()) == 2


def test_two_tabs_at_once(assistant: Assistant, chat: Chat) -> None:
    tabs = [Chat(assistant.address, cookie=chat.cookie) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        turns = list(pool.map(lambda tab: tab.send("hello"), tabs))
    assert all(turn.texts for turn in turns)
    assert [message["from"] for message in chat.history()] == ["you", "bot"] * 4


def test_a_client_that_goes_away_does_not_stop_its_turn(assistant: Assistant, chat: Chat) -> None:
    body = _message(id="gone-away-message-id", text="hello")
    connection = http.client.HTTPConnection(assistant.address.removeprefix("http://"))
    connection.request("POST", "/chat/messages", body, _headers(chat))
    connection.close()
    assert chat.send("hello", message_id="gone-away-message-id").texts
    assert len(chat.history()) == 2
