"""What holds for every text whatever, said once: Hypothesis and the coverage-guided fuzzer both ask for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from discreet.policy import Policy, load_policy
from discreet.redaction.find import MAX_TEXT, find
from discreet.redaction.redact import Redactor
from discreet.redaction.tokens import TOKEN, mask, mask_all, mint, neutralise, parse

PROJECT = Path(__file__).parent.parent.parent
SHOWN = 4
"""Characters of a card, an account or a phone number that a token and its mask may show (PCI DSS 3.4.1 allows more)."""


@cache
def policy() -> Policy:
    """The shop's own."""
    return load_policy(PROJECT / "privacy.yml")


@cache
def redactor() -> Redactor:
    """One for the run."""
    return Redactor(policy())


def hold(text: str) -> None:
    """Every promise below, for this text. Raises AssertionError with the promise, never with the text."""
    spans_lie_in_order_inside(text)
    masked_once_is_masked_for_good(text)
    sealed_values_leave_and_nothing_is_found_again(text)


def spans_lie_in_order_inside(text: str) -> None:
    """Spans are not empty, inside, ordered and apart."""
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans), "a span lies outside the text"
    assert all(one.end <= other.start for one, other in pairwise(spans)), "spans overlap or are out of order"


def masked_once_is_masked_for_good(text: str) -> None:
    """Masking twice equals masking once, and what was masked is not found in the mask."""
    once = redactor().egress(text)
    assert redactor().egress(once) == once, "masking twice is not masking once"


def sealed_values_leave_and_nothing_is_found_again(text: str) -> None:
    """The values are in the vault and not in the text, and the text with tokens is not redacted any further."""
    sealed: dict[str, str] = {}

    def seal(category: str, value: str) -> str:
        token = mint(policy().category(category), value)
        sealed[token] = value
        return token

    redacted = redactor().ingress(text, seal).text
    plain = neutralise(text)
    assert all(value in plain for value in sealed.values()), "a sealed value is not what was typed"
    assert set(token_texts(redacted)) == {token.lower() for token in sealed}, "a token is missing or made up"
    assert redactor().egress(redacted) == mask_all(redacted), "a text with its own tokens is redacted again"
    for token, value in sealed.items():
        parsed = parse(token)
        assert parsed is not None, "a minted token is none"
        shows_no_more_than_allowed(mask(parsed), value)


def token_texts(text: str) -> list[str]:
    """Every token of a text, in lower case."""
    return [match[0].lower() for match in TOKEN.finditer(text) if parse(match[0]) is not None]


def shows_no_more_than_allowed(masked: str, value: str) -> None:
    """A mask shows its label, and at most the last four of the value."""
    tail = masked.partition("••••")[2].strip(" ]")
    letters = "".join(character for character in neutralise(value) if character.isalnum())
    assert len(tail) <= SHOWN, "a mask shows more than four characters"
    assert not tail or len(letters) > SHOWN, "a mask shows the whole of a short value"


def work(call: Callable[[str], object], text: str) -> int:
    """Calls made, and lines run of Discreet's code and RE2's wrapper: a measure of work that no busy machine bends."""
    count = 0

    def local(_: FrameType, event: str, __: Any) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def entered(frame: FrameType, _: str, __: Any) -> Any:
        nonlocal count
        count += 1
        name = frame.f_code.co_filename
        return local if "discreet" in name or "re2" in name else None

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        call(text[:MAX_TEXT])
    finally:
        sys.settrace(before)
    return count
