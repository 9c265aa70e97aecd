"""What personal data looks like: one row a category, (candidate, what of it is accepted, words nearby).

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
    """One kind of value.

    ``accepted(candidate, near)`` says how many of the candidate's characters, from its start, are one; 0 for none.
    ``near``: a context word stands nearby.
    """

    category: str
    candidate: Any
    accepted: Callable[[str, bool], int]
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


def _card(candidate: str, near: bool) -> int:
    digits = _digits(candidate)
    if not luhn.is_valid(digits) or len(set(digits)) == 1:
        return 0
    return len(candidate) if near or _has_brand(digits) else 0


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


def _iban(candidate: str, _near: bool) -> int:
    """The longest valid start: the words after a number look like more of it."""
    ends = [index + 1 for index, character in enumerate(candidate) if character.isalnum()][14:34]
    for end in reversed(ends):
        if stdnum_iban.is_valid(re.sub(r"[\s.-]", "", candidate[:end])):
            return end
    return 0


def _mail(candidate: str, _near: bool) -> int:
    end = max((index + 1 for index, character in enumerate(candidate) if character.isalnum()), default=0)
    local, _, host = candidate[:end].rpartition("@")
    good = len(host) <= 253 and 0 < len(local) <= 64 and ".." not in candidate and host.rpartition(".")[2].isalpha()
    return end if good and len(host.rpartition(".")[2]) >= 2 else 0


def _phone(candidate: str, near: bool) -> int:
    digits = _digits(candidate)
    if candidate.startswith(("+", "00")):
        good = 8 <= len(digits) <= 15 and _has_country_code(digits.removeprefix("00"))
    else:
        good = near and 7 <= len(digits) <= 12
    return len(candidate) if good else 0


def _has_country_code(digits: str) -> bool:
    return any(int(digits[:length]) in _country_codes() for length in (1, 2, 3))


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[int]:
    return frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def _whole(candidate: str, _near: bool) -> int:
    return len(candidate)


_ABOUT_PASSWORDS = re.compile(
    r"(?:not|wrong|incorrect|blocked|locked|expired|invalid|lost|forgotten|gone|missing|correct|right|working|the|too)"
    r"[.!?]*",
    re.IGNORECASE,
)


def _password(candidate: str, _near: bool) -> int:
    return 0 if _ABOUT_PASSWORDS.fullmatch(candidate) else len(candidate)


RECOGNISERS = (
    Recogniser(
        "email",
        # Negated ASCII sets: Unicode letter classes under repeats do not fit RE2's automaton.
        re2.compile(r"""[^\s@,;:<>()\[\]"|\\]+@(?:[^\s@.,;:!?/()<>"'|\\]+\.)+[^\s@.,;:!?/()<>"'|\\0-9_-]+"""),
        _mail,
        _NO_WORDS,
    ),
    Recogniser(
        "iban",
        re2.compile(r"\b[A-Za-z]{2}[ .-]?[0-9]{2}(?:[ .-]?[0-9A-Za-z]{2,4}){3,8}(?:[ .-]?[0-9A-Za-z]{1,3})?\b"),
        _iban,
        _IBAN_WORDS,
    ),
    Recogniser("payment_card", re2.compile(r"[0-9](?:[ .\-/_]{0,2}[0-9]){11,18}"), _card, _CARD_WORDS),
    Recogniser(
        "card_security_code",
        re2.compile(r"(?i)\b(?:cvv2?|cvc2?|cid|security code|card code)\b[ :=#is]{0,8}([0-9]{3,4})\b"),
        _whole,
        _NO_WORDS,
        group=1,
    ),
    Recogniser(
        "password",
        re2.compile(r"(?i)\b(?:password|passwort|passcode|pass ?phrase|pwd)\b(?: is|'s|:|=)[ ]{0,3}([^\s,;]{3,64})"),
        _password,
        _NO_WORDS,
        group=1,
    ),
    Recogniser(
        "password",
        re2.compile(r"(?i)\bpin\b(?: code)?(?: is|'s|:|=)[ ]{0,3}([0-9]{4,8})\b"),
        _whole,
        _NO_WORDS,
        group=1,
    ),
    Recogniser("phone", re2.compile(r"(?:\+[ ]?)?\(?[0-9](?:[ ().\-/]{0,3}[0-9]){6,14}"), _phone, _PHONE_WORDS),
)
