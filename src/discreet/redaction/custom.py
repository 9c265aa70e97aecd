"""Recognisers that a designer declares in privacy.yml: checked against their own examples before anything starts."""

from __future__ import annotations

import re

import re2
from stdnum import luhn

from discreet.errors import PolicyError
from discreet.policy import CustomRecogniser, Policy
from discreet.redaction.families import RECOGNISERS
from discreet.redaction.find import Finder, standard
from discreet.redaction.recogniser import NO_WORDS, Recogniser, words


def finder_of(policy: Policy) -> Finder:
    """The built-in recognisers with the policy's before them: a designer's word is stronger than ours.

    Raises PolicyError where a pattern is not RE2, an example is not found or a counter-example is.
    """
    if not policy.recognisers:
        return standard()
    finder = Finder((*map(_row, policy.recognisers), *RECOGNISERS))
    for recogniser in policy.recognisers:
        where = f"recognisers.{recogniser.category} in privacy.yml"
        for number, text in enumerate(recogniser.examples, 1):
            if not _finds(finder, recogniser, text):
                raise PolicyError(f"{where}: example {number} is not found; correct the pattern, checksum or context")
        for number, text in enumerate(recogniser.counter_examples, 1):
            if _finds(finder, recogniser, text):
                raise PolicyError(f"{where}: counter-example {number} is found; make the pattern or context stricter")
    return finder


def _finds(finder: Finder, recogniser: CustomRecogniser, text: str) -> bool:
    return any(span.category == recogniser.category for span in finder.find(text))


def _row(custom: CustomRecogniser) -> Recogniser:
    try:
        candidate = re2.compile(rf"(?i){custom.pattern}")
    except re2.error:
        raise PolicyError(
            f"recognisers.{custom.category} in privacy.yml: the pattern is not RE2 (no look-around, no back-references)"
        ) from None
    if candidate.fullmatch("") is not None:
        raise PolicyError(f"recognisers.{custom.category} in privacy.yml: the pattern matches nothing at all")
    context = words(*map(re.escape, custom.context)) if custom.context else NO_WORDS

    def accepted(value: str, near: bool) -> int:
        digits = "".join(character for character in value if character.isdigit())
        right = custom.checksum == "none" or luhn.is_valid(digits)
        return len(value) if right and (near or not custom.context) else 0

    return Recogniser(custom.category, candidate, accepted, context)
