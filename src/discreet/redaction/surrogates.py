"""Invented values that keep the form of real ones, for exports and training data.

Numbers keep their layout: each digit is drawn anew, separators stay. The checks of cards and IBANs are right again, in
ranges that nobody issues; those of ids are not, which keeps them from being somebody's. Nothing of a real value but its
layout, its country and its brand's or issuer's prefix passes into an invented one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from stdnum import luhn

from discreet.redaction import invented
from discreet.redaction.find import Span
from discreet.redaction.splice import Splice

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TRIES = 100


class Surrogates:
    """Invents values, the same one for the same value as long as it lives: keep one a conversation.

    ``random`` decides everything; give it a secret seed where the originals must not be guessed from the order.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._known: dict[tuple[str, str], str] = {}

    def of(self, category: str, value: str) -> str:
        """An invented value of the category in the form of ``value``, never equal to it."""
        key = (category, "".join(character for character in value.casefold() if character.isalnum()) or value)
        if key not in self._known:
            self._known[key] = self._invented(category, value)
        return self._known[key]

    def in_place(self, text: str, spans: Sequence[Span]) -> str:
        """The text with an invented value for each finding."""
        splice = Splice(text)
        for span in spans:
            splice.replace(span.start, span.end, self.of(span.category, text[span.start : span.end]))
        return splice.text

    def _invented(self, category: str, value: str) -> str:
        make = _MAKERS.get(category, _same_form)
        for _ in range(_TRIES):
            new = make(self._random, value)
            if new.casefold() != value.casefold():
                return new
        return f"[{category}]"


def _same_form(random: Random, value: str) -> str:
    """Digits for digits, letters for letters, of the same case; the rest stays."""

    def other(character: str) -> str:
        if character.isdigit():
            return str(random.randrange(10))
        if character.isalpha():
            letter = random.choice(_LETTERS)
            return letter.upper() if character.isupper() else letter
        return character

    return "".join(map(other, value))


def _filled(layout: str, characters: str) -> str:
    """The layout with its digits and letters replaced in order; in one piece where it has another number of them."""
    if sum(map(str.isalnum, layout)) != len(characters):
        return characters
    remaining = iter(characters)
    return "".join(next(remaining) if character.isalnum() else character for character in layout)


def _card(random: Random, value: str) -> str:
    """Luhn-valid with the brand's first digit, in a range that issues none: second to sixth digit 0."""
    digits = [character for character in value if character.isdigit()]
    if not 12 <= len(digits) <= 19 or sum(map(str.isalnum, value)) != len(digits):
        digits = list("4" * 16)
    body = digits[0] + "00000" + "".join(str(random.randrange(10)) for _ in range(len(digits) - 7))
    return _filled(value, body + luhn.calc_check_digit(body))


def _iban(random: Random, value: str) -> str:
    """The country and the form stay; a bank of zeros is none, and the check (ISO 7064 mod 97-10) is right."""
    number = "".join(character for character in value if character.isalnum()).upper()
    if not number.isascii() or not 15 <= len(number) <= 34:
        number = "DE" + "0" * 20
    body = "".join("X" if c.isalpha() else "0" for c in number[4:8])
    body += "".join(c if c.isdigit() else random.choice(_LETTERS).upper() for c in _same_form(random, number[8:]))
    figures = "".join(str(int(character, 36)) for character in body + number[:2])
    return _filled(value, f"{number[:2]}{98 - int(figures + '00') % 97:02}{body}")


def _mail(random: Random, _: str) -> str:
    """A host that RFC 2606 keeps for examples."""
    return f"{''.join(random.choice(_LETTERS) for _place in range(8))}@mail.example"


def _phone(random: Random, value: str) -> str:
    """Country code, area and layout stay where the number is written in digits; the last digits are drawn."""
    places = [index for index, character in enumerate(value) if character.isdigit()]
    if len(places) < 7:
        return f"+44 7700 900{random.randrange(1000):03}"
    new = list(value)
    for index in places[-6:]:
        new[index] = str(random.randrange(10))
    if len(places) in (10, 11) and value.startswith(("(", "+1", "1", "2", "3", "4", "5", "6", "7", "8", "9")):
        # 555-0100 to 555-0199 are kept for fiction in North America.
        for index, digit in zip(places[-7:-2], "55501", strict=True):
            new[index] = digit
    return "".join(new)


def _date(random: Random, _: str) -> str:
    return f"{random.randint(1, 28):02}.{random.randint(1, 12):02}.{random.randint(1940, 2005)}"


_MAKERS: dict[str, Callable[[Random, str], str]] = {
    "payment_card": _card,
    "iban": _iban,
    "bic": invented.bic,
    "email": _mail,
    "phone": _phone,
    "date_of_birth": _date,
    "person_name": invented.name,
    "delivery_address": invented.address,
    "url": lambda random, _: f"https://example.com/{random.randrange(10**6):06}",
    "ip_address": lambda random, _: f"192.0.2.{random.randrange(256)}",
    "password": lambda random, _: "".join(random.choice(_LETTERS) for _ in range(10)),
    "api_key": invented.key,
    "crypto_address": invented.wallet,
}
