"""The expiry date and the security code of a payment card: beside their names, and in one row with a card."""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

from discreet.redaction.recogniser import NO_WORDS, THINGS, Recogniser, apart, if_near, whole, words

_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:20)?[2-4][0-9]"
_NAMED_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|f[eé]v|avr|juin|juil|ao[uû]t"
    r"|gen|mag|giu|lug|set|ott|mei|maj)[\pL]{0,7}\.?"
)
_DATE = (
    rf"20[2-4][0-9]-(?:0[1-9]|1[0-2])|{_MONTH} ?[/\-.|] ?{_YEAR}|(?:0[1-9]|1[0-2])(?:20)?[2-4][0-9]"
    rf"|{_NAMED_MONTH},? (?:20|')?[2-4][0-9]"
)
_EXPIRY_WORDS = (
    r"(?:^|[^\pL])(?:exp(?:iry|ires|iring|iration|\.)?(?:[ -]?date)?|valid(?:ity)?(?: date)?(?: thru| through| until"
    r"| till| to| up to)?|good thru|g(?:ü|ue)ltig(?: bis)?|ablauf(?:datum)?|verfallsdatum|expire(?: le)?"
    r"|(?:date d['’ ]?)?expiration|fin de validit[eé]|validade|vence|vencimiento|(?:fecha de )?caduc(?:a|idad)(?: el)?"
    r"|scad(?:enza|e)|vervaldatum|geldig tot|wa[żz]na do|data wa[żz]no[śs]ci|giltig till|utg[åa]ngsdatum|mm ?/ ?yy)"
)
_OF_THE_CARD = (
    r"(?: (?:of|for|de|della?|da|van|der|von)? ?(?:the|my|la|ma|mi|mia|meiner?|de|mijn|min)? ?"
    r"(?:card|carte|tarjeta|carta|cart[ãa]o|kaart|karte))?"
)
_CODE_WORDS = (
    r"(?:(?:^|[^\pL])(?:cv[vc]2?|cvn|cid|csc|cvs)(?: ?/ ?cv[vc]2?)?|\b(?:card )?sec(?:urity|\.)? code"
    r"|\bcard security (?:number|no)|\bsecurity (?:number|code) on (?:the )?back"
    r"|\bcard code|\bcard verification (?:code|number|value)|(?:karten)?pr[uü]e?f(?:nummer|ziffer|zahl)"
    r"|sicherheits(?:code|nummer)|\bc[oó]digo de seguran[çc]a|\bc[oó]digo de seguridad|\bcode de s[eé]curit[eé]"
    r"|\bcryptogramme(?: visuel)?|\bcodice di sicurezza|\bbeveiligingscode|\bs[äa]kerhetskod|\bkod cv[vc]2?"
    r"|\bkod zabezpieczaj[ąa]cy|\bback (?:code|digits)|\b(?:three|3|last) digits on the back)"
)
_OVER = (
    r"(?:[\s:=#\"'.(-]{0,3}(?:code|number|no|nr|is|are|ist|lautet|est|es|è|é|är|to|on (?:the )?back(?: is)?"
    r"|of (?:the|my) card(?: is)?)?[\s:=#\"'.(>-]{1,3})"
)
_CODE = r"[0-9]{3,4}|[0-9](?:[ .-][0-9]){2,3}"
_BEHIND = (
    r"(?:^|[^0-9])(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,3})?|[0-9]{4}[ -][0-9]{6}[ -][0-9]{4,5})"
    r"\s?[\s|;,:/]\s?"
)
"""A card and what divides it from the next."""
_ROW_DATE = r"(?:0[1-9]|1[0-2]) ?[/|.-] ?(?:20)?[2-4][0-9]"
_NEAR_A_CARD = words(
    "cards?", "credit", "debit", "visa", "mastercard", "amex", "cc", "cvv2?", "cvc2?", "karte", "carte", "tarjeta",
    "carta", "cart[ãa]o", "kaart", "karta", "karty", "kort", "security code",
    "[0-9]{4}[ .-]?[0-9]{4}[ .-]?[0-9]{4,}", "[0-9]{4}[ .-]?[0-9]{6}[ .-]?[0-9]{4,5}",
)  # fmt: skip


_ITS_OWN = re.compile(r"[^0-9\n]{1,24}[0-9]{3,4}(?![0-9])")


def _named_behind(text: str, start: int, end: int, near: bool) -> bool:
    """Unless the name belongs to the number that follows it: "0928 cvv 123"."""
    return apart(text, start, end, near) and _ITS_OWN.match(text, end) is None


def _glued(text: str, _start: int, end: int, _near: bool) -> bool:
    """What stands before it is its own expression's affair: "exp" may be glued to a card."""
    after = text[end : end + 2]
    return not (after[:1].isalnum() or after[:1] == "_" or (after[:1] in (".", ",", "-", "/") and after[1:].isdigit()))


def _expiry(candidate: str, near: bool) -> int:
    """Four digits in one are a date only where they can be no year."""
    return 0 if re.fullmatch(r"20[0-9]{2}", candidate) else if_near(candidate, near)


def _code_by(pattern: str, edges: Callable[[str, int, int, bool], bool] = _glued) -> Recogniser:
    return Recogniser("card_security_code", re2.compile(pattern), whole, NO_WORDS, group=1, edges=edges, digits=True)


def _expires(pattern: str) -> Recogniser:
    found = re2.compile(rf"(?i){pattern}({_DATE})")
    return Recogniser("card_expiry", found, _expiry, _NEAR_A_CARD, group=1, edges=_glued, digits=True)


RECOGNISERS = (
    _code_by(rf"(?i){_CODE_WORDS}{_OVER}({_CODE})\b"),
    _code_by(
        r"(?i)(?:^|[^\pL\pN.,/-])([0-9]{3,4})"
        r"(?: (?:is|are|ist|est|es|è|é|är)(?: (?:the|my|its|der|mein|le|el|mi|il|o))?| as)?"
        r" (?:cv[vc]2?|security code|card code|sicherheitscode)\b",
        _named_behind,
    ),
    _expires(rf"{_EXPIRY_WORDS}{_OF_THE_CARD}[\s:.=\"'(-]{{0,3}}(?:is |on |date |in |ist |est )?"),
    _expires(r"[0-9]{12,19}exp(?:iry|ires|\.)?[: ]{0,2}"),
    Recogniser(
        "card_expiry",
        re2.compile(rf"{_BEHIND}({_ROW_DATE})"),
        whole,
        NO_WORDS,
        group=1,
        edges=_glued,
        digits=True,
        against=THINGS,
    ),
    _code_by(rf"{_BEHIND}{_ROW_DATE}\s?[\s|;,:/]\s?([0-9]{{3,4}})\b", apart),
)
