"""Numbers behind their own name: what a kind of number is called, how it is written, and what its digits add up to.

A name that means one thing is believed: right behind it the number's form is enough, since people mistype. What stands
further away, or behind a name with other meanings, must have the right check digits too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from typing import Any

import re2

from discreet.redaction.families.fillers import BACK, FILLERS
from discreet.redaction.families.scheme import Scheme
from discreet.redaction.normalise import normalise
from discreet.redaction.recogniser import THINGS, Recogniser, preceded_by, whole

_AWAY = 40
"""Characters behind a name in which a number with right check digits still belongs to it."""
_NEAR = 64
"""Characters before a number's first digit in which its name stands."""
_AHEAD = 72
_STEM = 7
"""Letters by which a longer name is looked for before its words are read."""
_LONGEST_LEAD = 8
_WORD = re.compile(r"[^\W\d_]+")
_OVER = re.compile(r"[\s:=#.,;\"'’`´°º«<>→?!\[({|*~/_-]{0,8}")
_ASIDE = re.compile(r"\([^\W\d_][^\d()]{0,20}\)")
_FOREIGN = re.compile(r"[^0-9A-Za-z]{0,16}")
_AND = re.compile(r"[\s,;/&+]{1,3}(?:(?:and|or|und|oder|y|o|et|ou|e|en|og|och|i)\s)?")
_FOLDED = str.maketrans("øłđıþ", "oldit")
_ENDINGS = ("nummeret", "nummern", "nummer", "number", "numret", "num", "nr", "no", "s")
_first = itemgetter(0)
_DIGIT = re.compile("[0-9]")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]*[0-9]")
_STARTS = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]")
_BACK = rf"(?:[\s,;\"')]{{0,2}}\s(?:(?:{'|'.join(sorted(BACK))})\s){{1,4}}|\s?\()"
_LINK = re.compile(f"(?i){_BACK}")
_CLOSED = re.compile(r"[^\d():]{0,12}\)")
"""Behind a name in brackets that is said of the number before it, and no beginning of something else."""
_MORE_DIGITS = r"(?:(?:[\s.\-/+_(),]{0,3}(?:[A-Za-z]{1,2})?|[A-Za-z]{3})[0-9])"
"""How a number goes on behind its first digit."""
_BEFORE = rf"(?:[A-Z]{{1,6}}[ -]?)?[0-9](?:[ .\-/]?[A-Z]{{0,3}}[0-9]){{3}}[0-9A-Z .\-/]*{_BACK}"
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
        self._joined_by_first: dict[str, list[str]] = {}
        spelled: dict[str, None] = {}
        for scheme in schemes:
            for name in (name.strip() for name in scheme.names.split(",")):
                spelled[name] = None
                if name[0] >= JOINED:
                    seen = normalise(name).text
                    self._joined.setdefault(seen, []).append(scheme)
                    self._joined_by_first.setdefault(seen[0], []).append(seen)
                else:
                    words = list(map(folded, _WORD.findall(name)))
                    self._words.setdefault(" ".join(words), []).append(scheme)
                    self._longest[words[0][:3]] = max(len(words), self._longest.get(words[0][:3], 0))
        short, long, joined = _beginnings(list(spelled), list(self._joined))
        least = min(scheme.digits for scheme in schemes)
        more = f"{_MORE_DIGITS}{{{least - 1}}}" if least > 3 else ""  # Nothing shorter is looked at.
        over = rf"(?:{short})(?:{'|'.join(_ENDINGS)})?|(?:{long})[^\x00-@]*"
        # No groups, few states: RE2 is fast then.
        self.behind = re2.compile(
            rf"(?i)(?:(?:^|[^0-9A-Za-z])(?:{over}){joined})"
            rf"(?:[^0-9A-Za-z][^0-9]*(?:[0-9]{{1,2}}[^0-9]+)?)?[0-9]{more}"
        )
        self.before = re2.compile(rf"(?i){_BEFORE}(?:{short}|{long}{joined})")

    def values_behind(self, candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
        """The values behind the names that a candidate begins with, the nearest name first."""
        digit = _DIGIT.search(candidate).start()  # type: ignore[union-attr]
        named = list(self._named(candidate, max(0, digit - _NEAR), digit))
        for _, after, schemes, joined in reversed(named):
            for position in _led_to(candidate, after, joined):
                end, scheme = max(((scheme.end(candidate, position), scheme) for scheme in schemes), key=_first)
                if end:
                    yield position, end
                    yield from _more(scheme, candidate, end)
                    return
        for _, after, schemes, _ in reversed(named):
            yield from _far(schemes, candidate, after)

    def value_before(self, candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
        """The value that is said to be what its name, right behind, says: "225-23-8487 is my SSN"."""
        link = _LINK.search(candidate)
        if link is None:
            return
        last, name = link.span()
        here = next(self._named(candidate, name, name + _AWAY), None)
        if here is None or here[0] > name or (link[0].endswith("(") and not _CLOSED.match(candidate, here[1])):
            return
        for start in _STARTS.finditer(candidate, max(0, last - _AWAY), last):
            if any(scheme.end(candidate, start.start()) == last for scheme in here[2]):
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
            for at, first in enumerate(text[start:end], start):
                for name in self._joined_by_first.get(first, ()):
                    if text.startswith(name, at):
                        yield at, at + len(name), self._joined[name], True

    def _known(self, name: str) -> list[Scheme] | None:
        """What is called so, also with an ending."""
        if name in self._words:
            return self._words[name]
        last = len(name) - name.rfind(" ") - 1
        for ending in _ENDINGS:
            if len(ending) < last and name.endswith(ending) and name[: -len(ending)] in self._words:
                return self._words[name[: -len(ending)]]
        for length in range(1, min(6, last - 5)):
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


def _more(scheme: Scheme, text: str, position: int) -> Iterator[tuple[int, int]]:
    """Others of the kind in a row with it."""
    while (link := _AND.match(text, position)) and (end := scheme.end(text, link.end())):
        yield link.end(), end
        position = end


def _far(schemes: list[Scheme], text: str, position: int) -> Iterator[tuple[int, int]]:
    """Values with right check digits among the next numbers."""
    checked = [scheme for scheme in schemes if scheme.checks]
    if not checked:
        return
    for number in islice(_NUMBER.finditer(text, position, position + _AWAY), 3):
        for scheme in checked:
            match = scheme.form.match(text, number.start())
            if match is None or not scheme.fits(match[0]) or not scheme.checked(match[0]):
                continue
            if not OTHERS.search(text[position : number.start()]):
                yield match.span()


def _beginnings(names: list[str], joined: list[str]) -> tuple[str, str, str]:
    """Expressions for the short names, for how the longer ones begin, and for those that need no gaps around them."""
    words = [name for name in names if name[0] < JOINED]
    short = "|".join(dict.fromkeys(_any_accent(name) for name in words if len(name) <= _STEM))
    long = "|".join(dict.fromkeys(_any_accent(name[: _STEM + 1]) for name in words if len(name) > _STEM))
    return short, long, "".join(f"|{re2.escape(name)}" for name in joined)


def _any_accent(name: str) -> str:
    """The name with and without its accents, whatever stands between its words."""
    made = ""
    for character in name:
        plain = folded(character)
        if character in " '’":
            made += r"[\s_.'’/°º-]{0,2}"
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
        names.behind,
        whole,
        None,
        stretches=names.values_behind,
        ahead=_AHEAD,
        edges=_edges,
        against=against,
        look_alikes=True,
        digits=True,
    )
    return behind, replace(behind, candidate=names.before, stretches=names.value_before, look_alikes=False)
