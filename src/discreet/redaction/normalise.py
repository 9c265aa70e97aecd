"""A second view of a text in which disguises are undone, with a way back to the original's offsets."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from discreet.redaction import disguises

HARMLESS = re.compile(
    "[\\x00-\\x7f’‘“”„«»¿¡éèêëáàâäãåíìîïóòôöõøúùûüçñßæœÉÈÁÀÂÄÅÓÖØÚÜÇÑÆ£€¥§°…ščřžýůěąęłśżźćńőűğışİŞÇ🙂🙏👍]*\\Z"
)
_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_DOTS = dict.fromkeys("·∙⋅‧・․。｡", ".")
_SLASHES = dict.fromkeys("⁄∕⧸", "/")
MARK = "\x01"
"""What stands for a token or a mask in the view: no part of anything."""
_FILLERS = dict.fromkeys("\u115f\u1160\u3164\uffa0", "")
"""Letters of Hangul that nothing is seen of."""
_ALSO = {**_DASHES, **_DOTS, **_SLASHES, **_FILLERS, "🄋": "0", "🄌": "0"}
_MARKS = ("Mn", "Me")
"""Categories of a mark that belongs to the character before it."""
_REMEMBERED = 8192
"""Characters whose plain form is remembered; languages need some hundreds, or thousands in Chinese."""


Places = tuple[Sequence[int], Sequence[int]]
"""Where each character of a view starts and ends in the original. Arrays, and made when first asked for: as lists they
outgrow the processor's cache long before a text is too long, and most texts have nothing to find."""
_Pieces = Iterable[tuple[str, int, int]]


class Normalised:
    """``text`` for recognisers, and the way back from it to the original."""

    def __init__(self, text: str, places: Callable[[], Places] | None = None) -> None:
        """``places`` is None where each character stands for one, in its place."""
        self.text = text
        self._made = places

    @cached_property
    def places(self) -> Places:
        """Character ``i`` stands for ``[starts[i], ends[i])`` of the original."""
        length = len(self.text)
        return (range(length), range(1, length + 1)) if self._made is None else self._made()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that ``[start, end)`` of the view came from."""
        if self._made is None:
            return start, end
        starts, ends = self.places
        return starts[start], ends[end - 1]

    def collapsed(self, stretches: Sequence[tuple[int, int]]) -> Normalised:
        """The view with each of these stretches, in order, as one character that is no part of anything."""
        if not stretches:
            return self
        return self.with_characters([(start, end, [(MARK, start, end)]) for start, end in stretches])

    def with_characters(self, stretches: Iterable[tuple[int, int, _Pieces]]) -> Normalised:
        """The view with other characters in these stretches of it, in order; each stands for a part of the stretch."""
        starts, ends = self.places
        new_starts, new_ends = array("l"), array("l")
        text, position = "", 0
        for start, end, characters in stretches:
            text += self.text[position:start]
            new_starts.extend(starts[position:start])
            new_ends.extend(ends[position:start])
            for character, first, last in characters:
                text += character
                new_starts.append(starts[first])
                new_ends.append(ends[last - 1])
            position = end
        new_starts.extend(starts[position:])
        new_ends.extend(ends[position:])
        return Normalised(text + self.text[position:], lambda: (new_starts, new_ends))


def normalise(text: str, *, plain: bool = False) -> Normalised:
    """The view. Per character: NFKC, Unicode digits to ASCII, dashes to ``-``, spaces to one blank, invisible
    characters out. Then HTML entities and percent-encoding decoded once, Latin for look-alikes of other scripts inside
    words with Latin letters or digits, and digits for runs of three or more spelled-out ones. Linear in the length.
    ``plain``: the caller has seen that the text is HARMLESS.
    """
    if (plain or HARMLESS.match(text) is not None) and not disguises.HINT.search(text):
        return Normalised(text)
    view = "".join(piece.translate(_PLAIN) for piece, _, _ in _pieces(text))
    if not view.isascii():
        view = disguises.without_pictures(disguises.one_script(view))
    spelled = list(disguises.spelled(view))
    normalised = Normalised(view, lambda: _places(_pieces(text)))
    return normalised.with_characters(spelled) if spelled else normalised


def _pieces(text: str) -> _Pieces:
    return disguises.decoded(text) if disguises.ENCODED.search(text) else ((text, 0, len(text)),)


def _places(pieces: _Pieces) -> Places:
    """Follows what ``str.translate`` did, character by character; a mark widens the character before it."""
    starts, ends = array("l"), array("l")
    for piece, first, last in pieces:
        if piece.isascii() and last - first == len(piece):
            starts.extend(range(first, last))
            ends.extend(range(first + 1, last + 1))
            continue
        for start, character in enumerate(piece, first):
            end = start + 1 if last - first == len(piece) else last
            new = _PLAIN[ord(character)]
            if new:
                for _ in new:
                    starts.append(start)
                    ends.append(end)
            elif ends and unicodedata.category(character) in _MARKS:
                ends[-1] = end
    return starts, ends


class _Plain(dict[int, str]):
    """For ``str.translate``: what each character is in the view, which may be none or several."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[code] = new = _plain(chr(code))
        return new


_PLAIN = _Plain()


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in _ALSO:
        return _ALSO[character]
    if unicodedata.category(character) in (*_MARKS, "Cf", "Cs"):
        # Half a surrogate pair has no UTF-8, and RE2 would refuse the text.
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) > 1:
        # A letter with a combining mark is a letter; what NFKC takes apart into many characters keeps few of them.
        compatible = "".join(c for c in compatible if unicodedata.category(c) not in _MARKS)[:4]
    return " " if compatible.isspace() else compatible
