"""Nothing acknowledged is lost, nothing happens twice: kill -9 in the middle of turns."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from discreet.assistant import Assistant, Options
from discreet.client import Chat, ChatUnavailable, Turn
from discreet.crypto import keyring
from discreet.records.verify import verify
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database
from tests.assistant.inbox import newest_code
from tests.conftest import PROJECT, free_port, prepared_state, removed_state

pytestmark = pytest.mark.servers

CARD = "4000 0566 5566 5556"
MESSAGES = (
    "hello",
    "where is my order DS-10601",
    "tell me a joke",
    "is this encrypted",
    "thanks",
    f"my card is {CARD}",
)


def _pid_of_postgres(server: EmbeddedPostgres) -> int:
    return int((server.home / "data" / "postmaster.pid").read_text().splitlines()[0])


class _Client(threading.Thread):
    """Says its share of turns; one that gets no answer is sent again, under the same id, until it does."""

    def __init__(self, address: str, rng: random.Random, turns: int, deadline: float) -> None:
        super().__init__()
        self.chat = Chat(address, sleep=lambda _: time.sleep(0.05)).open()
        self.answered: list[tuple[str, Turn]] = []
        self.when: list[tuple[float, float]] = []
        self._messages = [(f"message-{number:08d}", rng.choice(MESSAGES)) for number in range(turns)]
        self._deadline = deadline

    def run(self) -> None:
        """Until everything is answered or the time is over."""
        for message_id, text in self._messages:
            while time.monotonic() < self._deadline:
                sent = time.monotonic()
                try:
                    turn = self.chat.send(text, message_id)
                except (ChatUnavailable, OSError):
                    continue
                self.answered.append((message_id, turn))
                self.when.append((sent, time.monotonic()))
                break


@pytest.mark.parametrize("victim", ["rasa", "postgres"])
@pytest.mark.parametrize(
    ("round_", "turns", "kills"),
    [(0, 80, 1), *(pytest.param(number, 300, 3, marks=pytest.mark.prove) for number in range(1, 4))],
)
def test_what_was_received_is_kept_exactly_once_whatever_is_killed(
    victim: str, round_: int, turns: int, kills: int
) -> None:
    """Four clients; the victim dies at random moments among their turns and comes back."""
    rng = random.Random(f"{victim} {round_}")
    state, port = prepared_state(), free_port()
    options = Options(project=PROJECT, state=state, port=port)
    down: list[tuple[float, float]] = []
    assistant = Assistant(options)
    try:
        assistant.start()
        deadline = time.monotonic() + 120 + 60 * kills
        clients = [_Client(assistant.address, random.Random(rng.random()), turns // 4, deadline) for _ in range(4)]
        for client in clients:
            client.start()
        for after in sorted(rng.sample(range(turns // 10, turns - turns // 10), kills)):
            while sum(len(client.answered) for client in clients) < after and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(rng.random() * 0.03)
            assistant, gone = _killed_and_back(assistant, victim, options)
            down.append(gone)
        for client in clients:
            client.join()
        for client in clients:
            assert len(client.answered) == turns // 4
            kept = [message["text"] for message in client.chat.history()]
            assert kept == [text for _, turn in client.answered for text in (turn.shown, *turn.texts)]
            for message_id, turn in client.answered[-3:]:
                assert client.chat.send("whatever", message_id) == turn
            for sent, received in client.when:
                assert not [1 for gone, back in down if gone < sent and received < back], "answered while it was gone"
        assert assistant.postgres is not None
        owner = Database(assistant.postgres.url, pool_size=1)
        ring = keyring.ring(keyring.keys_for("rasa", assistant.keys), "conversation")
        verdicts = list(verify(owner, ring))
        owner.close()
        assert sum(verdict.records for verdict in verdicts) == turns
        assert not any(verdict.damaged for verdict in verdicts)
    finally:
        assistant.stop()
        removed_state(state)


def _killed_and_back(assistant: Assistant, victim: str, options: Options) -> tuple[Assistant, tuple[float, float]]:
    """Rasa comes back with the whole assistant; Postgres under the servers that go on. And when it was surely gone."""
    assert assistant.postgres is not None
    if victim == "postgres":
        os.kill(_pid_of_postgres(assistant.postgres), signal.SIGKILL)
        time.sleep(0.1)  # its children notice
        gone = time.monotonic()
        time.sleep(0.4)
        back = time.monotonic()
        assistant.postgres.start()
        return assistant, (gone, back)
    os.kill(assistant.supervisor.pid("rasa"), signal.SIGKILL)
    gone = time.monotonic()
    time.sleep(0.2)
    assistant.stop()
    back = time.monotonic()
    again = Assistant(options)
    again.start()
    return again, (gone, back)


def test_a_reply_that_was_lost_after_the_commit_is_one_return_and_one_refund(tmp_path: Path) -> None:
    state, port = prepared_state(), free_port()
    options = Options(project=PROJECT, state=state, port=port)
    try:
        with Assistant(options) as assistant:
            chat = Chat(assistant.address).open()
            chat.send("I want to return the wool jumper from DS-10482")
            notice = chat.send("it is too small")
            chat.press(notice.buttons["Yes, you may"])
            code = _asked_for_the_code(assistant, chat)
            os.kill(assistant.supervisor.pid("rasa"), signal.SIGSTOP)
            done: list[Turn] = []
            sending = threading.Thread(target=lambda: _quietly(chat, code, done))
            sending.start()
            time.sleep(0.3)
            os.kill(assistant.supervisor.pid("rasa"), signal.SIGCONT)
            time.sleep(0.03)
            os.kill(assistant.supervisor.pid("rasa"), signal.SIGKILL)
            sending.join()
        with Assistant(options) as assistant:
            first = chat.send(code, "the-refund-message")
            again = chat.send(code, "the-refund-message")
            assert first == again
            assert "64.00" in first.texts[-1]
            assert assistant.postgres is not None
            owner = Database(assistant.postgres.url, pool_size=1)
            with owner.transaction() as tx:
                assert tx.execute("SELECT status, card_last4 FROM shop.returns") == [("refunded", "5556")]
            owner.close()
            with sqlite3.connect(assistant.state / "payment" / "refunds.sqlite") as book:
                assert book.execute("SELECT count(*) FROM refunds").fetchone() == (1,)
    finally:
        removed_state(state)


def test_a_save_that_fails_after_the_action_ran_is_one_return_and_one_refund() -> None:
    """The action's effect stands, its result is kept, and the repeated turn replays it."""
    state, port = prepared_state(), free_port()
    try:
        with Assistant(Options(project=PROJECT, state=state, port=port, durable=False)) as assistant:
            chat = Chat(assistant.address, sleep=lambda _: None).open()
            chat.send("I want to return the wool jumper from DS-10482")
            chat.press(chat.send("it is too small").buttons["Yes, you may"])
            code = _asked_for_the_code(assistant, chat)
            assert assistant.postgres is not None
            owner = Database(assistant.postgres.url, pool_size=1)
            with owner.transaction() as tx:
                tx.execute(
                    "CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$;"
                    "CREATE TRIGGER full_disk BEFORE INSERT ON conversation.turn EXECUTE FUNCTION public.full()"
                )
            with pytest.raises(ChatUnavailable):
                chat.send(code, "the-refund-message")
            with owner.transaction() as tx:
                assert tx.execute("SELECT count(*) FROM shop.returns") == [(1,)]
                tx.execute("DROP TRIGGER full_disk ON conversation.turn")
            first = chat.send(code, "the-refund-message")
            assert chat.send(code, "the-refund-message") == first
            assert "64.00" in first.texts[-1]
            with owner.transaction() as tx:
                assert tx.execute("SELECT status, card_last4 FROM shop.returns") == [("refunded", "5556")]
            owner.close()
            with sqlite3.connect(assistant.state / "payment" / "refunds.sqlite") as book:
                assert book.execute("SELECT count(*) FROM refunds").fetchone() == (1,)
    finally:
        removed_state(state)


def _asked_for_the_code(assistant: Assistant, chat: Chat) -> str:
    """Names the card; the refund comes with the code that was mailed for it."""
    assert "code of 8 digits" in chat.send(f"use {CARD}").texts[-1]
    return newest_code(assistant, 1)


def _quietly(chat: Chat, code: str, done: list[Turn]) -> None:
    try:
        done.append(chat.send(code, "the-refund-message"))
    except ChatUnavailable:
        return


def test_a_stopped_action_server_ends_the_turn_and_the_message_can_be_sent_again() -> None:
    state, port = prepared_state(), free_port()
    try:
        with Assistant(Options(project=PROJECT, state=state, port=port, durable=False)) as assistant:
            chat = Chat(assistant.address, sleep=lambda _: None).open()
            chat.send("hello")
            os.kill(assistant.supervisor.pid("actions"), signal.SIGKILL)
            time.sleep(0.2)
            with pytest.raises(ChatUnavailable):
                chat.send("where is my order DS-10601", "asked-without-actions")
            assert len(chat.history()) == 2
            assert chat.send("tell me a joke").texts
            assert "tell me a joke" in str(chat.history())
    finally:
        removed_state(state)
