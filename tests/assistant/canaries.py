"""Planted values, drawn anew each run from lists outside the training data, and the search for them in any disguise."""

from __future__ import annotations

import base64
import json
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import zstandard
from stdnum import iban, luhn

_FIRST = ("Wilhelmina", "Thaddeus", "Oluwaseun", "Bronisława", "Xiomara", "Cormac", "Ngozi", "Leopoldine")
_LAST = ("Achterberg", "Quillfeather", "Babatunde", "Wojnarowska", "Etxeberria", "Mac Giolla", "Zwingenberger")
_STREETS = ("Saltmarsh Lane", "Krähenwinkel", "Rue des Cigognes", "Tanglewood Close", "Vlierstraat", "Fuchsbau")
_TOWNS = ("Widdershins WD7 9QX", "09437 Börnichen", "14117 Soumont", "Netherwallop NW4 8ZZ", "9665 Pekela")


@dataclass(frozen=True)
class Canaries:
    """One value of each kind."""

    card: str
    iban: str
    email: str
    phone: str
    address: str
    name: str
    secret: str

    @property
    def structured(self) -> dict[str, str]:
        """Values that patterns find, or that a form asked for: not one may be found anywhere."""
        return {
            "card": self.card,
            "iban": self.iban,
            "email": self.email,
            "phone": self.phone,
            "address": self.address,
            "feedback": self.secret,
        }


def draw(seed: int) -> Canaries:
    """New canaries."""
    rng = random.Random(seed)
    digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))  # noqa: E731
    body = "51" + digits(13)
    card = body + luhn.calc_check_digit(body)
    account = "DE00" + digits(18)
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    return Canaries(
        card=" ".join(card[i : i + 4] for i in range(0, 16, 4)),
        iban=account[:2] + iban.calc_check_digits(account) + account[4:],
        email=f"{first.lower()}.{digits(6)}@{rng.choice(('kaleidoskop', 'ferndale', 'otterhouse'))}.example",
        phone=f"+4479{digits(8)}",
        address=f"{rng.randint(101, 999)} {rng.choice(_STREETS)}, {rng.choice(_TOWNS)}",
        name=f"{first} {last}",
        secret=f"my parcel smelled of {rng.choice(('turpentine', 'liquorice', 'petrichor'))} {digits(5)}",
    )


def disguises(value: str) -> Iterator[bytes]:
    """The value as a scan must find it: plain, compact, base64 at each alignment, hex, escaped, UTF-16."""
    forms = {value, re.sub(r"[\s-]", "", value), value.lower(), json.dumps(value)[1:-1], quote(value)}
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 8:
        forms.add(digits)
    for form in forms:
        raw = form.encode()
        yield raw
        yield raw.hex().encode()
        yield form.encode("utf-16-le")
        for shift in range(3):
            # Characters at either end depend on the neighbours: only the middle is the value's own.
            encoded = base64.b64encode(bytes(shift) + raw)
            yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def found_in(content: bytes, values: dict[str, str]) -> set[str]:
    """The names of the values that lie in the content, compressed parts included."""
    parts = [content, *_unpacked(content)]
    return {name for name, value in values.items() for part in parts if any(d in part for d in disguises(value))}


def in_byte_columns(dump: str) -> bytes:
    """What lies in columns of bytes, which a dump of a database shows as hexadecimal digits."""
    return b"\n".join(map(bytes.fromhex, re.findall(r"\\x((?:[0-9a-f]{2})+)", dump)))


def scan(folders: list[Path], values: dict[str, str], *, leave_out: tuple[Path, ...] = ()) -> dict[str, set[str]]:
    """Every file below the folders in which a value lies."""
    hits: dict[str, set[str]] = {}
    for folder in folders:
        for file in folder.rglob("*"):
            looked_at = file.is_file() and not any(file.is_relative_to(out) for out in leave_out)
            if looked_at and (names := found_in(file.read_bytes(), values)):
                hits[str(file)] = names
    return hits


def _unpacked(content: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"\x1f\x8b\x08", content):
        try:
            yield zlib.decompressobj(wbits=31).decompress(content[match.start() :], 64 * 2**20)
        except zlib.error:
            continue
    for match in re.finditer(rb"\x28\xb5\x2f\xfd", content):
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(content[match.start() :])
        except zstandard.ZstdError:
            continue
