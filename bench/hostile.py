"""Messages made to keep a redactor busy: each pattern repeated to a length."""

from __future__ import annotations

from collections.abc import Callable, Mapping

PATTERNS: Mapping[str, str] = {
    "a.a.": "a.a.",
    "a.a.@": "a.a.a.a@",
    "@@@@": "@",
    "a@a@": "a@",
    "x@x.x": "x@x.x.",
    "at dot words": "a at b dot c dot ",
    "(at)(dot)": "a(at)b(dot)",
    "digits": "4111111111111111",
    "digits with spaces": "4111 ",
    "digits with dashes": "4-1-1-1-",
    "single digits": "1 ",
    "dotted numbers": "1.1.",
    "slashed dates": "01/02/",
    "digits and commas": "1, 2, ",
    "digits and lines": "1111\n",
    "nested brackets": "((((",
    "square brackets": "[[.]]",
    "colons": "::::",
    "hextets": "fe80::",
    "zero-width": "\u200b",
    "zero-width digits": "4\u200b1\u200d",
    "bidirectional": "\u202e1\u202c",
    "combining": "1\u0301\u0323",
    "homoglyph digits": "O0lI1S5",
    "wide digits": "４１",
    "mixed scripts": "1٢३４",
    "keycaps": "4\ufe0f\u20e3",
    "percent": "%34",
    "percent of percent": "%25",
    "entities": "&#52;",
    "broken entities": "&#",
    "entity of entity": "&amp;#",
    "spelled out": "four one ",
    "spelled out doubles": "double double triple ",
    "plus": "+4",
    "plus plus": "++++",
    "phone cues": "phone 0",
    "card cues": "card 4111 ",
    "id cues": "ssn 1111 ",
    "id cues without gaps": "身份证1111",
    "ids before their cue": "1234 (ssn",
    "ids too long": "cédula 1234567890123 ",
    "iban heads": "DE89",
    "iban heads spaced": "DE89 GB29 ",
    "lower iban letters": "nl91 abna ",
    "www": "www.",
    "schemes": "http://",
    "hxxp": "hxxps[:]//a[.]b",
    "paths": "a.co/a/",
    "born": "born on 1 ",
    "months": "march may june ",
    "name cues": "my name is my name is ",
    "street words": "12 Main Street ",
    "postcodes": "SW1A 1AA ",
    "password cues": "password is: ",
    "half tokens": "vt_card_",
    "token bodies": "vt_card_0123456789abcdefghjkm_1111 ",
    "PEM heads": "-----BEGIN PRIVATE KEY-----",
    "base58": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "hex": "0xdeadbeef",
    "underscores": "____",
    "quotes": "\"'“”",
    "spaces": " ",
    "emoji": "👩\u200d🚀",
}
_TAILS: Mapping[str, Callable[[str], str]] = {
    "a.a.": lambda text: text[:-1] + "@",
    "digits": lambda text: text[:-1] + "x",
    "spaces": lambda text: text[:-1] + "@",
}
"""What a pattern ends in, so that an engine which had hoped for a match goes back."""


def message(name: str, length: int) -> str:
    """The pattern repeated to exactly that many characters."""
    pattern = PATTERNS[name]
    text = (pattern * (length // len(pattern) + 1))[:length]
    return _TAILS.get(name, lambda same: same)(text)
