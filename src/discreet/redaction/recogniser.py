"""What one row of the table of recognisers says: what a kind of value looks like, and when to believe it.

Candidates are RE2 expressions, linear in the text whatever it is; validators look at one candidate of bounded
length. Tables for countries and shapes stand in ``families``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import re2

WINDOW = 40
"""Characters on each side of a candidate in which a context word counts."""
BEFORE = 28
"""Characters before a candidate in which a word that speaks against it counts."""


def apart(text: str, start: int, end: int, _near: bool) -> bool:
    """RE2 has no look-around: digits glued to letters, as in a part number, are no number of a person."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    glued = before == "-" and start > 1 and text[start - 2].isalpha()
    return not (in_a_word(before) or in_a_word(after) or before in "_+" or glued)


def in_a_word(character: str) -> bool:
    """Chinese and Japanese have no gaps between words."""
    return character.isalnum() and character < "\u2e80"


def gapless(character: str) -> bool:
    """Thai, Chinese, Japanese and Korean, where words or their endings stand close together; and pictures."""
    return "\u0e00" <= character <= "\u0eff" or character >= "\u2600"


def as_seen(pattern: str) -> str:
    """Without the marks that a text's view leaves out."""
    return pattern if pattern.isascii() else "".join(c for c in pattern if unicodedata.category(c) not in ("Mn", "Me"))


def anywhere(_text: str, _start: int, _end: int, _near: bool) -> bool:
    """For candidates that bring their own edges."""
    return True


@dataclass(frozen=True)
class Recogniser:
    """One kind of value.

    ``accepted(candidate, near)`` says how many of the candidate's characters, from its start, are one; 0 for none.
    ``near``: a context word stands nearby; ``context`` is None where the candidate holds its own. ``stretches``, where
    given, is asked in its place and says which parts of the candidate are values. ``ahead``: characters after the
    candidate that both are shown too. ``edges`` judges the characters around a value, ``against`` matches at the end of
    what precedes a candidate that is something else, ``look_alikes``: beside a context word, letters that look like
    digits count as digits. ``again``: after a refusal the search goes on behind the candidate's first word, not behind
    all of it. ``digits``: no candidate is without one.
    """

    category: str
    candidate: Any
    accepted: Callable[[str, bool], int]
    context: Any
    group: int = 0
    stretches: Callable[[str, bool], Iterable[tuple[int, int]]] | None = None
    ahead: int = 0
    edges: Callable[[str, int, int, bool], bool] = apart
    against: Any = None
    look_alikes: bool = False
    again: bool = False
    digits: bool = False


def listed(lines: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(lines.split())


def words(*alternatives: str) -> Any:
    """An expression for any of these words standing alone, whatever their case; digits may follow at once.

    Words of scripts that leave no gaps, and pictures, count inside others too.
    """
    seen = [*map(as_seen, alternatives)]
    joined = [word for word in seen if gapless(word[0])]
    alone = [word for word in seen if not gapless(word[0])]
    return re2.compile(rf"(?i)(?:^|[^\pL\pN])(?:{'|'.join(alone)})(?:$|[^\pL])" + "".join(f"|{w}" for w in joined))


def preceded_by(*alternatives: str) -> Any:
    """An expression for a text that ends in one of these words and what leads over to a number."""
    over = r"[\s:=.#,-]{0,3}(?:(?:numbers?|num|no|nr|nummer|id|code|is|ist|est|es|er|är|jest|é|è|of)[\s:=.#]{1,3}){0,2}"
    prefix = r"(?:\s?|[A-Z#]{1,3}-?)$"
    return re2.compile(r"(?i)(?:^|[^\pL])(?:" + "|".join(alternatives) + ")" + over + prefix)


def whole(candidate: str, _near: bool) -> int:
    """All of a candidate whose expression says everything."""
    return len(candidate)


def if_near(candidate: str, near: bool) -> int:
    """All of a candidate beside a context word."""
    return len(candidate) if near else 0


NO_WORDS = re2.compile(r"[^\x00-\x{10FFFF}]")
"""A context that is never there."""
THINGS = preceded_by(
    "orders?", "order id", "bestellung", "commande", "pedido", "ordine", "tracking", "parcel", "shipment", "track",
    "isbn", "issn", "ean", "gtin", "barcode", "upc", "sku", "invoice", "rechnung", "facture", "factura", "voucher",
    "gift code", "promo code", "discount code", "ticket", "case", "reference", "ref", "batch", "serial", "imei",
    "loyalty", "(?:loyalty|membership|member|library|points|bonus|rewards?|club|sim|student|travel|bus)[ -]?cards?",
    "kundenkarte", "carte de fid[ée]lit[ée]", "meter", "claim", "quote", "part", "model", "version", "firmware",
    "booking", "receipt", "meter reading", "log says", "since", "timestamp", "commit", "sha", "md5",
)  # fmt: skip
"""What numbers of things are introduced with."""
