"""What looks like personal data and is none: a redactor that marks it breaks the shop."""

from __future__ import annotations

import uuid
from random import Random

from stdnum import ean, luhn
from stdnum import iban as checked_iban

from bench.adversarial import disguise
from bench.adversarial.bank import iban
from bench.adversarial.wording import Family, digits, filled, plain

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _not_luhn(rng: Random, length: int = 16, prefix: str = "4") -> str:
    while True:
        number = prefix + digits(rng, length - len(prefix))
        if not luhn.is_valid(number):
            return number


def _no_brand(rng: Random) -> str:
    body = rng.choice(["0", "1", "9", "79"]) + digits(rng, 14)
    return body[:15] + luhn.calc_check_digit(body[:15])


def _bad_iban(rng: Random) -> str:
    while True:
        number = iban(rng, rng.choice(["DE", "GB", "NL", "FR"]))
        number = number[:2] + digits(rng, 2) + number[4:]
        if not checked_iban.is_valid(number, check_country=False):
            return number


def _ean13(rng: Random) -> str:
    body = rng.choice(["400", "501", "871", "590"]) + digits(rng, 9)
    return body + ean.calc_check_digit(body)


def _isbn(rng: Random) -> str:
    body = "978" + digits(rng, 9)
    number = body + ean.calc_check_digit(body)
    return rng.choice([number, f"{number[:3]}-{number[3]}-{number[4:6]}-{number[6:12]}-{number[12]}"])


def _amount(rng: Random) -> str:
    return rng.choice(["£{:,}.99", "${:,}.00", "{:,}.50 EUR", "€ {:,}", "{:,} kr"]).format(rng.randint(1000, 9_999_999))


def _stamp(rng: Random) -> str:
    day, month, hour, minute = rng.randint(1, 28), rng.randint(1, 12), rng.randint(0, 23), rng.randint(0, 59)
    return rng.choice([
        f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}:07Z", f"2026-{month:02}-{day:02} {hour:02}:{minute:02}",
        str(rng.randint(1_600_000_000, 1_799_999_999)),
        str(rng.randint(1_600_000_000_000, 1_799_999_999_999)), f"2026{month:02}{day:02}{hour:02}{minute:02}00",
        f"[{day:02}/Mar/2026:{hour:02}:{minute:02}:11 +0000]",
    ])  # fmt: skip


def _version(rng: Random) -> str:
    a, b, c, d = (rng.randint(0, 30) for _ in range(4))
    return rng.choice([f"{a}.{b}.{c}", f"v{a}.{b}.{c}.{d}", f"{a}.{b}.{c}-rc{d}", f"{a}.{b}.{c}.{d}"])


def _ups(rng: Random) -> str:
    return "1Z" + digits(rng, 6, _UPPER + "0123456789") + digits(rng, 10)


_ORDER = (
    "where is order ",
    "order number ",
    "my order is ",
    "order #",
    "status of ",
    "bestellung ",
    "commande ",
    "regarding order no. ",
)
_TRACKING = ("tracking ", "tracking number ", "parcel ", "shipment ", "the carrier says ", "track ")
_REFERENCE = (
    "voucher ",
    "case ",
    "ticket ",
    "serial ",
    "reference ",
    "batch ",
    "loyalty number ",
    "meter id ",
    "claim ",
    "quote ",
)

FAMILIES: dict[str, Family] = {
    "not_order_short": plain(_ORDER, lambda rng: f"DS-{digits(rng, 5)}"),
    "not_order_digits": plain(_ORDER, lambda rng: digits(rng, rng.randint(6, 11), "123456789")),
    "not_order_parts": plain(_ORDER, lambda rng: f"{digits(rng, 3)}-{digits(rng, 7)}-{digits(rng, 7)}"),
    "not_order_letters": plain(_ORDER, lambda rng: f"{digits(rng, 2, _UPPER)}{digits(rng, 8)}"),
    "not_order_dated": plain(
        _ORDER, lambda rng: f"2026{rng.randint(1, 12):02}{rng.randint(1, 28):02}-{digits(rng, 4)}"
    ),
    "not_luhn": plain(_REFERENCE, _not_luhn),
    "not_luhn_grouped": plain(_REFERENCE, lambda rng: " ".join(disguise.groups(_not_luhn(rng), (4, 4, 4)))),
    "not_luhn_dashed": plain(_REFERENCE, lambda rng: "-".join(disguise.groups(_not_luhn(rng, prefix="5"), (4, 4, 4)))),
    "not_a_brand": plain(_REFERENCE, _no_brand),
    "not_an_iban": plain(("ref ", "reference ", "mandate "), _bad_iban),
    "not_tracking_ups": plain(_TRACKING, _ups),
    "not_tracking_fedex": plain(_TRACKING, lambda rng: digits(rng, rng.choice([12, 15]), "0123456789")),
    "not_tracking_usps": plain(_TRACKING, lambda rng: "94" + digits(rng, 20)),
    "not_tracking_dhl": plain(_TRACKING, lambda rng: rng.choice(["JD01", "JJD00"]) + digits(rng, 16)),
    "not_tracking_post": plain(
        _TRACKING, lambda rng: f"R{rng.choice('RLX')}{digits(rng, 9)}{rng.choice(['GB', 'DE', 'CN'])}"
    ),
    "not_isbn": plain(("ISBN ", "isbn ", "the book "), _isbn),
    "not_issn": plain(("ISSN ",), lambda rng: f"{digits(rng, 4)}-{digits(rng, 4)}"),
    "not_ean": plain(("EAN ", "barcode ", "ean: ", "gtin "), _ean13),
    "not_invoice": plain(
        ("invoice ", "invoice no. ", "Rechnung ", "facture "),
        lambda rng: rng.choice(
            [f"INV-2026-{digits(rng, 5)}", f"RE{digits(rng, 8)}", f"2026/{digits(rng, 6)}", digits(rng, 10)]
        ),
    ),
    "not_part": plain(
        ("part no. ", "part number ", "model ", "sku ", "item "),
        lambda rng: rng.choice(
            [
                f"{digits(rng, 2, _UPPER)}-{digits(rng, 4)}-{digits(rng, 3)}",
                f"{digits(rng, 3, _UPPER)}{digits(rng, 9)}",
                f"{digits(rng, 3)}.{digits(rng, 3)}.{digits(rng, 2)}",
            ]
        ),
    ),
    "not_version": plain(("version ", "app version ", "firmware ", "I use v"), _version),
    "not_stamp": plain(("charged at ", "since ", "log says ", "it happened ", "at "), _stamp),
    "not_amount": plain(("I paid ", "it cost ", "refund of ", "total "), _amount),
    "not_amounts": plain(
        ("prices: ", "totals "), lambda rng: ", ".join(f"{rng.randint(10, 9999)}.{digits(rng, 2)}" for _ in range(4))
    ),
    "not_hash": plain(
        ("commit ", "sha ", "checksum ", "md5 "),
        lambda rng: digits(rng, rng.choice([7, 32, 40, 64]), "0123456789abcdef"),
    ),
    "not_uuid": plain(("id ", "request ", "error id "), lambda rng: str(uuid.UUID(bytes=rng.randbytes(16), version=4))),
    "not_coordinates": plain(
        ("it is at ", "pickup point ", "coordinates "),
        lambda rng: f"{rng.uniform(-80, 80):.6f}, {rng.uniform(-170, 170):.6f}",
    ),
    "not_date": plain(
        ("delivered on ", "ordered on ", "since ", "the sale ends "),
        lambda rng: f"{rng.randint(1, 28):02}{(m := rng.choice('/.-'))}{rng.randint(1, 12):02}{m}2026",
    ),
    "not_time": plain(
        ("open ", "between ", "from "), lambda rng: f"{rng.randint(6, 11):02}:30-{rng.randint(12, 20)}:45"
    ),
    "not_size": plain(
        ("size ", "it measures ", "the box is "),
        lambda rng: rng.choice(
            [
                f"{rng.randint(20, 90)}x{rng.randint(20, 90)}x{rng.randint(20, 90)} cm",
                f"{rng.randint(36, 47)} / UK {rng.randint(3, 12)}",
                "1920x1080",
            ]
        ),
    ),
    "not_count": plain(
        ("I ordered ", "there were "),
        lambda rng: filled(rng, "# of ## pieces in # boxes of ###"),
    ),
    "not_flight": plain(
        ("flight ", "train ", "booking "),
        lambda rng: f"{rng.choice(['LH', 'BA', 'KL', 'ICE '])}{rng.randint(100, 2999)} on {rng.randint(1, 28)} March",
    ),
    "not_password": plain(
        ("my password is ", "the password is "),
        lambda rng: rng.choice(
            ["wrong", "not accepted", "expired", "too short", "being reset", "correct but it does not work"]
        ),
    ),
    "not_code": plain(
        ("my discount code is ", "the promo code ", "error code ", "voucher code "),
        lambda rng: rng.choice(["SUMMER26", "E1042", "504", "WELCOME10"]),
    ),
    "not_at": plain(
        ("meet me at ", "I was at ", "look at "),
        lambda rng: rng.choice(
            ["the shop dot matrix printer", "home at 10", "5 at most", "your page at the top", "noon. dot"]
        ),
    ),
    "not_handle": plain(
        ("follow ", "we are ", "tweet "), lambda rng: rng.choice(["@kestrelwren", "@shop @home", "a@b", "@ 5 pm"])
    ),
    "not_numbers_in_words": plain(
        ("I have ", "please send "),
        lambda rng: rng.choice(
            ["one or two or three socks", "two for one, one for free", "seven of nine", "one two three, testing"]
        ),
    ),
    "not_name": plain(
        ("my name is ", "this is "),
        lambda rng: rng.choice(
            ["wrong on the parcel", "misspelt", "not on the list", "not what I ordered", "ridiculous", "the third time"]
        ),
    ),
    "not_phone_call": plain(
        ("call me ", "my phone is ", "the number is "),
        lambda rng: rng.choice(["maybe", "broken", "an iPhone 15", "back at 10:30", "on 3 March", "busy"]),
    ),
}
