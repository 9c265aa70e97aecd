"""The one place that decides what happens to a finding: sealed behind a token, burnt, or kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from discreet.policy import Policy
from discreet.redaction.find import MAX_TEXT, Span, find
from discreet.redaction.masks import burnt, mask_of
from discreet.redaction.splice import Splice
from discreet.redaction.tokens import mask_all, neutralise

Seal = Callable[[str, str], str]
"""(category, value) -> token. Called once a distinct value and message."""


@dataclass(frozen=True)
class Redacted:
    """A message without the values that patterns find. ``burnt`` names the categories that were destroyed."""

    text: str
    burnt: frozenset[str] = field(default=frozenset())


class Redactor:
    """Redacts what comes in and masks what goes out, as the policy says.

    ``public`` holds the operator's own texts (responses, the controller's address and mail): what stands in
    them is nobody's personal data and passes the mask.
    """

    def __init__(self, policy: Policy, public: Iterable[str] = ()) -> None:
        self._policy = policy
        self._public = frozenset(text[span.start : span.end] for text in public for span in _spans(text))

    def ingress(self, text: str, seal: Seal) -> Redacted:
        """The message with tokens for values and fixed words for what is never kept. ``text`` is a person's."""
        plain = neutralise(text)
        splice, tokens, gone = Splice(plain), {}, set()
        for span in find(plain):
            value = plain[span.start : span.end]
            if self._is_burnt(span.category):
                gone.add(span.category)
                splice.replace(span.start, span.end, burnt(span.category))
                continue
            if (span.category, value) not in tokens:
                tokens[span.category, value] = seal(span.category, value)
            splice.replace(span.start, span.end, tokens[span.category, value])
        return Redacted(splice.text, frozenset(gone))

    def egress(self, text: str) -> str:
        """A reply with tokens and stray personal data masked: a back end's raw value does not leave."""
        splice = Splice(text)
        for span in _spans(text):
            if text[span.start : span.end] not in self._public:
                splice.replace(span.start, span.end, mask_of(span.category))
        return mask_all(splice.text)

    def _is_burnt(self, category: str) -> bool:
        """Never kept: by the policy, because no purpose names it, or because the policy does not know it at all."""
        declared = self._policy.categories.get(category)
        return declared is None or declared.store == "never" or not self._policy.purposes_covering(category)


def _spans(text: str) -> list[Span]:
    """Findings of a text of any length, looked at in pieces that end between words."""
    spans: list[Span] = []
    start = 0
    while start < len(text):
        end = start + MAX_TEXT
        if end < len(text):
            end = max(text.rfind(" ", start, end) + 1, start + 1)
        spans += [Span(span.start + start, span.end + start, span.category) for span in find(text[start:end])]
        start = end
    return spans
