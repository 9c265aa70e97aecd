"""A second view of a text in which disguises are undone, with a way back to the original's offsets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from discreet.redaction import disguises

HARMLESS = re.compile(
    "[\\x00-\\x7f’‘“”„«»¿¡éèêëáàâäãåíìîïóòôöõøúùûüçñßæœÉÈÁÀÂÄÅÓÖØÚÜÇÑÆ£€¥§°…ščřžýůěąęłśżźćńőűğışİŞÇ🙂🙏👍]*\\Z"
)
_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_DOTS = dict.fromkeys("·∙⋅‧・․。｡", ".")
_SLASHES = dict.fromkeys("⁄∕⧸", "/")
_ALSO = {**_DASHES, **_DOTS, **_SLASHES}
MARK = "\x01"
"""What stands for a token or a mask in the view: no part of anything."""
_NOT_ONE = "\ufdd0"
"""A noncharacter of Unicode, in no text that is one."""
_REMEMBERED = 8192
"""Characters whose plain form is remembered; languages need some hundreds, or thousands in Chinese."""


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
            text += self.text[position:start] + MARK
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
    encoded = disguises.ENCODED.search(text) is not None
    if not encoded:
        view = text.translate(_ONE_FOR_ONE)
        if _NOT_ONE not in view:
            return _spelled(view if view.isascii() else disguises.one_script(view), None, None)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for character, start, end in disguises.decoded(text) if encoded else _characters(text):
        new = character if character.isascii() else _plain(character)
        if new is None:
            if ends:
                ends[-1] = end
                continue
            new = character
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


@lru_cache(maxsize=_REMEMBERED)
def _plain(character: str) -> str | None:
    """What a character outside ASCII is in the view; None for a mark that belongs to the character before it."""
    if character in _ALSO:
        return _ALSO[character]
    kind = unicodedata.category(character)
    if kind in ("Mn", "Me"):
        return None
    if kind == "Cf":
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) > 1:
        # A letter with a combining mark is a letter; what NFKC takes apart into many characters keeps few of them.
        compatible = "".join(c for c in compatible if unicodedata.category(c) not in ("Mn", "Me"))[:4]
    return " " if compatible.isspace() else compatible


class _OneForOne(dict[int, str]):
    """For ``str.translate``: the one character that each stands for, ``_NOT_ONE`` where it is none or several."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        new = _plain(chr(code)) if code > 0x7F else chr(code)
        self[code] = one = new if new is not None and len(new) == 1 else _NOT_ONE
        return one


_ONE_FOR_ONE = _OneForOne()


def _spelled(view: str, starts: Sequence[int] | None, ends: Sequence[int] | None) -> Normalised:
    """The view with digits for words; ``starts`` and ``ends`` are None where it is the original, one for one."""
    text, places = view, None
    runs = list(disguises.spelled(view))
    if starts is None or ends is None:
        if not runs:
            return Normalised(view)
        starts, ends = range(len(view)), range(1, len(view) + 1)
    for start, end, digits in runs:
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
