"""The drawn messages that the redactor is examined on: the same for a seed, marked where the values stand."""

from __future__ import annotations

from stdnum import iban, luhn

from bench.adversarial import FAMILIES, draw
from bench.adversarial.clean import clean_chat


def test_a_seed_gives_the_same_messages_and_another_seed_gives_others() -> None:
    assert list(draw(3, 2)) == list(draw(3, 2))
    assert {found.text for found in draw(3, 2)} != {found.text for found in draw(4, 2)}


def test_every_family_draws_and_marks_inside_its_text() -> None:
    messages = list(draw(1, 3))
    assert {found.family for found in messages} == set(FAMILIES)
    for found in messages:
        assert all(0 <= start < end <= len(found.text) for start, end, _ in found.spans)
        assert bool(found.spans) == (not found.family.startswith("not_"))


def test_drawn_numbers_carry_their_check_digits() -> None:
    for found in draw(2, 10):
        start, end, _ = found.spans[0] if found.spans else (0, 0, "")
        if found.family == "card_plain":
            assert luhn.is_valid(found.text[start:end])
        if found.family == "iban_printed":
            assert iban.is_valid(found.text[start:end], check_country=False)


def test_clean_chat_is_plenty_and_holds_no_annotation() -> None:
    texts = clean_chat()
    assert len(texts) > 2000
    assert not any("[" in text for text in texts)
