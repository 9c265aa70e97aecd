"""The small parts of the seam: buttons, stripped action calls, words as data, logs."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest

from discreet import logs
from discreet.errors import BadInput, TurnAborted
from discreet.logs import correlation_id
from discreet.rasa.action_endpoint import SignedEndpoint, stripped
from discreet.rasa.buttons import LIFETIME_SECONDS, Buttons
from discreet.rasa.turn import Turn, running
from discreet.rasa.understanding import as_data

ANNA, BEN, NOW = b"a" * 16, b"b" * 16, 1_800_000_000.0


def test_a_handle_means_what_it_was_made_for() -> None:
    buttons = Buttons(bytes(32))
    handle = buttons.handle(ANNA, "Yes", '/affirm{"operation": "op_1", "item": "x"}', NOW)
    press = buttons.open(ANNA, handle, NOW + LIFETIME_SECONDS)
    assert (press.title, press.intent, press.operation) == ("Yes", "affirm", "op_1")
    assert [(entity["entity"], entity["value"]) for entity in press.entities] == [("item", "x")]
    assert "affirm" not in handle


@pytest.mark.parametrize(
    "attack", ["another conversation", "too late", "another key", "changed", "cut", "empty", "typed"]
)
def test_a_handle_that_is_not_live_here_does_nothing(attack: str) -> None:
    buttons = Buttons(bytes(32))
    handle = buttons.handle(ANNA, "Yes", "/affirm", NOW)
    conversation, now = ANNA, NOW
    if attack == "another conversation":
        conversation = BEN
    elif attack == "too late":
        now += LIFETIME_SECONDS + 1
    elif attack == "another key":
        buttons = Buttons(b"\1" * 32)
    else:
        # The last character holds bits that belong to no byte: another spelling of the same handle.
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        changed = handle[:-1] + alphabet[alphabet.index(handle[-1]) ^ 1]
        handle = {"changed": changed, "cut": handle[:20], "empty": "", "typed": "/affirm"}[attack]
    with pytest.raises(BadInput):
        buttons.open(conversation, handle, now)


PAYLOAD: dict[str, Any] = {
    "next_action": "action_x",
    "sender_id": "s",
    "version": "3.6.21",
    "tracker": {
        "sender_id": "s",
        "slots": {"item": "vt_card_x"},
        "latest_message": {
            "text": "a secret sentence",
            "intent": {"name": "greet", "confidence": 1.0},
            "intent_ranking": [{"name": "greet"}],
            "entities": [{"entity": "product", "value": "tent", "start": 2, "end": 8, "extractor": "x"}],
            "metadata": {"operation": "op_1"},
            "text_tokens": [[0, 1]],
        },
        "events": [
            {"event": "user", "text": "a secret sentence", "parse_data": {"text": "a secret sentence"}},
            {"event": "slot", "name": "old", "value": "x"},
            {"event": "bot", "text": "another secret sentence"},
            {"event": "slot", "name": "item", "value": "vt_card_x"},
        ],
        "active_loop": {"name": "f", "trigger_message": {"text": "a secret sentence"}},
    },
    "domain": {"responses": {"utter_x": [{"text": "hello"}]}, "slots": {"item": {}}, "forms": {}},
}


def test_no_words_reach_the_action_server() -> None:
    assert "secret" not in json.dumps(stripped(PAYLOAD))


def test_what_actions_need_does() -> None:
    kept = stripped(PAYLOAD)["tracker"]
    assert kept["slots"] == {"item": "vt_card_x"}
    assert kept["events"] == [{"event": "slot", "name": "item", "value": "vt_card_x"}]
    assert kept["latest_message"]["metadata"] == {"operation": "op_1"}
    assert kept["latest_message"]["entities"] == [{"entity": "product", "value": "tent"}]
    assert kept["active_loop"]["name"] == "f"


@pytest.mark.parametrize("fault", ["is not there", "does not answer", "hangs up"])
def test_an_action_server_that_fails_ends_the_turn_whatever_it_does(fault: str) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if fault == "does not answer":
            await asyncio.sleep(5)
        writer.close()

    async def call(path: Path) -> None:
        server = await asyncio.start_unix_server(answer, path) if fault != "is not there" else None
        turn = Turn("s", ANNA, ANNA, fence=1, position=None, tracker=None, loaded_events=0)
        token = running.set(turn)
        try:
            with pytest.raises(TurnAborted):
                await SignedEndpoint(path, bytes(32), timeout=0.5).request(json=PAYLOAD)
            assert await SignedEndpoint(path, bytes(32)).metrics() == ""
        finally:
            running.reset(token)
            if server is not None:
                server.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(call(Path(folder) / "a.sock"))


def test_a_call_names_its_turn_in_both_logs() -> None:
    seen = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async def call(path: Path) -> None:
        server = await asyncio.start_unix_server(answer, path)
        correlation_id.set("0123456789abcdef")
        token = running.set(Turn("s", ANNA, ANNA, fence=1, position=None, tracker=None, loaded_events=0))
        try:
            assert await SignedEndpoint(path, bytes(32)).request(json=PAYLOAD) == {}
        finally:
            running.reset(token)
            server.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(call(Path(folder) / "a.sock"))
    assert b"\r\nX-Discreet-Correlation: 0123456789abcdef\r\n" in seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/restart", "restart"),
        (" / /restart", "restart"),
        ("hello /restart", "hello /restart"),
        ("a\x00b\x1bc", "a b c"),
        ("line\nbreak\tand tab", "line\nbreak\tand tab"),
        ("///", ""),
    ],
)
def test_words_are_data(typed: str, kept: str) -> None:
    assert as_data(typed) == kept


def _line(name: str, message: object, *arguments: object, error: BaseException | None = None) -> dict[str, Any]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logs.Record(name, logging.ERROR, "/x/site-packages/rasa/a.py", 7, message, arguments, info, "f")
    line: dict[str, Any] = json.loads(logs.Formatter().format(record))
    return line


@pytest.mark.parametrize(
    "message",
    [
        "text: hunter2", "%s", {"text": "hunter2"}, '{"event": "hunter2", "text": "hunter2"}',
        '{"event": "processor.message.parse", "text": "hunter2"}', '{"event": ["hunter2"]}',
    ],
)  # fmt: skip
def test_somebody_elses_log_line_keeps_its_place_and_no_words(message: object) -> None:
    for name in ("rasa.core.processor", "py.warnings", "sqlalchemy.engine", "discreetly.other", "root"):
        line = _line(name, message, *(("hunter2",) if message == "%s" else ()))
        assert "hunter2" not in json.dumps(line)
        assert line["where"] == "a.py:7 f"


def test_rasas_event_name_stays() -> None:
    assert _line("rasa.x", '{"event": "processor.message.parse", "a": 1}')["event"] == "processor.message.parse"


def test_an_exception_keeps_its_type_and_frames_without_its_text() -> None:
    def failing(secret: str) -> None:
        raise ValueError(f"cannot parse {secret}")

    try:
        failing("hunter2")
    except ValueError as error:
        line = _line("discreet.rasa.guard", "a turn failed", error=error)
    assert "hunter2" not in json.dumps(line)
    assert line["exception"]["type"] == "builtins.ValueError"
    assert any("failing" in frame for frame in line["exception"]["frames"])
    assert line["message"] == "a turn failed"
