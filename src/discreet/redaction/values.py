"""Sealed and raw values seen alike: where a text holds a token, or a value that a pattern finds."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from discreet.redaction.find import Span, find
from discreet.redaction.tokens import TOKEN

CATEGORY_OF_KIND = {
    "card": "payment_card",
    "iban": "iban",
    "mail": "email",
    "phone": "phone",
    "name": "person_name",
    "addr": "delivery_address",
    "text": "feedback_text",
    "code": "one_time_code",
    "passkey": "passkey_answer",
}


_BY_PATTERN = frozenset({"payment_card", "iban", "email", "phone", "card_security_code", "password"})
"""Raw values that the model sees as one word. Names and addresses it must see and learn; the others are burnt on
arrival, so no message that reaches it holds one."""


def values(text: str) -> tuple[Span, ...]:
    """Every token and every raw value, in order."""
    tokens = [
        Span(match.start(), match.end(), CATEGORY_OF_KIND[match[1].lower()])
        for match in TOKEN.finditer(text)
        if match[1].lower() in CATEGORY_OF_KIND
    ]
    raw = [span for span in find(text) if span.category in _BY_PATTERN]
    return tuple(sorted((*tokens, *raw), key=lambda span: span.start))


@lru_cache(maxsize=1)
def recogniser_hash() -> str:
    """SHA-256 (hex) of everything that decides what is found: a model trained with other recognisers does not fit."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
