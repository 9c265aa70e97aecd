"""A second view of a text in which disguises are undone, with a way back to the original's offsets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from discreet.redaction import disguises

HARMLESS = re.compile(
    "[\\x00-\\x7f’‘“”„«»¿¡éèêëáàâäãåíìîïóòôöõøúùûüçñßæœÉÈÁÀÂÄÅÓÖØÚÜÇÑÆ£€¥§°…ščřžýůěąęłśżźćńőűğışİŞÇ🙂🙏👍]*\\Z"
)
_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_DOTS = dict.fromkeys("·∙⋅‧・․。｡", ".")
_SLASHES = dict.fromkeys("⁄∕⧸", "/")
_ALSO = {**_DASHES, **_DOTS, **_SLASHES}


@dataclass(frozen=True)
class Normalised:
    """``text`` for recognisers. Its character ``i`` stands for ``[starts[i], ends[i])`` of the original."""

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that ``[start, end)`` of the view came from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def collapsed(self, stretches: Sequence[tuple[int, int]]) -> Normalised:
        """The view with each of these stretches, in order, as one character that is no part of anything."""
        if not stretches:
            return self
        starts = self.starts or tuple(range(len(self.text)))
        ends = self.ends or tuple(range(1, len(self.text) + 1))
        text, position = "", 0
        new_starts: list[int] = []
        new_ends: list[int] = []
        for start, end in stretches:
            text += self.text[position:start] + "\x01"
            new_starts += [*starts[position:start], starts[start]]
            new_ends += [*ends[position:start], ends[end - 1]]
            position = end
        text += self.text[position:]
        return Normalised(text, (*new_starts, *starts[position:]), (*new_ends, *ends[position:]))


def normalise(text: str, *, plain: bool = False) -> Normalised:
    """The view. Per character: NFKC, Unicode digits to ASCII, dashes to ``-``, spaces to one blank, invisible
    characters out. Then HTML entities and percent-encoding decoded once, Latin for look-alikes of other scripts inside
    words with Latin letters or digits, and digits for runs of three or more spelled-out ones. Linear in the length.
    ``plain``: the caller has seen that the text is HARMLESS.
    """
    if (plain or HARMLESS.match(text) is not None) and not disguises.HINT.search(text):
        return Normalised(text)
    pieces = disguises.decoded(text) if disguises.ENCODED.search(text) else _characters(text)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for character, start, end in pieces:
        if character.isascii():
            new = character
        else:
            kind = unicodedata.category(character)
            if kind in ("Mn", "Me") and ends:
                ends[-1] = end
                continue
            new = "" if kind == "Cf" else _plain(character)
        for one in new:
            characters.append(one)
            starts.append(start)
            ends.append(end)
    view = "".join(characters)
    if not view.isascii():
        view = disguises.one_script(view)
    return _spelled(view, starts, ends)


def _characters(text: str) -> list[tuple[str, int, int]]:
    return [(character, index, index + 1) for index, character in enumerate(text)]


def _plain(character: str) -> str:
    if character in _ALSO:
        return _ALSO[character]
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) > 1:
        # A letter with a combining mark is a letter; what NFKC takes apart into many characters keeps few of them.
        compatible = "".join(c for c in compatible if unicodedata.category(c) not in ("Mn", "Me"))[:4]
    return " " if compatible.isspace() else compatible


def _spelled(view: str, starts: list[int], ends: list[int]) -> Normalised:
    text, places = view, None
    for start, end, digits in disguises.spelled(view):
        if places is None:
            text, places, position = "", [], 0
        text += view[position:start]
        places += [(starts[index], ends[index]) for index in range(position, start)]
        for digit, first, last in digits:
            text += digit
            places.append((starts[first], ends[last - 1]))
        position = end
    if places is None:
        return Normalised(view, tuple(starts), tuple(ends))
    text += view[position:]
    places += [(starts[index], ends[index]) for index in range(position, len(view))]
    return Normalised(text, tuple(start for start, _ in places), tuple(end for _, end in places))
