"""Bank accounts: IBAN (ISO 13616), BIC (ISO 9362), and national account, sort and routing numbers beside their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import re2
from stdnum import numdb

from discreet.redaction.families.cards import is_card
from discreet.redaction.recogniser import NO_WORDS, Recogniser, apart, in_a_word, listed, whole, words

_IBAN_WORDS = words("iban", "ibans", "account", "acct", "bank", "konto", "kontonummer", "compte", "cuenta", "rekening")
_BANK_WORDS = words("sort ?codes?", "account", "acct?", "a/c", "bank details?")
_GAP = r"[\s.,\-/_+:]{0,2}"
_DIVIDED = r"[\s.,\-/_+:]{0,3}"
_CHECK = rf"(?:[0-9]{_GAP}[0-9OolISB]|[OolISB]{_GAP}[0-9])"
_HEAD = re2.compile(
    rf"(?:^|[^0-9A-Za-z]|\b(?i:iban))([A-Za-z]{{2}}{_GAP}{_CHECK}|[A-Za-z][\s.\-/_]{{1,2}}[A-Za-z]{_GAP}{_CHECK})"
)
_LONGEST = 34
_AHEAD = 3 * _LONGEST
_FIGURES = str.maketrans("OolISB", "001158")
_VALUE = {character: str(value) for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


@cache
def _layouts() -> dict[str, str]:
    """Country code -> one character a place of its IBAN: n a digit, a letter or c either."""
    table = numdb.get("iban")
    layouts = {}
    for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            properties = table.info(first + second)[0][1]
            if "bban" in properties:
                parts = re.findall(r"(\d+)!([nac])", properties["bban"])
                layouts[first + second] = "aann" + "".join(int(count) * kind for count, kind in parts)
    return layouts


@cache
def _written(country: str) -> re.Pattern[str] | None:
    """How the country's number is written, whatever divides its groups; None where it has none."""
    layout = _layouts().get(country)
    if layout is None:
        return None
    return re.compile(_DIVIDED.join("[0-9OolISB]" if kind == "n" else "[0-9A-Za-z]" for kind in layout))


def _ibans(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """A country has one length, so what follows the number is never taken for more of it."""
    country = "".join(filter(str.isalpha, candidate[:6]))[:2].upper()
    form = _written(country)
    match = form.match(candidate) if form else None
    if match is None:
        return
    number, layout = "".join(filter(str.isalnum, match[0])), _layouts()[country]
    if _right(number.upper(), layout) or (near and _right(_figures(number, layout), layout)):
        yield match.span()


def _iban_edges(text: str, start: int, end: int, near: bool) -> bool:
    """Its length and its check say where it ends: beside its name, words may be glued to it."""
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    ends = not in_a_word(after) or text[end : end + 3].isalpha()
    named = text[max(0, start - 4) : start].lower() == "iban"
    return apart(text, start, end, near) or ((near or named) and (named or not in_a_word(before)) and ends)


def _right(number: str, layout: str) -> bool:
    if not all(character.isdigit() for character, kind in zip(number, layout, strict=True) if kind == "n"):
        return False
    return int("".join(map(_VALUE.__getitem__, number[4:] + number[:4]))) % 97 == 1


def _figures(number: str, layout: str) -> str:
    """Letters that look like digits as digits, where the country has only digits."""
    return "".join(
        character.translate(_FIGURES) if kind == "n" else character
        for character, kind in zip(number, layout, strict=True)
    ).upper()


_OVER = (
    r"(?:[ ]?(?:numbers?|num|no|nr|nummer|code|#|n°|nº)\.?)?"
    r"(?:[ ](?:is|ist|est|es|är|er|to|jest|are|for me is)|['’]s)?[\s:=#\"'.-]{0,4}"
)
_DIGITS = r"[0-9](?:[ .\-/]?[0-9])"
_ACCOUNT = (
    r"(?:(?:bank|giro|checking|savings?|current)[ -]?)?(?:accounts?|acct?\.?|a/c)|(?:bank)?konto|kontonummer|kontonr"
    r"|compte(?: bancaire)?|cuenta(?: bancaria)?|rekening(?:nummer)?|numer konta|conto(?: corrente)?|conta|ac no\.?"
    r"|n(?:ume)?r rachunku|[čc][íi]slo [úu][čc]tu|(?:bank)?sz[áa]mlasz[áa]m(?:om)?|hesap|номер сч[её]та|номер рахунку"
    r"|口座番号|银行账号|账号|계좌번호|رقم الحساب|número de conta|αριθμός λογαριασμού"
)


def _account(candidate: str, _near: bool) -> int:
    """What has a date's or an amount's form is none, nor what is a card by its issuer and its check."""
    digits = "".join(filter(str.isdigit, candidate))
    if is_card(digits):
        return 0
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d\d[./-]\d\d", candidate):
        return 0
    return len(candidate)


_COUNTRIES = listed(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF
    CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ES ET FI FJ FR GA GB GE GH GI GM GN GR GT GY
    HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KR KW KY KZ LA LB LI LK LR LS LT LU LV LY MA MC MD
    ME MG MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PS PT PY QA RO RS
    RU RW SA SC SD SE SG SI SK SL SM SN SO SR SV SY TD TG TH TJ TM TN TR TT TW TZ UA UG US UY UZ VA VE VN XK YE
    ZA ZM ZW
    """
)


_SMALL = re.compile(r"[a-z]{6}(?:(?!ss)([a-z])\1(?:[a-z0-9]{3})?|[a-z]{2}xxx)|[a-z]{4}sess")
"""Hardly a word of eight letters with a country in its middle ends in a doubled one, as the places of banks do."""


def _bic(candidate: str, _near: bool) -> int:
    """Letters 5 and 6 are a country; in small letters it is likelier a word."""
    certain = candidate.isupper() or any(map(str.isdigit, candidate)) or _SMALL.fullmatch(candidate.lower()) is not None
    return len(candidate) if candidate[4:6].upper() in _COUNTRIES and certain else 0


_A_DAY = re.compile(r"(?:[0-2][0-9]|3[01])-(?:0[0-9]|1[0-2])-[0-9]{2}|[0-9-]{8}\D+(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]")


def _sort_and_account(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """A British account as it is written without words between: nothing else is 2-2-2 and eight digits."""
    if near and not _A_DAY.match(candidate):
        yield 0, 8
        yield len(candidate) - len(candidate[8:].lstrip(" ,/;\n")), len(candidate)


def _numbered(cue: str, number: str) -> Recogniser:
    pattern = re2.compile(rf"(?i)(?:^|[^\pL])(?:{cue}){_OVER}({number})\b")
    return Recogniser("bank_account", pattern, _account, NO_WORDS, group=1, digits=True)


RECOGNISERS = (
    Recogniser(
        "iban",
        _HEAD,
        whole,
        _IBAN_WORDS,
        group=1,
        stretches=_ibans,
        ahead=_AHEAD,
        edges=_iban_edges,
        digits=True,
    ),
    Recogniser(
        "bic",
        re2.compile(
            r"(?i)\b(?:bic|swift)(?:[ ]?[/-][ ]?(?:bic|swift))?(?:[ -]?(?:code|number|no))?(?: is| ist| est| es)?"
            r"[\s:=#\"'.]{0,3}([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b"
        ),
        _bic,
        NO_WORDS,
        group=1,
    ),
    Recogniser(
        "bank_account",
        re2.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{2}[ ,/;\n]{1,3}[0-9]{8}"),
        whole,
        _BANK_WORDS,
        stretches=_sort_and_account,
        edges=apart,
        digits=True,
    ),
    _numbered(r"sort|s/?c", r"[0-9]{2}-[0-9]{2}-[0-9]{2}"),
    _numbered(r"sort[ _-]?code|s/c", r"[0-9]{2}[ .\-/]?[0-9]{2}[ .\-/]?[0-9]{2}"),
    _numbered(r"(?:aba )?(?:routing|aba|rtn|transit)(?: transit)?", rf"{_DIGITS}{{8}}"),
    _numbered(r"transit (?:number|no|branch)", r"[0-9]{5}"),
    _numbered(r"(?:bank|plus)gir(?:o|ot|onummer)", r"[0-9]{2,7}-[0-9]{1,4}"),
    _numbered(r"agência|clearing ?(?:nummer|nr|number)", r"[0-9]{4,5}(?:-[0-9])?"),
    _numbered(r"bsb", r"[0-9]{3}[ -]?[0-9]{3}"),
    _numbered(r"blz|bankleitzahl", rf"{_DIGITS}{{7}}"),
    _numbered(r"clabe(?: interbancaria)?", rf"{_DIGITS}{{17}}"),
    _numbered(r"ifsc", r"[A-Z]{4}0[A-Z0-9]{6}"),
    _numbered(_ACCOUNT, rf"{_DIGITS}{{5,25}}"),
)
