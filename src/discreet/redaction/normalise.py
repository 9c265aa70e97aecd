"""A second view of a text in which disguises are undone, with a way back to the original's offsets."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")


@dataclass(frozen=True)
class Normalised:
    """``text`` for recognisers; ``origins[i]`` is where its character ``i`` stood, plus one entry for the end."""

    text: str
    origins: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that ``[start, end)`` of the view came from."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def normalise(text: str) -> Normalised:
    """NFKC per character, Unicode digits to ASCII, dashes to ``-``, spaces to one blank, invisible characters out."""
    if text.isascii():
        return Normalised(text, None)
    characters: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(text):
        for plain in _plain(character):
            characters.append(plain)
            origins.append(position)
    return Normalised("".join(characters), (*origins, len(text)))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) == "Cf":
        return ""
    if character in _DASHES:
        return "-"
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", character)
    return " " if compatible.isspace() else compatible
