"""Addresses of streets and post boxes: a number beside a street, and whatever of town, postcode and country follows.

The rows differ in what makes a candidate: a postcode with letters, a number between a name and a postcode, a word
for a street. ``postcodes.after`` reads on from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

import re2

from discreet.redaction.families import streets
from discreet.redaction.families.postcodes import (
    LETTERED,
    NUMBERED,
    after,
    is_locality,
    town,
    with_country,
    word_at_the_end,
)
from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, whole, words

_AHEAD = 130
_HOUSES = 4
"""Numbers of one candidate that are tried."""
_NEAR = words(
    "address(?:es)?", "deliver(?:y|ed)?", "ship(?:ping|ped)?", "send", "sent", "live[sd]?", "living", "moved?", "bring",
    "postcode", "zip", "street", "house", "flat", "billing", "adresse", "anschrift", "lieferadresse", "wohnen?",
    "wohnt", "adres", "woon", "direcci[oó]n", "vivo", "indirizzo", "abito", "morada", "endere[cç]o", "habite", "bor",
)  # fmt: skip
_UNIT_WORD = r"(?:flat|p\.? ?o\.? ?box|apt|apartment|unit|suite|room|floor|block|house|studio|level)\.? ?#?"
_UNIT = rf"(?:{_UNIT_WORD}(?:[0-9]{{1,4}}[a-z]?[\s,/]{{1,3}})?)?"
_NUMBER = r"[0-9]{1,5}(?:[ -]?[a-z])?(?: ?[-/–] ?[0-9]{1,4}[a-z]?)?"
_W = r"[^\s,;:!?()\"\x01]+"
_NAME = r"[^\s0-9,;:!?()\"\x01]+"
_NO = r"(?:n[°ºr]\.? ?|no[.:]{0,2} ?|д(?:ом|\.)? ?|#)?"

_HOUSE = re.compile(
    r"(?<![\w.,/#£$€-])[0-9]{1,5}(?:[ -]?[a-z](?!\w))?(?: ?[-/–] ?[0-9]{1,4}[a-z]?)?(?: ?(?:bis|ter|quater)\b)?"
    r"(?=,?\s)",
    re.IGNORECASE,
)
_UNIT_BEFORE = re.compile(rf"(?<!\w){_UNIT_WORD}(?:[0-9]{{1,4}}[a-z]?[\s,/]{{1,3}})?\Z", re.IGNORECASE)
_TYPES = rf"(?:{streets.CERTAIN}|{streets.POSSIBLE})"
_ENGLISH = re.compile(
    rf",?\s(?P<name>(?:[\w.'’-]+ ){{1,4}}?)(?P<type>{_TYPES})\b\.?(?:(?: {_TYPES})\b\.?)*"
    r"(?: (?:north|south|east|west|upper|lower|n|s|e|w|ne|nw|se|sw)\b\.?)?",
    re.IGNORECASE,
)
_CERTAIN = re.compile(rf"(?:{streets.CERTAIN}|st)\.?", re.IGNORECASE)
_ROMANCE = re.compile(rf",?\s{{1,2}}(?:{streets.FRENCH})(?=[ '’])", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?P<words>(?:{_NAME} ){{0,5}}{_NAME}),?\s{{1,2}}{_NO}"
    r"[0-9]{1,5}(?:[ -]?[a-z](?: [0-9]{1,3})?(?!\w))?(?: ?[-/–] ?[0-9]{1,4}[a-z]?)?(?!\w)",
    re.IGNORECASE,
)
_TOWN_PROPER = re.compile(r"[0-9][0-9A-Z-]*,? [^\W\d_a-z]")
_ORDINAL = re.compile(r"[0-9]{1,3}(?:st|nd|rd|th|\.)|[NSEW]\.?", re.IGNORECASE)
_HUNGARIAN = re.compile(r"[0-9]{4} [^\Wa-z\d_]\D*?(?<=[ ,])[^\Wa-z\d_]\D*[0-9]{1,4}")
_ENDS = re.compile(r"\s*(?:[.,;:!?)\"\n]|$)|\s(?:and|please|pls|thanks|und|bitte|et|y|e)\b", re.IGNORECASE)
_ONE_PART = re.compile(
    r"(?:(?:[0-9]{1,5}[a-z]?|[0-9]{1,3}(?:st|nd|rd|th)) )?(?P<words>.*?)(?: #?[0-9]{1,4}[a-z]?)?", re.IGNORECASE
)
_A_CODE = re2.compile(rf"(?i)(?:^|[\s,])({LETTERED})(?:$|[^0-9A-Za-z])")
_A_STATE = re.compile(r"[a-z]{2} ")


def _with_unit(candidate: str, house: int) -> int:
    unit = _UNIT_BEFORE.search(candidate, max(0, house - 24), house)
    return house if unit is None else unit.start()


def _lettered(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """From the first number behind which only names of places stand, up to a postcode that is none of a number's."""
    code = _A_CODE.search(candidate)
    if code is None or (_A_STATE.match(code[1]) and candidate[: code.start(1)].rstrip()[-1:] not in (",", "\n")):
        return
    for house in islice(_HOUSE.finditer(candidate, 0, code.start(1)), _HOUSES):
        between = candidate[house.end() : code.start(1)]
        if _is_street_and_town(between):
            end = code.end(1) if "," in between.rstrip(" ,") else town(candidate, code.end(1), small=False)
            yield _with_unit(candidate, house.start()), with_country(candidate, end)
            return


def _is_street_and_town(text: str) -> bool:
    """Names of places; behind a comma at least two, or the number was that of a street in front of it."""
    parts = [part.strip() for part in re.split(r"[,;\n]", text)]
    named = [part for part in parts if part and not (len(part) == 2 and part.isupper())]
    least = 1 if parts[0] else 2
    return least <= len(named) <= 5 and all(map(_is_part, named))


def _is_part(part: str) -> bool:
    match = _ONE_PART.fullmatch(part)
    words = match["words"].split() if match else []
    return len(words) <= 6 and not any(
        streets.is_stop(word) or (word[0].isdigit() and not _ORDINAL.fullmatch(word)) for word in words
    )


def _number_first(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """English and French: the first number that a street follows."""
    for house in islice(_HOUSE.finditer(candidate), _HOUSES):
        street = _street_behind(candidate, house.end())
        if street is None:
            continue
        end, proper, certain = street
        stop, coded = after(candidate, end)
        ends = _ENDS.match(candidate, stop) is not None
        if coded or (proper and (near or (certain and ends))) or (near and certain and ends):
            yield _with_unit(candidate, house.start()), stop
        return


def _street_behind(text: str, position: int) -> tuple[int, bool, bool] | None:
    """(end, whether it is capitalised, whether its word for a street means nothing else)."""
    romance = _ROMANCE.match(text, position)
    if romance is not None:
        end = streets.name_from(text, romance.end())
        return (end, any(map(str.isupper, text[romance.end() : end])), True) if end > romance.end() else None
    english = _ENGLISH.match(text, position)
    if english is None:
        return None
    names = english["name"].split()
    if any(streets.is_stop(name) or name.isdigit() for name in names):
        return None
    proper = english["type"][0].isupper() and all(name[0].isupper() or _ORDINAL.fullmatch(name) for name in names)
    return english.end(), proper, _CERTAIN.fullmatch(english["type"]) is not None


def _name_first(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """All others: what of the words before the first number is a street's name, and enough to say so."""
    match = _NAMED.match(candidate)
    if match is None:
        return
    names = match["words"].split(" ")
    taken, sure = streets.name_back(names)
    if not taken:
        return
    proper = any(name[0].isupper() and not name.isupper() for name in names[-taken:])
    if not (sure or near or proper):
        return
    start = len(match["words"]) - len(" ".join(names[-taken:]))
    end, coded = after(candidate, match.end())
    ends = _ENDS.match(candidate, end) is not None
    town_proper = _TOWN_PROPER.search(candidate, match.end(), end) is not None
    enough = (coded and (sure or near or (proper and town_proper))) or (
        sure > 1 and (near or proper) and (ends or sure > 2)
    )
    # "Ida Vik, 8 rue Haute": what stands before that number is a person.
    if enough and _street_behind(candidate, match.end()) is None:
        yield start, end


def _box(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    number = re.match(r"[^0-9]*[0-9]{1,6}(?: [0-9]{2,3}\b){0,2}", candidate)
    if number is not None:
        yield 0, after(candidate, number.end())[0]


def _crossing(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    number = re.match(r"\D*[0-9]+[^-]*-[0-9]{1,3}", candidate)
    if number is not None:
        yield 0, after(candidate, number.end())[0]


def _town_first(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    match = _HUNGARIAN.match(candidate)
    if match is not None:
        yield match.span()


def _named_house(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """A house without a number, behind words that lead to an address."""
    code = _A_CODE.search(candidate)
    if code is not None and is_locality(candidate[: code.start(1)]):
        yield 0, with_country(candidate, code.end(1))


def _apart(text: str, start: int, end: int, _near: bool) -> bool:
    before, behind = text[start - 1 : start] or " ", text[end : end + 1] or " "
    return not (before.isalnum() or before in "_-/#.@" or behind.isalnum() or behind == "_")


def _row(pattern: str, read: Callable[[str, bool], Iterator[tuple[int, int]]], group: int = 0) -> Recogniser:
    return Recogniser(
        "delivery_address",
        re2.compile(f"(?i){pattern}"),
        whole,
        _NEAR,
        group=group,
        stretches=read,
        ahead=_AHEAD,
        edges=_apart,
        digits=True,
    )


_CUE = (
    r"(?:address(?: is)?|adresse(?: ist| est)?|liv(?:e|es|ing) (?:at|in)"
    r"|(?:moved|moving|deliver(?:ed)?|sent|shipped) to|staying at"
    r"|(?:send|ship|bring|deliver) (?:it|this|them|that|the parcel|my (?:order|parcel)) to)"
)
_POSTCODE = (
    r"(?:post ?code|postal code|zip(?: ?code)?|plz|postleitzahl|code postal|c[oó]digo postal|codice postale"
    r"|(?-i:CAP|CEP|CP)|eircode|postnummer|postnr|postinumero|kod pocztowy|ps[čc])"
)

RECOGNISERS = (
    _row(rf"{_UNIT}{_NUMBER},?\s{{1,2}}(?:{_W}[\s,]{{1,2}}){{1,12}}?(?:{LETTERED})", _lettered),
    _row(
        rf"(?:{_NAME} ){{0,5}}{_NAME}[\s,]{{1,3}}{_NO}{_NUMBER}(?:[ ,/]{{1,3}}[^\s,;:!?]{{1,8}}){{0,3}}?[\s,]{{1,3}}"
        r"(?:[A-Z]{1,3}[-–] ?)?[0-9]{2,6}(?:[ -][0-9]{2,4})?(?:[\s.,]|$)",
        _name_first,
    ),
    _row(
        rf"{_UNIT}{_NUMBER},?\s{{1,2}}(?:{_W} ){{1,5}}?{_TYPES}\b"
        rf"|{_NUMBER}(?: ?(?:bis|ter|quater))?,?\s{{1,2}}(?:{streets.FRENCH})[ '’]",
        _number_first,
    ),
    _row(rf"(?:{_NAME} ){{0,2}}(?:{_NAME})?(?:{streets.JOINED}),?\s{{1,2}}{_NO}[0-9]", _name_first),
    _row(rf"(?:^|[^\pL])((?:{streets.BEFORE}) ?(?:{_NAME} ){{0,4}}{_NAME},?\s{{1,2}}{_NO}[0-9])", _name_first, group=1),
    _row(
        r"(?:p\.? ?o\.? ?box|post office box|postfach|postbus|postboks|apartado(?: (?:de correos|postal))?"
        r"|casella postale|bo[iî]te postale|caixa postal|skrytka pocztowa|gpo box|locked bag)"
        r" ?#?(?:n[°º] ?)?[0-9]{1,6}",
        _box,
    ),
    # Colombia: a street, a crossing one, and how far from it.
    _row(
        r"(?:calle|carrera|cra|cll?|kra?|transversal|diagonal|avenida|av)\.? [0-9]{1,3} ?[a-z]?(?: bis)? ?"
        r"(?:#|no\.?|n[°º]\.?) ?[0-9]{1,3} ?[a-z]?-[0-9]{1,3}",
        _crossing,
    ),
    # Hungary: the town first.
    _row(
        rf"[1-9][0-9]{{3}} {_NAME},? (?:{_NAME} ){{1,3}}(?:[úu]t(?:ja)?|utca|u\.|t[ée]re?|k[öo]r[úu]t|krt"
        rf"|s[ée]t[áa]ny|k[öo]z|fasor)\.?"
        r" [0-9]{1,4}",
        _town_first,
    ),
    _row(rf"{_CUE}[\s:]{{1,3}}((?:{_NAME}[\s,]{{1,2}}){{2,10}}?(?:{LETTERED}))", _named_house, group=1),
    Recogniser(
        "delivery_address",
        re2.compile(
            rf"(?i)(?:^|[^\pL]){_POSTCODE}(?: is| ist| est| es| è)?[\s:=]{{1,3}}({LETTERED}|{NUMBERED})(?:$|[^\pL\pN-])"
        ),
        lambda code, _: len(code) - word_at_the_end(code),
        NO_WORDS,
        group=1,
        edges=anywhere,
        digits=True,
    ),
)
