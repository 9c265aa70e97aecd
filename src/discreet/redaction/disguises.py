"""Disguises that go beyond one character: encodings, other scripts' letters, digits in words, letters for digits."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

import re2

_DIGITS = {
    "0": "zero oh null cero zéro nul nulla zerro noll",
    "1": "one eins ein uno un une één een um jeden ett",
    "2": "two zwei zwo dos deux twee due dois duas dwa två",
    "3": "three drei tres trois drie tre três trzy",
    "4": "four vier cuatro quatre quattro quatro cztery fyra fire",
    "5": "five fünf fuenf cinco cinq vijf cinque pięć piec fem",
    "6": "six sechs seis zes sei meia sześć szesc sex seks",
    "7": "seven sieben siete sept zeven sette sete siedem sju syv",
    "8": "eight acht ocho huit otto oito osiem åtta åtte otte",
    "9": "nine neun nueve neuf negen nove niner dziewięć dziewiec nio ni",
}
_DIGIT_OF = {word: digit for digit, line in _DIGITS.items() for word in line.split()}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "doppel": 2, "doble": 2, "dubbel": 2, "duplo": 2}
_WORD = "(?:" + "|".join(sorted((*_DIGIT_OF, *_TIMES, "o"), key=len, reverse=True)) + ")"
_GAP = r"[\s,.\-]{1,4}"
_ALONE = r"(?:^|[^\pL\pN_])"
"""RE2's own edge of a word knows ASCII only."""
_RUN = re2.compile(rf"(?i){_ALONE}(?:plus{_GAP})?{_WORD}(?:{_GAP}{_WORD})+")
_WORDS = re.compile(r"[^\W\d_]+")
_A_PRONOUN = re.compile(r"(?<![^\W_])(?:this|that|the|other|new|old|which) one\Z", re.IGNORECASE)
"""No digit: "use this one four one one one ..."."""

HINT = re2.compile(
    rf"(?i)%[0-9A-F]{{2}}|&[#A-Z]|{_ALONE}{_WORD}{_GAP}{_WORD}{_GAP}{_WORD}(?:$|[^\pL])|\b(?:double|triple) {_WORD}"
    rf"|[0-9] ?[🙂🙏👍] ?[0-9]"
)
"""What a text of harmless characters has in which something is disguised."""
_PICTURES = re.compile(r"(?<=[0-9])( ?)((?:(?![☎✆📞📱📲])[\u2190-\u2bff\U0001f000-\U0001faff]){1,3})( ?)(?=[0-9])")
"""But those of phones, which are cues."""
ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,10});")
_LATIN = str.maketrans("АВЕКМНОРСТУХаеорсухіјѕԁԛԝІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν", "ABEKMHOPCTYXaeopcyxijsdqwIJSABEZHIKMNOPTYXoav")
_MIXED = re.compile(r"[0-9A-Za-z\u0370-\u03ff\u0400-\u052f]+")
LOOKS_LIKE_A_DIGIT = re2.compile(r"[0-9][OolISB]|[OolISB][0-9]")
_NUMBER_LIKE = re.compile(r"(?<![^\W_])[0-9OolISB]{2,40}(?![^\W_])")
_AS_DIGITS = str.maketrans("OolISB", "001158")


def decoded(text: str) -> Iterator[tuple[str, int, int]]:
    """(piece, start, end) with HTML entities and percent-encoded UTF-8 decoded, once: stretches as they are, and
    between them characters that stood for more than one.
    """
    position = 0
    for match in ENCODED.finditer(text):
        start, end, piece = match.start(), match.end(), match[0]
        characters = _entity(piece) if piece[0] == "&" else _percent(piece)
        if characters is None:
            continue
        if position < start:
            yield text[position:start], position, start
        for character, length in characters:
            yield character, start, start + length
            start += length
        position = end
    if position < len(text):
        yield text[position:], position, len(text)


def _entity(piece: str) -> Iterable[tuple[str, int]] | None:
    """(character, length of what stood for it); None where it stands for none."""
    character = html.unescape(piece)
    return [(character, len(piece))] if len(character) == 1 else None


def _percent(piece: str) -> Iterable[tuple[str, int]] | None:
    try:
        characters = bytes.fromhex(piece.replace("%", "")).decode()
    except UnicodeDecodeError:
        return None
    return ((character, 3 * len(character.encode())) for character in characters)


def one_script(text: str) -> str:
    """Cyrillic and Greek look-alikes as Latin letters where they stand in one word with Latin letters or digits."""

    def latin(match: re.Match[str]) -> str:
        word = match[0]
        return word if word.isascii() or not any(c.isascii() for c in word) else word.translate(_LATIN)

    return _MIXED.sub(latin, text)


def without_pictures(text: str) -> str:
    """Blanks for pictures between digits, which part a number's groups and say nothing."""
    return _PICTURES.sub(lambda match: match[1] + " " * len(match[2]) + match[3], text)


def spelled(text: str) -> Iterator[tuple[int, int, list[tuple[str, int, int]]]]:
    """Runs of at least three digits in words: (start, end, [(digit, start, end), ...]), offsets in ``text``."""
    if not HINT.search(text):
        return
    for run in _RUN.finditer(text):
        digits = _digits(text, run.start(), run.end())
        if digits and _A_PRONOUN.search(text, max(0, digits[0][1] - 8), digits[0][2]):
            digits = digits[1:]
        if len(digits) >= 3:
            yield digits[0][1], digits[-1][2], digits


def _digits(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    words = [(match[0].lower(), match.start(), match.end()) for match in _WORDS.finditer(text, start, end)]
    times, since = 1, None
    for word, first, last in words:
        if word in _TIMES:
            times, since = _TIMES[word], first
            continue
        character = "+" if word == "plus" else "0" if word == "o" else _DIGIT_OF.get(word)
        if character is None:
            # A word that only begins like a digit ends the run.
            break
        found += [(character, first if since is None else since, last)] * times
        times, since = 1, None
    if found and last < len(text) and text[last].isalpha():
        found.pop()
    return found


def digits_for_letters(text: str) -> str | None:
    """The text with O, l, I, S and B as digits in words that are numbers but for them; None where there are none."""
    if not LOOKS_LIKE_A_DIGIT.search(text):
        return None

    def digits(match: re.Match[str]) -> str:
        word = match[0]
        return word.translate(_AS_DIGITS) if any(c.isdigit() for c in word) else word

    changed = _NUMBER_LIKE.sub(digits, text)
    return None if changed == text else changed
