"""The table of recognisers as a whole: what its rows say about themselves is so."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.adversarial import FAMILIES
from bench.adversarial.wording import message
from discreet.policy import Policy
from discreet.redaction.families import RECOGNISERS
from discreet.redaction.masks import MASKS, OURS, burnt, mask_of
from discreet.redaction.types import TYPES

_ROWS = [pytest.param(row, id=f"{index} {row.category}") for index, row in enumerate(RECOGNISERS)]
_NO_DIGITS = str.maketrans("0123456789", "xOolISBzZq")


@pytest.mark.parametrize("row", [row for row in _ROWS if row.values[0].digits])
def test_a_row_that_says_so_needs_a_digit(row) -> None:  # type: ignore[no-untyped-def]
    for name, family in FAMILIES.items():
        text = message(name, family(Random(name))).text.translate(_NO_DIGITS)
        if not any(character.isdigit() for character in text):
            assert row.candidate.search(text) is None, "a candidate without a digit would not be looked for"


@pytest.mark.parametrize("row", _ROWS)
@given(text=st.text(alphabet="0123456789 .-/OolISBabDE@:", max_size=60), near=st.booleans())
def test_no_validator_says_more_than_it_was_shown(row, text: str, near: bool) -> None:  # type: ignore[no-untyped-def]
    for match in row.candidate.finditer(text):
        candidate = match[row.group]
        stretches = row.stretches(candidate, near) if row.stretches else [(0, row.accepted(candidate, near))]
        assert all(0 <= first <= last <= len(candidate) for first, last in stretches)


@pytest.mark.parametrize("category", sorted({row.category for row in RECOGNISERS}))
def test_every_category_has_a_type_a_mask_and_a_line_in_the_policy(category: str, policy: Policy) -> None:
    assert category in TYPES
    assert category in MASKS
    assert category in policy.categories


@pytest.mark.parametrize("category", sorted(MASKS))
def test_a_mask_is_known_as_ours(category: str) -> None:
    assert OURS.fullmatch(mask_of(category))
    assert OURS.fullmatch(burnt(category))
