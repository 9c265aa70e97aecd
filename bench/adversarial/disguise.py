"""The ways in which people, keyboards, editors and web forms write the same digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202c\u2066\u2069\u180e"
SCRIPTS = {
    "fullwidth": "０",
    "arabic_indic": "٠",
    "extended_arabic": "۰",
    "devanagari": "०",
    "bengali": "০",
    "thai": "๐",
    "math_bold": "𝟎",
    "math_mono": "𝟶",
}
"""The zero of each; the other nine follow it."""
WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "de": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
}
_LOOK_ALIKES = {"0": "OoОοΟ", "1": "lI", "5": "S", "8": "B"}


def in_script(text: str, script: str) -> str:
    """Every ASCII digit in another script's digits."""
    zero = ord(SCRIPTS[script])
    return "".join(chr(zero + int(c)) if c.isascii() and c.isdigit() else c for c in text)


def wide(text: str) -> str:
    """Full-width forms of all visible ASCII characters, as an East Asian keyboard gives."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


def groups(text: str, sizes: Sequence[int]) -> list[str]:
    """The text cut into stretches of these sizes; the last takes what is left."""
    parts, position = [], 0
    for size in sizes:
        parts.append(text[position : position + size])
        position += size
    return [part for part in [*parts, text[position:]] if part]


def spelled(rng: Random, number: str, language: str = "en", separator: str = " ", *, oh: bool = False) -> str:
    """Each digit as a word."""
    words = [("oh" if oh and d == "0" else WORDS[language][int(d)]) for d in number]
    return separator.join(word.title() if rng.random() < 0.05 else word for word in words)


def doubled(number: str) -> str:
    """Spelled out with “double” and “triple” for repeats."""
    words, position = [], 0
    while position < len(number):
        run = len(number[position:]) - len(number[position:].lstrip(number[position]))
        run = min(run, 3)
        words.append(("", "double ", "triple ")[run - 1] + WORDS["en"][int(number[position])])
        position += run
    return " ".join(words)


def look_alikes(rng: Random, number: str) -> str:
    """One to three digits as letters that look like them."""
    places = [i for i, d in enumerate(number) if d in _LOOK_ALIKES]
    swapped = set(rng.sample(places, min(len(places), rng.randint(1, 3))))
    return "".join(rng.choice(_LOOK_ALIKES[d]) if i in swapped else d for i, d in enumerate(number))


def invisible(rng: Random, parts: Sequence[str]) -> str:
    """The parts with one kind of invisible character between them."""
    return rng.choice(ZERO_WIDTH).join(parts)


def entities(rng: Random, text: str) -> str:
    """Characters as HTML writes them by number, decimal or hexadecimal."""
    form: Callable[[str], str] = rng.choice([lambda c: f"&#{ord(c)};", lambda c: f"&#x{ord(c):x};"])
    return "".join(form(c) for c in text)


def percent(text: str) -> str:
    """Every character percent-encoded."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def keycaps(number: str) -> str:
    """Digits as the emoji keyboard gives them."""
    return "".join(f"{d}\ufe0f\u20e3" for d in number)
