"""The way from the browser: headers on every answer, TLS 1.3 alone, and the how-to's proxy as it stands there."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from discreet.assistant import Assistant
from discreet.errors import SettingsError
from tests.assistant import certificate
from tests.conftest import PROJECT, free_port, named_mail_server, prepared_state, project_with, running_assistant

pytestmark = pytest.mark.servers

HOW_TO = (PROJECT / "docs" / "howto" / "behind-a-proxy.md").read_text()
BLOCKS = dict(re.findall(r"```\w+ (\w+)\n(.*?)```", HOW_TO, re.DOTALL))
ALWAYS = {
    "content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy", "cache-control",
    "cross-origin-opener-policy", "cross-origin-resource-policy",
}  # fmt: skip


def exchange(port: int, raw: bytes) -> bytes:
    """What the server says to these bytes until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(raw)
        said = b""
        while part := connection.recv(65536):
            said += part
    return said


def _port(assistant: Assistant) -> int:
    return int(assistant.address.rpartition(":")[2])


ANSWERS = {
    "the page": (b"GET / HTTP/1.1", b"200"),
    "a script": (b"GET /chat/assets/app.js HTTP/1.1", b"200"),
    "a refusal of ours": (b"GET /chat/history HTTP/1.1", b"401"),
    "nothing there": (b"GET /nothing HTTP/1.1", b"404"),
    "a wrong method": (b"PUT /chat/messages HTTP/1.1\r\nContent-Length: 0", b"405"),
    "a malformed request": (b"GET / HTTP/1.1\r\nX : y", b"400"),
    "a malformed line": (b"GET  / HTTP/1.1", b"400"),
    "a huge header": (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000, b"413"),
    "a huge body": (b"POST /chat/messages HTTP/1.1\r\nContent-Length: 9999999", b"413"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_headers_stand_on_every_answer(assistant: Assistant, kind: str) -> None:
    line, status = ANSWERS[kind]
    said = exchange(_port(assistant), line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    head = said.partition(b"\r\n\r\n")[0].decode("latin-1").lower()
    assert head.split(" ")[1].encode() == status
    names = {name.partition(":")[0] for name in head.split("\r\n")[1:]}
    assert names >= ALWAYS
    assert "strict-transport-security" not in names  # over http it means nothing, and localhost must not have it
    assert "frame-ancestors 'none'" in head


@dataclass
class Secure:
    """A client that trusts one certificate, and pins the TLS version when asked."""

    port: int
    trusted: Path

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        context = ssl.create_default_context(cafile=str(self.trusted))
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=30, context=context)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def handshake(self, version: ssl.TLSVersion) -> str | None:
        context = ssl.create_default_context(cafile=str(self.trusted))
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("localhost", self.port), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname="localhost") as secured,
        ):
            return secured.version()


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """An assistant that speaks TLS itself."""
    folder = tmp_path_factory.mktemp("direct")
    chain, key = certificate.make(folder)
    with running_assistant(tls=(chain, key)) as assistant:
        yield Secure(_port(assistant), chain)


@contextmanager
def caddy(folder: Path, port: int, upstream: int) -> Iterator[Secure]:
    """The how-to's Caddyfile, with a port and a certificate of the test."""
    chain, key = certificate.make(folder)
    written = BLOCKS["caddyfile"].replace("chat.example.com", f"https://localhost:{port}")
    written = written.replace("tls {", f"tls {chain} {key} {{").replace("127.0.0.1:5005", f"127.0.0.1:{upstream}")
    written = written.replace("admin off", "admin off\n\tauto_https disable_redirects")
    (folder / "Caddyfile").write_text(written)
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            ["caddy", "run", "--config", str(folder / "Caddyfile")], env=environment, stdout=log, stderr=log
        )
    client = Secure(port, chain)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                client.call("GET", "/chat/ready")
                break
            except OSError:
                assert process.poll() is None, (folder / "caddy.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield client
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """An assistant behind the how-to's Caddy, with the how-to's credentials.yml and small limits."""
    if shutil.which("caddy") is None:
        pytest.skip("the how-to's Caddyfile needs Debian's package `caddy`")
    folder = tmp_path_factory.mktemp("proxied")
    port = free_port()
    credentials = yaml.safe_load(BLOCKS["credentials"].replace("https://chat.example.com", f"https://localhost:{port}"))
    credentials["discreet.rasa.web.WebChannel"]["limits"] = {"address": 40}
    (folder / "project").mkdir()
    with (
        running_assistant(project=project_with(folder / "project", credentials)) as assistant,
        caddy(folder, port, _port(assistant)) as client,
    ):
        yield client


@pytest.mark.parametrize("way", ["direct", "proxied"])
def test_tls_13_and_nothing_older(way: str, request: pytest.FixtureRequest) -> None:
    client: Secure = request.getfixturevalue(way)
    assert client.handshake(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        client.handshake(ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("way", ["direct", "proxied"])
def test_over_tls_there_is_hsts_and_a_cookie_for_this_host_alone(way: str, request: pytest.FixtureRequest) -> None:
    client: Secure = request.getfixturevalue(way)
    status, headers, _ = client.call("POST", "/chat/session", {}, Origin=f"https://localhost:{client.port}")
    assert status == 201
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Set-Cookie"].startswith("__Host-discreet_session=")
    cookie = headers["Set-Cookie"].partition(";")[0]
    status, _, content = client.call(
        "POST", "/chat/messages", {"id": "a-message-id-of-mine", "text": "hello"}, Cookie=cookie
    )
    assert (status, json.loads(content)["you"]) == (200, "hello")


def test_metrics_do_not_leave_through_the_proxy(proxied: Secure) -> None:
    assert proxied.call("GET", "/chat/metrics")[0] == 404


def test_what_a_client_says_of_its_address_is_not_believed(proxied: Secure) -> None:
    def status(number: int) -> int:
        said = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        return proxied.call("POST", "/chat/session", {}, **said)[0]

    seen = [status(number) for number in range(14)]
    assert seen[0] in (201, 429)
    assert seen[-1] == 429


def test_host_sites_may_frame_the_page_and_nobody_else(tmp_path: Path) -> None:
    credentials = yaml.safe_load(BLOCKS["frame"])
    state = named_mail_server(prepared_state())
    with running_assistant(project=project_with(tmp_path, credentials), state=state) as assistant:
        head = exchange(_port(assistant), b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").lower()
    assert b"frame-ancestors https://www.example.com\r\n" in head
    assert b"x-frame-options" not in head
    assert b"strict-transport-security" in head


def test_without_tls_it_listens_on_this_machine_alone() -> None:
    with pytest.raises(SettingsError, match="tls-certificate"), running_assistant(interface="0.0.0.0"):  # noqa: S104
        pass


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    chain, _ = certificate.make(tmp_path)
    with pytest.raises(SettingsError, match=r"missing\.pem"), running_assistant(tls=(chain, tmp_path / "missing.pem")):
        pass
