"""Whether a message is in another language than English, and in which: by the words that it is made of.

Conservative: what is short, mixed, a name, an address or a number is taken for English. No model, no chance: the same
text gives the same answer everywhere.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from discreet.reading.profiles import BY_CODE, ENGLISH, LATIN, OTHER_SCRIPTS, WITHOUT_SPACES, Profile, words

FEWEST = 3
"""Words below which nothing is said of a language that puts spaces between them."""
SHARE = 0.3
"""Of the words, those that the profile must know."""
_SCRIPTS = {"HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "HANGUL": "ko", "THAI": "th"}
_PIECES = {code: tuple(pieces.split()) for code, (_, pieces) in WITHOUT_SPACES.items()}


@dataclass(frozen=True)
class Language:
    """A language that was noticed: its ISO 639-1 code, and what its speaker is told, in it."""

    code: str
    sentence: str


def other_language(text: str) -> Language | None:
    """The language of a message that is surely not English, None for everything else. ``text`` is the client's."""
    code = _without_spaces(text) if not text.isascii() else None
    code = code or _with_spaces(words(text))
    return Language(code, BY_CODE[code]) if code else None


def _with_spaces(said: list[str]) -> str | None:
    if len(said) < FEWEST:
        return None
    english = sum(word in ENGLISH for word in said)
    if 3 * english > len(said):
        return None  # no profile can know three times as many
    latin = all(word.isascii() for word in said)
    scores = [(_score(said, english, profile), profile.code) for profile in (LATIN if latin else OTHER_SCRIPTS)]
    score, code = max(scores, key=lambda scored: scored[0])
    return code if score else None


def _score(said: list[str], english: int, profile: Profile) -> int:
    """How well a profile fits, 0 where it does not."""
    different = set(said)
    strong, weak = len(different & profile.strong), len(different & profile.weak)
    known = sum(word in profile.strong or word in profile.weak for word in said)
    enough = strong >= 2 or (strong == 1 and weak >= 2)
    if not enough or known < SHARE * len(said) or known < 3 * english:
        return 0
    return 2 * strong + weak


def _without_spaces(text: str) -> str | None:
    """By script, where that decides; a kana anywhere makes a text Japanese."""
    scripts = {_SCRIPTS.get(unicodedata.name(c, "").partition(" ")[0]) for c in text if not c.isascii()} - {None}
    for code in ("ja", "ko", "th", "zh"):
        if code in scripts:
            return code if sum(piece in text for piece in _PIECES[code]) >= 2 else None
    return None
