"""Replacing stretches of a text keeps the rest, and offsets follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.redaction.splice import Splice


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]]]:
    text = draw(st.text(max_size=60))
    points = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    stretches = [(a, b) for a, b in zip(points[::2], points[1::2], strict=False) if a < b]
    return text, [(a, b, draw(st.text(max_size=12))) for a, b in stretches]


@given(_cases(), st.randoms())
def test_the_rest_stays_whatever_the_order_of_calls(
    case: tuple[str, list[tuple[int, int, str]]], random: object
) -> None:
    text, changes = case
    expected, position = "", 0
    for start, end, replacement in changes:
        expected += text[position:start] + replacement
        position = end
    expected += text[position:]
    splice = Splice(text)
    shuffled = list(changes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for change in shuffled:
        splice.replace(*change)
    assert splice.text == expected
    for start, end, replacement in changes:
        new_start, new_end = splice.moved(start, end)
        assert splice.text[new_start:new_end] == replacement


@given(_cases(), st.data())
def test_an_untouched_stretch_keeps_its_text(case: tuple[str, list[tuple[int, int, str]]], data: st.DataObject) -> None:
    text, changes = case
    splice = Splice(text)
    for change in changes:
        splice.replace(*change)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if all(end <= a or start >= b for a, b, _ in changes):
        new_start, new_end = splice.moved(start, end)
        assert splice.text[new_start:new_end] == text[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 99), (4, 7), (0, 5), (5, 6)])
def test_a_stretch_outside_or_overlapping_is_refused(start: int, end: int) -> None:
    splice = Splice("0123456789")
    splice.replace(4, 6, "x")
    with pytest.raises(ValueError, match="must"):
        splice.replace(start, end, "y")
