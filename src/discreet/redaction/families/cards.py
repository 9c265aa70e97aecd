"""Payment cards (ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2
from stdnum import luhn

from discreet.redaction.recogniser import THINGS, Recogniser, in_a_word, whole, words

_CARD_WORDS = words(
    "cards?", "credit", "debit", "visa", "master ?card", "amex", "american express", "maestro", "diners(?: club)?",
    "discover", "jcb", "union ?pay", "rupay", "mir", "cc", "pan", "card ?number", "bank ?card", "credit ?card",
    "(?:kredit|bank|debit|giro)?karten?", "(?:kredit)?kartennummer", "cartes?(?: bancaire| bleue)?", "cb", "tarjeta",
    "carta", "cart[aã]o", "kort", "kortnummer", "betaalpas", "pas", "kart", "karta", "karty", "カード番号", "カード",
    "بطاقتي", "بطاقة", "کارت", "कार्ड", "карта", "карты", "卡号", "信用卡", "카드", "cvv2?", "cvc2?", "elo", "dankort",
    "troy", "verve", "girocard", "bancontact", "postepay",
)  # fmt: skip
_GAP = r"[\s.,\-/_+()|*:;~=•\[\]\\]{0,3}"
_RARE = re.compile(r"[|*:;~=\[\]\\]")
"""Divides the groups of a card beside a word about cards; elsewhere it divides other things."""
_DECIMAL = re.compile(r"[0-9]+[.,][0-9]+")
_LONGEST = 60
_CARD = rf"[0-9](?:{_GAP}[0-9]){{11,{_LONGEST - 1}}}"


def _brand(digits: str) -> bool:
    """Issuer ranges with the lengths that they use, certain enough to stand without a word about cards."""
    length, two, three, four = len(digits), int(digits[:2]), int(digits[:3]), int(digits[:4])
    return (
        (digits[0] == "4" and length in (16, 19))
        or (length == 16 and (51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204))
        or (length == 15 and two in (34, 37))
        or (length in (16, 19) and (four == 6011 or two in (60, 65) or 644 <= three <= 649))
        or (length == 14 and (two in (36, 38, 39) or 300 <= three <= 305))
        or (16 <= length <= 19 and (3528 <= four <= 3589 or two == 62))
        or (16 <= length <= 19 and four in (5018, 5020, 5038, 6304, 6759, 6761, 6762, 6763))
    )


def is_card(digits: str) -> bool:
    """Certain without a word about cards: the issuer's range, its length and the check."""
    return len(digits) > 13 and len(set(digits)) > 1 and _brand(digits) and luhn.is_valid(digits)


def _likely(digits: str, near: bool) -> int:
    """How sure it is that digits with a right check are a card: 2 by its brand, 1 by the words around, 0 not."""
    if len(set(digits)) == 1:
        return 0
    if _brand(digits):
        return 2
    short = len(digits) in (12, 13) and (digits[0] in "4" or digits[:4] in ("5018", "5020", "5038", "6304", "6763"))
    return 1 if near and (14 <= len(digits) <= 19 or short or (len(digits) == 12 and digits[0] in "56")) else 0


def _cards(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """Cards among groups of digits: expiry dates, codes and other cards may stand in one row with them."""
    places = [index for index, character in enumerate(candidate) if character in "0123456789"]
    digits = "".join(candidate[index] for index in places)
    count = len(digits)
    starts = [i for i in range(count) if i == 0 or places[i] - places[i - 1] > 1]
    ends = [i + 1 for i in range(count) if i + 1 == count or places[i + 1] - places[i] > 1]
    sums = _luhn_sums(digits)
    singles = len(starts) == count
    position = 0
    for start in starts:
        anew = start == position or near or singles or _parted(candidate, places, start)
        if start < position or not anew:
            continue
        if start and singles:
            break
        best = (0, 0)
        for end in ends:
            if not 12 <= end - start <= 19 or (sums[end % 2][end] - sums[end % 2][start]) % 10:
                continue
            alone = not 9 < count - end < 12 or _parted(candidate, places, end)
            if not near and (not alone or _is_another_thing(candidate[places[start] : places[end - 1] + 1])):
                continue
            sure = _likely(digits[start:end], near)
            if sure and (sure, end - start == 16 or end - start) >= best:
                best, position = (sure, end - start == 16 or end - start), end
        if best != (0, 0):
            yield places[start], places[position - 1] + 1


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Running sums with every digit doubled that stands an odd way from an even, or an odd, end."""
    even, odd = [0], [0]
    for index, character in enumerate(digits):
        digit = int(character)
        twice = 2 * digit - 9 if digit > 4 else 2 * digit
        # With the end at an even index, the digit before it has an odd index and counts once.
        even.append(even[-1] + (twice if index % 2 == 0 else digit))
        odd.append(odd[-1] + (twice if index % 2 == 1 else digit))
    return even, odd


def _parted(candidate: str, places: list[int], start: int) -> bool:
    between = candidate[places[start - 1] + 1 : places[start]]
    if _MONTH_OR_TIME.fullmatch(candidate, 0, places[start]):
        return True
    return any(sign in between for sign in ("\n", ",", "(", ") ", " / ", "|", ";", ":"))


_MONTH_OR_TIME = re.compile(r"(?:(?:0?[1-9]|1[0-2]) ?[/.-] ?(?:20)?[2-4][0-9]|[0-2]?[0-9]:[0-5][0-9])[\s,;]{1,3}")
"""What may stand before a card and is no group of it: "09/28 4111 ..."."""


def _is_another_thing(text: str) -> bool:
    """Amounts in a row have commas and dots, a card one of them; a number with one of them in it is an amount."""
    return ("," in text and "." in text) or _RARE.search(text) is not None or _DECIMAL.fullmatch(text) is not None


def _card_edges(text: str, start: int, end: int, near: bool) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before.isdigit() or after.isdigit():
        return False
    if after.isalpha() and in_a_word(after) and not near and not _A_WORD.match(text, end):
        return False
    if (before.isalpha() and in_a_word(before)) or (before in "-_" and start > 1 and text[start - 2].isalpha()):
        word = text[max(0, start - 12) : start].lower()
        return word.rstrip("-_").endswith(_GLUED)
    return True


_A_WORD = re.compile(r"[A-Z]?[a-z]{3,12}(?![0-9A-Za-z])|cv[vc]|exp", re.IGNORECASE)
"""What may be glued to a card's end: letters of a code come one or two at a time."""
_GLUED = (
    "card", "visa", "cc", "pan", "karte", "carte", "carta", "tarjeta", "kort", "nr", "no", "mc", "amex", "maestro",
    "debit", "credit", "number", "nummer", "mastercard",
)  # fmt: skip


RECOGNISERS = (
    Recogniser(
        "payment_card",
        re2.compile(_CARD),
        whole,
        _CARD_WORDS,
        stretches=_cards,
        edges=_card_edges,
        against=THINGS,
        look_alikes=True,
        digits=True,
    ),
)
