"""The action server answers signed calls of the newest turn, once, and tells nobody else anything."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from discreet.assistant import Assistant
from discreet.crypto import keyring
from discreet.crypto.signing import CORRELATION, ActionCall, sign_action_call
from tests.conftest import PROJECT

pytestmark = pytest.mark.servers


class _Socket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("actions", timeout=30)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


@dataclass
class Caller:
    """Calls the running action server's socket as whoever holds the key."""

    socket: Path
    key: bytes

    def post(
        self, body: bytes, headers: dict[str, str], path: str = "/webhook", method: str = "POST"
    ) -> tuple[int, bytes]:
        connection = _Socket(self.socket)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def call(self, body: dict[str, Any] | bytes, call: ActionCall, now: int | None = None) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, content = self.post(raw, sign_action_call(self.key, call, raw, now or int(time.time())))
        return status, json.loads(content)


@pytest.fixture
def caller(assistant: Assistant) -> Caller:
    key = keyring.key(keyring.keys_for("actions", assistant.keys), "action")
    return Caller(assistant.run / "actions" / "actions.sock", key)


def request(action: str = "action_track_order", sender: str | None = None, **tracker: Any) -> dict[str, Any]:
    sender = sender or secrets.token_hex(8)
    base = {"sender_id": sender, "slots": {"order_number": "DS-10601"}, "latest_message": {}, "events": []}
    return {"next_action": action, "sender_id": sender, "tracker": {**base, **tracker}, "domain": {}}


def turn(fence: int = 1, ordinal: int = 0) -> ActionCall:
    return ActionCall(secrets.token_bytes(16), fence, ordinal)


def test_a_signed_call_is_answered(caller: Caller) -> None:
    status, answer = caller.call(request(), turn())
    assert status == 200
    assert answer["responses"][0]["response"] == "utter_order_status"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhook"),
        ("GET", "/actions"),
        ("GET", "/webhook"),
        ("GET", "/"),
        ("POST", "/x/../webhook"),
        ("PUT", "/"),
    ],
)
def test_nobody_without_the_key_is_told_anything(caller: Caller, method: str, path: str) -> None:
    status, content = caller.post(json.dumps(request()).encode(), {}, path, method)
    assert (status, json.loads(content)) == (401, {"error": "unauthorised"})


def test_a_signature_of_another_key_is_none(caller: Caller) -> None:
    stranger = Caller(caller.socket, bytes(32))
    assert stranger.call(request(), turn())[0] == 401


def refusals(caller: Caller, reason: str) -> int:
    """How many the action server has counted."""
    said = caller.post(b"", {}, "/metrics", "GET")[1].decode()
    lines = [line for line in said.splitlines() if f'reason="{reason}"' in line]
    assert all(line.startswith('discreet_refusals_total{process="actions",channel="actions"') for line in lines)
    return sum(int(line.rpartition(" ")[2]) for line in lines)


def test_refused_calls_are_counted(caller: Caller) -> None:
    before = refusals(caller, "bad_signature")
    caller.post(b"{}", {})
    assert refusals(caller, "bad_signature") == before + 1


def test_health_says_nothing(caller: Caller) -> None:
    assert caller.post(b"", {}, "/health", "GET") == (200, b"{}")


def test_an_old_call_is_refused(caller: Caller) -> None:
    assert caller.call(request(), turn(), now=int(time.time()) - 31)[0] == 401


def test_an_older_holder_of_the_lock_is_refused(caller: Caller) -> None:
    body = request()
    assert caller.call(body, turn(fence=5))[0] == 200
    assert caller.call(body, turn(fence=4))[0] == 401
    assert caller.call(body, turn(fence=6))[0] == 200


def test_a_second_turn_under_the_same_fence_is_refused(caller: Caller) -> None:
    body, first = request(), turn(fence=5)
    assert caller.call(body, first)[0] == 200
    assert caller.call(body, turn(fence=5))[0] == 401
    assert caller.call(body, ActionCall(first.turn_id, 5, 1))[0] == 200


def test_a_repeat_is_answered_from_the_store_and_runs_nothing(caller: Caller) -> None:
    body, first = request("action_hand_off"), turn()
    answer = caller.call(body, first)
    changed = {**body, "next_action": "action_track_order"}
    assert caller.call(changed, ActionCall(first.turn_id, 9, 0)) == answer


def test_an_unknown_action_is_not_there(caller: Caller) -> None:
    assert caller.call(request("action_nothing"), turn())[0] == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"sender_id": 7}', b'{"next_action": "action_track_order"}'])
def test_a_malformed_call_is_not_echoed(caller: Caller, body: bytes) -> None:
    raw = body + b" " * 0
    status, content = caller.post(raw, sign_action_call(caller.key, turn(), raw, int(time.time())))
    assert status == 422
    assert set(json.loads(content)) == {"error"}
    assert b"sender" not in content


@pytest.mark.parametrize("path", ["/desk", "/shown"])
def test_a_malformed_question_is_refused_with_what_is_none_and_counted(caller: Caller, path: str) -> None:
    bodies = (
        b"", b"{", b"[]", b"7", b"[" * 60_000, b"\xff", b'{"sender_id": 7}', b'{"desk": "receipt"}',
        b'{"sender_id": "\\ud800", "desk": "receipt"}',
    )  # fmt: skip
    before = refusals(caller, "bad_request")
    for body in bodies:
        status, answer = caller.post(body, sign_action_call(caller.key, turn(0), body, int(time.time())), path)
        said = json.loads(answer)["error"]
        assert (status, said) == (400, "this address takes another JSON object: see docs/spec/action-call.md")
    assert refusals(caller, "bad_request") == before + len(bodies)


def test_a_wish_that_is_no_name_is_none(caller: Caller) -> None:
    body = b'{"sender_id": "x", "desk": ["receipt"]}'
    assert caller.post(body, sign_action_call(caller.key, turn(0), body, int(time.time())), "/desk")[0] == 400


def test_an_action_that_fails_says_so_and_nothing_else(caller: Caller) -> None:
    status, answer = caller.call(request(slots={"order_number": {"secret": "hunter2"}}), turn())
    assert (status, answer) == (500, {"error": "internal"})


@pytest.mark.parametrize(
    ("given", "named"), [("0123456789abcdef", True), ("0123456789ABCDEF", False), ('x" :1', False)]
)
def test_a_line_of_both_servers_names_the_turn(caller: Caller, assistant: Assistant, given: str, named: bool) -> None:
    """And a header that is no such name is in no line, nor the one before it."""
    log = assistant.logs / "actions.log"
    for correlation in ("fedcba9876543210", given):
        size = log.stat().st_size
        raw = json.dumps(request(slots={"order_number": {"secret": "hunter2"}})).encode()
        headers = {**sign_action_call(caller.key, turn(), raw, int(time.time())), CORRELATION: correlation}
        assert caller.post(raw, headers)[0] == 500
    (line,) = [one for one in log.read_bytes()[size:].decode().splitlines() if "an action failed" in one]
    assert json.loads(line).get("turn") == (given if named else None)


def test_a_huge_body_is_refused(caller: Caller) -> None:
    body = json.dumps(request(slots={"x": "y" * 300_000})).encode()
    try:
        status, _ = caller.post(body, sign_action_call(caller.key, turn(), body, int(time.time())))
    except (BrokenPipeError, ConnectionResetError):
        return
    assert status in (401, 413)


def test_a_consent_slot_set_by_hand_gives_nothing(caller: Caller) -> None:
    slots = {
        "order_number": "DS-10601", "item": "water bottle", "return_reason": "x", "consent_answer": "yes",
        "payment_card": "vt_card_00000000000000000000a_1111", "requested_slot": None,
    }  # fmt: skip
    status, answer = caller.call(request("action_submit_return", slots=slots), turn())
    assert status == 200
    assert "May I use your card number" in answer["responses"][0]["text"]


@pytest.mark.parametrize("metadata", [{"operation": "op_of_somebody_else"}, {}])
def test_a_yes_to_nothing_gives_nothing(caller: Caller, metadata: dict[str, str]) -> None:
    sender = secrets.token_hex(8)
    message = {"intent": {"name": "affirm", "confidence": 1.0}, "metadata": metadata, "entities": []}
    body = request("action_answer_notice", sender, latest_message=message, slots={"asking": "consent"})
    _, answer = caller.call(body, turn())
    assert answer["responses"][0]["response"] == "utter_consent_ask_again"


def test_a_button_of_an_older_notice_answers_nothing(caller: Caller) -> None:
    sender = secrets.token_hex(8)
    slots = {"requested_slot": "consent_answer"}
    loop = {"name": "feedback_form"}
    asked = [
        caller.call(request("action_ask_consent_answer", sender, slots=slots, active_loop=loop), turn(fence))[1]
        for fence in (1, 2)
    ]
    operations = [
        json.loads(a["responses"][0]["buttons"][0]["payload"].removeprefix("/affirm"))["operation"] for a in asked
    ]
    assert operations[0] != operations[1]
    for fence, operation, outcome in (
        (3, operations[0], "utter_consent_ask_again"),
        (4, operations[1], "utter_consent_given"),
    ):
        message = {
            "intent": {"name": "affirm", "confidence": 1.0},
            "metadata": {"operation": operation},
            "entities": [],
        }
        body = request("action_answer_notice", sender, latest_message=message, slots={"asking": "consent"})
        assert caller.call(body, turn(fence))[1]["responses"][0]["response"] == outcome


def test_the_stock_server_does_not_start_with_these_actions() -> None:
    """``rasa run actions`` would answer everybody."""
    done = subprocess.run(
        [sys.executable, "-c", "import actions"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode != 0
    assert "make run" in done.stderr
