"""Invented values: the form stays, the value goes, and one value stays one value."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn

from discreet.redaction.find import find
from discreet.redaction.surrogates import Surrogates
from discreet.redaction.types import TYPES

_FORMS = [
    ("payment_card", "4043 3218 1960 0132"),
    ("payment_card", "345183473829974"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB29NWBK60161331926819"),
    ("phone", "+44 7400 932966"),
    ("phone", "(201) 570-5516"),
    ("bank_account", "20-00-00"),
    ("national_id", "225-23-8487"),
    ("national_id", "NTGPTG76M16F205N"),
    ("passport", "C01X00T47"),
    ("driving_licence", "MORGA 753116 SM9IJ"),
]


def _layout(value: str) -> str:
    return "".join("9" if c.isdigit() else c for c in value if not c.isalpha())


@pytest.mark.parametrize(("category", "value"), _FORMS)
def test_the_layout_stays_and_the_value_goes(category: str, value: str) -> None:
    for seed in range(50):
        new = Surrogates(Random(seed)).of(category, value)
        assert new != value
        assert len(new) == len(value)
        assert _layout(new).replace("9", "") == _layout(value).replace("9", "")


@pytest.mark.parametrize(("category", "value"), [row for row in _FORMS if row[0] in ("payment_card", "iban")])
def test_an_invented_number_has_a_right_check_and_is_found_again(category: str, value: str) -> None:
    for seed in range(50):
        new = Surrogates(Random(seed)).of(category, value)
        bare = "".join(c for c in new if c.isalnum())
        assert luhn.is_valid(bare) if category == "payment_card" else iban.is_valid(bare, check_country=False)
        assert [span.category for span in find(f"card or iban {new}")] == [category]


@pytest.mark.parametrize(
    ("category", "value"),
    [
        ("person_name", "Dr. Amina van der Demir"),
        ("person_name", "greta falk"),
        ("delivery_address", "Flat 3, 18 Kings Road, Bristol BS8 4AB"),
        ("delivery_address", "Lindenstraße 12a, 04109 Leipzig"),
        ("delivery_address", "東京都渋谷区神南1丁目19番12号"),
        ("delivery_address", "上海市浦东新区世纪大道101号"),
        ("delivery_address", "서울특별시 강남구 테헤란로 153"),
        ("delivery_address", "1482 Pine Drive Apt 4, Denver, CO 80202-1234"),
        ("user_name", "greta_falk87"),
        ("one_time_code", "48 29 13"),
        ("api_key", "sk_live_abcdEFGH1234ijklMNOP5678"),
        ("api_key", "AKIAIOSFODNN7EXAMPLE"),
        ("api_key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"),
        ("crypto_address", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("crypto_address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        ("crypto_address", "0x52908400098527886e0f7030069857d2e4169ee7"),
    ],
)
def test_an_invented_one_is_found_where_the_real_one_is(category: str, value: str) -> None:
    before = {"person_name": "my name is ", "user_name": "username: ", "one_time_code": "OTP "}.get(category, "")
    assert [span.category for span in find(before + value)] == [category]
    for seed in range(50):
        new = Surrogates(Random(seed)).of(category, value)
        assert [(span.start, span.category) for span in find(before + new)] == [(len(before), category)]
        assert sum(map(str.isdigit, new)) == sum(map(str.isdigit, value)) or category in ("api_key", "crypto_address")
        assert len(new.split()) == len(value.split())
        assert not _personal_words(value) & _personal_words(new)


def _personal_words(value: str) -> set[str]:
    words = {word.strip(",.-").casefold() for word in value.split()}
    return {word for word in words if len(word) > 3} - {"road", "drive", "flat", "private", "begin"}


def test_one_value_is_one_value_within_a_conversation_and_another_in_the_next() -> None:
    one, other = Surrogates(Random(1)), Surrogates(Random(2))
    assert one.of("email", "a@b.example") == one.of("email", "A@B.example") != other.of("email", "a@b.example")


def test_what_stands_around_stays() -> None:
    text = "mail a@post.example or +44 7400 932966, thanks"
    new = Surrogates(Random(3)).in_place(text, find(text))
    assert new.startswith("mail ")
    assert " or +44 7" in new
    assert new.endswith(", thanks")
    assert "a@post.example" not in new
    assert "932966" not in new


@given(st.sampled_from(sorted(TYPES)), st.text(min_size=1, max_size=40), st.integers())
def test_nothing_is_ever_its_own_surrogate(category: str, value: str, seed: int) -> None:
    assert Surrogates(Random(seed)).of(category, value) != value
