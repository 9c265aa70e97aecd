"""How people write a day of a year: in numbers, with the month's name, in words; in the languages of customers."""

from __future__ import annotations

import re

_MONTHS = "|".join((
    "янв|фев|мар|апр|июн|июл|авг|сен|окт|ноя|дек",
    r"jan(?:uary|uar|vier|uari|eiro|uarie)?|gennaio|enero|ene|janu[áa]r|ocak",
    r"feb(?:ruary|ruar|braio|rero|ruari|ruarie|ru[áa]r)?|f[ée]v(?:rier|ereiro)?|[şs]ubat",
    r"m[aä]r(?:ch|z|s|t|zo|ço|tie)?|mrz|maart|m[áa]rcius",
    r"apr(?:il|ile|ilie)?|a[vb]r(?:il)?|[áa]prilis|nisan",
    r"ma[iyj]o?|mei|maggio|mag|m[áa]jus|may[ıi]s",
    r"jun[ei]?|juni?[oe]?|juin|iunie|giugno|giu|j[úu]nius|haziran",
    r"jul[iy]?|juli?[oe]?|juillet|iulie|luglio|lug|j[úu]lius|temmuz",
    r"aug(?:ust|usti|ustus|usztus)?|ao[uû]t|agosto|ago|a[ğg]ustos",
    r"sept?(?:ember|embre|iembre|embrie)?|set(?:embro|tembre|embre)?|szeptember|eyl[üu]l",
    r"o[ck]t(?:ober|obre|ubre|ombrie|[óo]ber)?|ottobre|ott|outubro|out|ekim",
    r"nov(?:ember|embre|iembre|embro)?|noiembrie|kas[ıi]m",
    r"de[czs](?:ember|embro|embre|embrie)?|d[ée]c(?:embre)?|dic(?:embre|iembre)?|aral[ıi]k",
    # Finnish, Polish, Czech, Russian, Ukrainian, Greek: as they stand in a date.
    "tammikuuta?|helmikuuta?|maaliskuuta?|huhtikuuta?|toukokuuta?|kes[äa]kuuta?|hein[äa]kuuta?|elokuuta?|syyskuuta?",
    "lokakuuta?|marraskuuta?|joulukuuta?",
    "stycze[ńn]|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrze[śs]nia|pa[źz]dziernika|listopada",
    "grudnia|ledna|[úu]nora|b[řr]ezna|dubna|kv[ěe]tna|[čc]ervna|[čc]ervence|srpna|z[áa][řr][íi]|[řr][íi]jna",
    "listopadu|prosince",
    "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
    "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня",
    "Ιανουαρίου|Φεβρουαρίου|Μαρτίου|Απριλίου|Μα[ΐί]ου|Ιουνίου|Ιουλίου|Αυγούστου|Σεπτεμβρίου|Οκτωβρίου|Νοεμβρίου",
    "Δεκεμβρίου",
))  # fmt: skip
_MONTH = rf"(?:{_MONTHS})\.?"
_YEAR = r"(?:1[89][0-9]{2}|20[0-9]{2})"
_UNITS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_ORDINALS = (
    rf"{_UNITS}|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
    rf"|twentieth|thirtieth|(?:twenty|thirty)[ -](?:{_UNITS})"
)
_DAY = rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th|er|e|ème|[.]|º|ª|°)?|{_ORDINALS})"
_NUMBERS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty"
    "|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine"
)
_SAID = rf"(?:nineteen|twenty|two thousand(?: and)?)(?:[ -](?:oh[ -])?(?:{_NUMBERS})){{0,2}}"
"""A year as it is said: "nineteen eighty four"."""
_OF = r"(?:[\s,.'/-]{0,3}(?:of|de|del|di|do|d['’])?[\s,.'/-]{0,3})"
_ROMAN = "I{1,3}|I?V|VI{1,3}|I?X|XI{1,2}"
"""A month, in Poland, Hungary and Italy."""
_SHORT = "'?[0-9]{2}"
_BY_NUMBER = (
    rf"{_YEAR}\s?[./-]\s?[0-9]{{1,2}}\s?[./-]\s?[0-9]{{1,2}}"
    rf"|{_YEAR}\s?[年년]\s?[0-9]{{1,2}}\s?[月월]\s?[0-9]{{1,2}}\s?[日일]"
)
_BY_NAME = (
    rf"{_YEAR}[.,]?\s{_MONTH}\s[0-9]{{1,2}}\.?|{_DAY}{_OF}{_MONTH}{_OF}(?:{_YEAR}|{_SAID})"
    rf"|{_MONTH}\s?(?:the )?{_DAY}[\s,.'-]{{1,3}}(?:{_YEAR}|{_SAID})"
)
CERTAIN = re.compile(
    rf"{_BY_NUMBER}|{_BY_NAME}|[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-](?:{_YEAR}|[0-9]{{2}})", re.IGNORECASE
)
"""A date wherever it stands."""
ANY = re.compile(
    rf"{_BY_NUMBER}|[0-9]{{1,2}}\s?[./ ,\\-]\s?(?:[0-9]{{1,2}}|{_ROMAN})\s?[./ ,\\-]\s?(?:{_YEAR}|{_SHORT})|{_BY_NAME}"
    rf"|{_DAY}{_OF}{_MONTH}{_OF}{_SHORT}|{_MONTH}\s?[0-9]{{1,2}}(?:st|nd|rd|th)?[\s,.'-]{{1,3}}{_SHORT}"
    rf"|{_MONTH}{_OF}{_YEAR}|[0-9]{{8}}|[0-9]{{6}}|[0-9]{{1,2}}\s?[/-]\s?{_YEAR}",
    re.IGNORECASE,
)
"""What is a date where one is expected."""
_RUNS = re.compile(r"[0-9]+")


def may_exist(date: str) -> bool:
    """Whether its numbers can be a day and a month, in one order or another."""
    numbers = _RUNS.findall(date)
    if len(numbers) == 1 and len(numbers[0]) >= 6:
        return any(map(_is_day, _taken_apart(numbers[0])))
    short = [int(number) for number in numbers if len(number) <= 2]
    with_year = not numbers or len(numbers[0]) == 4 or len(numbers[-1]) == 4
    days = short if with_year else short[:-1]
    return len(days) == 1 or (all(1 <= day <= 31 for day in days) and min(days, default=1) <= 12)


def _taken_apart(run: str) -> list[tuple[str, str]]:
    """The two numbers beside the year in a date without separators, in each order that it may have."""
    if len(run) == 8:
        year_first = [(run[4:6], run[6:])] if run[:2] in ("19", "20") else []
        return [*year_first, (run[:2], run[2:4])] if run[4:6] in ("19", "20") else year_first or [(run[:2], run[2:4])]
    return [(run[:2], run[2:4]), (run[2:4], run[4:6])]


def _is_day(pair: tuple[str, str]) -> bool:
    one, other = sorted(map(int, pair))
    return 1 <= one <= 12 and 1 <= other <= 31
