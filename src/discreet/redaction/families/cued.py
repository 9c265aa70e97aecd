"""Numbers behind their own name: what a kind of number is called, how it is written, and what its digits add up to.

A name that means one thing is believed: right behind it the number's form is enough, since people mistype. What stands
further away, or behind a name with other meanings, must have the right check digits too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import re2

from discreet.redaction.families.fillers import BACK, FILLERS
from discreet.redaction.families.scheme import Scheme
from discreet.redaction.normalise import normalise
from discreet.redaction.recogniser import THINGS, Recogniser, preceded_by, whole

_AWAY = 40
"""Characters behind a name in which a number with right check digits still belongs to it."""
_BEFORE = 64
"""Characters before a number's first digit in which its name stands."""
_AHEAD = 72
_STEM = 5
_LONGEST_LEAD = 8
_WORD = re.compile(r"[^\W\d_]+")
_OVER = re.compile(r"[\s:=#.,;\"'’`´°º«<>→?!\[({|*~/_-]{0,8}")
_ASIDE = re.compile(r"\([^\W\d_][^\d()]{0,20}\)")
_FOREIGN = re.compile(r"[^0-9A-Za-z]{0,16}")
_AND = re.compile(r"[\s,;/&+]{1,3}(?:(?:and|or|und|oder|y|o|et|ou|e|en|og|och|i)\s)?")
_FOLDED = str.maketrans("øłđıþ", "oldit")
_ENDINGS = ("nummeret", "nummern", "nummer", "number", "numret", "num", "nr", "no", "s")
_DIGITS = "0123456789"
_STARTS = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]")
_BACK = rf"(?:[\s,;\"')]{{0,2}}\s(?:(?:{'|'.join(sorted(BACK))})\s){{1,4}}|\s?\()"
_LINK = re.compile(f"(?i){_BACK}")
_BEFORE_A_NAME = re2.compile(
    rf"(?i)(?:[A-Z]{{1,6}}[ -]?)?[0-9][0-9A-Z]*(?:[ .\-/][0-9A-Z]*[0-9][0-9A-Z]*)*(?:[ -][A-Z])?{_BACK}[^\x00-@]"
)
JOINED = "\u0590"
"""From here on, scripts whose words may stand without a gap between them."""
OTHERS = re2.compile(
    THINGS.pattern
    + "|"
    + preceded_by(
        "phone", "telephone", "tel", "mobile", "cell", "call(?: me)?(?: on| at)?", "text me", "fax", "whats ?app",
        "dial", "telefon", "handy", "teléfono", "telefono", "téléphone", "zip", "zip ?code", "postcode", "plz",
        "sort ?code", "account", "konto", "customer", "client", "member", "kunden",
    ).pattern
)  # fmt: skip
"""What numbers that are no ids are introduced with."""
ALWAYS = re2.compile("")
"""For candidates that bring their own context, also where letters count as digits."""


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
        self._longest: dict[str, int] = {}
        """How a name's first word begins -> words of the longest name that begins so."""
        self._joined: dict[str, list[Scheme]] = {}
        spelled: dict[str, None] = {}
        for scheme in schemes:
            for name in (name.strip() for name in scheme.names.split(",")):
                spelled[name] = None
                if name[0] >= JOINED:
                    self._joined.setdefault(normalise(name).text, []).append(scheme)
                else:
                    words = list(map(folded, _WORD.findall(name)))
                    self._words.setdefault(" ".join(words), []).append(scheme)
                    self._longest[words[0][:3]] = max(len(words), self._longest.get(words[0][:3], 0))
        self.expression = re2.compile(_beginnings(list(spelled), list(self._joined)))

    def values_behind(self, candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
        """The values behind the names that a candidate begins with, the nearest name first."""
        digit = next((index for index, character in enumerate(candidate) if character in _DIGITS), 0)
        named = list(self._named(candidate, max(0, digit - _BEFORE), digit))
        for _, after, schemes, joined in reversed(named):
            for position in _led_to(candidate, after, joined):
                for scheme in schemes:
                    end = _value(scheme, candidate, position)
                    if end:
                        yield position, end
                        yield from _more(scheme, candidate, end)
                        return
        for _, after, schemes, _ in reversed(named):
            for scheme in schemes:
                yield from _far(scheme, candidate, after)

    def value_before(self, candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
        """The value that is said to be what its name, right behind, says: "225-23-8487 is my SSN"."""
        link = _LINK.search(candidate)
        if link is None:
            return
        last = link.start()
        for name, _, schemes, _ in self._named(candidate, link.end(), len(candidate)):
            if name > link.end():
                return
            for start in _STARTS.finditer(candidate, max(0, last - _AWAY), last):
                if any(_value(scheme, candidate, start.start()) == last for scheme in schemes):
                    yield start.start(), last
                    return

    def _named(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, list[Scheme], bool]]:
        """Where names start and end, what they name, and whether words need no gap there."""
        words = [(folded(match[0]), match.start(), match.end()) for match in _WORD.finditer(text, start, end)]
        index = 0
        while index < len(words):
            longest, step = self._longest.get(words[index][0][:3], 0), 1
            for count in range(1, min(longest, len(words) - index) + 1):
                schemes = self._known(" ".join(word for word, _, _ in words[index : index + count]))
                if schemes:
                    yield words[index][1], words[index + count - 1][2], schemes, False
                    step = count
            index += step
        if not text.isascii():
            for name, schemes in self._joined.items():
                at = text.rfind(name, start, end)
                if at >= 0:
                    yield at, at + len(name), schemes, True

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
    places: list[int] = []
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
    match = scheme.form.match(text, position)
    return match.end() if match is not None and scheme.accepts(match[0]) else 0


def _more(scheme: Scheme, text: str, position: int) -> Iterator[tuple[int, int]]:
    """Others of the kind in a row with it."""
    while (link := _AND.match(text, position)) and (end := _value(scheme, text, link.end())):
        yield link.end(), end
        position = end


def _far(scheme: Scheme, text: str, position: int) -> Iterator[tuple[int, int]]:
    if not scheme.checks:
        return
    for match in scheme.inside.finditer(text, position):
        if match.start() - position > _AWAY:
            return
        between = text[position : match.start()]
        if not OTHERS.search(between) and scheme.fits(match[0]) and scheme.checked(match[0]):
            yield match.span()


def _beginnings(names: list[str], joined: list[str]) -> str:
    """Short names, how the longer ones begin, and a digit somewhere behind: no groups, few states, so RE2 is fast."""
    words = [name for name in names if name[0] < JOINED]
    short = "|".join(dict.fromkeys(_any_accent(name) for name in words if len(name) <= _STEM))
    long = "|".join(dict.fromkeys(_any_accent(name[: _STEM + 1]) for name in words if len(name) > _STEM))
    gapless = "".join(f"|{re2.escape(name)}" for name in joined)
    begin = rf"(?:^|[^0-9A-Za-z])(?:(?:{short})(?:{'|'.join(_ENDINGS)})?|(?:{long})[^\x00-@]*){gapless}"
    return rf"(?i)(?:{begin})(?:[^0-9A-Za-z][^0-9]*)?[0-9]"


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


def named(category: str, schemes: Sequence[Scheme], against: Any = None) -> tuple[Recogniser, Recogniser]:
    """The rows that find the values of these schemes behind their names, and in front of them."""
    names = Names(schemes)
    behind = Recogniser(
        category,
        names.expression,
        whole,
        ALWAYS,
        stretches=names.values_behind,
        ahead=_AHEAD,
        edges=_edges,
        against=against,
        look_alikes=True,
        digits=True,
    )
    return behind, replace(behind, candidate=_BEFORE_A_NAME, stretches=names.value_before, look_alikes=False)
