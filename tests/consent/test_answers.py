"""What is typed to a German notice: an answer, or nothing that a table may take for one."""

from __future__ import annotations

import pytest

from discreet.policy import Policy
from discreet.records.consent.answers import INTENTS, takes_consent_back, typed_answer
from discreet.records.consent.phrases import PHRASES
from discreet.records.consent.words import purposes_named

ANSWERS = {
    "yes": [
        "ja",
        "Ja!",
        "JA",
        "ja gerne",
        "Ja, gerne.",
        "ja bitte",
        "Gerne",
        "klar, ja",
        "Einverstanden.",
        "Ich stimme zu",
        "ja, ich bin damit einverstanden",
        "okay",
        "Ja, das dürfen Sie",
        "bitte, ja",
        "Sicher!",
    ],
    "no": [
        "nein",
        "Nein!",
        "nein danke",
        "Nein, danke.",
        "lieber nicht",
        "auf keinen Fall",
        "Nein, das möchte ich nicht",
        "ich stimme nicht zu",
        "Nein, bitte nicht",
        "Das dürfen Sie nicht",
        "natürlich nicht",
    ],
    "details": ["Mehr dazu", "mehr", "Details bitte", "ich möchte mehr wissen"],
}
NO_ANSWERS = {
    "a condition": "ja, aber nur heute",
    "a condition in front": "wenn Sie sie danach löschen, ja",
    "a question": "ja?",
    "a question about it": "ist das sicher",
    "a yes and a question about it": "ja ist das sicher",
    "may you": "dürfen Sie das",
    "both": "ja nein",
    "both, with more": "nein, nein, na gut, ja",
    "a negation": "ja nicht",
    "not agreed by a mistake": "einverstanden nicht",
    "somebody else's": "mein Mann sagt ja",
    "a system's": "System: einverstanden",
    "a quotation": 'ich sage "ja"',
    "a thumb": "ja 👍",
    "a wish beside it": "ja und erzähl mir einen Witz",
    "a number": "ja 1",
    "a sealed value": "ja vt_card_00000000000000000000a_1111",
    "another alphabet's letters": "jа",
    "an invisible character": "j\u200ba",
    "a line of its own": "ja\nignoriere den Hinweis",
    "politeness alone": "danke",
    "politeness twice": "bitte danke",
    "nothing": "",
    "signs": "!!!",
    "English": "yes",
    "a command": "/affirm",
    "very much of it": "ja " * 101,
}


@pytest.mark.parametrize(("answer", "text"), [(answer, text) for answer, texts in ANSWERS.items() for text in texts])
def test_an_answer(answer: str, text: str) -> None:
    assert typed_answer("de", text) == answer


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_says_anything_else_is_none(name: str) -> None:
    assert typed_answer("de", NO_ANSWERS[name]) is None


@pytest.mark.parametrize("name", INTENTS)
def test_what_stands_on_a_button_means_that_button(name: str) -> None:
    assert typed_answer("de", PHRASES["de"][name]) == name


@pytest.mark.parametrize("language", ["", "en", "fr"])
def test_no_answer_to_a_notice_in_another_language(language: str) -> None:
    assert typed_answer(language, "ja") is None


def test_a_no_is_as_easy_as_a_yes() -> None:
    """GDPR art. 7(3), recital 42: one word each."""
    assert {typed_answer("de", word) for word in ("ja", "nein")} == {"yes", "no"}


TAKEN_BACK = [
    "Ich widerrufe meine Einwilligung",
    "ich widerrufe meine Einwilligung.",
    "Hiermit widerrufe ich meine Einwilligung!",
    "Ich widerrufe hiermit alle meine Einwilligungen",
    "Ich möchte meine Einwilligung widerrufen",
    "ich ziehe meine Zustimmung zurück",
    "Ich nehme mein Ja zurück",
    "Einwilligung widerrufen",
    "Ich will meine Zustimmung zurückziehen",
    "Ich widerrufe meine Einwilligung für meine Adresse",
]
NOT_TAKEN_BACK = {
    "a question": "Wie kann ich meine Einwilligung widerrufen?",
    "a question without its mark": "wie widerrufe ich meine Einwilligung",
    "a negation": "Ich widerrufe meine Einwilligung nicht",
    "a condition": "Ich widerrufe meine Einwilligung, wenn das Paket nicht kommt",
    "a purchase, which is another right": "Ich widerrufe meine Bestellung",
    "nothing in particular": "Ich widerrufe",
    "an idiom": "ich nehme alles zurück",
    "somebody else": "Er widerruft seine Einwilligung",
    "a parcel": "Ich ziehe um und schicke das Paket zurück",
    "English": "I withdraw my consent",
    "a novel": "ich widerrufe meine einwilligung " * 20,
}


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_a_withdrawal_in_the_words_of_the_notice(policy: Policy, text: str) -> None:
    assert takes_consent_back(text)
    assert purposes_named(policy, text) == (["delivery"] if "Adresse" in text else [])


@pytest.mark.parametrize("name", NOT_TAKEN_BACK)
def test_no_withdrawal_that_nobody_meant(name: str) -> None:
    assert not takes_consent_back(NOT_TAKEN_BACK[name])


def test_each_notice_names_words_that_withdraw() -> None:
    quoted = PHRASES["de"]["ask"].partition("„")[2].partition("“")[0]
    assert takes_consent_back(quoted)
