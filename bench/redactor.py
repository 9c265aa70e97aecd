"""Our redactor as the bench sees it: a text in, (start, end, type) out, and both ways of a message."""

from __future__ import annotations

from bench.scoring import Span
from discreet.policy import load_policy
from discreet.redaction.find import MAX_TEXT, find
from discreet.redaction.redact import Redactor
from discreet.redaction.tokens import mint
from discreet.redaction.types import type_of
from tests.conftest import PROJECT


def typed(text: str) -> tuple[Span, ...]:
    """What is found, under the names that ``discreet redact --jsonl`` prints."""
    return tuple((span.start, span.end, type_of(span.category)) for span in find(text[:MAX_TEXT]))


def both_ways(text: str) -> str:
    """What the assistant does with a message: in with tokens for values, out with masks."""
    return _REDACTOR.egress(_REDACTOR.ingress(text, _seal).text)


def _seal(category: str, value: str) -> str:
    return mint(_POLICY.category(category), value)


_POLICY = load_policy(PROJECT / "privacy.yml")
_REDACTOR = Redactor(_POLICY)
