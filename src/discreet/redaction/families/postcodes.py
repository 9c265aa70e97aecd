"""Postcodes as their countries write them, and what of an address stands between a street and the end of it."""

from __future__ import annotations

import re

import re2

from discreet.redaction.families.no_names import NO_NAMES
from discreet.redaction.recogniser import listed

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA"
    "|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR"
)
LETTERED = "|".join((
    r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}",  # Great Britain
    r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]",  # Canada
    r"(?:[AC-FHKNPRTV-Y][0-9]{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}",  # Ireland
    rf"(?:{_STATES})[ ,]{{1,2}}[0-9]{{5}}(?:-[0-9]{{4}})?",
    r"(?:NSW|VIC|QLD|TAS|WA|SA|ACT|NT)[ ,]{1,2}[0-9]{4}",  # Australia
    r"Singapore,? (?:S ?)?[0-9]{6}",
    r"(?:Mumbai|Delhi|Bengaluru|Bangalore|Hyderabad|Chennai|Kolkata|Pune|Ahmedabad"
    r"|Jaipur)[ ,-]{1,3}[1-8][0-9]{2} ?[0-9]{3}",
))  # fmt: skip
"""Codes that end an address: no other number looks like them."""
NUMBERED = "|".join((
    r"(?:[A-Z]{1,2}[-–] ?)?[0-9]{5}-[0-9]{3,4}",  # Brazil; United States without the state
    r"[0-9]{4}-[0-9]{3}|[0-9]{2}-[0-9]{3}|[0-9]{3}-[0-9]{4}",  # Portugal, Poland, Japan
    r"[1-9][0-9]{3} ?[A-Z]{2}",  # the Netherlands
    r"[A-HJ-NP-Z][0-9]{4}(?:[A-Z]{3})?",  # Argentina
    r"(?:(?:A|B|CH|CZ|D|DK|E|EE|F|FI|FIN|GR|H|HR|HU|I|L|LT|LV|N|NL|NO|PL|P|PT|RO|S|SE|SI|SK)[-–] ?)?"
    r"(?:[0-9]{3} [0-9]{2,3}|[0-9]{4,6})",
))  # fmt: skip
"""Codes that a town follows, or stands before."""
_CODE = re2.compile(rf"(?i)(?:^|[\s,])(?:({LETTERED})|({NUMBERED}))(?:$|[^0-9A-Za-z\x{{80}}-\x{{10FFFF}}-])")
_PART_OF_CODE = re.compile(r"[0-9][0-9]|[A-Za-z][0-9]")
"""No code is without one of these, and most texts behind a street are."""
_BARE = re.compile(r"[0-9]{4}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_REACH = 72
"""Characters after a street in which its postcode begins."""

_FLOORS = re.compile(
    r"[\s,/]{1,3}(?:(?:кв|оф|корп|д|эт|подъезд|daire|kat|apt|apartment|appt?|unit|suite|ste|flat|floor|fl|level|room|rm|bldg|building|block|bus|bte"
    r"|bo[iî]te|[ée]tage|piso|planta|esc|puerta|int|interno|scala|whg|wohnung|top|stiege|lok|m|lgh|sal)\.? ?#?"
    r"[0-9]{1,5} ?[a-z]?\b|#[ ]?[0-9]{1,5}[a-z]?\b"
    r"|[0-9]{1,2}(?:st|nd|rd|th) floor\b|[0-9]{1,2}(?:[.] ?(?:tv|th|mf|sal|og|stock|étage)\b"
    r"|[ºª°oa]\.? ?[a-z]{0,4}\b)|[0-9]{1,2}-[0-9]{1,2}\b(?!-)|st\.? ?t[vh]\b|(?:[0-9] )?hs\b|bis\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[.'’/-]{1,2}[^\W\d_]+)*\.?")
_NUMBER_OF_A_PART = re.compile(r" [0-9]{1,2}(?= ?(?:[,;.)\n]|$))")
_STATE = re.compile(r" ?(?:- ?[A-Z]{2}\b|\([A-Z]{2}\))| cedex(?: [0-9]{1,2})?\b", re.IGNORECASE)
_COUNTRY = re.compile(
    r"(?:,?[ \n]| - | ?\()(?:united kingdom|great britain|u\.?k\b|england|scotland|wales|northern ireland|ireland"
    r"|united states(?: of america)?|u\.?s\.?a\b|canada|australia|new zealand|germany|deutschland|austria|[öo]sterreich"
    r"|switzerland|schweiz|suisse|svizzera|france|belgium|belgi[ëe]|belgique|(?:the )?netherlands|nederland|luxembourg"
    r"|denmark|danmark|sweden|sverige|norway|norge|finland|suomi|iceland|spain|espa[ñn]a|portugal|italy|italia|poland"
    r"|polska|czech republic|czechia|slovakia|hungary|romania|greece|brazil|brasil|m[ée]xico|india|japan|singapore"
    r"|south africa)\b\)?",
    re.IGNORECASE,
)
_IN_TOWNS = listed(
    """
    am an auf der den dem im in ob bei unter vor de del della delle dei di da do dos du des la le les los las sur
    sous en et aux al op upon on of the under by a y e i ter ten van von
    """
)
_NO_BEGINNING = _IN_TOWNS - {"den", "la", "le", "los", "las", "les"}
_TOWNS_TOO = listed(
    """
    new long great bad los las white black red blue much little big best bank prime cut lost half short next high
    first second third real top way standard happy public company point back front
    """
)
NO_TOWNS = NO_NAMES - _IN_TOWNS - _TOWNS_TOO
"""Words after which a text speaks of something else."""


def after(text: str, position: int) -> tuple[int, bool]:
    """Where an address ends whose street ends at ``position``, and whether a postcode says so."""
    while (floor := _FLOORS.match(text, position)) is not None:
        position = floor.end()
    reach = text[position : position + _REACH + 12]
    code = _CODE.search(reach) if _PART_OF_CODE.search(reach) else None
    if code is not None and code.start() <= _REACH:
        lettered = code.start(2) < 0
        start, end = code.span(1 if lettered else 2)
        between = reach[:start]
        if lettered and is_locality(between):
            alone = not between.strip(" ,\n")
            return with_country(text, town(text, position + end, small=False) if alone else position + end), True
        if not lettered and not between.strip(" ,\n") and (ending := town(text, position + end)) > position + end:
            return with_country(text, ending), True
        bare = _BARE.fullmatch(reach, start, end) is not None
        stops = not text[position + end : position + end + 2].strip(" ,.;:!?)\n") or between.strip(" ,\n")
        if not lettered and is_locality(between) and stops and not (bare and _YEAR.match(reach, start)):
            return with_country(text, position + end), True
    if text[position : position + 2] == ", " and (ending := town(text, position + 1, small=False)) > position + 1:
        return with_country(text, ending), False
    return position, False


def word_at_the_end(code: str) -> int:
    """How many characters of what looks like a Dutch code are a word of the sentence: "1234 is wrong"."""
    letters = code[-2:]
    return 3 if code[4:5] == " " and letters.islower() and letters in NO_NAMES | _IN_TOWNS else 0


def is_locality(text: str) -> bool:
    """Whether nothing but names of places and separators stands there."""
    parts = [part.strip(" -–") for part in re.split(r"[,;/\n]| [-–] ", text)]
    named = [part for part in parts if part]
    return len(named) <= 4 and all(map(_is_place, named))


def _is_place(part: str) -> bool:
    words = re.sub(r"(?<=[^\W\d_]) [0-9]{1,2}$", "", part).split(" ")
    return len(words) <= 5 and all(
        _WORD.fullmatch(word) is not None and word.casefold().strip(".") not in NO_TOWNS for word in words
    )


def town(text: str, position: int, *, small: bool = True) -> int:
    """Where the town ends whose name begins here, a separator before it; ``position`` where none does."""
    end, words, gap = position, 0, position
    if text[gap : gap + 1] not in (" ", ","):
        return position
    gap += 2 if text[gap : gap + 2] == ", " else 1
    loose = False
    while words < 5 and (word := _WORD.match(text, gap)) is not None:
        lower = word[0].casefold().strip(".")
        if lower in NO_TOWNS:
            break
        joins = words > 0 and lower in _IN_TOWNS
        if words == 0:
            loose = not word[0][0].isupper()
            if (loose and not small) or lower in _NO_BEGINNING:
                break
        elif not joins and (not word[0][0].isupper()) and not (loose and words < 2):
            break
        words += 1
        gap = word.end()
        if not joins:
            end = gap - word[0].endswith(".")
        if word[0].endswith(".") or text[gap : gap + 1] != " ":
            break
        gap += 1
    number = _NUMBER_OF_A_PART.match(text, end)
    return end if number is None or end == position else number.end()


def with_country(text: str, position: int) -> int:
    """Where an address ends whose town or postcode ends at ``position``."""
    state = _STATE.match(text, position)
    position = position if state is None else state.end()
    country = _COUNTRY.match(text, position)
    return position if country is None else country.end()
