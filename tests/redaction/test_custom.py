"""A designer's own recognisers: the examples in privacy.yml are tests, here and before the assistant starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from discreet.errors import PolicyError
from discreet.policy import CustomRecogniser, Policy
from discreet.redaction.custom import finder_of
from discreet.redaction.redact import Redactor
from tests.conftest import PROJECT, load_policy

_POLICY = load_policy(PROJECT / "privacy.yml")
_ROWS = _POLICY.recognisers


@pytest.mark.parametrize(("category", "text"), [(row.category, text) for row in _ROWS for text in row.examples])
def test_an_example_is_found(category: str, text: str) -> None:
    assert category in {span.category for span in finder_of(_POLICY).find(text)}


@pytest.mark.parametrize(("category", "text"), [(row.category, text) for row in _ROWS for text in row.counter_examples])
def test_a_counter_example_is_not(category: str, text: str) -> None:
    assert category not in {span.category for span in finder_of(_POLICY).find(text)}


def test_it_is_sealed_on_its_way_in_and_masked_on_its_way_out() -> None:
    redactor = Redactor(_POLICY)
    text = "my loyalty number is KW 2718 2815, thanks"
    assert redactor.ingress(text, lambda category, value: f"<{category}>").text == (
        "my loyalty number is <loyalty_number>, thanks"
    )
    assert "2718" not in redactor.egress(text)


def _with(**changes: object) -> Policy:
    row = CustomRecogniser("loyalty_number", "KW[0-9]{8}", "none", (), ("KW12345678",), ("KW 1",))
    return replace(_POLICY, recognisers=(replace(row, **changes),))  # type: ignore[arg-type]


def test_the_plain_row_is_accepted() -> None:
    assert finder_of(_with()).find("it is KW12345678")[0].category == "loyalty_number"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"pattern": "(?<=x)[0-9]"}, "not RE2"),
        ({"pattern": "[0-9"}, "not RE2"),
        ({"pattern": "[0-9]*"}, "matches nothing"),
        ({"examples": ("KW12345678", "KW1234567")}, "example 2 is not found"),
        ({"counter_examples": ("order KW12345678",)}, "counter-example 1 is found"),
        ({"checksum": "luhn"}, "example 1 is not found"),
        ({"context": ("club",)}, "example 1 is not found"),
    ],
)
def test_a_row_that_does_not_do_what_it_says_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint):
        finder_of(_with(**changes))
