"""Messages without a word: emoji, signs, a row of question marks."""

from __future__ import annotations

import unicodedata

ONLY_WORDS = (
    "I understand words only, no emoji or signs on their own. I can help with orders, returns, addresses and your "
    "privacy; or write “talk to a person”."
)


def is_wordless(text: str) -> bool:
    """Whether no letter and no number is in it. ``text`` is the client's.

    A keycap (1️⃣) is a number: sixteen of them are a card, and must be looked at like any other.
    """
    return not any(unicodedata.category(character)[0] in "LN" for character in text)
