"""A request that is refused: answered, counted by channel and reason, and nothing of it in a log."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from sanic import Sanic
from sanic.compat import Header
from sanic.request import Request

from discreet import metrics
from discreet.rasa.channels.connector import MAX_BODY
from discreet.rasa.channels.telegram import TelegramChannel
from discreet.rasa.channels.whatsapp import WhatsAppChannel

SECRET = {"X-Telegram-Bot-Api-Secret-Token": "the_secret"}
JSON = {"Content-Type": "application/json"}


def _ask(channel: Any, method: str, body: bytes, headers: dict[str, str], query: str = "") -> tuple[int, Any]:
    handler = channel._answering(channel._posted if method == "POST" else channel._asked)
    app = Sanic.get_app("channels_of_a_test", force_create=True)
    address = f"/webhooks/x/webhook{query}".encode()
    request = Request(address, Header(headers), "1.1", method, None, app)
    request.body = body
    answer = asyncio.run(handler(request))
    return answer.status, json.loads(answer.body) if answer.body else None


@pytest.fixture
def channel() -> TelegramChannel:
    """One whose guard must not be reached."""
    made = TelegramChannel("1:t", "the_secret")
    made._guard = object()  # type: ignore[assignment]
    return made


REFUSED: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("no secret", b"{}", JSON, 401, "not_authentic"),
    ("a wrong secret", b"{}", {**JSON, **SECRET, "X-Telegram-Bot-Api-Secret-Token": "x"}, 401, "not_authentic"),
    ("a form", b"{}", {"Content-Type": "application/x-www-form-urlencoded", **SECRET}, 415, "wrong_type"),
    ("no type", b"{}", SECRET, 415, "wrong_type"),
    ("too long", b"x" * (MAX_BODY + 1), {**JSON, **SECRET}, 413, "too_long"),
    ("not JSON", b"hunter2", {**JSON, **SECRET}, 400, "bad_request"),
    ("a list", b"[]", {**JSON, **SECRET}, 400, "bad_request"),
    ("UTF-16", "{}".encode("utf-16"), {**JSON, **SECRET}, 400, "bad_request"),
    ("a byte order mark", b"\xef\xbb\xbf{}", {**JSON, **SECRET}, 400, "bad_request"),
    ("a surrogate in bytes", b'{"a": "\xed\xa0\x80"}', {**JSON, **SECRET}, 400, "bad_request"),
    ("a name twice", b'{"a": 1, "a": 2}', {**JSON, **SECRET}, 400, "bad_request"),
    ("NaN", b'{"a": NaN}', {**JSON, **SECRET}, 400, "bad_request"),
    ("a JSON bomb", b'{"a":' * 50_000, {**JSON, **SECRET}, 400, "bad_request"),
]


@pytest.mark.parametrize(("name", "body", "headers", "status", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_it_is_refused_counted_and_not_logged(
    channel: TelegramChannel,
    caplog: pytest.LogCaptureFixture,
    name: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    before = metrics._refusals["telegram", code]
    with caplog.at_level(logging.DEBUG):
        assert _ask(channel, "POST", body, headers) == (status, {"error": {"code": code}})
    assert metrics._refusals["telegram", code] == before + 1
    assert "hunter2" not in caplog.text
    assert "the_secret" not in caplog.text


def test_a_flood_of_forged_requests_fills_no_log(channel: TelegramChannel, caplog: pytest.LogCaptureFixture) -> None:
    before = metrics._refusals["telegram", "not_authentic"]
    for _ in range(50):
        assert _ask(channel, "POST", b"{}", JSON)[0] == 401
    assert metrics._refusals["telegram", "not_authentic"] == before + 50
    assert [record.getMessage() for record in caplog.records] == [
        "1 requests to telegram were refused, the last one: the secret token does not match"
    ]


def test_what_concerns_us_not_is_answered_kindly(channel: TelegramChannel) -> None:
    assert _ask(channel, "POST", b"{}", {**JSON, **SECRET}) == (200, None)


def test_until_the_check_has_passed_a_provider_is_asked_to_wait() -> None:
    assert _ask(TelegramChannel("1:t", "the_secret"), "POST", b"{}", {**JSON, **SECRET})[0] == 503


def test_only_a_provider_that_asks_is_answered(channel: TelegramChannel) -> None:
    assert _ask(channel, "GET", b"", {})[0] == 401
    whatsapp = WhatsAppChannel("t", "s", "verify", "106")
    query = "?hub.mode=subscribe&hub.verify_token={}&hub.challenge=15"
    assert _ask(whatsapp, "GET", b"", {}, query.format("verify")) == (200, 15)
    assert _ask(whatsapp, "GET", b"", {}, query.format("verif"))[0] == 401
