"""A message put together from words and marked values, and the ways customers lead into a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

Part = str | tuple[str, str]
"""Words, or (type, value): what stands in the second is personal data of that type."""
Parts = Sequence[Part]
Family = Callable[[Random], Parts]


@dataclass(frozen=True)
class Message:
    """``spans``: (start, end, type) in code points, in order."""

    family: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


def message(family: str, parts: Parts) -> Message:
    """The text of the parts, with spans where the marked ones stand."""
    text, spans = "", []
    for part in parts:
        words = part if isinstance(part, str) else part[1]
        if not isinstance(part, str):
            spans.append((len(text), len(text) + len(words), part[0]))
        text += words
    return Message(family, text, tuple(spans))


def framed(kind: str, leads: Sequence[str], value: Callable[[Random], str], tails: Sequence[str] = ()) -> Family:
    """A family of messages with one value: a lead-in, the value, something after it."""
    after = (*TAILS, *tails)
    return lambda rng: (rng.choice(leads), (kind, value(rng)), rng.choice(after))


def plain(leads: Sequence[str], value: Callable[[Random], str]) -> Family:
    """A family of messages in which nothing is personal."""
    return lambda rng: (rng.choice(leads), value(rng), rng.choice(TAILS))


def digits(rng: Random, count: int, alphabet: str = "0123456789") -> str:
    """Random digits, or characters of another alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(count))


def filled(rng: Random, template: str) -> str:
    """The template with (a|b) as one of both, # as a digit and @ as a capital letter."""
    chosen = re.sub(r"\(([^()]*)\)", lambda match: rng.choice(match[1].split("|")), template)
    return re.sub(r"[#@]", lambda match: rng.choice("123456789" if match[0] == "#" else "ABDEFGHJLNPQRSTUWXYZ"), chosen)


TAILS = (
    "",
    "",
    "",
    ".",
    " thanks",
    " please",
    ", ok?",
    " cheers",
    " pls",
    "!",
    " and that is all",
    "; tell me when done",
)
