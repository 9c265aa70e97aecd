"""Every category in every disguise, both ways: what people type is kept nowhere, what a back end says stays inside."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.storage.engine import Database
from tests.assistant.disguised import Planted, planted, traces_in
from tests.assistant.test_canary import Tap, places, tapped

pytestmark = pytest.mark.servers

_A_CHAT = 40
"""Messages in one conversation."""


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Assistant, Tap]]:
    with tapped() as started:
        yield started


@pytest.fixture
def drawn() -> list[Planted]:
    """Other values for each test: what one says as a back end lies in the database that the other searches."""
    return planted(secrets.randbits(64))[0]


def test_what_is_typed_in_any_disguise_is_kept_nowhere(running: tuple[Assistant, Tap], drawn: list[Planted]) -> None:
    assistant, tap = running
    for start in range(0, len(drawn), _A_CHAT):
        chat = Chat(assistant.address).open()
        shown = [traces_in(chat.send(one.text).shown.encode(), [one]) for one in drawn[start : start + _A_CHAT]]
        assert set().union(*shown) == set()
    assert tap.seen
    hits = {name: traces_in(content, drawn) for name, content in _contents(assistant, tap)}
    assert {name: families for name, families in hits.items() if families} == {}


def test_what_a_back_end_says_in_any_disguise_does_not_leave(
    running: tuple[Assistant, Tap], drawn: list[Planted]
) -> None:
    assistant, _ = running
    assert assistant.postgres is not None
    owner = Database(assistant.postgres.url, pool_size=1)
    say = "UPDATE shop.order_lines SET product = %s WHERE id = %s"
    with owner.transaction() as tx:
        find = "SELECT id, product FROM shop.order_lines WHERE number = 'DS-10601' ORDER BY id LIMIT 1"
        line, before = tx.execute(find)[0]
    try:
        chat = Chat(assistant.address).open()
        leaks: set[str] = set()
        others: list[tuple[str, str]] = []
        for number, one in enumerate(drawn):
            if number % _A_CHAT == 0:
                chat = Chat(assistant.address).open()
            with owner.transaction() as tx:
                tx.execute(say, one.text, line)
            said = "\n".join(chat.send("where is my order DS-10601?").texts)
            # Rasa puts nothing into a response when "0[" stands in a value, and says its braces instead.
            if "DS-10601" not in said and "0[" not in one.text:
                others.append((one.family, said))
            leaks |= traces_in(said.encode(), [one])
        # Every reply must have been the order's: a check of empty replies would find no leak.
        assert others == []
        assert leaks == set()
    finally:
        with owner.transaction() as tx:
            tx.execute(say, before, line)
        owner.close()


def _contents(assistant: Assistant, tap: Tap) -> Iterator[tuple[str, bytes]]:
    """Every place's bytes, files one by one; what a defence is meant to keep (keys, sockets) is left out."""
    for name, place in places(assistant, tap).items():
        if isinstance(place, bytes):
            yield name, place
            continue
        for folder in place:
            for file in folder.rglob("*"):
                if file.is_file() and not file.is_relative_to(assistant.keys):
                    yield f"{name}: {file.relative_to(folder)}", _read(file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # a log or a segment that was rotated meanwhile
        return b""
