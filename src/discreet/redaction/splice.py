"""Replacing stretches of a text and moving offsets along."""

from __future__ import annotations

from bisect import bisect_right


class Splice:
    """A text under replacement. Offsets given are always those of the original text, in code points.

    Stretches must not overlap; the order of calls does not matter.
    """

    def __init__(self, text: str) -> None:
        self._original = text
        self._changes: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, replacement: str) -> None:
        """Replaces ``[start, end)``. Raises ValueError for an empty, outside or overlapping stretch."""
        if not 0 <= start < end <= len(self._original):
            raise ValueError("a stretch must lie inside the text")
        index = bisect_right(self._changes, (start, end, ""))
        before = self._changes[index - 1] if index else None
        after = self._changes[index] if index < len(self._changes) else None
        if (before and before[1] > start) or (after and after[0] < end):
            raise ValueError("stretches must not overlap")
        self._changes.insert(index, (start, end, replacement))

    @property
    def text(self) -> str:
        """The text with every replacement made."""
        parts, position = [], 0
        for start, end, replacement in self._changes:
            parts += [self._original[position:start], replacement]
            position = end
        return "".join([*parts, self._original[position:]])

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the original lies now; one that touches a replacement grows to hold all of it."""
        shift, new_start, new_end = 0, None, end
        for change_start, change_end, replacement in self._changes:
            if change_end <= start:
                shift += len(replacement) - (change_end - change_start)
            elif change_start < end:
                if new_start is None:
                    new_start = min(start, change_start) + shift
                shift += len(replacement) - (change_end - change_start)
                new_end = max(new_end, change_end)
        return (start + shift if new_start is None else new_start), new_end + shift
