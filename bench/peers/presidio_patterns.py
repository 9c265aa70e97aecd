"""presidio-analyzer with its recognisers of patterns, checksums and context, without a language model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import metadata
from typing import Any

import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

Span = tuple[int, int, str]
_TYPES = {
    "CREDIT_CARD": "CREDIT_CARD",
    "IBAN_CODE": "IBAN",
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "US_SSN": "NATIONAL_ID",
    "US_ITIN": "NATIONAL_ID",
    "UK_NHS": "NATIONAL_ID",
    "IP_ADDRESS": "IP",
    "URL": "URL",
    "DATE_TIME": "DATE",
    "PERSON": "PERSON",
    "LOCATION": "LOCATION",
    "ORGANIZATION": "ORG",
    "NRP": "OTHER",
    "US_PASSPORT": "PASSPORT",
    "US_DRIVER_LICENSE": "DRIVING_LICENCE",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "CRYPTO": "CRYPTO",
}
_SCORE = 0.4
"""Presidio's bare guesses, such as any run of digits for a bank number, stand below."""


class _NoLanguage(NlpEngine):
    """Gives the recognisers words to look for context in, and nothing else."""

    def load(self) -> None: ...

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        words = list(re.finditer(r"\w+|[^\w\s]", text.lower()))
        tokens = [word[0] for word in words]
        return NlpArtifacts([], tokens, [word.start() for word in words], tokens, self, language)

    def process_batch(self, texts: Iterable[str], language: str, **_: Any) -> Any:
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, *_: str) -> bool:
        return False

    def is_punct(self, *_: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["en"]


def load() -> Callable[[str], list[Span]]:
    """The finder."""
    return finder(AnalyzerEngine(nlp_engine=_NoLanguage(), supported_languages=["en"]))


def finder(engine: AnalyzerEngine) -> Callable[[str], list[Span]]:
    """Presidio's findings above the threshold, the surer one where two overlap, as its anonymiser has it."""
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())  # its own copy of the list, no network

    def find(text: str) -> list[Span]:
        kept: list[Any] = []
        found = engine.analyze(text, language="en", score_threshold=_SCORE)
        for result in sorted(found, key=lambda result: (-result.score, result.start - result.end)):
            if all(result.end <= other.start or result.start >= other.end for other in kept):
                kept.append(result)
        return [(r.start, r.end, _TYPES.get(r.entity_type, "OTHER")) for r in kept]

    return find


def version() -> str:
    """What was measured."""
    return f"presidio-analyzer {metadata.version('presidio-analyzer')}"
