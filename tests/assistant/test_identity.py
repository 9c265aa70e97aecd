"""Showing who it is, in whole conversations with the running assistant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat, Turn
from discreet.storage.engine import Database
from tests.assistant.inbox import forget_attempts, letters, newest_code, proved
from tests.conftest import running_assistant

pytestmark = pytest.mark.servers

ADDRESS = "9 Juniper Walk, Exeter EX4 6QQ"


@pytest.fixture(scope="module")
def own() -> Iterator[Assistant]:
    with running_assistant() as started:
        yield started


@pytest.fixture
def talk(own: Assistant) -> Chat:
    forget_attempts(own)
    return Chat(own.address).open()


def sql(assistant: Assistant, statement: str, *params: object) -> list[tuple[object, ...]]:
    assert assistant.postgres is not None
    owner = Database(assistant.postgres.url, pool_size=1)
    with owner.transaction() as tx:
        rows = tx.execute(statement, *params)
    owner.close()
    return rows


def to_the_code(chat: Chat, order: str = "DS-10563") -> Turn:
    """As far as the question for a code, for another delivery address."""
    notice = chat.send(f"please change the delivery address of {order}")
    if "Yes, you may" in notice.buttons:
        notice = chat.press(notice.buttons["Yes, you may"])
    return chat.send(ADDRESS)


def test_a_delivery_address_is_changed_after_a_code_by_mail(own: Assistant, talk: Chat) -> None:
    before = len(letters(own))
    asked = to_the_code(talk)
    assert asked.shown == "[address]"
    assert sql(own, "SELECT 1 FROM shop.orders WHERE delivery_address IS NOT NULL") == []
    code = newest_code(own, before + 1)
    assert letters(own)[-1]["to"] == "casimir.oyelaran@post.example"
    done = talk.send(f"here it is: {code[:4]} {code[4:]}")
    assert done.shown == "here it is: [one-time code]"
    assert done.texts == ["Thank you, that is you.", "Order DS-10563 now goes to the new address."]
    assert sql(own, "SELECT count(*) FROM shop.orders WHERE delivery_address IS NOT NULL") == [(1,)]
    again = talk.send(code)
    assert again.shown == "[one-time code removed]"
