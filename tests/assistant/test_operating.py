"""An operator works on the assistant while people talk with it, and nobody of them notices."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from discreet.assistant import Assistant, Options
from discreet.client import Chat
from discreet.crypto import keyring
from discreet.crypto.identifiers import pseudonym
from discreet.errors import NotAuthentic
from tests.assistant.commands import discreet
from tests.assistant.up import running_up
from tests.conftest import PROJECT, free_port

pytestmark = pytest.mark.servers
CARD = "4000 0566 5566 5556"


class _Talk(threading.Thread):
    """Somebody who talks until told to stop. Whatever goes wrong for them is kept in ``trouble``."""

    def __init__(self, address: str, stop: threading.Event) -> None:
        super().__init__()
        self.chat = Chat(address).open()
        self.said: list[str] = []
        self.trouble: BaseException | None = None
        self._over = stop

    def run(self) -> None:
        """Turns with and without actions, and with a value that is sealed and opened."""
        try:
            while not self._over.is_set():
                for text in ("tell me a joke", "where is my order DS-10601", "my card is " + CARD):
                    turn = self.chat.send(text)
                    self.said += [turn.shown, *turn.texts]
        except BaseException as error:
            self.trouble = error


def test_logs_are_put_aside_while_people_talk(state: Path) -> None:
    """A process's own lines go on in the file that it was given, and nothing is written twice."""
    with Assistant(
        Options(project=PROJECT, state=state, port=free_port(), durable=False, log_level="DEBUG")
    ) as running:
        chat = Chat(running.address).open()
        chat.send("hello")
        log = state / "logs" / "rasa.log"
        running.rotate_logs(time.time() + 25 * 3600)
        (aside,) = (state / "logs").glob("rasa.log.*")
        assert aside.stat().st_size > 1000
        before = log.stat().st_size
        assert before < aside.stat().st_size
        chat.send("tell me a joke")
        added = log.read_bytes()[before:].decode().splitlines()
        assert any(json.loads(line)["level"] for line in added)
        running.rotate_logs(time.time() + 60 * 24 * 3600)
        assert not aside.exists()


def test_keys_rotate_while_people_talk(state: Path) -> None:
    port = free_port()
    with running_up(state, port) as up:
        up.wait_for("Ready")
        stop = threading.Event()
        people = [_Talk(f"http://127.0.0.1:{port}", stop) for _ in range(3)]
        for person in people:
            person.start()
        for number in (2, 3):
            Chat(f"http://127.0.0.1:{port}").open().send("hello")  # its key is wrapped: the ring was just read
            rotated = discreet(state, "keys", "rotate")
            assert rotated.returncode == 0, rotated.stderr
            assert f"conversation-{number} wraps from now on" in rotated.stdout
            assert f"value-{number} wraps from now on" in rotated.stdout
            Chat(f"http://127.0.0.1:{port}").open().send("hello")  # must not be wrapped by the one before
        stop.set()
        for person in people:
            person.join()
        assert [person.trouble for person in people] == [None] * 3
        for person in people:
            assert [message["text"] for message in person.chat.history()][-len(person.said) :] == person.said[-200:]
        assert discreet(state, "keys", "verify").returncode == 0
        listed = discreet(state, "keys", "list").stdout
        assert "NOT ON THE RING" not in listed
        assert [line.split()[-1] for line in listed.splitlines() if "-1 " in line or "-2 " in line] == ["0"] * 4
        young = discreet(state, "keys", "rewrap", "--drop-unused")
        assert young.returncode == 1
        assert "younger than an hour" in young.stderr
        assert discreet(state, "db", "verify").returncode == 0
    assert "does not open" not in (state / "logs" / "rasa.log").read_text()


def test_one_person_is_erased_and_the_others_go_on(state: Path) -> None:
    port = free_port()
    with running_up(state, port) as up:
        up.wait_for("Ready")
        anna, ben = (Chat(f"http://127.0.0.1:{port}").open() for _ in range(2))
        for chat in (anna, ben):
            chat.send("tell me a joke")
        assert anna.cookie is not None
        identity = keyring.key(keyring.keys_for("rasa", state / "keys"), "identity")
        sender_id = pseudonym(identity, "web", anna.cookie.partition("=")[2])
        assert "2 records" in discreet(state, "db", "verify").stdout
        erased = discreet(state, "db", "erase", sender_id)
        assert erased.returncode == 0, erased.stderr
        assert "1 records" in erased.stdout
        with pytest.raises(NotAuthentic):
            anna.history()
        anna.open()
        assert anna.history() == []
        assert len(ben.history()) == 2
        assert anna.send("hello").texts
        assert len(anna.history()) == 2
        nobody = discreet(state, "db", "erase", "nobody")
        assert nobody.returncode == 1
        assert "Nothing was kept" in nobody.stderr
        ended = discreet(state, "retention")
        assert ended.returncode == 0, ended.stderr
        assert "ended: 0 conversations" in ended.stdout
