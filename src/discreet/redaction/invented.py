"""Invented names, addresses, keys and wallets: words for words and characters for characters of a real one.

What says nothing about a person stays: titles, particles, words for streets, the prefix of a key's issuer.
"""

from __future__ import annotations

import re
from random import Random

from discreet.redaction.families.keys import PREFIX
from discreet.redaction.families.no_names import PARTICLES, TITLES
from discreet.redaction.families.streets import is_generic, suffix_of
from discreet.redaction.families.wallets import BASE58, BECH32, CONSTANTS, base58_check, double_sha256, polymod

_GIVEN = ("Alex", "Kim", "Robin", "Sam", "Charlie", "Jo", "Toni", "Max", "Noa", "Sascha", "Andrea", "Dominique")
_FAMILY = (
    "Morgan",
    "Larsen",
    "Meyer",
    "Rivera",
    "Dubois",
    "Novak",
    "Rossi",
    "Berg",
    "Silva",
    "Janssen",
    "Keller",
    "Virtanen",
)
_PLACES = (
    "Exampleton",
    "Sampleford",
    "Musterfeld",
    "Specimen",
    "Patternby",
    "Modelham",
    "Beispiel",
    "Ejemplo",
    "Esempio",
)
_REGIONS = {2: ("OH", "TX", "NY", "WA", "MN"), 3: ("NSW", "TAS", "VIC", "QLD")}
_IN_CODES = "AEHNPRTXY"
"""Capitals that every country which has letters in its postcodes has there."""
_WORDS = re.compile(r"[^\W\d_]+|\w+")
_EAST_ASIAN = re.compile("(?<![0-9\u3005\u3040-\u9fff\uac00-\ud7a3])[\u3005\u3040-\u9fff\uac00-\ud7a3]+")
"""Names of places: what stands behind a number says of what it is one."""
_CHINESE = re.compile("(?:.段)?[0-9]{1,5}(?:[之-][0-9]{1,3})?[号號]")
_KOREAN = (("로길동", "예시로"), ("구군", "보기구"), ("", "견본시"))
_PEM = re.compile(r"(-----BEGIN [^-]+-----)(.*?)(-----END [^-]+-----)?", re.DOTALL)
_HEX = "abcdef"
_ALL = "abcdefghijklmnopqrstuvwxyz"


def name(random: Random, value: str) -> str:
    """As many names, in the same case."""
    drawn = 0

    def other(match: re.Match[str]) -> str:
        nonlocal drawn
        word = match[0]
        if word.casefold() in PARTICLES | TITLES:
            return word
        if len(word) == 1:
            return _cased(random.choice(_ALL), word)
        drawn += 1
        return _cased(random.choice(_GIVEN if drawn == 1 else _FAMILY), word)

    return _WORDS.sub(other, value)


def address(random: Random, value: str) -> str:
    """Numbers and codes of the same length, other names for streets and towns."""
    if _EAST_ASIAN.search(value):
        return re.sub(r"[0-9]+", lambda match: _code(random, match[0]), _EAST_ASIAN.sub(_east_asian, value))

    def other(match: re.Match[str]) -> str:
        word = match[0]
        around = value[max(0, match.start() - 1) : match.end() + 1]
        if any(map(str.isdigit, around.strip(" ,\n"))):
            return _code(random, word)
        if is_generic(word):
            return word
        if word.isupper() and len(word) in _REGIONS:
            return random.choice(_REGIONS[len(word)])
        suffix = suffix_of(word)
        return _cased("Muster" + suffix if suffix else random.choice(_PLACES), word)

    return re.sub(r"[^\W\d_]+|[0-9]+|\w", other, value)


def _east_asian(match: re.Match[str]) -> str:
    """Each of these ends with what the place is."""
    if match[0][-1] >= "\uac00":
        return next(new for ends, new in _KOREAN if match[0][-1] in ends or not ends)
    return "样本市示例区模范路" if _CHINESE.match(match.string, match.end()) else "見本県例市仮町"


def key(random: Random, value: str) -> str:
    """The issuer's prefix or the lines around a PEM, and drawn characters of the same kinds."""
    pem = _PEM.fullmatch(value)
    if pem is not None:
        return pem[1] + _characters(random, pem[2]) + (pem[3] or "")
    prefix = PREFIX.match(value)
    start = prefix.end() if prefix else 0
    return value[:start] + _characters(random, value[start:])


def wallet(random: Random, value: str) -> str:
    """The same kind of address with a right check; for kinds without one, characters of the same alphabet."""
    if value[:2].lower() == "0x":
        return value[:2] + "".join(random.choice("0123456789" + _HEX) for _ in value[2:])
    body = base58_check(value)
    if body is not None:
        return _base58(body[:-20] + random.randbytes(20))
    prefix, _, data = value.lower().rpartition("1")
    if prefix and len(data) > 6 and set(data) <= set(BECH32):
        return _cased(_bech32(random, prefix, data), value)
    return "".join(random.choice(BASE58) for _ in value)


def bic(random: Random, value: str) -> str:
    """The country stays, the bank goes; a place of a doubled letter, and the main branch."""
    made = "".join(random.choice(_ALL) for _ in range(4)) + value[4:6].lower() + 2 * random.choice("fkmp")
    made += "xxx"[: len(value) - 8]
    return made if value.islower() else made.upper()


def _base58(body: bytes) -> str:
    raw = body + double_sha256(body)[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return BASE58[0] * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _bech32(random: Random, prefix: str, data: str) -> str:
    """The witness version in front stays, and with it the constant of the check (BIP 350)."""
    values = [BECH32.index(data[0]), *(random.randrange(32) for _ in data[1:-6])]
    constant = CONSTANTS[polymod(prefix, [BECH32.index(character) for character in data]) == CONSTANTS[1]]
    check = polymod(prefix, [*values, *[0] * 6]) ^ constant
    return f"{prefix}1" + "".join(BECH32[value] for value in [*values, *(check >> 5 * (5 - i) & 31 for i in range(6))])


def _code(random: Random, text: str) -> str:
    if text.isdigit():
        return random.choice("123456789") + "".join(random.choice("0123456789") for _ in text[1:])
    return "".join(_cased(random.choice(_IN_CODES), character) for character in text)


def _characters(random: Random, text: str) -> str:
    letters = _HEX if re.fullmatch(r"[0-9a-fA-F]{16,}", text) else _ALL
    drawn = []
    for character in text:
        if character.isdigit():
            drawn.append(random.choice("0123456789"))
        elif character.isalpha():
            drawn.append(_cased(random.choice(letters), character))
        else:
            drawn.append(character)
    return "".join(drawn)


def _cased(word: str, like: str) -> str:
    if like.isupper() and (len(like) > 1 or len(word) == 1):
        return word.upper()
    return word.lower() if like.islower() else word
