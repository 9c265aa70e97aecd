"""A person who says no to everything still gets help with what needs no personal data: a conversation a skill."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import actions
from discreet.assistant import Assistant
from discreet.client import Chat, Turn
from discreet.storage.engine import Database

pytestmark = pytest.mark.servers

NO = "No, thank you"


@pytest.fixture
def rows(assistant: Assistant) -> Iterator[Any]:
    assert assistant.postgres is not None
    database = Database(assistant.postgres.url, pool_size=1)

    def run(sql: str) -> list[tuple[Any, ...]]:
        with database.transaction() as tx:
            return tx.execute(sql)

    yield run
    database.close()


def said(turn: Turn) -> str:
    return " ".join(turn.texts)


def orders(chat: Chat) -> None:
    """No address, no name: the number alone."""
    assert "delivered" in said(chat.send("where is my order DS-10601"))


def returns(chat: Chat) -> None:
    chat.send("I want to return the trail backpack from DS-10601")
    refused = chat.press(chat.send("it is too small").buttons[NO])
    assert "send the article back with the slip in the parcel" in said(refused)


def address(chat: Chat) -> None:
    refused = chat.press(chat.send("please change the delivery address of DS-10622").buttons[NO])
    assert "link in your confirmation" in said(refused)


def feedback(chat: Chat) -> None:
    assert "I keep nothing" in said(chat.press(chat.send("I want to give feedback").buttons[NO]))


def handoff(chat: Chat) -> None:
    assert "reference is T-" in said(chat.send("I want to talk to a person"))


def identity(chat: Chat) -> None:
    """Whoever will not say who they are is not held in the question."""
    assert "e-mail address of your account" in said(chat.send("sign me in"))
    chat.send("no")
    assert "stopped" in said(chat.send("stop"))
    assert "belongs to no account" in said(chat.send("log me out"))
    orders(chat)


def account(chat: Chat) -> None:
    """A new address, an authenticator, a lock: each can be left without a word about oneself."""
    chat.send("change my e-mail address")
    assert "stopped" in said(chat.send("stop"))
    asked = chat.send("I want to set up an authenticator app")
    assert "e-mail address of your account" in said(asked)
    assert "stopped" in said(chat.send("stop"))
    assert "Without a code nothing can be changed" in said(chat.send("this was not me"))
    orders(chat)


def privacy(chat: Chat) -> None:
    known = said(chat.send("what do you know about me?"))
    assert "This conversation" in known
    assert "Your yes" not in known
    assert "Sealed" not in known
    assert "not given any consent" in said(chat.send("I withdraw my consent"))


def consent(chat: Chat) -> None:
    """Details and a receipt of a no are had by whoever said no."""
    notice = chat.send("I want to give feedback")
    assert "Legal basis" in said(chat.press(notice.buttons["Tell me more"]))
    chat.send("no")
    assert "no – keep your feedback" in said(chat.send("give me a receipt of my consent"))


def rights(chat: Chat) -> None:
    """Every right is explained and left alone after a no."""
    for wish, no in (
        ("delete my data", "No, keep it"),
        ("freeze my data", "No, go on"),
    ):
        assert "leave it as it is" in said(chat.press(chat.send(wish).buttons[no]))
    assert "one right value" in said(chat.send("correct my data"))
    assert "not frozen" in said(chat.send("unfreeze my data"))
    assert "no objection is possible" in said(chat.send("I object to the processing of my data"))
    assert chat.history()


def flow(chat: Chat) -> None:
    """Why something is asked for, and leaving it."""
    chat.send("I want to return something")
    assert "which order you mean" in said(chat.send("why do you need that?"))
    assert "stopped" in said(chat.send("stop"))
    orders(chat)


SKILLS: dict[str, Callable[[Chat], None]] = {
    skill.__name__: skill
    for skill in (orders, returns, address, feedback, handoff, identity, account, privacy, consent, rights, flow)
}


def test_no_skill_is_left_out() -> None:
    assert set(SKILLS) == {module.name for module in pkgutil.iter_modules(actions.__path__)}


@pytest.mark.parametrize("skill", SKILLS)
def test_who_says_no_is_helped(chat: Chat, rows: Any, skill: str) -> None:
    counted = (
        "SELECT (SELECT count(*) FROM consent.event WHERE status = 'given'), (SELECT max(created_at) FROM vault.value),"
        " (SELECT count(*) FROM audit.event WHERE event = 'reveal' AND outcome = 'opened')"
    )
    chat.send("hello")
    before = rows(counted)
    SKILLS[skill](chat)
    after = rows(counted)
    assert after[0][0::2] == before[0][0::2], "nothing was agreed to, nothing was opened"
    assert after[0][1] in (before[0][1], None) or after[0][1] < before[0][1], "nothing was sealed"
    assert said(chat.send("tell me a joke"))
