"""The way back from the view: what is found in it is cut out of the original, so each offset has to be right."""

from __future__ import annotations

import pytest

from discreet.redaction.normalise import MARK, Normalised, normalise

WAYS_BACK = [
    ("Ünïcode ４２", "Ünïcode 42", {"42": "４２"}),
    ("4\u200b2\u202e7", "427", {"42": "4\u200b2", "7": "7"}),
    ("e\u0301 o\u0301\u0302x", "e ox", {"e": "e\u0301", "o": "o\u0301\u0302", "x": "x"}),
    ("\u0301a", "a", {"a": "a"}),
    ("½ cup", "1⁄2 cup", {"1": "½", "2": "½", "cup": "cup"}),
    ("a%40b &#52;2 %zz", "a@b 42 %zz", {"@": "%40", "42": "&#52;2", "%zz": "%zz"}),
    ("%C3%A9%E2%82%AC1", "é€1", {"é": "%C3%A9", "€1": "%E2%82%AC1"}),
    ("%ff4", "%ff4", {"4": "4"}),
    (
        "é: one two, double three!",
        "é: 1233!",
        {"1": "one", "2": "two", "3!": "double three!", "1233": "one two, double three"},
    ),
    ("so &amp; one%20two three", "so & 123", {"&": "&amp;", "12": "one%20two", "3": "three"}),
]


@pytest.mark.parametrize(("text", "view", "stretches"), WAYS_BACK)
def test_what_is_found_in_the_view_is_cut_out_of_the_original(text: str, view: str, stretches: dict[str, str]) -> None:
    normalised = normalise(text)
    assert normalised.text == view
    assert {part: _cut(text, normalised, part) for part in stretches} == stretches


@pytest.mark.parametrize("text", ["plain 12 and 34", "é\u200b 12 and ３4"])
def test_a_stretch_that_was_collapsed_is_one_character_in_the_same_place(text: str) -> None:
    whole = normalise(text)
    at = whole.text.index("12")
    collapsed = whole.collapsed([(at, at + 2), (len(whole.text) - 2, len(whole.text))])
    assert collapsed.text == whole.text.replace("12", MARK).replace("34", MARK)
    assert [_cut(text, collapsed, part) for part in (MARK, " and ")] == ["12", " and "]
    assert collapsed.original(len(collapsed.text) - 1, len(collapsed.text)) == (len(text) - 2, len(text))
    assert whole.collapsed([]) is whole


def _cut(text: str, normalised: Normalised, part: str) -> str:
    start = normalised.text.index(part)
    first, last = normalised.original(start, start + len(part))
    return text[first:last]
