"""What customers do, through the page's channel, against the running assistant."""

from __future__ import annotations

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat, Turn
from tests.assistant.inbox import letters, proved

pytestmark = pytest.mark.servers

CARD = "4000 0566 5566 5556"


def _yes(turn: Turn) -> str:
    return turn.buttons["Yes, you may"]


def _no(turn: Turn) -> str:
    return turn.buttons["No, thank you"]


def _shop(assistant: Assistant, sql: str) -> list[tuple[object, ...]]:
    from discreet.storage.engine import Database

    assert assistant.postgres is not None
    database = Database(assistant.postgres.url, pool_size=1)
    with database.transaction() as tx:
        rows = tx.execute(sql)
    database.close()
    return rows


def _to_the_notice(chat: Chat, order: str, item: str) -> Turn:
    chat.send(f"I want to return the {item} from {order}")
    return chat.send("it is too small")


def test_a_return_with_consent_and_a_card(assistant: Assistant, chat: Chat) -> None:
    notice = _to_the_notice(chat, "DS-10482", "wool jumper")
    assert "May I use your card number" in notice.texts[-1]
    asked = chat.press(_yes(notice))
    assert "card" in asked.texts[-1]
    before = len(letters(assistant))
    proving = chat.send(f"use {CARD} please")
    assert proving.shown == "use [card •••• 5556] please"
    assert _shop(assistant, "SELECT 1 FROM shop.returns r JOIN shop.order_lines l ON l.id = r.line"
                 " WHERE product = 'wool jumper'") == []  # fmt: skip
    done = proved(assistant, chat, proving, before).texts[-1]
    assert "64.00" in done
    assert "5556" in done
    assert _shop(
        assistant,
        "SELECT status, card_last4 FROM shop.returns r JOIN shop.order_lines l ON l.id = r.line"
        " WHERE product = 'wool jumper'",
    ) == [("refunded", "5556")]
    assert all(b"small" not in bytes(row[0]) for row in _shop(assistant, "SELECT reason FROM shop.returns"))  # type: ignore[arg-type]


def test_a_no_is_respected_and_still_helped(assistant: Assistant, chat: Chat) -> None:
    notice = _to_the_notice(chat, "DS-10601", "trail backpack")
    refused = chat.press(_no(notice))
    assert "will not ask for your card" in refused.texts[-1]
    assert "delivered" in chat.send("where is my order DS-10601").texts[0]
    assert _shop(assistant, "SELECT 1 FROM shop.returns r JOIN shop.order_lines l ON l.id = r.line"
                 " WHERE product = 'trail backpack'") == []  # fmt: skip


def test_yes_and_no_in_words(chat: Chat) -> None:
    _to_the_notice(chat, "DS-10644", "fleece")
    asked = chat.send("yes")
    assert "Which card" in asked.texts[-1]


def test_anything_else_asks_again(chat: Chat) -> None:
    _to_the_notice(chat, "DS-10644", "fleece")
    again = chat.send(CARD)
    assert "May I use your card number" in again.texts[-1]
    assert again.shown == "[card •••• 5556]"


def test_a_volunteered_card_is_used_only_after_the_yes(assistant: Assistant, chat: Chat) -> None:
    chat.send("I want to return the wool socks from DS-10644")
    chat.send("wrong colour")
    notice = chat.send(f"refund to {CARD}")
    before = len(letters(assistant))
    done = proved(assistant, chat, chat.press(_yes(notice)), before)
    assert any("16.00" in text for text in done.texts)


def test_why_is_answered_and_the_form_goes_on(chat: Chat) -> None:
    _to_the_notice(chat, "DS-10683", "down jacket")
    why = chat.send("why do you need that?")
    assert why.texts[0].startswith("The payment provider needs")
    assert "May I use" in why.texts[-1]


def test_a_question_in_the_middle_of_a_form(chat: Chat) -> None:
    _to_the_notice(chat, "DS-10683", "down jacket")
    answer = chat.send("is this chat encrypted?")
    assert "AES-256" in answer.texts[0]
    assert "May I use" in answer.texts[-1]


def test_stop_ends_a_form(chat: Chat) -> None:
    chat.send("I want to return something")
    assert "stopped" in chat.send("stop").texts[0]
    assert "delivered" in chat.send("where is my order DS-10601").texts[0]


def test_withdrawal_in_the_middle_of_a_form(chat: Chat) -> None:
    notice = _to_the_notice(chat, "DS-10683", "down jacket")
    chat.press(_yes(notice))
    withdrawn = chat.send("I withdraw my consent")
    assert "withdrawn your consent" in withdrawn.texts[0]
    asked_again = _to_the_notice(chat, "DS-10683", "down jacket")
    assert "May I use" in asked_again.texts[-1]


def test_another_delivery_address(assistant: Assistant, chat: Chat) -> None:
    notice = chat.send("please change the delivery address of DS-10622")
    assert "May I use your address" in notice.texts[-1]
    chat.press(_yes(notice))
    before = len(letters(assistant))
    asked = chat.send("9 Juniper Walk, Exeter EX4 6QQ")
    assert asked.shown == "[address]"
    assert "new address" in proved(assistant, chat, asked, before).texts[-1]
    assert _shop(assistant, "SELECT count(*) FROM shop.orders WHERE delivery_address IS NOT NULL") == [(1,)]


@pytest.mark.parametrize(("number", "why"), [("DS-10517", "left our warehouse"), ("DS-10659", "was cancelled")])
def test_an_address_too_late_is_said_before_anything_is_asked(chat: Chat, number: str, why: str) -> None:
    answer = chat.send(f"change the delivery address of {number}")
    assert why in answer.texts[-1]
    assert not any(part in " ".join(answer.texts).lower() for part in ("agree", "new address"))


def test_feedback_is_kept_sealed(assistant: Assistant, chat: Chat) -> None:
    notice = chat.send("I want to give feedback")
    chat.press(_yes(notice))
    done = chat.send("Your parcels rattle like a tambourine, otherwise lovely")
    assert done.shown == "[text]"
    assert "encrypted" in done.texts[0]
    kept = [bytes(row[0]) for row in _shop(assistant, "SELECT text FROM shop.feedback")]  # type: ignore[arg-type]
    assert kept
    assert not any(b"tambourine" in text for text in kept)


def test_what_is_kept_is_told(chat: Chat) -> None:
    assert "This conversation" in chat.send("what do you know about me?").texts[0]
    notice = chat.send("I want to give feedback")
    chat.press(_yes(notice))
    chat.send("more colours please")
    told = chat.send("what do you know about me?").texts[0]
    assert "Your yes to: keep your feedback" in told
    assert "piece of feedback" in told


def test_a_person_gets_a_reference(chat: Chat) -> None:
    assert "reference is T-" in chat.send("I want to talk to a person").texts[0]


def test_history_is_masked_and_in_order(chat: Chat) -> None:
    chat.send("hello")
    chat.send("my mail is grace@post.example")
    history = chat.history()
    assert [message["from"] for message in history[:2]] == ["you", "bot"]
    assert "grace" not in str(history)
    assert "[e-mail address]" in str(history)


def test_two_people_share_nothing(assistant: Assistant) -> None:
    anna, ben = Chat(assistant.address).open(), Chat(assistant.address).open()
    notice = _to_the_notice(anna, "DS-10718", "walking trousers")
    anna.press(_yes(notice))
    other = _to_the_notice(ben, "DS-10718", "walking trousers")
    assert "May I use" in other.texts[-1]
    assert len(ben.history()) < len(anna.history())
