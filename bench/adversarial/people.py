"""Dates of birth and names, each with what makes it recognisable."""

from __future__ import annotations

from random import Random

from bench.adversarial import disguise
from bench.adversarial.wording import Family, framed

BIRTH, PERSON = "DATE_OF_BIRTH", "PERSON"
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}
_BORN = (
    "dob ", "DOB: ", "d.o.b. ", "date of birth ", "date of birth: ", "born ", "i was born on ", "my birthday is ",
    "birth date: ",
    "birthdate ", "my date of birth is ", "born on ", "bday ",
)  # fmt: skip
_BORN_DE = ("geboren am ", "Geburtsdatum: ", "geb. ", "mein Geburtstag ist der ")
_BORN_ROMANCE = (
    "né le ",
    "née le ",
    "date de naissance : ",
    "nací el ",
    "fecha de nacimiento: ",
    "nato il ",
    "data di nascita ",
)


def _parts(rng: Random) -> tuple[int, int, int]:
    return rng.randint(1, 28), rng.randint(1, 12), rng.randint(1938, 2007)


def _numeric(rng: Random) -> str:
    day, month, year = _parts(rng)
    mark = rng.choice("/.-")
    return rng.choice(
        [f"{day:02}{mark}{month:02}{mark}{year}", f"{year}-{month:02}-{day:02}", f"{day}{mark}{month}{mark}{year}"]
    )


def _short_year(rng: Random) -> str:
    day, month, year = _parts(rng)
    return f"{day:02}{(mark := rng.choice('/.-'))}{month:02}{mark}{year % 100:02}"


def _ordinal(day: int) -> str:
    return f"{day}{'th' if 4 <= day <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def _worded(rng: Random) -> str:
    day, month, year = _parts(rng)
    name = _MONTHS["en"][month - 1]
    short = name[:3]
    return rng.choice([
        f"{name} {_ordinal(day)}, {year}", f"{name} {day} {year}", f"{day} {name} {year}",
        f"{_ordinal(day)} of {name} {year}",
        f"{day}-{short}-{year}", f"{day} {short} {year}", f"{short}. {day}, {year}", f"{day} {name.lower()}, {year}",
    ])  # fmt: skip


def _worded_in(language: str, form: str) -> object:
    def make(rng: Random) -> str:
        day, month, year = _parts(rng)
        return form.format(day=day, month=_MONTHS[language][month - 1], year=year)

    return make


def _month_year(rng: Random) -> str:
    _, month, year = _parts(rng)
    return rng.choice([f"{_MONTHS['en'][month - 1]} {year}", f"{_MONTHS['en'][month - 1].lower()} {year}"])


def _spaced(rng: Random) -> str:
    day, month, year = _parts(rng)
    return rng.choice([f"{day:02} {month:02} {year}", f"{day:02}{month:02}{year}", f"{day:02} / {month:02} / {year}"])


def _birth(make: object, leads: tuple[str, ...] = _BORN) -> Family:
    return framed(BIRTH, leads, make, (" btw",))  # type: ignore[arg-type]


_GIVEN = [
    "Mara", "Otto", "Inès", "Pavel", "Lotte", "Samir", "Greta", "Hugo", "Ngozi", "Yuki", "Beatrix", "Nils",
    "Rosa", "Viktor", "Amina", "Declan", "Siobhán", "Jürgen", "Priya",
]  # fmt: skip
_FAMILY = (
    "Keller", "Okafor", "Brandt", "Santos", "Novák", "Lindqvist", "Moreau", "Petrov", "O'Byrne", "van der Berg",
    "Ito", "Demir",
    "García López", "Falk-Weber", "McAllister", "de Souza", "Szymańska",
)  # fmt: skip
_NAMED = (
    "my name is ",
    "My name's ",
    "name: ",
    "full name: ",
    "ich heiße ",
    "mein Name ist ",
    "je m'appelle ",
    "me llamo ",
    "mi chiamo ",
    "it's in the name of ",
)
_AFTER_NAME = (" and my parcel is late", ", where is my order?", "", ".", " - please help", " thanks")


def name(rng: Random) -> str:
    """A given and a family name."""
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


FAMILIES: dict[str, Family] = {
    "birth_numeric": _birth(_numeric),
    "birth_worded": _birth(_worded),
    "birth_short_year": _birth(_short_year, ("dob ", "date of birth: ", "born on ", "DOB: ")),
    "birth_month_year": _birth(_month_year, ("born in ", "i was born in ")),
    "birth_spaced": _birth(_spaced, ("dob ", "date of birth: ", "DOB: ")),
    "birth_de": _birth(_numeric, _BORN_DE),
    "birth_de_worded": _birth(_worded_in("de", "{day}. {month} {year}"), _BORN_DE),
    "birth_romance": _birth(_numeric, _BORN_ROMANCE),
    "birth_fr_worded": _birth(_worded_in("fr", "{day} {month} {year}"), ("né le ", "née le ")),
    "birth_es_worded": _birth(_worded_in("es", "{day} de {month} de {year}"), ("nací el ", "fecha de nacimiento: ")),
    "birth_fullwidth": _birth(lambda rng: disguise.in_script(_numeric(rng), "fullwidth")),
    "birth_invisible": _birth(lambda rng: (d := _numeric(rng))[:5] + rng.choice(disguise.ZERO_WIDTH) + d[5:]),
    "birth_after": lambda rng: (
        (BIRTH, _numeric(rng)),
        rng.choice([" is my date of birth", " is my birthday", " (dob)"]),
    ),
    "birth_glued": lambda rng: (rng.choice(["dob:", "DOB=", "birthday:"]), (BIRTH, _numeric(rng)), ""),
    "birth_json": lambda rng: ('{"date_of_birth":"', (BIRTH, _numeric(rng)), '"}'),
    "name_cued": lambda rng: (rng.choice(_NAMED), (PERSON, name(rng)), rng.choice(_AFTER_NAME)),
    "name_speaking": lambda rng: (
        rng.choice(["this is ", "hi, this is ", "hier spricht "]),
        (PERSON, name(rng)),
        rng.choice([" speaking", " here", " calling about my order"]),
    ),
    "name_lower": lambda rng: (
        rng.choice(["my name is ", "name: ", "my full name is "]),
        (PERSON, name(rng).lower()),
        rng.choice(["", ".", ", thanks"]),
    ),
    "name_titled": lambda rng: (
        rng.choice(["regards, ", "this is ", "I am "]),
        (PERSON, f"{rng.choice(['Mr', 'Mrs', 'Dr.', 'Ms.', 'Prof.'])} {rng.choice(_FAMILY)}"),
        "",
    ),
}
