"""Files that people send, through the page's channel and Telegram, against the running assistant and a real clamd."""

from __future__ import annotations

import http.client
import itertools
import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.defence import MAX_SIZE
from tests.assistant.attaching import Shop, shop_with_attachments
from tests.assistant.canaries import scan
from tests.assistant.phones import TelegramPhone, rows
from tests.assistant.provider import Call
from tests.defence import files
from tests.defence.scanner import PATTERN

pytestmark = pytest.mark.servers

_people = itertools.count(73)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_with_attachments() as started:
        yield started


def _upload(
    assistant: Assistant, chat: Chat, content: bytes, *, kind: str = "", name: str = "", **change: Any
) -> tuple[int, Any]:
    query = urlencode({"id": change.get("id", secrets.token_hex(10)), "type": kind, "name": name})
    headers = {
        "Content-Type": change.get("content_type", "application/octet-stream"),
        "Cookie": change.get("cookie", chat.cookie or ""),
        **change.get("headers", {}),
    }
    connection = http.client.HTTPConnection(assistant.address.removeprefix("http://"), timeout=60)
    try:
        connection.request("POST", f"/chat/attachments?{query}", content, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def _kept(shop: Shop) -> int:
    return int(rows(shop.assistant, "SELECT count(*) FROM vault.attachment")[0][0])


def test_a_photo_is_taken_without_its_metadata_once(shop: Shop) -> None:
    chat, before = Chat(shop.assistant.address).open(), _kept(shop)
    photo, message_id = files.with_metadata("JPEG"), secrets.token_hex(10)
    status, turn = _upload(shop.assistant, chat, photo, kind="image/jpeg", name="IMG_1.JPG", id=message_id)
    assert (status, turn["you"]) == (200, "[file]")
    assert "30 days" in turn["replies"][0]["text"]
    assert _upload(shop.assistant, chat, photo, id=message_id) == (200, turn)
    assert _kept(shop) == before + 1
    assert [message["text"] for message in chat.history() if message["from"] == "you"] == ["[file]"]
    assert chat.send("thanks").texts


def test_a_form_goes_on_after_a_photo(shop: Shop) -> None:
    chat = Chat(shop.assistant.address).open()
    chat.send("I want to return the water bottle from DS-10601")
    status, turn = _upload(shop.assistant, chat, files.picture("PNG"))
    assert (status, len(turn["replies"])) == (200, 2)
    assert turn["replies"][1]["buttons"][0]["title"] == "It is damaged"
    handle = turn["replies"][1]["buttons"][0]["handle"]
    assert "May I use your card number" in chat.press(handle).texts[-1]


REFUSED: list[tuple[str, bytes, dict[str, Any], int, str]] = [
    ("no picture", b"<html>", {}, 415, "attachment_refused"),
    ("a lie", files.picture("PNG"), {"kind": "application/pdf"}, 415, "attachment_refused"),
    ("what the scanner knows", files.pdf(PATTERN), {}, 415, "attachment_refused"),
    ("too large", files.picture("JPEG").ljust(MAX_SIZE + 1, b"\0"), {}, 413, "too_long"),
    ("nobody", files.picture("PNG"), {"cookie": ""}, 401, "no_session"),
    ("another site", files.picture("PNG"), {"headers": {"Origin": "https://evil.example"}}, 403, "wrong_origin"),
    ("a form", files.picture("PNG"), {"content_type": "multipart/form-data"}, 415, "wrong_type"),
    ("no id", files.picture("PNG"), {"id": "x"}, 400, "bad_request"),
    ("nothing", b"", {}, 415, "attachment_refused"),
]


@pytest.mark.parametrize(("name", "content", "change", "status", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_it_is_refused_and_costs_nobody_their_conversation(
    shop: Shop, name: str, content: bytes, change: dict[str, Any], status: int, code: str
) -> None:
    chat, before = Chat(shop.assistant.address).open(), _kept(shop)
    answered, body = _upload(shop.assistant, chat, content, **change)
    assert (answered, body["error"]["code"]) == (status, code)
    assert _kept(shop) == before
    assert chat.history() == []
    assert chat.send("hello").texts


def test_other_requests_are_as_small_as_before(shop: Shop) -> None:
    chat = Chat(shop.assistant.address).open()
    connection = http.client.HTTPConnection(shop.assistant.address.removeprefix("http://"), timeout=60)
    headers = {"Content-Type": "application/json", "Cookie": chat.cookie or ""}
    connection.request("POST", "/chat/messages", b"x" * 20_000, headers)
    assert connection.getresponse().status == 413
    connection.close()


def test_without_its_scanner_nothing_is_taken_and_everything_later(shop: Shop) -> None:
    chat, before, photo = Chat(shop.assistant.address).open(), _kept(shop), files.picture("JPEG")
    phone = TelegramPhone(shop.assistant, shop.provider, 71)
    message_id = secrets.token_hex(10)
    shop.scanner(up=False)
    try:
        status, body = _upload(shop.assistant, chat, photo, id=message_id)
        assert (status, body["error"]["code"]) == (503, "try_again")
        assert "send it again" in body["error"]["message"]
        assert "send it again" in phone.after(_photo(shop, phone, photo)).text
        assert _kept(shop) == before
    finally:
        shop.scanner(up=True)
    assert _upload(shop.assistant, chat, photo, id=message_id)[0] == 200
    assert _kept(shop) == before + 1


def _photo(shop: Shop, phone: TelegramPhone, content: bytes, path: str = "photos/file_1.jpg", **more: Any) -> Any:
    shop.provider.files[f"/file/bot{phone.SECRETS['token']}/{path}"] = content
    shop.provider.answering = lambda call: _get_file(call, path)
    sizes = [{"file_id": "small"}, {"file_id": "large", "file_size": len(content)}]
    return phone.update(message=phone.message(photo=sizes, **more))


def _get_file(call: Call, path: str) -> Any:
    if not call.path.endswith("/getFile"):
        return None
    known = call.content == {"file_id": "large"}
    return (200, {}, {"ok": True, "result": {"file_path": path}}) if known else (400, {}, {"ok": False})


def test_telegrams_photos_are_taken_with_and_without_words(shop: Shop) -> None:
    phone, before = TelegramPhone(shop.assistant, shop.provider, 72), _kept(shop)
    said = phone.after(_photo(shop, phone, files.with_metadata("JPEG")))
    assert "30 days" in said.text
    said = phone.after(_photo(shop, phone, files.picture("JPEG"), caption="where is my order DS-10601"))
    assert "30 days" in said.texts[0]
    assert "delivered" in said.texts[-1]
    assert _kept(shop) == before + 2
    request = _photo(shop, phone, files.picture("JPEG"))
    assert phone.after(request).texts
    assert phone.after(request).texts == []
    assert _kept(shop) == before + 3


@pytest.mark.parametrize(
    ("content", "path", "answer"),
    [
        (b"<html>", "photos/file_2.jpg", "cannot take that kind"),
        (files.picture("PNG"), "photos/file_3.jpg", "not what its name says"),
        (files.picture("JPEG") + bytes(6 * 1024 * 1024), "photos/file_4.jpg", "too large"),
        (files.picture("JPEG"), "../bot/secrets", "send it again"),
        (files.picture("JPEG"), "https://evil.example/a.jpg", "send it again"),
    ],
    ids=["a page", "a lie", "too large", "a way out", "another host"],
)
def test_telegrams_other_files_are_refused_with_a_sentence(shop: Shop, content: bytes, path: str, answer: str) -> None:
    phone, before = TelegramPhone(shop.assistant, shop.provider, next(_people)), _kept(shop)
    assert answer in phone.after(_photo(shop, phone, content, path)).text
    assert _kept(shop) == before


def test_no_picture_and_no_place_lies_anywhere(shop: Shop) -> None:
    chat = Chat(shop.assistant.address).open()
    photo = files.with_metadata("JPEG")
    assert _upload(shop.assistant, chat, photo, name="wilhelmina.jpg")[0] == 200
    assert shop.assistant.postgres is not None
    rows(shop.assistant, "CHECKPOINT")
    places = [shop.assistant.postgres.home, shop.assistant.logs]
    pixels = photo[photo.index(b"\xff\xda") + 20 :][:40].decode("latin-1")
    secrets_ = {"maker": files.MAKER, "name": "wilhelmina.jpg", "pixels": pixels}
    assert scan(places, {k: v for k, v in secrets_.items() if k != "pixels"}) == {}
    needle = pixels.encode("latin-1")
    hits = [f for place in places for f in place.rglob("*") if f.is_file() and needle in f.read_bytes()]
    assert hits == []


def test_switched_off_it_is_told_so(assistant: Assistant, chat: Chat) -> None:
    status, body = _upload(assistant, chat, files.picture("PNG"))
    assert status in (404, 413)
    assert body["error"]["message"]
    assert chat.send("hello").texts
