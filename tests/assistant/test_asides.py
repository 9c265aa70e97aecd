"""What is no English sentence is answered, and answers nothing that was asked."""

from __future__ import annotations

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.reading import ONLY_WORDS
from discreet.reading.profiles import BY_CODE
from tests.assistant.phones import rows

pytestmark = pytest.mark.servers


def test_a_thumb_is_no_consent_and_the_notice_is_shown_again(assistant: Assistant, chat: Chat) -> None:
    notice = chat.send("I want to give feedback")
    asked = notice.texts[-1]
    for sign in ("👍", "✅", "👍🏽👍🏽", "!!!"):
        turn = chat.send(sign)
        assert turn.shown == sign
        assert turn.texts == [ONLY_WORDS, asked]
    given = rows(assistant, "SELECT count(*) FROM consent.event WHERE status = 'given'")
    taken = chat.press(turn.buttons["Yes, you may"])
    assert "feedback" in taken.texts[-1]
    assert rows(assistant, "SELECT count(*) FROM consent.event WHERE status = 'given'")[0][0] == given[0][0] + 1


def test_a_form_goes_on_where_it_was(chat: Chat) -> None:
    question = chat.send("where is my order").texts[-1]
    assert chat.send("🤔").texts == [ONLY_WORDS, question]
    assert chat.send("Wo ist meine Bestellung, bitte?").texts == [BY_CODE["de"], question]
    assert "delivered" in chat.send("DS-10601").texts[0]


def test_another_language_is_answered_in_it(chat: Chat) -> None:
    assert chat.send("Où est ma commande ?").texts == [BY_CODE["fr"]]
    assert chat.send("Где мой заказ?").texts == [BY_CODE["ru"]]
    assert chat.send("talk to a person").texts
    said = [message["text"] for message in chat.history() if message["from"] == "you"]
    assert said == ["Où est ma commande ?", "Где мой заказ?", "talk to a person"]


def test_what_may_be_an_answer_is_one_in_any_language(chat: Chat) -> None:
    chat.send("where is my order")
    assert "delivered" in chat.send("Meine Nummer ist DS-10601, bitte").texts[0]
    notice = chat.send("I want to give feedback")
    chat.press(notice.buttons["Yes, you may"])
    kept = chat.send("Ich bin sehr zufrieden, mein Paket ist schnell gekommen")
    assert kept.shown == "[text]"
    assert "kept it" in kept.texts[0]


def test_what_is_personal_is_sealed_in_every_language(chat: Chat) -> None:
    turn = chat.send("Bitte schicken Sie mir das an anna@post.example")
    assert turn.texts == [BY_CODE["de"]]
    assert "anna" not in turn.shown
    assert "anna" not in str(chat.history())


@pytest.mark.parametrize("code", BY_CODE)
def test_no_sentence_loses_anything_to_the_mask(assistant: Assistant, code: str) -> None:
    from discreet.policy import load_policy
    from discreet.redaction.redact import Redactor
    from tests.conftest import PROJECT

    assert Redactor(load_policy(PROJECT / "privacy.yml")).egress(BY_CODE[code]) == BY_CODE[code]
