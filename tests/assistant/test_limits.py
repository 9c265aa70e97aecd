"""Limits on the running assistant: a friendly 429, addresses behind a proxy, turns that wait; all of it counted."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.errors import SettingsError
from tests.conftest import project_with, running_assistant

pytestmark = pytest.mark.servers

FEW = {"trusted_proxies": ["127.0.0.1"], "limits": {"session": 3, "address": 30, "network": 50}}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant behind a proxy on this machine, with small limits."""
    project = project_with(tmp_path_factory.mktemp("strict"), {"discreet.rasa.web.WebChannel": FEW})
    with running_assistant(project=project) as assistant:
        yield assistant


class Person:
    """Somebody at an address, through the proxy."""

    def __init__(self, assistant: Assistant, address: str) -> None:
        self._host = assistant.address.removeprefix("http://")
        self._address = address
        self.cookie = ""

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        headers = {"X-Forwarded-For": self._address, "Cookie": self.cookie, "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body or {}), headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if cookie := response.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return response.status, json.loads(content) if content else None, response.headers

    def say(self, text: str = "hello") -> tuple[int, Any, http.client.HTTPMessage]:
        return self.call("POST", "/chat/messages", {"id": secrets.token_hex(10), "text": text})


def address() -> str:
    """Of a network of its own."""
    return f"2001:db8:{secrets.randbits(16):x}::1"


def test_a_session_that_says_too_much_is_told_when_to_go_on(strict: Assistant) -> None:
    anna = Person(strict, address())
    assert anna.call("POST", "/chat/session")[0] == 201
    assert [anna.say()[0] for _ in range(3)] == [200, 200, 200]
    status, content, headers = anna.say()
    assert (status, content["error"]["code"]) == (429, "try_again")
    assert content["error"]["message"].endswith(".")
    assert 1 <= int(headers["Retry-After"]) <= 20
    ben = Person(strict, address())
    ben.call("POST", "/chat/session")
    assert ben.say()[0] == 200


def test_guessing_cookies_is_limited_by_address(strict: Assistant) -> None:
    guesser = Person(strict, address())
    seen = []
    for _ in range(40):
        guesser.cookie = f"discreet_session={secrets.token_urlsafe(32)}"
        seen.append(guesser.say()[0])
    assert set(seen) == {401, 429}
    assert seen[0] == 401
    assert seen[-1] == 429


def test_opening_sessions_is_limited_by_address(strict: Assistant) -> None:
    greedy = Person(strict, address())
    seen = []
    for _ in range(12):
        greedy.cookie = ""
        seen.append(greedy.call("POST", "/chat/session")[0])
    assert seen[:5] == [201] * 5
    assert seen[-1] == 429


def test_turns_that_wait_for_one_conversation_are_bounded(assistant: Assistant) -> None:
    chat = Chat(assistant.address).open()
    host = assistant.address.removeprefix("http://")

    def send(_: int) -> int:
        connection = http.client.HTTPConnection(host, timeout=60)
        body = json.dumps({"id": secrets.token_hex(10), "text": "hello"})
        connection.request(
            "POST", "/chat/messages", body, {"Content-Type": "application/json", "Cookie": chat.cookie or ""}
        )
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(30) as pool:
        seen = list(pool.map(send, range(30)))
    assert set(seen) == {200, 429}
    assert seen.count(200) >= 8
    assert chat.send("hello").texts


def test_refusals_are_counted_for_this_machine_alone(strict: Assistant) -> None:
    person = Person(strict, address())
    person.say()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.connect(str(strict.run / "actions" / "actions.sock"))
        caller.sendall(b"POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
        assert b" 401 " in caller.recv(4096)
    host = strict.address.removeprefix("http://")

    def metrics(**headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", "/chat/metrics", headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()

    status, said = metrics()
    assert status == 200
    assert 'discreet_refusals_total{process="rasa",channel="web",reason="no_session"}' in said
    assert 'discreet_refusals_total{process="actions",channel="actions",reason="bad_signature"} 1' in said
    described = [line.split()[2] for line in said.splitlines() if line.startswith("# TYPE")]
    assert sorted(described) == ["discreet_deliveries_total", "discreet_refusals_total", "discreet_up"]
    assert metrics(**{"X-Forwarded-For": "203.0.113.7"})[0] == 404
    assert metrics(Host="chat.example")[0] == 404


def test_a_wrong_entry_stops_the_start(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"discreet.rasa.web.WebChannel": {"limits": {"sessions": 1}}})
    with pytest.raises(SettingsError, match="limits may name"), running_assistant(project=project):
        pass
