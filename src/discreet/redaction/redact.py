"""The one place that decides what happens to a finding: sealed behind a token, burnt, masked or kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from discreet.policy import Policy
from discreet.redaction import asked_code
from discreet.redaction.custom import finder_of
from discreet.redaction.disguises import ENCODED
from discreet.redaction.find import MAX_TEXT, Finder, Span
from discreet.redaction.masks import burnt, mask_of
from discreet.redaction.splice import Splice
from discreet.redaction.tokens import mask_all, neutralise, one_spelling

_ROUNDS, _WORK = 6, 64_000
"""A replaced value can no longer hold its neighbours together: looking again finds what that sets free, if anything,
in a row of values sometimes one a time. At least so many rounds, and of a short text more: so many characters.
"""
_ON_REQUEST = "one_time_code"
_ENTITY = 12
"""Characters of the longest HTML entity that is decoded."""

Seal = Callable[[str, str], str]
"""(category, value) -> token. Called once a distinct value and message."""


@dataclass(frozen=True)
class Redacted:
    """A message without the values that patterns find.

    ``burnt`` names the categories that were destroyed; ``left`` is every finding that is still in the text.
    """

    text: str
    burnt: frozenset[str] = frozenset()
    left: tuple[Span, ...] = ()


class Redactor:
    """Redacts what comes in and masks what goes out, as the policy says.

    ``public`` holds the operator's own texts (responses, the controller's address and mail): what stands in
    them is nobody's personal data and passes the mask.
    """

    def __init__(self, policy: Policy, public: Iterable[str] = ()) -> None:
        self._policy = policy
        self._finder = finder_of(policy)
        self._as_it_is: frozenset[str] = frozenset()
        public = list(public)
        self._public = frozenset(
            part
            for text in public
            for own in (text, *self._values_in(text))
            for part in _up_to_each_comma(_folded(own))
        )
        # Most replies are one of them, and this was found then.
        self._as_it_is = frozenset(text for text in public if self.egress(text) == text)

    def ingress(
        self, text: str, seal: Seal, *, asked: frozenset[str] = frozenset(), later: frozenset[str] = frozenset()
    ) -> Redacted:
        """The message with tokens for values and fixed words for what is never kept. ``text`` is a person's.

        ``asked`` names categories that the conversation is asking for just now: a one-time code is sealed only then.
        ``later`` names categories that the caller deals with itself.
        """
        plain = neutralise(text)
        if _ON_REQUEST in asked and not self._is_burnt(_ON_REQUEST, asked):
            # Before anything takes its digits for something else.
            splice = Splice(plain)
            for start, end, code in asked_code.codes(plain):
                splice.replace(start, end, _set_apart(plain, start, end, seal(_ON_REQUEST, code)))
            plain = splice.text
        tokens: dict[tuple[str, str], str] = {}
        gone: set[str] = set()

        def replacement(span: Span, value: str) -> str | None:
            if span.category in later:
                return None
            if self._is_burnt(span.category, asked):
                gone.add(span.category)
                return burnt(span.category)
            key = (span.category, one_spelling(span.category, value))
            if key not in tokens:
                tokens[key] = seal(span.category, value)
            return tokens[key]

        redacted, left = self._replaced(plain, replacement)
        return Redacted(redacted, frozenset(gone), left)

    def egress(self, text: str) -> str:
        """A reply with tokens and stray personal data masked: a back end's raw value does not leave."""
        if text in self._as_it_is:
            return text

        def replacement(span: Span, value: str) -> str | None:
            return None if _folded(value) in self._public else mask_of(span.category)

        # Tokens first: a value that touches one is seen only beside its mask.
        return mask_all(self._replaced(mask_all(text), replacement)[0])

    def found(self, text: str) -> tuple[Span, ...]:
        """Every finding in a text of any length, the operator's own recognisers included."""
        return tuple(_spans(self._finder, text))

    def _values_in(self, text: str) -> list[str]:
        return [text[span.start : span.end] for span in self.found(text)]

    def _replaced(self, text: str, replacement: Callable[[Span, str], str | None]) -> tuple[str, tuple[Span, ...]]:
        """The text after replacing, and what is found in it still."""
        for _ in range(max(_ROUNDS, _WORK // (len(text) + 1))):
            splice, any_more = Splice(text), False
            spans = self.found(text)
            for span in spans:
                new = replacement(span, text[span.start : span.end])
                if new is not None:
                    splice.replace(span.start, span.end, _set_apart(text, span.start, span.end, new))
                    any_more = True
            if not any_more:
                return text, spans
            text = splice.text
        return text, self.found(text)

    def _is_burnt(self, category: str, asked: frozenset[str]) -> bool:
        """Never kept: by the policy, because no purpose names it, or because the policy does not know it at all."""
        declared = self._policy.categories.get(category)
        if declared is None or declared.store == "never":
            return True
        if category == _ON_REQUEST and category not in asked:
            return True
        return not self._policy.purposes_covering(category)


def _set_apart(text: str, start: int, end: int, new: str) -> str:
    """A token that touches a letter or digit, be it an encoded one, would be none."""
    before, after = text[start - 1 : start], text[end : end + 1]
    encoded_before = before == ";" and "&" in text[max(0, start - _ENTITY) : start]
    encoded_after = after in ("%", "&") and ENCODED.match(text, end) is not None
    return (" " if encoded_before else _gap(before)) + new + (" " if encoded_after else _gap(after))


def _gap(neighbour: str) -> str:
    unseen = neighbour != "" and unicodedata.category(neighbour) in ("Cf", "Mn", "Me")  # what follows it comes nearer
    return " " if neighbour.isalnum() or neighbour == "_" or unseen else ""


def _up_to_each_comma(value: str) -> list[str]:
    """A public value and its beginnings: an address without its town is still ours."""
    return [value, *(value[:index] for index, character in enumerate(value) if character == ",")]


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())


def _spans(finder: Finder, text: str) -> list[Span]:
    """Findings of a text of any length, looked at in pieces that end between words."""
    spans: list[Span] = []
    start = 0
    while start < len(text):
        end = start + MAX_TEXT
        if end < len(text):
            end = max(text.rfind(" ", start, end) + 1, start + 1)
        spans += [Span(span.start + start, span.end + start, span.category) for span in finder.find(text[start:end])]
        start = end
    return spans
