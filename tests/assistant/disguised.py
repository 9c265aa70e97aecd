"""Personal data of every family that the examiner draws, to be planted; and a search for all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import re2

from bench.adversarial import FAMILIES
from bench.adversarial.wording import Message, message
from bench.redactor import typed
from bench.scoring import shares_half

_TRIES = 12
_LONG_ENOUGH = 8
"""Letters and digits; fewer occur by chance, so what leads into them is searched with them."""


@dataclass(frozen=True)
class Planted:
    """A message of a family, and what of it may be found nowhere."""

    family: str
    text: str
    traces: tuple[str, ...]


def planted(seed: int) -> tuple[list[Planted], list[str]]:
    """For each family with personal data a message that the redactor sees through; and the families where none of
    ``_TRIES`` was seen through.

    How often it sees through is measured in bench; here what it found must also be gone.
    """
    found, never = [], []
    for family, draw in FAMILIES.items():
        rng = Random(f"{seed} {family}")
        drawn = [message(family, draw(rng)) for _ in range(_TRIES)]
        seen = next((one for one in drawn if one.spans and _is_seen_through(one)), None)
        if seen is not None:
            found.append(Planted(family, seen.text, tuple(_trace(seen.text, *span) for span in seen.spans)))
        elif any(one.spans for one in drawn):
            never.append(family)
    return found, never


def traces_in(content: bytes, all_planted: Iterable[Planted]) -> set[str]:
    """The families of which something lies in the content: as typed, in lower case, or without separators."""
    families = {form: one.family for one in all_planted for trace in one.traces for form in _forms(trace)}
    options = re2.Options()
    options.encoding, options.max_mem = re2.Options.Encoding.LATIN1, 512 << 20
    pattern = re2.compile(b"|".join(re2.escape(form) for form in families), options)
    return {families[match[0]] for match in pattern.finditer(content)}


def _is_seen_through(drawn: Message) -> bool:
    found = typed(drawn.text)
    return all(any(one[2] == mark[2] and shares_half(mark, one) for one in found) for mark in drawn.spans)


def _trace(text: str, start: int, end: int, _: str) -> str:
    letters = sum(character.isalnum() for character in text[start:end])
    return text[start:end] if letters >= _LONG_ENOUGH else text[max(0, start - _LONG_ENOUGH) : end]


def _forms(trace: str) -> set[bytes]:
    compact = re.sub(r"[\W_]+", "", trace)
    plain = {trace, trace.lower(), *({compact} if len(compact) >= _LONG_ENOUGH else ())}
    return {form.encode() for form in plain}
