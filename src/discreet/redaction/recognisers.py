"""What personal data looks like: one row a category, (candidate, validator, words nearby).

Candidates are RE2 expressions, linear in the text whatever it is; validators look at one candidate of bounded
length. A stronger row comes first: its finding wins over a later row's that overlaps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import phonenumbers
import re2
from stdnum import iban as stdnum_iban
from stdnum import luhn

WINDOW = 40
"""Characters on each side of a candidate in which a context word counts."""


@dataclass(frozen=True)
class Recogniser:
    """One kind of value. ``valid(candidate, near)`` decides; ``near``: a context word stands nearby."""

    category: str
    candidate: Any
    valid: Callable[[str, bool], bool]
    context: re.Pattern[str]
    group: int = 0


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)


_CARD_WORDS = _words(
    "cards?", "credit", "debit", "visa", "master ?card", "amex", "american express", "maestro", "pan", "karte",
)  # fmt: skip
_PHONE_WORDS = _words(
    "phone", "telephone", "tel", "mobile", "cell", "call", "ring", "text", "sms", "whatsapp", "fax", "number is",
)  # fmt: skip
_IBAN_WORDS = _words("iban", "account", "bank", "konto")
_NO_WORDS = re.compile(r"(?!)")


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _is_card(candidate: str, near: bool) -> bool:
    digits = _digits(candidate)
    if not luhn.is_valid(digits) or len(set(digits)) == 1:
        return False
    if near:
        return 12 <= len(digits) <= 19
    return _has_brand(digits)


def _has_brand(digits: str) -> bool:
    """Issuer ranges of ISO/IEC 7812 with the lengths that they use."""
    length, two, four = len(digits), int(digits[:2]), int(digits[:4])
    return (
        (digits[0] == "4" and length in (13, 16, 19))
        or (length == 16 and (51 <= two <= 55 or 2221 <= four <= 2720))
        or (length == 15 and two in (34, 37))
        or (length in (16, 19) and (four == 6011 or two == 65 or 644 <= int(digits[:3]) <= 649))
        or (14 <= length <= 16 and (two in (36, 38, 39) or 300 <= int(digits[:3]) <= 305))
        or (16 <= length <= 19 and (3528 <= four <= 3589 or two == 62))
        or (12 <= length <= 19 and four in (5018, 5020, 5038, 6304, 6759, 6761, 6762, 6763))
    )


def _is_iban(candidate: str, _near: bool) -> bool:
    compact = re.sub(r"[\s.-]", "", candidate)
    return bool(stdnum_iban.is_valid(compact))


def _is_mail(candidate: str, _near: bool) -> bool:
    local, _, host = candidate.rpartition("@")
    return len(candidate) <= 254 and 0 < len(local) <= 64 and ".." not in candidate and not host.endswith("-")


def _is_phone(candidate: str, near: bool) -> bool:
    digits = _digits(candidate)
    if candidate.lstrip("( ").startswith(("+", "00")):
        national = candidate.lstrip("( ")
        return 8 <= len(digits) <= 15 and _has_country_code(_digits(national).removeprefix("00"))
    return near and 7 <= len(digits) <= 12 and candidate.lstrip("( ")[:1] in set("0123456789")


def _has_country_code(digits: str) -> bool:
    return any(int(digits[:length]) in _country_codes() for length in (1, 2, 3))


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[int]:
    return frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def _always(_candidate: str, _near: bool) -> bool:
    return True


RECOGNISERS = (
    Recogniser(
        "email",
        re2.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w](?:[\w-]{0,61}[\w])?\.){1,8}[A-Za-z]{2,24}"),
        _is_mail,
        _NO_WORDS,
    ),
    Recogniser(
        "iban",
        re2.compile(r"\b[A-Za-z]{2}[ .-]?[0-9]{2}(?:[ .-]?[0-9A-Za-z]{2,4}){3,8}(?:[ .-]?[0-9A-Za-z]{1,3})?\b"),
        _is_iban,
        _IBAN_WORDS,
    ),
    Recogniser("payment_card", re2.compile(r"[0-9](?:[ .\-/_]{0,2}[0-9]){11,18}"), _is_card, _CARD_WORDS),
    Recogniser(
        "card_security_code",
        re2.compile(r"(?i)\b(?:cvv2?|cvc2?|cid|security code|card code)\b[ :=#is]{0,8}([0-9]{3,4})\b"),
        _always,
        _NO_WORDS,
        group=1,
    ),
    Recogniser(
        "password",
        re2.compile(
            r"(?i)\b(?:password|passwort|passcode|pass ?phrase|pwd|pin)\b(?: is|'s|:|=)[ ]{0,3}([^\s,;]{3,64})"
        ),
        _always,
        _NO_WORDS,
        group=1,
    ),
    Recogniser("phone", re2.compile(r"(?:\+[ ]?)?\(?[0-9](?:[ ().\-/]{0,3}[0-9]){6,14}"), _is_phone, _PHONE_WORDS),
)
