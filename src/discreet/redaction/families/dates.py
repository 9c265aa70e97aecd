"""Dates of birth: a date beside a word for being born. Any other date stays."""

from __future__ import annotations

import re

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser

_CUE = (
    r"(?:d\.?\s?o\.?\s?b\.?|date[ _-]?of[ _-]?birth|birth[ _-]?date|birth[ _-]?day|b-?day|born|geb(?:\.|oren)?|"
    r"geburts(?:datum|tag)|n[ée]e?|date de naissance|naissance|nac[ií]|nacid[oa]|nacimiento|fecha de nacimiento|"
    r"nat[oa]|"
    r"data di nascita|nascita|nasci|nascid[oa]|data de nascimento|nascimento|geboortedatum|geboren|"
    r"f[øö]dt|f[øö]d(?:elsedag|elsedato|elsedag)?|f[öø]ddes|f[øö]delsedato|födelsedatum|syntynyt|syntymäaika|"
    r"urodzon[ay]|urodzi[łl][ae]?m? się|data urodzenia|narozen[aý]?|datum narození|născut[ăa]?|data nașterii|született|"
    r"születési dátum|doğum tarihi(?:m)?|дата рождения|родил(?:ся|ась)|生年月日|出生日期|생년월일)"
)
_LEAD = (
    r"(?:[\s:=.\"'(-]{0,4}(?:is|was|on|in|the|am|im|ist|der|den|le|el|il|em|op|dnia|dne|est|es|è|é|a|is on|on the|"
    r"date)\b)"
    r"{0,3}[\s:=.,\"'(-]{0,5}"
)
_MONTHS = (
    "jan(?:uary|uar|vier|uari|eiro)?|feb(?:ruary|ruar|braio|rero|ruari)?|f[ée]v(?:rier|ereiro)?|m[aä]r(?:ch|z|s|t|zo|ço)?|"
    "mrz|maart|apr(?:il|ile)?|a[vb]ril|ma[iyj]o?|mei|maggio|mars|jun[ei]?|juni?o|juin|jul[iy]?|juli?o|juillet|giugno|"
    "luglio|aug(?:ust|ustus)?|ao[uû]t|agosto|ago|sep(?:t|tember|tembre|tiembre)?|setembro|settembre|septiembre|"
    "o[ck]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre|embro)?|de[czs](?:ember|embro)?|d[ée]cembre|"
    "dicembre|diciembre|dezembro|gennaio|enero|janeiro|marzo|março|maj|helmikuu|januari|januar|styczeń|ene|"
    "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
)
_MONTH = rf"(?:{_MONTHS})\.?"
_YEAR = r"(?:1[89][0-9]{2}|20[0-9]{2})"
_OF = r"(?:[\s,.'-]{0,3}(?:of|de|del|di|do)?[\s,.'-]{0,3})"
_DATE = (
    rf"(?:{_YEAR}\s?[./-]\s?[0-9]{{1,2}}\s?[./-]\s?[0-9]{{1,2}}|"
    rf"[0-9]{{1,2}}\s?[./ -]\s?[0-9]{{1,2}}\s?[./ -]\s?(?:{_YEAR}|'?[0-9]{{2}})|"
    rf"[0-9]{{1,2}}(?:st|nd|rd|th|er|º|ª|\.)?{_OF}{_MONTH}{_OF}(?:{_YEAR}|'?[0-9]{{2}})|"
    rf"{_MONTH}\s?[0-9]{{1,2}}(?:st|nd|rd|th)?[\s,.'-]{{1,3}}(?:{_YEAR}|'?[0-9]{{2}})|"
    rf"{_MONTH}{_OF}{_YEAR}|{_YEAR}年\s?[0-9]{{1,2}}月\s?[0-9]{{1,2}}日|"
    rf"[0-9]{{8}}|[0-9]{{1,2}}\s?[/-]\s?{_YEAR})"
)
_WORDED = (
    rf"(?:{_YEAR}\s?[./-]\s?[0-9]{{1,2}}\s?[./-]\s?[0-9]{{1,2}}|[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-]{_YEAR}|"
    rf"[0-9]{{1,2}}(?:st|nd|rd|th|\.)?{_OF}{_MONTH}{_OF}{_YEAR}|{_MONTH}\s?[0-9]{{1,2}}(?:st|nd|rd|th)?[\s,.-]{{1,3}}{_YEAR})"
)
_NUMBERS = re.compile(r"[0-9]+")


def _birth(candidate: str, _near: bool) -> int:
    """A day that may be somebody's first: the month and day exist."""
    numbers = _NUMBERS.findall(candidate)
    if len(numbers) == 1 and len(numbers[0]) == 8:
        run = numbers[0]
        numbers = [run[:4], run[4:6], run[6:]] if run[:2] in ("19", "20") else [run[:2], run[2:4], run[4:]]
    short = [int(number) for number in numbers if len(number) <= 2]
    days = short if len(numbers[0]) == 4 or len(numbers[-1]) == 4 else short[:-1]
    exists = all(1 <= day <= 31 for day in days) and min(days, default=1) <= 12
    return len(candidate) if exists or len(days) == 1 else 0


def _apart(text: str, _start: int, end: int, _near: bool) -> bool:
    after = text[end : end + 1] or " "
    return not after.isalnum() and not (after in "./-" and text[end + 1 : end + 2].isdigit())


RECOGNISERS = (
    Recogniser(
        "date_of_birth",
        re2.compile(rf"(?i)(?:^|[^\pL]){_CUE}{_LEAD}({_DATE})"),
        _birth,
        NO_WORDS,
        group=1,
        edges=_apart,
        digits=True,
    ),
    Recogniser(
        "date_of_birth",
        re2.compile(
            rf"(?i)(?:^|[^\w./-])({_WORDED})[\"')\s,]{{0,3}}(?:(?:is|was|ist|est|es)\s(?:my|mein|the|ma|mi)\s|\(?)"
            r"(?:dob|d\.o\.b|date of birth|birth ?da(?:y|te)|geburts(?:datum|tag)|date de naissance|"
            r"fecha de nacimiento)"
        ),
        _birth,
        NO_WORDS,
        group=1,
        edges=_apart,
        digits=True,
    ),
)
