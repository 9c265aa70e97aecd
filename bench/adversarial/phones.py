"""Phone numbers of sixty regions, national and international, and their disguises.

Each is a metadata example with its last digits redrawn until it is valid again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from bench.adversarial import disguise
from bench.adversarial.wording import Family, digits, framed

PHONE = "PHONE"
REGIONS = [
    "US", "CA", "MX", "BR", "AR", "CL", "CO", "PE", "VE", "EC", "UY", "CR", "GB", "IE", "FR", "DE", "ES", "PT",
    "IT", "NL", "BE", "LU", "CH", "AT", "DK", "SE", "NO", "FI", "IS", "EE", "LV", "LT", "PL", "CZ", "SK", "HU",
    "RO", "BG", "GR", "CY", "HR", "SI", "RS", "UA", "TR", "IL", "SA", "AE", "EG", "MA", "NG", "KE", "ZA", "IN",
    "PK", "BD", "TH", "VN", "MY", "SG", "ID", "PH", "JP", "KR", "CN", "HK", "TW", "AU", "NZ",
]  # fmt: skip
CUES = (
    "my mobile is ", "cell: ", "phone number ", "ring ", "call me on ", "my number is ", "tel ", "tel. ", "phone: ",
    "mobile ",
    "text me at ", "whatsapp ", "you can reach me by phone at ", "telephone ", "contact number: ", "landline ",
)  # fmt: skip
_LOCAL_CUES = {
    "DE": ("Handy ", "meine Nummer ist ", "Telefon: "), "AT": ("Handy ", "Telefonnummer "), "CH": ("Natel ",
    "Telefon "),
    "FR": ("mon numéro est le ", "tél. "), "BE": ("gsm ", "tél "), "ES": ("mi teléfono es ", "móvil "),
    "MX": ("mi celular es ",),
    "AR": ("mi celular es ", "teléfono "), "CO": ("celular ",), "CL": ("mi fono es ", "celular "),
    "IT": ("il mio cellulare è ", "telefono "),
    "PT": ("o meu telemóvel é ", "telefone "), "BR": ("meu celular é ", "telefone "), "NL": ("mijn nummer is ",
    "telefoon "),
    "PL": ("mój telefon ", "tel "), "SE": ("min mobil är ", "telefon "), "DK": ("min mobil er ", "telefon "),
    "NO": ("mobilen min er ",),
    "FI": ("puhelin ", "puhelinnumero "), "CZ": ("telefon ", "mobil "), "TR": ("telefonum ", "cep "),
    "RO": ("telefonul meu ",),
}  # fmt: skip


@cache
def _example(region: str, kind: int) -> PhoneNumber | None:
    return phonenumbers.example_number_for_type(region, kind)


def number(rng: Random, region: str = "") -> PhoneNumber:
    """A valid mobile or fixed number of the region."""
    region = region or rng.choice(REGIONS)
    kind = rng.choice([PhoneNumberType.MOBILE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
    example = _example(region, kind)
    for fresh in (6, 5, 4, 3, 2):
        for _ in range(8):
            drawn = PhoneNumber()
            drawn.merge_from(example)
            text = phonenumbers.national_significant_number(example)
            drawn.national_number = int(text[:-fresh] + digits(rng, fresh))
            if phonenumbers.is_valid_number(drawn):
                return drawn
    return example


def national(rng: Random, region: str = "") -> str:
    """As people of the region write it."""
    return phonenumbers.format_number(number(rng, region), PhoneNumberFormat.NATIONAL)


def international(rng: Random, region: str = "") -> str:
    """With plus and country code, grouped."""
    return phonenumbers.format_number(number(rng, region), PhoneNumberFormat.INTERNATIONAL)


def compact(rng: Random, region: str = "") -> str:
    """E.164."""
    return phonenumbers.format_number(number(rng, region), PhoneNumberFormat.E164)


def _bare(text: str) -> str:
    return re.sub(r"\D", "", text)


def _other_separators(rng: Random, text: str) -> str:
    return re.sub(r"[ -]", rng.choice([".", "-", " ", "/"]), re.sub(r"[()]", "", text)).strip("./- ")


def _of_region(region: str) -> Family:
    cues = (*CUES, *_LOCAL_CUES.get(region, ()), *_LOCAL_CUES.get(region, ()))

    def make(rng: Random) -> str:
        text = national(rng, region)
        return rng.choice([text, text, _other_separators(rng, text), _bare(text)])

    return framed(PHONE, cues, make)


def _cued(make: Callable[[Random], str], leads: Sequence[str] = CUES) -> Family:
    return framed(PHONE, leads, make)


_NO_CUE = ("", "it's ", "here: ", "sure, ", "try ")


def _us(rng: Random, layout: str) -> str:
    text = _bare(national(rng, "US"))
    return layout.format(text[:3], text[3:6], text[6:])


FAMILIES: dict[str, Family] = {
    **{f"phone_national_{region}": _of_region(region) for region in REGIONS},
    "phone_international": _cued(international, (*CUES, *_NO_CUE)),
    "phone_compact": _cued(compact, (*CUES, *_NO_CUE)),
    "phone_international_other": _cued(lambda rng: _other_separators(rng, international(rng)), (*CUES, *_NO_CUE)),
    "phone_plus_spaced": _cued(lambda rng: international(rng).replace("+", "+ ")),
    "phone_plus_brackets": _cued(lambda rng: re.sub(r"^(\+\d+) ", r"(\1) ", international(rng))),
    "phone_trunk_in_brackets": _cued(
        lambda rng: international(rng, rng.choice(["GB", "DE", "AT", "CH", "NL"])).replace(" ", " (0)", 1)
    ),
    "phone_00": _cued(lambda rng: international(rng).replace("+", "00")),
    "phone_00_compact": _cued(lambda rng: compact(rng).replace("+", "00")),
    "phone_011": _cued(lambda rng: international(rng, rng.choice(["GB", "DE", "FR", "IN", "JP"])).replace("+", "011 ")),
    "phone_us_layouts": _cued(
        lambda rng: _us(
            rng,
            rng.choice(["({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "1-{}-{}-{}", "({}){}-{}", "1 ({}) {} {}", "{} {} {}"]),
        )
    ),
    "phone_us_no_cue": _cued(lambda rng: _us(rng, rng.choice(["({}) {}-{}", "{}-{}-{}"])), _NO_CUE),
    "phone_extension": _cued(
        lambda rng: (
            rng.choice([national(rng, "US"), international(rng, "GB")])
            + rng.choice([" ext. ", " ext ", " x", " extension ", " Ext: "])
            + digits(rng, 3)
        )
    ),
    "phone_fullwidth": _cued(
        lambda rng: disguise.in_script(rng.choice([national(rng, "JP"), compact(rng)]), "fullwidth")
    ),
    "phone_arabic_indic": _cued(
        lambda rng: disguise.in_script(national(rng, rng.choice(["EG", "SA", "AE"])), "arabic_indic")
    ),
    "phone_invisible": _cued(lambda rng: disguise.invisible(rng, re.split(r"(?<=\D)(?=\d)", international(rng)))),
    "phone_odd_spaces": _cued(lambda rng: re.sub(r"[ -]", rng.choice("\u00a0\u2009\u202f\t"), international(rng))),
    "phone_typographic": _cued(lambda rng: re.sub(r"[ -]", rng.choice("\u2013\u2011\u2010\u2212"), international(rng))),
    "phone_spelled": _cued(
        lambda rng: disguise.spelled(rng, _bare(national(rng, rng.choice(["US", "GB", "IE", "AU"]))))
    ),
    "phone_spelled_oh": _cued(lambda rng: disguise.spelled(rng, _bare(national(rng, "GB")), oh=True)),
    "phone_spelled_double": _cued(lambda rng: disguise.doubled(_bare(national(rng, rng.choice(["GB", "AU", "IN"]))))),
    "phone_spelled_plus": _cued(lambda rng: "plus " + disguise.spelled(rng, compact(rng)[1:])),
    "phone_spelled_de": _cued(
        lambda rng: disguise.spelled(rng, _bare(national(rng, "DE")), "de"), ("meine Nummer ist ", "Handy ", "Telefon ")
    ),
    "phone_each_digit": _cued(
        lambda rng: rng.choice([" ", "-", "."]).join(_bare(national(rng, rng.choice(["US", "GB", "FR", "AU"]))))
    ),
    "phone_commas": _cued(lambda rng: ", ".join(disguise.groups(_bare(national(rng, "US")), (3, 3, 4)))),
    "phone_lines": _cued(lambda rng: _us(rng, rng.choice(["{}-{}\n-{}", "{}-{}-\n{}", "{}\n{}-{}"]))),
    "phone_keycaps": _cued(lambda rng: disguise.keycaps(_bare(national(rng, "US")))),
    "phone_look_alikes": _cued(lambda rng: disguise.look_alikes(rng, _bare(national(rng, rng.choice(["US", "GB"]))))),
    "phone_entities": _cued(lambda rng: international(rng).replace("+", "&#43;").replace(" ", "&nbsp;")),
    "phone_percent": _cued(lambda rng: international(rng).replace("+", "%2B").replace(" ", "%20")),
    "phone_tel_link": lambda rng: ("tel:", (PHONE, compact(rng)), rng.choice(["", " <- tap"])),
    "phone_glued": lambda rng: (
        rng.choice(["tel:", "phone=", "mob:", "t:", "Tel.:"]),
        (PHONE, rng.choice([compact, international])(rng)),
        "",
    ),
    "phone_two": lambda rng: (
        rng.choice(CUES),
        (PHONE, national(rng, "GB")),
        rng.choice([" / ", " or ", ", "]),
        (PHONE, national(rng, "GB")),
    ),
    "phone_after": lambda rng: (
        (PHONE, national(rng, rng.choice(["US", "GB", "DE", "FR"]))),
        rng.choice([" is my phone", " is my mobile number", " (mobile)", " - call me after six"]),
    ),
}
