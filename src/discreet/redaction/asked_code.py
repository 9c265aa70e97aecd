"""Codes that a conversation has just asked for, in whatever disguise; and messages that are nothing but a code."""

from __future__ import annotations

import re

import re2

from discreet.redaction.disguises import HINT
from discreet.redaction.normalise import HARMLESS, normalise

DIGITS = (6, 8)
"""Lengths of a TOTP code and of a code by e-mail."""
_GAP = r"[\s.,/_-]{0,3}"
_DIGIT = re.compile("[0-9]")
_RUN = re2.compile(rf"[0-9](?:{_GAP}[0-9])*")
_GROUP = re2.compile(r"[0-9]+")
_RECOVERY = re2.compile(r"(?i)[0-9a-z]{5}(?:[ -]{0,3}[0-9a-z]{5}){3}")
_LEADS_OVER = re.compile(
    r"(?i)\b(?:my|the|your|code|is|it|it's|its|here|pin|otp|please|and|hi|hello|number|it’s|this|thanks|ok)\b"
)


def codes(text: str) -> tuple[tuple[int, int, str], ...]:
    """Every stretch of the text that may be a code, in order, apart, and what it is without its disguise.

    Offsets are in code points of the text.
    """
    plain = HARMLESS.match(text) is not None
    if plain and not _DIGIT.search(text) and not HINT.search(text):
        return ()
    view = normalise(text, plain=plain)
    found = [*_recovery(view.text), *_digits(view.text)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple((*view.original(start, end), view.text[start:end]) for start, end in kept)


def is_bare(text: str) -> bool:
    """Whether the text is a code and says nothing else: a code that nobody asked for, or that comes too late."""
    found = codes(text)
    if not found:
        return False
    rest, position = "", 0
    for start, end, _ in found:
        rest += text[position:start] + " "
        position = end
    rest = _LEADS_OVER.sub("", rest + text[position:])
    return not any(character.isalnum() for character in rest)


def _recovery(view: str) -> list[tuple[int, int]]:
    """Twenty letters and digits in groups of five, or in one; words alone are none."""
    return [
        match.span()
        for match in _RECOVERY.finditer(view)
        if any(c.isdigit() for c in match[0])
        and any(c.isalpha() for c in match[0])
        and _stands_alone(view, *match.span())
    ]


def _digits(view: str) -> list[tuple[int, int]]:
    """A run of groups that has the right length as a whole, or groups of it that have."""
    found = []
    for run in _RUN.finditer(view):
        start, end = run.span()
        if sum(character.isdigit() for character in run[0]) in DIGITS and _stands_alone(view, start, end):
            found.append((start, end))
            continue
        for group in _GROUP.finditer(run[0]):
            inner = (start + group.start(), start + group.end())
            if len(group[0]) in DIGITS and _stands_alone(view, *inner):
                found.append(inner)
    return found


def _stands_alone(view: str, start: int, end: int) -> bool:
    before, after = view[start - 1 : start], view[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")
