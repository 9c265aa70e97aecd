"""Tokens: random, recognisable, checkable, and impossible to type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.policy import Policy
from discreet.redaction.tokens import ALPHABET, TOKEN, check_character, mask, mask_all, mint, neutralise, parse

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "token.json").read_text())


@pytest.mark.parametrize("row", VECTORS["valid"], ids=lambda row: row["category"])
def test_a_vector_is_minted_to_these_very_characters(policy: Policy, row: dict[str, Any]) -> None:
    token = mint(policy.category(row["category"]), row["value"], random=lambda _: bytes.fromhex(row["random"]))
    assert token == row["token"]
    assert mask_all(token) == row["mask"]


@pytest.mark.parametrize("row", VECTORS["invalid"], ids=lambda row: row["attack"])
def test_a_vector_that_is_no_token(row: dict[str, Any]) -> None:
    assert parse(row["text"]) is None


def test_a_token_says_what_and_never_which(policy: Policy) -> None:
    card = policy.category("payment_card")
    tokens = {mint(card, "4111 1111 1111 1111") for _ in range(200)}
    assert len(tokens) == 200
    assert all(token.startswith("vt_card_") and token.endswith("_1111") for token in tokens)


@pytest.mark.parametrize(
    ("category", "value", "ending"),
    [
        ("payment_card", "4111-1111-1111-1111", "_1111"),
        ("iban", "DE89 3704 0044 0532 0130 00", "_3000"),
        ("iban", "GB29 NWBK 6016 1331 9268 19", "_6819"),
        ("phone", "+44 20 7946 0958", "_0958"),
        ("payment_card", "４１１１ 1111 1111 １２３４", "_1234"),
    ],
)
def test_the_last_four_are_shown_for_numbers_only(policy: Policy, category: str, value: str, ending: str) -> None:
    assert mint(policy.category(category), value).endswith(ending)


@pytest.mark.parametrize("category", ["email", "person_name", "delivery_address", "feedback_text"])
def test_nothing_of_a_text_is_shown(policy: Policy, category: str) -> None:
    token = parse(mint(policy.category(category), "grace1234"))
    assert token is not None
    assert token.last4 is None


@given(st.binary(min_size=20, max_size=20), st.sampled_from(["payment_card", "email", "delivery_address"]))
def test_every_minted_token_parses_alone_and_in_a_sentence(raw: bytes, category: str) -> None:
    from tests.conftest import PROJECT, load_policy

    token = mint(load_policy(PROJECT / "privacy.yml").category(category), "4111111111111111", random=lambda _: raw)
    assert parse(token) is not None
    assert parse(token.upper()) == parse(token)
    for frame in ("{}", "pay with {}.", "“{}”", "({})", "a,{},b", "{}?!"):
        assert TOKEN.findall(frame.format(token))


@given(st.text(alphabet=ALPHABET, min_size=20, max_size=20), st.integers(0, 19), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(body: str, index: int, character: str) -> None:
    check = check_character("card", body)
    changed = body[:index] + character + body[index + 1 :]
    valid = parse(f"vt_card_{changed}{check}") is not None
    assert valid == (changed == body)


@pytest.mark.parametrize(
    "typed",
    [
        "vt_card_00000000000000000000a_1111",
        "VT_CARD_00000000000000000000A_1111",
        "v\u200bt_card_00000000000000000000a_1111",
        "ｖｔ_card_00000000000000000000a",
        "vt_\u2060mail_0123456789abcdefghjkm",
        "use vt_card_x please",
        "vt_name_vt_name_00000000000000000000a",
    ],
)
def test_a_typed_token_is_broken(typed: str) -> None:
    assert TOKEN.search(neutralise(typed)) is None


@given(st.text(max_size=200))
def test_neutralising_leaves_no_token_and_is_stable(text: str) -> None:
    once = neutralise(text)
    assert TOKEN.search(once) is None
    assert neutralise(once) == once


def test_ordinary_text_is_left_alone() -> None:
    for text in ("hello", "my vt is broken", "é\u200d👩\u200d🚀 vt", "شكرا"):
        assert neutralise(text) == text


def test_masks_name_the_kind_and_the_last_four(policy: Policy) -> None:
    card = mint(policy.category("payment_card"), "4111111111111111")
    mail = mint(policy.category("email"), "a@b.example")
    assert mask_all(f"pay {card}, write {mail}.") == "pay [card •••• 1111], write [e-mail address]."
    token = parse(card)
    assert token is not None
    assert mask(token) == "[card •••• 1111]"


@given(st.text(max_size=100))
def test_masking_twice_equals_masking_once(text: str) -> None:
    assert mask_all(mask_all(text)) == mask_all(text)
