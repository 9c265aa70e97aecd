"""Codes that were asked for, as people and attackers type them."""

from __future__ import annotations

import pytest

from discreet.policy import Policy
from discreet.redaction import asked_code
from discreet.redaction.redact import Redactor

DISGUISES = [
    ("48213907", "48213907"),
    ("4821 3907", "4821 3907"),
    ("4821-3907", "4821-3907"),
    ("48 21 39 07.", "48 21 39 07"),
    ("4 8 2 1 3 9 0 7", "4 8 2 1 3 9 0 7"),
    ("it's 48213907, thanks", "48213907"),
    ("４８２１３９０７", "48213907"),
    ("٤٨٢١٣٩٠٧", "48213907"),
    ("4821\u200b3907", "48213907"),
    ("4821\u00a03907", "4821 3907"),
    ("four eight two one three nine zero seven", "48213907"),
    ("482139", "482139"),
    ("482 139", "482 139"),
    ("code:482139!", "482139"),
    ("K3M9X-7Q2WD-P5T8V-Z4N6C", "K3M9X-7Q2WD-P5T8V-Z4N6C"),
    ("use k3m9x 7q2wd p5t8v z4n6c please", "k3m9x 7q2wd p5t8v z4n6c"),
]
OTHERS = [
    "where is my order DS-10563", "1234", "12345", "1234567", "123456789", "4000 0566 5566 5556", "yes", "",
    "which order comes first", "9 Juniper Walk, Exeter EX4 6QQ", "A482139", "482139b",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "code"), DISGUISES, ids=range(len(DISGUISES)))
def test_a_code_is_found_without_its_disguise(typed: str, code: str) -> None:
    ((start, end, found),) = asked_code.codes(typed)
    assert found == code
    assert 0 <= start < end <= len(typed)


@pytest.mark.parametrize("text", OTHERS, ids=range(len(OTHERS)))
def test_other_words_are_no_code(text: str) -> None:
    assert asked_code.codes(text) == ()
    assert not asked_code.is_bare(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("48213907", True), ("my code is 48213907", True), ("482 139 please", True), ("K3M9X-7Q2WD-P5T8V-Z4N6C", True),
        ("ring 48213907 after six", False), ("I paid 482139 for it", False),
    ],
)  # fmt: skip
def test_only_a_message_that_is_nothing_else_is_a_code_that_nobody_asked_for(text: str, bare: bool) -> None:
    assert asked_code.is_bare(text) is bare


@pytest.mark.parametrize(("typed", "code"), DISGUISES, ids=range(len(DISGUISES)))
def test_an_asked_code_is_sealed_and_nothing_of_it_stays(policy: Policy, typed: str, code: str) -> None:
    sealed: list[tuple[str, str]] = []

    def seal(category: str, value: str) -> str:
        sealed.append((category, value))
        return "vt_code_4k9mz03q7v5c8w2t6h1xr"

    text = Redactor(policy).ingress(typed, seal, asked=frozenset({"one_time_code"})).text
    assert sealed == [("one_time_code", code)]
    assert asked_code.codes(text.replace("vt_code_4k9mz03q7v5c8w2t6h1xr", "")) == ()
