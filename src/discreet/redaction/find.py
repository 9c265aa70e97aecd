"""Where a text holds personal data that a pattern can recognise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from discreet.redaction import disguises
from discreet.redaction.families import RECOGNISERS
from discreet.redaction.masks import OURS
from discreet.redaction.normalise import HARMLESS, MARK, normalise
from discreet.redaction.recogniser import BEFORE, WINDOW, Recogniser

MAX_TEXT = 16_000
"""Characters that are looked at; channels cap a message far below."""

_DIGIT = re.compile("[0-9]")
_ANOTHER = re.compile(r"[(,;:|\n]| / |\s(?=[0-9]{12})")
"""Between two numbers that are not groups of one."""
_AGAIN = 100
"""How often a search goes back into a refused candidate: each time costs the length of the text."""


@dataclass(frozen=True)
class Span:
    """A finding: ``[start, end)`` in code points of the original text."""

    start: int
    end: int
    category: str


class Finder:
    """Finds with a table of recognisers, in the order of their strength."""

    def __init__(self, recognisers: Iterable[Recogniser]) -> None:
        self._rows = tuple(recognisers)
        self._look_alikes = [index for index, row in enumerate(self._rows) if row.look_alikes]
        # Which candidates occur at all, asked of all rows in one call: most messages hold none.
        self._filter = _filter(row.candidate.pattern for row in self._rows)
        wordy = [row.candidate.pattern for row in self._rows if not row.digits]
        self._wordy = _filter([disguises.HINT.pattern, *wordy])

    def find(self, text: str) -> tuple[Span, ...]:
        """See ``find``."""
        if len(text) > MAX_TEXT:
            raise ValueError("a text is longer than the redactor looks at")
        plain = HARMLESS.match(text) is not None
        if plain and not _DIGIT.search(text) and self._wordy.Match(text) is None:
            return ()
        view = normalise(text, plain=plain)
        if "[" in view.text or "_" in view.text:
            # One character each, whatever its length: a token and its mask must not differ for what stands around.
            view = view.collapsed([match.span() for match in OURS.finditer(view.text)])
        seen = view.text
        rows = self._filter.Match(seen)
        changed = disguises.digits_for_letters(seen)
        if rows is None and changed is None:
            return ()
        taken = bytearray(len(seen))
        found: list[Span] = []
        for index in sorted(rows or ()):
            for start, end in _values(self._rows[index], seen, taken, disguised=False):
                found.append(Span(*view.original(start, end), self._rows[index].category))
        if changed is not None:
            for index in self._look_alikes:
                for start, end in _values(self._rows[index], changed, taken, disguised=True):
                    found.append(Span(*view.original(start, end), self._rows[index].category))
        found.sort(key=lambda span: span.start)
        return tuple(found)


def _filter(patterns: Iterable[str]) -> Any:
    made = re2.Filter()
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made


def find(text: str) -> tuple[Span, ...]:
    """Every finding, in order, none overlapping another: the earlier row of the table wins, then the earlier place.

    What lies inside a token or a mask is not looked at. Linear in the text's length. Raises ValueError over MAX_TEXT.
    """
    return standard().find(text)


@lru_cache(maxsize=1)
def standard() -> Finder:
    """The finder with the recognisers that are built in."""
    return Finder(RECOGNISERS)


def _values(row: Recogniser, text: str, taken: bytearray, *, disguised: bool) -> Iterator[tuple[int, int]]:
    """The row's values that overlap none found before; marks them as taken."""
    where: Any = text.encode() if text.isascii() else text
    position: int | None = 0
    again = _AGAIN if row.again else 0
    while position is not None:
        # An iterator, because each start in the middle of a text that is not ASCII costs its length.
        matches = row.candidate.finditer(where, position)
        position = None
        for match in matches:
            start, end = match.span(row.group)
            if taken.find(0, start, end) < 0:
                continue
            refused = True
            for first, last in _stretches(row, text, start, end, disguised):
                # A token is no part of a value, or it would be sealed once more.
                if last > first and taken.find(1, first, last) < 0 and MARK not in text[first:last]:
                    taken[first:last] = b"\x01" * (last - first)
                    refused = False
                    yield first, last
            if refused and again and (position := _next_word(text, start, end)) is not None:
                again -= 1
                break


def _stretches(row: Recogniser, text: str, start: int, end: int, disguised: bool) -> Iterator[tuple[int, int]]:
    """What of the candidate is a value, judged by itself and by what stands around it."""
    if row.against is not None and row.against.search(text[max(0, start - BEFORE) : start]):
        behind = _behind_the_first(row, text, start, end)
        if behind is None:
            return
        start = behind
    near = row.context is None or row.context.search(_around(text, start, end)) is not None
    if disguised and not near:
        return
    candidate = text[start : end + row.ahead]
    stretches = row.stretches(candidate, near) if row.stretches else [(0, row.accepted(candidate, near))]
    for first, last in stretches:
        if row.edges(text, start + first, start + last, near):
            yield start + first, start + last


def _around(text: str, start: int, end: int) -> str:
    """A candidate with what stands around it, up to the next token or mask: as one character of the view it would let
    words come nearer that were far from what stands behind it, one round after the other.
    """
    before, after = text[max(0, start - WINDOW) : start], text[end : end + WINDOW]
    return before[before.rfind(MARK) + 1 :] + text[start:end] + after.partition(MARK)[0]


def _behind_the_first(row: Recogniser, text: str, start: int, end: int) -> int | None:
    """Where a candidate begins in what follows its first number; a word that speaks against it speaks of that one."""
    further = _ANOTHER.search(text, start, end)
    match = row.candidate.search(text[further.end() : end]) if further else None
    return further.end() + match.start(row.group) if further and match else None


def _next_word(text: str, start: int, end: int) -> int | None:
    """Where the candidate's second word begins; None where it has no other."""
    start += 1
    while start < end and (text[start].isalnum() or text[start] in "._-'"):
        start += 1
    return start if start < end else None
