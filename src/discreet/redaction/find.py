"""Where a text holds personal data that a pattern can recognise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import re2

from discreet.redaction.normalise import Normalised, normalise
from discreet.redaction.recognisers import RECOGNISERS, WINDOW, Recogniser
from discreet.redaction.tokens import TOKEN

MAX_TEXT = 16_000
"""Characters that are looked at; channels cap a message far below."""

_GATE = re2.compile(r"[0-9][^A-Za-z]{0,40}[0-9]|@|\p{Nd}|(?i)passw|pwd|passc|pin\b|passp")


@dataclass(frozen=True)
class Span:
    """A finding: ``[start, end)`` in code points of the original text."""

    start: int
    end: int
    category: str


def find(text: str) -> tuple[Span, ...]:
    """Every finding, in order, none overlapping another: the earlier row of the table wins, then the earlier place.

    What lies inside a token is not looked at. Linear in the text's length. Raises ValueError over MAX_TEXT.
    """
    if len(text) > MAX_TEXT:
        raise ValueError("a text is longer than the redactor looks at")
    view = normalise(text)
    if not _GATE.search(view.text):
        return ()
    taken = [(match.start(), match.end()) for match in TOKEN.finditer(view.text)]
    found: list[Span] = []
    for recogniser in RECOGNISERS:
        for start, end in _candidates(recogniser, view):
            if all(end <= other_start or start >= other_end for other_start, other_end in taken):
                taken.append((start, end))
                found.append(Span(*view.original(start, end), recogniser.category))
    return tuple(sorted(found, key=lambda span: span.start))


def _candidates(recogniser: Recogniser, view: Normalised) -> Iterator[tuple[int, int]]:
    for match in recogniser.candidate.finditer(view.text):
        start, end = match.start(recogniser.group), match.end(recogniser.group)
        near = bool(recogniser.context.search(view.text[max(0, start - WINDOW) : end + WINDOW]))
        end = start + recogniser.accepted(match[recogniser.group], near)
        if end > start and not _is_part_of_a_word(view.text, start, end):
            yield start, end


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """RE2 has no look-around: digits glued to letters, as in a part number, are no number of a person."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    glued = before == "-" and start > 1 and text[start - 2].isalpha()
    return before.isalnum() or after.isalnum() or before in "_+" or glued
