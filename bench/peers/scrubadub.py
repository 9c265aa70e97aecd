"""scrubadub with the detectors that it has on by default, British and American."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

import scrubadub as peer

Span = tuple[int, int, str]
_TYPES = {
    "credit_card": "CREDIT_CARD",
    "email": "EMAIL",
    "phone": "PHONE",
    "social_security_number": "NATIONAL_ID",
    "national_insurance_number": "NATIONAL_ID",
    "tax_reference_number": "NATIONAL_ID",
    "url": "URL",
    "date_of_birth": "DATE_OF_BIRTH",
    "postalcode": "LOCATION",
    "drivers_licence": "DRIVING_LICENCE",
    "credential": "PASSWORD",
}


def load() -> Callable[[str], list[Span]]:
    """The finder: the British and the American set, one finding where both agree."""
    scrubbers = [peer.Scrubber(locale=locale) for locale in ("en_GB", "en_US")]

    def find(text: str) -> list[Span]:
        found = {span for scrubber in scrubbers for filth in scrubber.iter_filth(text) for span in _spans(filth)}
        return sorted(found)

    return find


def _spans(filth: Any) -> Iterator[Span]:
    """A merged finding stands for the ones that it was merged from."""
    for part in getattr(filth, "filths", None) or [filth]:
        yield part.beg, part.end, _TYPES.get(part.type, "OTHER")


def version() -> str:
    """What was measured."""
    return f"scrubadub {metadata.version('scrubadub')}"
