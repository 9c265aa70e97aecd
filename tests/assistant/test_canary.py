"""Planted values are found nowhere but sealed in the vault; and with a defence switched off, they are found."""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.storage.engine import Database
from tests.assistant.canaries import Canaries, disguises, draw, found_in, in_byte_columns, scan
from tests.assistant.inbox import newest_code
from tests.conftest import running_assistant

pytestmark = pytest.mark.servers

WORDS = ["Purple umbrellas never", "sing on Tuesdays"]
"""Words of a message: no log line and no action request may hold them."""


class Tap:
    """Sits on the action server's socket and keeps what passes, both ways."""

    def __init__(self, path: Path) -> None:
        self.seen = bytearray()
        self._real = path.with_name("real.sock")
        path.rename(self._real)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o666)  # Rasa may run as a user of its own; the folder decides who comes near
        self._listener.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                client, _ = self._listener.accept()
                server.connect(str(self._real))
            except OSError:
                return
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.seen += data
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


@contextmanager
def tapped(**options: object) -> Iterator[tuple[Assistant, Tap]]:
    with running_assistant(**options) as assistant:
        tap = Tap(assistant.run / "actions" / "actions.sock")
        try:
            yield assistant, tap
        finally:
            tap.close()


def talk(assistant: Assistant, planted: Canaries) -> None:
    """A day of chats that says every planted value, asked for and not, in several phrasings."""
    chat = Chat(assistant.address).open()
    chat.send(f"{WORDS[0]} {WORDS[1]} dented, hello from {planted.email}")
    chat.send(f"where is my order DS-10601? {WORDS[0]} {WORDS[1]}")
    chat.send(f"you can ring me: {planted.phone}, or pay to {planted.iban}")
    chat.send("I want to return the down jacket from DS-10683")
    chat.send("it is too small")
    notice = chat.send(f"take {planted.card}")
    chat.press(notice.buttons["Yes, you may"])
    assert "open" in chat.send(newest_code(assistant)).texts[-1]
    chat.send(f"card number {planted.card.replace(' ', '-')}")
    notice = chat.send("change the delivery address of DS-10563")
    chat.press(notice.buttons["Yes, you may"])
    chat.send(planted.address)
    notice = chat.send("I want to give feedback")
    chat.press(notice.buttons["Yes, you may"])
    chat.send(f"{planted.secret}, write to {planted.email}")
    chat.send(f'/inform{{"payment_card": "{planted.card}"}}')
    refused = Chat(assistant.address).open()
    notice = refused.send(f"refund my rain jacket from DS-10482 to {planted.card} because it leaks")
    if "No, thank you" in notice.buttons:
        refused.press(notice.buttons["No, thank you"])
    refused.send("what do you know about me?")
    refused.send("I withdraw my consent")


def places(assistant: Assistant, tap: Tap) -> dict[str, bytes | list[Path]]:
    assert assistant.postgres is not None
    owner = Database(assistant.postgres.url, pool_size=1, statement_timeout_ms=60000)
    with owner.transaction() as tx:
        tx.execute("CHECKPOINT")
        tables = tx.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        dump = repr([tx.execute(f'SELECT t::text FROM "{schema}"."{table}" t') for schema, table in tables])
    owner.close()
    return {
        "dump": dump.encode(),
        "action calls": bytes(tap.seen),
        "database files": [assistant.postgres.home],
        "logs": [assistant.logs],
        "state and models": [assistant.state, assistant.run],
    }


def hits(assistant: Assistant, tap: Tap, values: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, place in places(assistant, tap).items():
        if isinstance(place, bytes):
            inside = in_byte_columns(place.decode(errors="ignore"))
            result: object = found_in(place, values) | found_in(inside, values)
        else:
            result = scan(
                place, values, leave_out=(assistant.keys, assistant.run / "actions", assistant.run / "payment")
            )
        if result:
            found[name] = result
    return found


def test_structured_and_asked_for_values_are_found_nowhere() -> None:
    planted = draw(secrets.randbits(64))
    with tapped() as (assistant, tap):
        talk(assistant, planted)
        assert len(tap.seen) > 5000
        assert hits(assistant, tap, planted.structured) == {}
        words = {str(index): word for index, word in enumerate(WORDS)}
        assert found_in(bytes(tap.seen), words) == set()
        assert scan([assistant.logs], words) == {}
        calls = [line for line in bytes(tap.seen).split(b"\r\n\r\n") if line.startswith(b"{")]
        assert calls
        first = json.loads(calls[0][: calls[0].rindex(b"}") + 1].split(b"POST /webhook")[0])
        assert first["tracker"]["latest_message"]["text"] == ""


CONTROLS = {
    "redaction": {"state and models", "database files", "dump", "action calls", "logs"},
    "record encryption": {"dump", "database files"},
    "vault encryption": {"dump", "database files"},
    "log formatter": {"logs"},
    "stripped action calls": {"action calls"},
}


@pytest.mark.parametrize("defence", CONTROLS)
def test_without_a_defence_they_are_found(defence: str) -> None:
    planted = draw(secrets.randbits(64))
    folder = Path(__file__).parent / "controls"
    environment = (("PYTHONPATH", str(folder)), ("DISCREET_TEST_CONTROL", defence))
    with tapped(environment=environment) as (assistant, tap):
        chat = Chat(assistant.address).open()
        chat.send(f"{WORDS[0]} {WORDS[1]} dented")
        values = {"words": WORDS[0]}
        if defence in ("redaction", "vault encryption"):
            values = {"card": planted.card}
            chat.send(f"refund to {planted.card}")
        if defence != "record encryption":  # such a record cannot be read back: the next turn is refused
            chat.send(f"where is my order DS-10601? {WORDS[0]}")
        assert CONTROLS[defence] & set(hits(assistant, tap, values))


def test_names_that_nobody_asked_for_are_mostly_found_by_the_model(
    assistant: Assistant, record_property: Callable[[str, object], None]
) -> None:
    """The recall stands in docs/limitations.md; a name that slips through is still only in the encrypted record."""
    sealed = total = 0
    for seed in range(24):
        planted = draw(seed)
        chat = Chat(assistant.address).open()
        for frame in ("my name is {}", "hello, I am {} and my parcel is late", "{} here, where is my order?"):
            total += 1
            sealed += planted.name.split()[-1] not in chat.send(frame.format(planted.name)).shown
    record_property("names sealed unasked", f"{sealed} of {total}")
    assert sealed / total >= 0.5


def test_the_scan_sees_through_every_disguise() -> None:
    import base64
    import gzip
    from urllib.parse import quote

    import zstandard

    value = "4000 0566 5566 5556"
    for content in (
        value.encode(), b"xx4000056655665556yy", base64.b64encode(b"a" + value.encode() + b"b"),
        value.encode().hex().encode(),
        quote(value).encode(), value.encode("utf-16-le"), b"\0\0" + gzip.compress(b"{" + value.encode() + b"}"),
        b"zz" + zstandard.ZstdCompressor().compress(value.encode() * 3),
    ):  # fmt: skip
        assert found_in(content, {"card": value}) == {"card"}
    assert found_in(b"4000 0566 5566 5557", {"card": value}) == set()
    assert all(len(disguise) >= 8 for disguise in disguises(value))


def test_a_code_by_mail_is_found_nowhere() -> None:
    with tapped() as (assistant, tap):
        chat = Chat(assistant.address).open()
        notice = chat.send("change the delivery address of DS-10563")
        chat.press(notice.buttons["Yes, you may"])
        chat.send("9 Juniper Walk, Exeter EX4 6QQ")
        code = newest_code(assistant, 1)
        tap.seen.clear()  # the letter came by that socket too, to us
        assert "new address" in chat.send(f"{code[:4]} {code[4:]}").texts[-1]
        chat.send(f"once more: {code}")
        spaced = f"{code[:4]} {code[4:]}"
        assert hits(assistant, tap, {"code": code, "spaced": spaced}) == {}
        assert found_in(f"x {spaced} y".encode(), {"code": spaced}) == {"code"}
