"""Numbers behind their own name: what a kind of number is called, how it is written, and what its digits add up to.

A name that means one thing is believed: right behind it the number's form is enough, since people mistype. What stands
further away, or behind a name with other meanings, must have the right check digits too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import re2

from discreet.redaction.families.fillers import FILLERS
from discreet.redaction.recogniser import THINGS, Recogniser

_AWAY = 40
"""Characters behind a name in which a number with right check digits still belongs to it."""
_BEFORE = 64
"""Characters before a number's first digit in which its name stands."""
_AHEAD = 72
_STEM = 5
_LONGEST_NAME = 5
_LONGEST_LEAD = 8
_WORD = re.compile(r"[^\W\d_]+")
_OVER = re.compile(r"[\s:=#.,;\"'’`´°º«<>\[({|*~/_-]{0,8}")
_ASIDE = re.compile(r"\([^\W\d_][^\d()]{0,20}\)")
_FOREIGN = re.compile(r"[^0-9A-Za-z]{0,16}")
_AND = re.compile(r"[\s,;/&+]{1,3}(?:(?:and|or|und|oder|y|o|et|ou|e|en|og|och|i)\s)?")
_DATE = re.compile(r"[0-3]?\d([./-])[01]?\d\1(?:19|20)?\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d")
_ATOM = re.compile(r"(\[[^\]]+\]|[dax])(\d*)(\??)")
_KINDS = {"d": "[0-9]", "a": "[A-Za-z]", "x": "[0-9A-Za-z]"}
_GAP = r"[\s.\-/+]{0,3}"
_START, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z]|[.,/-][0-9])"
_FOLDED = str.maketrans("øłđıþ", "oldit")
_ENDINGS = ("nummeret", "nummern", "nummer", "number", "numret", "num", "nr", "no", "s")
JOINED = "\u0590"
"""From here on, scripts whose words may stand without a gap between them."""
ALWAYS = re2.compile("")
"""For candidates that bring their own context, also where letters count as digits."""


@dataclass(frozen=True)
class Scheme:
    """One kind of number.

    ``names``: what it is called, divided by commas. ``shapes``: how it is written, divided by ``|``: ``d`` a digit,
    ``a`` a letter, ``x`` either, ``[...]`` one of these, then how many; gaps may stand between; ``=`` starts a plain
    expression. ``checks``: modules of stdnum whose check digits it carries. ``strict``: the name has other meanings.
    ``digits``: how many a value has at least.
    """

    names: str
    shapes: str
    checks: str = ""
    strict: bool = False
    digits: int = 4

    def fits(self, value: str) -> bool:
        """It is no date, and no word."""
        return sum(map(str.isdigit, value)) >= self.digits and _DATE.fullmatch(value) is None

    def checked(self, value: str) -> bool:
        """One of its checks is right."""
        bare = "".join(filter(str.isalnum, value))
        return any(_is_valid(name)(form) for name in self.checks.split() for form in (value, bare))


@cache
def _is_valid(name: str) -> Callable[[str], bool]:
    """Of a module of stdnum, which is loaded when a number asks for it."""
    valid: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return valid


def valid(name: str, value: str) -> bool:
    """Whether stdnum's module of that name accepts the value as it is written."""
    return _is_valid(name)(value)


@cache
def _expression(shapes: str) -> re.Pattern[str]:
    if shapes.startswith("="):
        return re.compile(f"{_START}(?:{shapes[1:]}){_END}")
    return re.compile(f"{_START}(?:{'|'.join(map(_spaced, shapes.split('|')))}){_END}")


def _spaced(shape: str) -> str:
    pieces = ""
    for atom, count, maybe in _ATOM.findall(shape):
        one = (_GAP if pieces else "") + _KINDS.get(atom, atom)
        pieces += f"(?:{one})?" if maybe else one + f"(?:{_GAP}{_KINDS.get(atom, atom)}){{{int(count or 1) - 1}}}"
    return pieces


def folded(word: str) -> str:
    """Without accents, in small letters."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.lower().replace("ß", "ss").replace("æ", "ae").replace("œ", "oe"))
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").translate(_FOLDED)


class Names:
    """The names of some schemes, found in a text, and the values that belong to them."""

    def __init__(self, schemes: Sequence[Scheme]) -> None:
        self._words: dict[str, list[Scheme]] = {}
        self._joined: dict[str, list[Scheme]] = {}
        spelled: dict[str, None] = {}
        for scheme in schemes:
            for name in (name.strip() for name in scheme.names.split(",")):
                spelled[name] = None
                if name[0] >= JOINED:
                    bare = "".join(c for c in name if unicodedata.category(c) != "Mn")
                    self._joined.setdefault(bare, []).append(scheme)
                else:
                    self._words.setdefault(" ".join(map(folded, _WORD.findall(name))), []).append(scheme)
        self.expression = re2.compile(_candidate(list(spelled), list(self._joined)))

    def stretches(self, candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
        """The values behind the names that a candidate begins with, the nearest name first."""
        digit = next((index for index, character in enumerate(candidate) if character in "0123456789"), 0)
        named = list(self._named(candidate, max(0, digit - _BEFORE), digit))
        for after, schemes, joined in reversed(named):
            for position in _led_to(candidate, after, joined):
                for scheme in schemes:
                    end = _value(scheme, candidate, position)
                    if end:
                        yield position, end
                        yield from _more(scheme, candidate, end)
                        return
        for after, schemes, _ in reversed(named):
            for scheme in schemes:
                yield from _far(scheme, candidate, after)

    def _named(self, text: str, start: int, end: int) -> Iterator[tuple[int, list[Scheme], bool]]:
        """Where names end, what they name, and whether words need no gap there."""
        words = [(folded(match[0]), match.end()) for match in _WORD.finditer(text, start, end)]
        index = 0
        while index < len(words):
            for count in range(min(_LONGEST_NAME, len(words) - index), 0, -1):
                schemes = self._known(" ".join(word for word, _ in words[index : index + count]))
                if schemes:
                    index += count - 1
                    yield words[index][1], schemes, False
                    break
            index += 1
        if not text.isascii():
            for name, schemes in self._joined.items():
                at = text.rfind(name, start, end)
                if at >= 0:
                    yield at + len(name), schemes, True

    def _known(self, name: str) -> list[Scheme] | None:
        """What is called so, also with an ending."""
        if name in self._words:
            return self._words[name]
        last = len(name) - name.rfind(" ") - 1
        for ending in _ENDINGS:
            if len(ending) < last and name.endswith(ending) and name[: -len(ending)] in self._words:
                return self._words[name[: -len(ending)]]
        for length in range(1, min(6, last - _STEM)):
            if name[:-length] in self._words:
                return self._words[name[:-length]]
        return None


def _led_to(text: str, position: int, joined: bool) -> Iterable[int]:
    """Where a number may start behind its name and the words that lead over to it, the likeliest place first."""
    if joined and (foreign := _FOREIGN.match(text, position)):
        return (foreign.end(),)
    if text[position : position + 1] in ("'", "’", "-") and (ending := _WORD.match(text, position + 1)):
        # An ending of the name's language: "CNP-ul", "PESEL'u".
        ends = len(ending[0]) <= 4 and not text[ending.end() : ending.end() + 1].isdigit()
        position = ending.end() if ends else position
    places = []
    while len(places) < _LONGEST_LEAD and (over := _OVER.match(text, position)):
        position = over.end()
        if text[position - 1 : position] == "(" and (aside := _ASIDE.match(text, position - 1)):
            position = aside.end()
            continue
        places.append(position)
        word = _WORD.match(text, position)
        if word is None or folded(word[0]) not in FILLERS or text[word.end() : word.end() + 1].isdigit():
            break
        position = word.end()
    return reversed(places)


def _value(scheme: Scheme, text: str, position: int) -> int:
    """Where the value that starts there ends; 0 for none."""
    match = _expression(scheme.shapes).match(text, position)
    if match is None or not scheme.fits(match[0]) or (scheme.strict and not scheme.checked(match[0])):
        return 0
    return match.end()


def _more(scheme: Scheme, text: str, position: int) -> Iterator[tuple[int, int]]:
    """Others of the kind in a row with it."""
    while (link := _AND.match(text, position)) and (end := _value(scheme, text, link.end())):
        yield link.end(), end
        position = end


def _far(scheme: Scheme, text: str, position: int) -> Iterator[tuple[int, int]]:
    if not scheme.checks:
        return
    for match in _expression(scheme.shapes).finditer(text, position):
        if match.start() - position > _AWAY:
            return
        between = text[position : match.start()]
        if not THINGS.search(between) and scheme.fits(match[0]) and scheme.checked(match[0]):
            yield match.span()


def _candidate(names: list[str], joined: list[str]) -> str:
    """How a name begins, or a short name, and a digit somewhere behind: few states, no groups, so that RE2 is fast."""
    words = [name for name in names if name[0] < JOINED]
    short = "|".join(_any_accent(name) for name in words if len(name) <= _STEM)
    long = "|".join(dict.fromkeys(_any_accent(name[: _STEM + 1]) for name in words if len(name) > _STEM))
    start = rf"(?:^|[^0-9A-Za-z])(?:(?:{short})(?:{'|'.join(_ENDINGS)})?(?:[^0-9A-Za-z][^0-9]*)?|(?:{long})[^0-9]*)[0-9]"
    return f"(?i){start}" + (rf"|(?:{'|'.join(map(re2.escape, joined))})[^0-9]*[0-9]" if joined else "")


def _any_accent(name: str) -> str:
    """The name with and without its accents, whatever stands between its words."""
    made = ""
    for character in name:
        plain = folded(character)
        if character in " '’":
            made += r"[\s_.'’/-]{0,2}"
        elif character.isascii():
            made += character
        else:
            made += f"[{character}{plain}]" if len(plain) == 1 else f"(?:{character}|{plain})"
    return made


def _edges(text: str, _start: int, end: int, _near: bool) -> bool:
    after = text[end : end + 1] or " "
    return not (after.isalnum() and after < JOINED) and not (after in ".,/-" and text[end + 1 : end + 2].isdigit())


def named(category: str, schemes: Sequence[Scheme], against: Any = None) -> Recogniser:
    """The row that finds the values of these schemes behind their names."""
    names = Names(schemes)
    return Recogniser(
        category,
        names.expression,
        lambda candidate, _near: len(candidate),
        ALWAYS,
        stretches=names.stretches,
        ahead=_AHEAD,
        edges=_edges,
        against=against,
        look_alikes=True,
        digits=True,
    )
