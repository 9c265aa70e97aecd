"""One kind of number: its names, its forms, its check digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any

_DATE = re.compile(
    r"(?:[A-Za-z]+[ .-])?(?:[0-3]?\d([./-])[01]?\d\1(?:19|20)?\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d)"
)
_ATOM = re.compile(r"(\[[^\]]+\]|[dax])(\d*)(\??)")
_KINDS = {"d": "[0-9]", "a": "[A-Za-z]", "x": "[0-9A-Za-z]"}
_GAP = r"(?:[\s.\-/+_()]{0,3}|,\s?(?=[0-9](?![0-9])))"
_END = r"(?![0-9A-Za-z]|[.,/-][0-9])"


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

    def end(self, text: str, position: int) -> int:
        """Where the value that starts there ends, right behind its name; 0 for none."""
        match = self.form.match(text, position)
        if match is None or not self.accepts(match[0]):
            return 0
        value = match[0]
        if self.checks and value[-2].isspace() and value[-1].isalpha() and not self.checked(value):
            # "41545168 y ...": the letter is a word.
            value = value[:-2] if self.form.fullmatch(value[:-2]) else value
        return position + len(value)

    @cached_property
    def form(self) -> re.Pattern[str]:
        """How it is written, with nothing glued to its end."""
        return _expression(self.shapes)

    def accepts(self, value: str) -> bool:
        """Right behind its name the form is enough, unless the name has other meanings."""
        return self.fits(value) and (not self.strict or self.checked(value))

    def fits(self, value: str) -> bool:
        """It is no date, no word and no row of zeros."""
        digits = [character for character in value if character in "0123456789"]
        return len(digits) >= self.digits and set(digits) != {"0"} and _DATE.fullmatch(value) is None

    def checked(self, value: str) -> bool:
        """One of its checks is right."""
        return pleases(self.checks.split(), value)


def pleases(modules: Sequence[str], value: str) -> bool:
    """Whether one of these modules of stdnum accepts the value, as it is written or without what stands between."""
    bare = "".join(filter(str.isalnum, value))
    return any(_is_valid(name, form) for name in modules for form in (value, bare))


def _is_valid(name: str, value: str) -> bool:
    try:
        return bool(_module(name).is_valid(value))
    except (LookupError, ValueError):
        # Some look a region or a date up without asking whether it exists.
        return False


@cache
def _module(name: str) -> Any:
    """Loaded when a number asks for it."""
    return import_module(f"stdnum.{name}")


@cache
def _expression(shapes: str) -> re.Pattern[str]:
    forms = shapes[1:] if shapes.startswith("=") else "|".join(map(_spaced, shapes.split("|")))
    return re.compile(f"(?:{forms}){_END}")


def _spaced(shape: str) -> str:
    pieces = ""
    for atom, count, maybe in _ATOM.findall(shape):
        one = (_GAP if pieces else "") + _KINDS.get(atom, atom)
        pieces += f"(?:{one})?" if maybe else one + f"(?:{_GAP}{_KINDS.get(atom, atom)}){{{int(count or 1) - 1}}}"
    return pieces
