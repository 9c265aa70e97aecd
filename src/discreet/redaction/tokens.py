"""Tokens that stand for sealed values: docs/spec/token.md.

    vt_card_4k9mz03q7v5c8w2t6h1xr_1111

A token says what it stands for, never which: its body is random, not derived from the value.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from discreet.policy import Category

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32 in lower case: five bits a character, no i, l, o or u."""
BODY = 20
"""Random characters: 100 bits."""
TOKEN = re.compile(
    rf"(?<![0-9A-Za-z_])vt_([a-z]{{2,8}})_([{ALPHABET}]{{{BODY + 1}}})(?:_([0-9a-z]{{4}}))?(?![0-9A-Za-z_])",
    re.IGNORECASE,
)
_LOOKS_LIKE = re.compile(r"vt(?=_[a-z]{2,8}_)", re.IGNORECASE)
_LAST4_KINDS = ("card", "iban", "phone")
_GROUPED = frozenset({"payment_card", "iban", "bank_account", "phone", "national_id"})
_LABELS = {
    "card": "card",
    "iban": "account",
    "phone": "phone",
    "mail": "e-mail address",
    "name": "name",
    "addr": "address",
    "text": "text",
    "code": "one-time code",
    "passkey": "passkey",
}


@dataclass(frozen=True)
class Token:
    """A well-formed token, taken apart."""

    kind: str
    body: str
    last4: str | None


def mint(category: Category, value: str, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A new token for a value. Only the last four letters or digits of cards, accounts and phones appear in it."""
    body = "".join(ALPHABET[byte & 31] for byte in random(BODY))
    token = f"vt_{category.kind}_{body}{check_character(category.kind, body)}"
    last4 = "".join(character for character in unicodedata.normalize("NFKC", value) if character.isalnum())[-4:]
    if category.shows_last4 and len(last4) == 4 and last4.isascii():
        token += f"_{last4.lower()}"
    return token


def one_spelling(category: str, value: str) -> str:
    """What all spellings of a number have in common, so that one number gets one token however it is grouped.

    Of other values every character counts: ``a.b@post.example`` is another mailbox than ``ab@post.example``.
    """
    if category not in _GROUPED:
        return value
    return "".join(c for c in unicodedata.normalize("NFKC", value) if c.isalnum() or c == "+").casefold()


def parse(text: str) -> Token | None:
    """The token that ``text`` is, None for anything else, a wrong check character included."""
    match = TOKEN.fullmatch(text)
    if match is None:
        return None
    kind, body, last4 = match[1].lower(), match[2].lower(), match[3]
    if check_character(kind, body[:BODY]) != body[BODY]:
        return None
    return Token(kind, body, last4.lower() if last4 else None)


def mask(token: Token) -> str:
    """What a person sees in place of a token; made from the token alone, without the vault."""
    label = _LABELS.get(token.kind, token.kind)
    if token.last4 and token.kind in _LAST4_KINDS:
        return f"[{label} •••• {token.last4.upper()}]"
    return f"[{label}]"


def mask_all(text: str) -> str:
    """The text with every token masked. Masking twice equals masking once."""

    def masked(match: re.Match[str]) -> str:
        token = parse(match[0])
        return match[0] if token is None else mask(token)

    return TOKEN.sub(masked, text)


def neutralise(text: str) -> str:
    """The text with look-alikes of tokens broken: a person cannot type a token, whatever its letter case.

    Invisible characters are removed first where a look-alike would appear without them.
    """
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    if not _LOOKS_LIKE.search(visible):
        return text
    return _LOOKS_LIKE.sub(lambda match: f"{match[0]}-", visible)


def check_character(kind: str, body: str) -> str:
    """Luhn mod 32 over kind and body: finds every single wrong character and nearly all swaps of neighbours."""
    total, factor = 0, 2
    for character in reversed(kind + body):
        product = factor * _digit(character)
        total += product // 32 + product % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def _digit(character: str) -> int:
    position = ALPHABET.find(character)
    return position if position >= 0 else ord(character) % 32
