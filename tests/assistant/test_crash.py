"""Nothing acknowledged is lost, nothing happens twice: kill -9 in the middle of turns."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from discreet.assistant import Assistant, Options
from discreet.client import Chat, ChatUnavailable, Turn
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database
from tests.conftest import PROJECT, free_port, prepared_state, removed_state

pytestmark = pytest.mark.servers

CARD = "4000 0566 5566 5556"


def _pid_of_postgres(server: EmbeddedPostgres) -> int:
    return int((server.home / "data" / "postmaster.pid").read_text().splitlines()[0])


def _converse(chat: Chat, rng: random.Random, ended: threading.Event) -> tuple[list[tuple[str, Turn]], str | None]:
    """Talks until the server is gone; returns the received turns and the id of the message that got no answer."""
    turns: list[tuple[str, Turn]] = []
    for number in range(400):
        message_id = f"message-{number:08d}"
        text = rng.choice(["hello", "where is my order DS-10601", "tell me a joke", "is this encrypted", "thanks"])
        try:
            turns.append((message_id, chat.send(text, message_id)))
        except ChatUnavailable:
            return turns, message_id
        if ended.is_set():
            break
    return turns, None


@pytest.mark.parametrize("victim", ["rasa", "postgres"])
@pytest.mark.parametrize("round_", [0, *(pytest.param(n, marks=pytest.mark.prove) for n in range(1, 10))])
def test_a_kill_loses_no_received_reply(victim: str, round_: int) -> None:
    rng = random.Random(f"{victim} {round_}")
    state, port = prepared_state(), free_port()
    options = Options(project=PROJECT, state=state, port=port)
    try:
        with Assistant(options) as assistant:
            chats = [Chat(assistant.address, sleep=lambda _: None).open() for _ in range(3)]
            for chat in chats:
                chat.send("hello", "message-first-of-all")
            results: list[tuple[list[tuple[str, Turn]], str | None]] = [([], None)] * len(chats)
            ended = threading.Event()

            def talk(index: int) -> None:
                results[index] = _converse(chats[index], random.Random(rng.random()), ended)

            threads = [threading.Thread(target=talk, args=(index,)) for index in range(len(chats))]
            for thread in threads:
                thread.start()
            time.sleep(0.3 + rng.random())
            assert assistant.postgres is not None
            os.kill(
                assistant.supervisor.pid("rasa") if victim == "rasa" else _pid_of_postgres(assistant.postgres),
                signal.SIGKILL,
            )
            time.sleep(0.5)
            ended.set()
            for thread in threads:
                thread.join()
        with Assistant(options) as assistant:
            for chat, (turns, unanswered) in zip(chats, results, strict=True):
                first = Turn("hello", chat.history()[1:2])
                before = [message["text"] for message in chat.history()]
                received = [text for _, turn in turns for text in (turn.shown, *turn.texts)]
                offset = before.index(received[0], 2) if received else len(before)
                assert before[offset : offset + len(received)] == received
                assert first.texts
                if unanswered is not None:
                    again = chat.send("hello", unanswered)
                    assert chat.send("hello", unanswered) == again
                for message_id, turn in turns[-3:]:
                    assert chat.send("whatever", message_id) == turn
    finally:
        removed_state(state)


def test_a_reply_that_was_lost_after_the_commit_is_one_return_and_one_refund(tmp_path: Path) -> None:
    state, port = prepared_state(), free_port()
    options = Options(project=PROJECT, state=state, port=port)
    try:
        with Assistant(options) as assistant:
            chat = Chat(assistant.address).open()
            chat.send("I want to return the wool jumper from DS-10482")
            notice = chat.send("it is too small")
            chat.press(notice.buttons["Yes, you may"])
            os.kill(assistant.supervisor.pid("rasa"), signal.SIGSTOP)
            done: list[Turn] = []
            sending = threading.Thread(target=lambda: _quietly(chat, done))
            sending.start()
            time.sleep(0.3)
            os.kill(assistant.supervisor.pid("rasa"), signal.SIGCONT)
            time.sleep(0.03)
            os.kill(assistant.supervisor.pid("rasa"), signal.SIGKILL)
            sending.join()
        with Assistant(options) as assistant:
            first = chat.send(f"use {CARD}", "the-refund-message")
            again = chat.send(f"use {CARD}", "the-refund-message")
            assert first == again
            assert "64.00" in first.texts[0]
            assert assistant.postgres is not None
            owner = Database(assistant.postgres.url, pool_size=1)
            with owner.transaction() as tx:
                assert tx.execute("SELECT status, card_last4 FROM shop.returns") == [("refunded", "5556")]
            owner.close()
            import sqlite3

            with sqlite3.connect(assistant.state / "payment" / "refunds.sqlite") as book:
                assert book.execute("SELECT count(*) FROM refunds").fetchone() == (1,)
    finally:
        removed_state(state)


def _quietly(chat: Chat, done: list[Turn]) -> None:
    try:
        done.append(chat.send(f"use {CARD}", "the-refund-message"))
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
