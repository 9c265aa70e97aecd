"""Where a text holds personal data that a pattern can recognise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from discreet.redaction import disguises
from discreet.redaction.families import RECOGNISERS
from discreet.redaction.masks import OURS
from discreet.redaction.normalise import normalise
from discreet.redaction.recogniser import BEFORE, WINDOW, Recogniser

MAX_TEXT = 16_000
"""Characters that are looked at; channels cap a message far below."""


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
        self._filter = re2.Filter()
        for row in self._rows:
            self._filter.Add(row.candidate.pattern)
        self._filter.Compile()

    def find(self, text: str) -> tuple[Span, ...]:
        """See ``find``."""
        if len(text) > MAX_TEXT:
            raise ValueError("a text is longer than the redactor looks at")
        view = normalise(text)
        seen = view.text
        if "[" in seen or "_" in seen:
            seen = OURS.sub(lambda match: "\x01" * len(match[0]), seen)
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


def find(text: str) -> tuple[Span, ...]:
    """Every finding, in order, none overlapping another: the earlier row of the table wins, then the earlier place.

    What lies inside a token or a mask is not looked at. Linear in the text's length. Raises ValueError over MAX_TEXT.
    """
    return _standard().find(text)


@lru_cache(maxsize=1)
def _standard() -> Finder:
    return Finder(RECOGNISERS)


def _values(row: Recogniser, text: str, taken: bytearray, *, disguised: bool) -> Iterator[tuple[int, int]]:
    """The row's values that overlap none found before; marks them as taken."""
    where: Any = text.encode() if text.isascii() else text
    for match in row.candidate.finditer(where):
        start, end = match.span(row.group)
        if row.against is not None and row.against.search(text[max(0, start - BEFORE) : start]):
            continue
        near = row.context.search(text[max(0, start - WINDOW) : end + WINDOW]) is not None
        if disguised and not near:
            continue
        candidate = text[start : end + row.ahead]
        if row.stretches is None:
            stretches: Iterable[tuple[int, int]] = ((0, row.accepted(candidate, near)),)
        else:
            stretches = row.stretches(candidate, near)
        for first, last in stretches:
            first, last = start + first, start + last
            if last > first and taken.find(1, first, last) < 0 and row.edges(text, first, last, near):
                taken[first:last] = b"\x01" * (last - first)
                yield first, last
