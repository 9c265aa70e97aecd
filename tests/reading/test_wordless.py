"""Messages without words, and what is no text at all."""

from __future__ import annotations

import pytest

from discreet.reading import is_wordless, kind_of_type, no_text
from discreet.reading.kinds import KINDS


@pytest.mark.parametrize(
    "text", ["👍", "👍🏽", "👎", "🙏🙏", "❤️", "👨‍👩‍👧", "🇩🇪", "😀 😀", "?", "...", ":)", "¯\\_(-)_/¯", "✅"]
)
def test_signs_alone_are_no_words(text: str) -> None:
    assert is_wordless(text)


@pytest.mark.parametrize(
    "text", ["ok 👍", "👍 yes", "5", "DS-10601", "x", "да", "我", "1", "½", "no!", "👍1", "5 ⭐", "1️⃣", "④"]
)
def test_a_letter_or_a_number_is_a_word(text: str) -> None:
    assert not is_wordless(text)


@pytest.mark.parametrize("kind", [*sorted(KINDS), "", "poll"])
def test_what_is_no_text_is_told_what_helps(kind: str) -> None:
    sentence = no_text(kind)
    assert "only read text" in sentence
    assert "talk to a person" in sentence
    assert sentence.count(".") <= 4


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/jpeg", "picture"),
        ("audio/ogg", "voice"),
        ("VIDEO/mp4", "video"),
        ("application/pdf", "file"),
        ("", "file"),
    ],
)
def test_a_media_type_has_a_kind(media_type: str, kind: str) -> None:
    assert kind_of_type(media_type) == kind
