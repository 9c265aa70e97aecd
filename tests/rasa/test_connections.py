"""A connection that drips, crowds or can be read in two ways is ended, on a real server and real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from discreet.rasa.connections import Connections
from tests.conftest import PROJECT

READ_SECONDS = 1.0


@contextmanager
def watched(*bounds: str) -> Iterator[int]:
    """A running ``tests.rasa.watched``; yields its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = int(listener.getsockname()[1])
        command = [sys.executable, "-m", "tests.rasa.watched", str(listener.fileno()), *bounds]
        process = subprocess.Popen(command, cwd=PROJECT, pass_fds=(listener.fileno(),))
    try:
        while not asyncio.run(exchange(port, b"GET /counted HTTP/1.1\r\nHost: a\r\n\r\n")):
            assert process.poll() is None
        yield port
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with watched(f"read_seconds={READ_SECONDS}") as started:
        yield started


def counted(port: int, reason: str) -> int:
    """How often the server says that it refused for that reason."""
    said = asyncio.run(exchange(port, b"GET /counted HTTP/1.1\r\nHost: a\r\n\r\n")).decode()
    line = next((line for line in said.splitlines() if f'reason="{reason}"' in line), " 0")
    return int(line.rpartition(" ")[2])


async def exchange(port: int, raw: bytes) -> bytes:
    """What the server says until it closes the connection or is silent for a moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    said = b""
    with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
        while part := await asyncio.wait_for(reader.read(4096), 0.4):
            said += part
    writer.close()
    return said


def request(*lines: str, body: str = "") -> bytes:
    return "\r\n".join(("POST /echo HTTP/1.1", *lines, "", body)).encode("latin-1")


def test_an_ordinary_request_is_answered_and_the_connection_used_again(port: int) -> None:
    once = request("Host: a", "Content-Length: 2", body="hi")
    assert asyncio.run(exchange(port, once + once)).count(b"200 OK") == 2


TWO_READINGS = {
    "a length and chunks": request("Host: a", "Content-Length: 2", "Transfer-Encoding: chunked", body="0\r\n\r\n"),
    "chunks": request("Host: a", "Transfer-Encoding: chunked", body="2\r\nhi\r\n0\r\n\r\n"),
    "disguised chunks": request("Host: a", "Transfer-Encoding: xchunked", "Content-Length: 2", body="hi"),
    "a space before the colon": request("Host: a", "Content-Length : 2", body="hi"),
    "a folded header": request("Host: a", "X: 1", " Content-Length: 2", body="hi"),
    "two lengths": request("Host: a", "Content-Length: 2", "Content-Length: 30", body="hi"),
    "a list of lengths": request("Host: a", "Content-Length: 2, 2", body="hi"),
    "a signed length": request("Host: a", "Content-Length: +2", body="hi"),
    "a negative length": request("Host: a", "Content-Length: -2", body="hi"),
    "a length with an underscore": request("Host: a", "Content-Length: 0_2", body="hi"),
    "a bare line feed": request("Host: a", "X: 1\nContent-Length: 2", body="hi"),
    "a bare carriage return": request("Host: a", "X: 1\rY: 2", "Content-Length: 2", body="hi"),
    "a zero byte": request("Host: a", "X: \0", "Content-Length: 2", body="hi"),
    "no host": request("Content-Length: 2", body="hi"),
    "two hosts": request("Host: a", "Host: b", "Content-Length: 2", body="hi"),
    "a whole address": b"POST http://b/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
    "another version": b"POST /echo HTTP/0.9\r\nHost: a\r\n\r\n",
    "three spaces": b"POST  /echo HTTP/1.1\r\nHost: a\r\n\r\n",
    "no length": request("Host: a"),
    "two signatures": request(
        "Host: a", "X-Slack-Signature: a", "x-slack-signature: b", "Content-Length: 2", body="hi"
    ),
    "two origins": request("Host: a", "Origin: http://a", "Origin: http://b", "Content-Length: 2", body="hi"),
    "two tokens": request("Host: a", "Authorization: a", "Authorization: b", "Content-Length: 2", body="hi"),
    "an address that is none": "POST /é HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi".encode(),
    "an address without a slash": b"POST echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
    "an upgrade": request("Host: a", "Upgrade: websocket", "Content-Length: 2", body="hi"),
}


@pytest.mark.parametrize("attack", TWO_READINGS)
def test_what_can_be_read_in_two_ways_is_refused_and_ends_the_connection(port: int, attack: str) -> None:
    before = counted(port, "bad_request")
    smuggled = request("Host: a", "Content-Length: 8", body="smuggled")
    said = asyncio.run(exchange(port, TWO_READINGS[attack] + smuggled))
    assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 411"))
    assert said.count(b"HTTP/1.1") == 1
    assert b"smuggled" not in said
    assert counted(port, "bad_request") == before + 1


@pytest.mark.parametrize(
    "begin",
    [b"", b"POST /echo HTTP/1.1\r\nX-A: ", request("Host: a", "Content-Length: 500")],
    ids=["says nothing", "drips headers", "drips a body"],
)
def test_a_client_that_drips_is_ended(port: int, begin: bytes) -> None:
    async def talk() -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.monotonic()
        with contextlib.suppress(ConnectionError):
            writer.write(begin)
            while not reader.at_eof() and time.monotonic() < started + 10:
                if begin:
                    writer.write(b"a")
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(reader.read(4096), 0.05)
        writer.close()
        return time.monotonic() - started

    assert READ_SECONDS - 0.1 < asyncio.run(talk()) < 8


def test_a_preflight_is_refused(port: int) -> None:
    said = asyncio.run(exchange(port, b"OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n"))
    assert said.startswith(b"HTTP/1.1 405")


def test_no_answer_says_which_other_sites_may_read_it(port: int) -> None:
    """The server under test is set up as Rasa sets up one for ``--cors '*'``."""
    said = asyncio.run(exchange(port, b"GET /counted HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n"))
    assert b"200 OK" in said
    assert b"access-control" not in said.lower()


@pytest.mark.parametrize("bound", ["most=3", "most_of_address=3"])
def test_a_crowd_is_not_let_in_and_leaves_room_when_it_goes(bound: str) -> None:
    once = request("Host: a", "Content-Length: 2", body="hi")

    async def talk(port: int) -> tuple[bytes, bytes]:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for reader, writer in crowd:
            writer.write(once)
            await reader.readuntil(b"hi")
        refused = await exchange(port, once)
        for _, writer in crowd:
            writer.close()
        await asyncio.sleep(0.2)
        return refused, await exchange(port, once)

    with watched(bound) as port:
        refused, taken = asyncio.run(talk(port))
        assert refused == b""
        assert b"200 OK" in taken
        assert counted(port, "connections") == 1


def test_a_client_of_ipv6_is_its_network_of_64_bits() -> None:
    """Who has one address of a /64 has them all, and would otherwise take every connection there is."""

    async def crowd(*addresses: str) -> list[bool]:
        connections, let_in = Connections(lambda _: False, most_of_address=2), []
        for address in addresses:
            info = SimpleNamespace(client_ip=address, ctx=SimpleNamespace())
            try:
                await connections._begun(info)
            except asyncio.CancelledError:
                let_in.append(False)
            else:
                let_in.append(True)
        return let_in

    assert asyncio.run(crowd("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")) == [
        True,
        True,
        False,
        True,
    ]
    assert asyncio.run(crowd("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2")) == [True, True, False, True]
    assert asyncio.run(crowd("fe80::1%eth0", "", "", "")) == [True, True, True, False]
