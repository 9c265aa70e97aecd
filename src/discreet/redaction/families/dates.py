"""Dates of birth: a date beside a word for being born. Any other date stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2

from discreet.redaction.families import date_forms
from discreet.redaction.recogniser import NO_WORDS, Recogniser, as_seen, in_a_word, whole

_AHEAD = 72
_CUES = "|".join((
    r"d\.?\s?o\.?\s?b\.?|dates?[ _-]?of[ _-]?b(?:irth|rith)|birth[ _-]?da(?:te|y)|b-?day|birth|born",
    r"geb(?:\.|oren)?|geburts(?:datum|tag|tagsdatum)",
    r"n[ée]e?|(?:date de )?naissance|ddn|anniversaire",
    r"f(?:echa|\.)? ?(?:de )?nac(?:imiento|\.)|nac[ií]|nacid[oa]|nacimiento|cumplea[ñn]os",
    r"nat[oa]|(?:data di )?nascita|compleanno|nasci|nascid[oa]|(?:data de )?nascimento|anivers[áa]rio",
    r"geboortedatum|geboren|verjaardag|jarig",
    r"f[øö]d[dt]?|f[øö]d(?:elsedag|elsesdag|elsedato|elsedatum)|f[øö]dselsda(?:to|g)|f[øö]ddes|synt(?:ynyt|ym[äa]aika(?:ni)?)",
    r"urodzon[ay]|urodzi[łl][ae]?m? si[ęe]|data urodzenia|urodziny|narozen[aý]?|datum narozen[íi]|d[áa]tum narodenia",
    r"n[ăa]scut[ăa]?|data na[șs]terii|sz[üu]letett?em|sz[üu]letett|sz[üu]let[ée]si (?:d[áa]tum(?:om)?|id[őo])",
    r"do[ğg]um (?:tarihi(?:m)?|g[üu]n[üu]m?)|do[ğg]dum|datum ro[đd]enja|ro[đd]en[a]?|datum rojstva|s[üu]nnikuup[äa]ev",
    r"gimimo data|dzim[šs]anas datums|tanggal lahir|tarikh lahir|ng[àa]y sinh",
    r"дата рождения|родил(?:ся|ась)|день рождения|дата народження|дата на раждане",
    r"ημερομην[ίι]α γ[έε]ννησης|γενν[ήη]θηκα|תאריך ה?לידה|נולדתי|تاريخ الميلاد|تاريخ ميلادي|जन्म ?तिथि|जन्म की तारीख",
))  # fmt: skip
_CLOSE_CUES = "生年月日|誕生日|出生日期|出生年月日|生日|생년월일|생일|วันเกิด|วันเดือนปีเกิด"
"""Nothing stands between words there."""
_CUE = rf"(?:(?:^|[^\pL])(?:{_CUES})|{_CLOSE_CUES})([^\pL\pM]|[はが은는이是])"
"""Up to the character behind it: the date is read from there, since its forms together outgrow RE2's automaton."""
_LEAD = re.compile(
    r"(?:['’]s)?(?:\s?\([^()0-9\n]{1,16}\))?"
    r"(?:[\s:=.\"'(*|-]{0,4}(?:is|was|on|in|the|am|im|ist|der|den|le|el|il|em|op|dnia|dne|est|es|è|é|a|är|er|jest|je|to"
    r"|date|mein|my|это|היא|هو|है)\b|[はが은는이]|是|คือ){0,3}[\s:=.,\"'(*|-]{0,5}",
    re.IGNORECASE,
)
"""What may stand between a cue and its date."""


def _behind(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    lead = _LEAD.match(candidate)
    date = date_forms.ANY.match(candidate, lead.end()) if lead else None
    if date is not None and date_forms.may_exist(date[0]):
        yield date.span()


def _before(candidate: str, _near: bool) -> int:
    right = date_forms.CERTAIN.fullmatch(candidate) is not None and date_forms.may_exist(candidate)
    return len(candidate) if right else 0


def _apart(text: str, _start: int, end: int, _near: bool) -> bool:
    after = text[end : end + 1] or " "
    return not in_a_word(after) and not (after in "./-" and text[end + 1 : end + 2].isdigit())


RECOGNISERS = (
    Recogniser(
        "date_of_birth",
        re2.compile(rf"(?i){as_seen(_CUE)}"),
        whole,
        NO_WORDS,
        group=1,
        stretches=_behind,
        ahead=_AHEAD,
        edges=_apart,
    ),
    Recogniser(
        "date_of_birth",
        re2.compile(
            r"(?i)(?:^|[^\pL])(?:year of birth|birth year|geburtsjahr|ann[ée]e de naissance|a[ñn]o de nacimiento"
            r"|anno di nascita|ano de nascimento|geboortejaar|год рождения)(?: is| ist| est| es)?[\s:=]{1,3}"
            r"((?:19|20)[0-9]{2})"
        ),
        whole,
        NO_WORDS,
        group=1,
        edges=_apart,
        digits=True,
    ),
    Recogniser(
        "date_of_birth",
        re2.compile(
            r"(?i)(?:^|[^\w./-])((?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt"
            r"|dez)[a-z]{0,6}\.? )?[0-9][0-9A-Za-z\x{80}-\x{10FFFF}./, -]{5,18}[0-9])[\"')\s,]{0,3}"
            r"(?:(?:is|was|ist|est|es|è|é|är|er)\s(?:my|mein|the|ma|mi|la|her|his)\s|\(?)"
            r"(?:dob|d\.o\.b|date of birth|birth ?da(?:y|te)|geburts(?:datum|tag)|date de naissance"
            r"|fecha de nacimiento|geboren|born)"
        ),
        _before,
        NO_WORDS,
        group=1,
        edges=_apart,
        digits=True,
    ),
)
