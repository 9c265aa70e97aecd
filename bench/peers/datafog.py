"""datafog's Python engine, as it is by default."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

import datafog as peer

Span = tuple[int, int, str]
TYPES = {
    "EMAIL": "EMAIL",
    "PHONE": "PHONE",
    "SSN": "NATIONAL_ID",
    "CREDIT_CARD": "CREDIT_CARD",
    "IP_ADDRESS": "IP",
    "DATE": "DATE",
    "ZIP_CODE": "OTHER",
    "US_ROUTING_NUMBER": "BANK_ACCOUNT",
    "API_KEY": "API_KEY",
    "PRIVATE_KEY": "API_KEY",
}


def load() -> Callable[[str], list[Span]]:
    """The finder."""

    def find(text: str) -> list[Span]:
        entities = peer.scan(text, engine="regex").entities
        return [(entity.start, entity.end, TYPES.get(entity.type, "OTHER")) for entity in entities]

    return find


def version() -> str:
    """What was measured."""
    return f"datafog {metadata.version('datafog')}"
