"""A notice is asked, answered and withdrawn in the language that a person's browser or messenger names."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from discreet.assistant import Assistant
from discreet.client import Chat, Turn
from tests.assistant.phones import TelegramPhone, reachable_by, rows
from tests.assistant.provider import StandIn

pytestmark = pytest.mark.servers

YES, NO, MORE = "Ja, gerne", "Nein, danke", "Mehr dazu"
BROWSER = "de-AT,de;q=0.9,en;q=0.5"
WITHDRAWN = "Ihre Einwilligung ist widerrufen: Ihre Rückmeldung aufzubewahren"
_people = itertools.count(1)


class GermanPhone(TelegramPhone):
    """Telegram in German, or in whatever its owner's app is said to be set to."""

    language: Any = "de"

    def message(self, **content: Any) -> dict[str, Any]:
        """A message of this person."""
        message = super().message(**content)
        message["from"]["language_code"] = self.language
        return message


@pytest.fixture(scope="module")
def spoken(provider: StandIn) -> Iterator[Assistant]:
    """The assistant with its page and Telegram."""
    with reachable_by(GermanPhone, provider=provider) as assistant:
        yield assistant


@pytest.fixture
def german(spoken: Assistant) -> Chat:
    return Chat(spoken.address, languages=BROWSER).open()


@pytest.fixture
def phone(spoken: Assistant, provider: StandIn) -> GermanPhone:
    return GermanPhone(spoken, provider, next(_people))


def _newest(assistant: Assistant) -> tuple[Any, ...]:
    """Status, language and method of the ledger's newest event."""
    (row,) = rows(assistant, "SELECT status, language, method FROM consent.event ORDER BY at DESC, seq DESC LIMIT 1")
    return row


def _asked(chat: Chat) -> Turn:
    notice = chat.send("I want to give feedback")
    assert list(notice.buttons) == [YES, NO, MORE]
    assert notice.texts[-1].startswith("Darf ich Ihre Angaben (Rückmeldung) verwenden, um Ihre Rückmeldung")
    return notice


def test_a_german_browser_is_asked_in_german_and_its_receipt_says_so(spoken: Assistant, german: Chat) -> None:
    details = german.press(_asked(german).buttons[MORE])
    assert "Rechtsgrundlage: Ihre Einwilligung (Art. 6 Abs. 1 lit. a DSGVO)" in details.texts[0]
    assert "privacy@kestrelandwren.example" in details.texts[0]
    assert list(german.press(details.buttons[YES]).buttons) != [YES, NO, MORE]
    assert _newest(spoken) == ("given", "de", "button")
    record = json.loads(base64.urlsafe_b64decode(german.receipt()["payload"] + "=="))
    assert [processing["language"] for processing in record["pii_processing"]] == ["de"]
    assert {event["language"] for event in record["ledger"] if event["purpose"] == "feedback"} == {"de"}
    assert german.withdraw()["message"].startswith(WITHDRAWN)
    assert german.withdraw()["message"].startswith("Sie haben keine Einwilligung gegeben")


def test_what_is_typed_to_a_german_notice_is_understood(spoken: Assistant, german: Chat) -> None:
    _asked(german)
    assert "Rechtsgrundlage" in german.send("Mehr dazu, bitte").texts[0]
    shown = german.send("ja, aber nur heute")
    assert _newest(spoken)[0] == "requested"
    assert YES in shown.buttons
    german.send("Ja, gerne!")
    assert _newest(spoken) == ("given", "de", "words")


def test_a_german_no_is_one(spoken: Assistant, german: Chat) -> None:
    _asked(german)
    german.send("Nein, das möchte ich nicht")
    assert _newest(spoken) == ("refused", "de", "words")


def test_the_sentence_of_the_notice_withdraws_in_the_middle_of_a_form(spoken: Assistant, german: Chat) -> None:
    german.press(_asked(german).buttons[YES])
    told = german.send("Ich widerrufe meine Einwilligung.")
    assert told.shown == "Ich widerrufe meine Einwilligung."
    assert told.texts[0].startswith(WITHDRAWN)
    assert _newest(spoken) == ("withdrawn", "de", "words")


def test_the_ledger_names_the_language_that_was_shown_not_the_one_that_answered(
    spoken: Assistant, german: Chat
) -> None:
    notice = _asked(german)
    german.languages = "en"
    german.press(notice.buttons[YES])
    assert _newest(spoken) == ("given", "de", "button")
    assert "May I" not in " ".join(german.send("I want to give feedback").texts)


# What a client may say instead of a language; none of it may be heard anywhere else.
NO_LANGUAGES = ["", "fr", "*", "de_DE", "de;q=0", "xx-evil'; DROP TABLE consent.event; --", "<de>", "de," * 800]


def test_whatever_else_a_browser_says_the_notice_is_english(spoken: Assistant) -> None:
    chat = Chat(spoken.address).open()
    for said in NO_LANGUAGES:
        chat.languages = said
        assert "May I" in " ".join(chat.send("I want to give feedback").texts), said
        chat.send("no thank you")
    assert rows(spoken, "SELECT count(*) FROM consent.event WHERE language NOT IN ('en', 'de')") == [(0,)]
    assert "DROP TABLE" not in "".join(log.read_text() for log in spoken.logs.rglob("*") if log.is_file())


def test_a_person_of_telegram_is_asked_in_german(spoken: Assistant, phone: GermanPhone) -> None:
    notice = phone.say("I want to give feedback")
    assert list(notice.buttons) == [YES, NO, MORE]
    phone.press(notice, YES)
    assert _newest(spoken) == ("given", "de", "button")
    assert WITHDRAWN in phone.say("Ich widerrufe meine Einwilligung").text
    assert _newest(spoken) == ("withdrawn", "de", "words")


@pytest.mark.parametrize("said", [None, 7, ["de"], {"de": 1}, "", "tlh", "de" * 60_000], ids=lambda said: str(said)[:9])
def test_whatever_else_telegram_says_the_notice_is_english(phone: GermanPhone, said: Any) -> None:
    phone.language = said
    assert "May I" in phone.say("I want to give feedback").text
