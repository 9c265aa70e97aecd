"""Bank accounts: IBANs in every layout, BICs, and national account numbers beside their cue."""

from __future__ import annotations

import string
from collections.abc import Callable
from random import Random

from stdnum import iban as checked
from stdnum.us import rtn

from bench.adversarial import disguise
from bench.adversarial.wording import Family, digits, framed

IBAN = "IBAN"
_LETTERS, _BOTH = string.ascii_uppercase, string.ascii_uppercase + string.digits
_LAYOUTS = {
    "DE": "n18",
    "GB": "a4n14",
    "FR": "n10c11n2",
    "NL": "a4n10",
    "ES": "n20",
    "IT": "a1n10c12",
    "AT": "n16",
    "CH": "n5c12",
    "BE": "n12",
    "IE": "a4n14",
    "PT": "n21",
    "PL": "n24",
    "SE": "n20",
    "DK": "n14",
    "NO": "n11",
    "FI": "n14",
    "CZ": "n20",
    "SK": "n20",
    "HU": "n24",
    "RO": "a4c16",
    "BG": "a4n6c8",
    "GR": "n7c16",
    "HR": "n17",
    "SI": "n15",
    "LU": "n3c13",
    "LT": "n16",
    "LV": "a4c13",
    "EE": "n16",
    "MT": "a4n5c18",
    "CY": "n8c16",
    "IS": "n22",
    "LI": "n5c12",
    "SA": "n2c18",
    "AE": "n19",
    "TR": "n5n1c16",
    "IL": "n19",
    "UA": "n6c19",
    "SM": "a1n10c12",
}
"""n: digits, a: letters, c: either, with how many."""
LEADS = (
    "IBAN: ", "iban is ", "my iban ", "pay into ", "refund to ", "account ", "please send it to ", "Konto ",
    "mon IBAN : ",
    "mi cuenta es ", "transfer the money to ", "rekening ", "", "bank: ",
)  # fmt: skip
_PRINTED = (4,) * 9


def iban(rng: Random, country: str = "") -> str:
    """A number of any country of the table, with a right check; national check digits inside are random."""
    country = country or rng.choice(list(_LAYOUTS))
    layout, body = _LAYOUTS[country], ""
    for part in layout.replace("n", " n").replace("a", " a").replace("c", " c").split():
        body += digits(rng, int(part[1:]), {"n": string.digits, "a": _LETTERS, "c": _BOTH}[part[0]])
    return country + checked.calc_check_digits(f"{country}00{body}") + body


def _shape(make: Callable[[Random, str], str]) -> Family:
    return framed(IBAN, LEADS, lambda rng: make(rng, iban(rng)))


def _by(separator: str) -> Family:
    return _shape(lambda _, number: separator.join(disguise.groups(number, _PRINTED)))


def _after(number: Callable[[Random], str], *tails: str) -> Family:
    return lambda rng: (rng.choice(LEADS), (IBAN, number(rng)), rng.choice(tails))


def _printed(rng: Random) -> str:
    return " ".join(disguise.groups(iban(rng), _PRINTED))


def _odd(rng: Random, number: str) -> str:
    return rng.choice(" -").join(disguise.groups(number, rng.choice([(2, 2, 8, 10), (4, 8, 8), (4, 10), (2, 4, 6, 6)])))


def _routing(rng: Random) -> str:
    body = rng.choice(["01", "02", "03", "06", "11", "12", "26", "32"]) + digits(rng, 6)
    return body + str(rtn.calc_check_digit(body))


def _sort_code(rng: Random) -> str:
    return rng.choice(["-", " ", ""]).join(digits(rng, 2) for _ in range(3))


_BIC_BANKS = (
    "COBADEFF",
    "DEUTDEDB",
    "BNPAFRPP",
    "INGBNL2A",
    "NWBKGB2L",
    "BARCGB22",
    "CHASUS33",
    "UBSWCHZH",
    "NDEADKKK",
)

FAMILIES: dict[str, Family] = {
    "iban_plain": _by(""),
    "iban_printed": _by(" "),
    "iban_lower": _shape(lambda _, n: n.lower()),
    "iban_lower_printed": _shape(lambda _, n: " ".join(disguise.groups(n, _PRINTED)).lower()),
    "iban_mixed_case": _shape(lambda rng, n: "".join(rng.choice((c.lower(), c)) for c in n)),
    "iban_dashed": _by("-"),
    "iban_dotted": _by("."),
    "iban_slashed": _by("/"),
    "iban_odd_spaces": _shape(lambda rng, n: rng.choice("\u00a0\u2009\u202f\t").join(disguise.groups(n, _PRINTED))),
    "iban_typographic": _shape(lambda rng, n: rng.choice("\u2013\u2011\u2010").join(disguise.groups(n, _PRINTED))),
    "iban_invisible": _shape(lambda rng, n: disguise.invisible(rng, disguise.groups(n, _PRINTED))),
    "iban_lines": _shape(
        lambda rng, n: rng.choice(["\n", "\r\n", " \n"]).join(disguise.groups(n, (rng.randint(6, 12),)))
    ),
    "iban_fullwidth": _shape(lambda _, n: disguise.wide(n)),
    "iban_each": _shape(lambda _, n: " ".join(n)),
    "iban_odd_groups": _shape(_odd),
    "iban_look_alikes": framed(
        IBAN,
        ("IBAN: ", "my iban is "),
        lambda rng: (n := iban(rng, rng.choice(["DE", "AT", "PL", "DK", "ES"])))[:2] + disguise.look_alikes(rng, n[2:]),
    ),
    "iban_entities": _shape(disguise.entities),
    "iban_entity_separators": _shape(
        lambda rng, n: rng.choice(["&nbsp;", "&#32;", "%20", "+"]).join(disguise.groups(n, _PRINTED))
    ),
    "iban_glued": lambda rng: (
        rng.choice(["iban:", "IBAN=", "konto:", "(", "acct#"]),
        (IBAN, iban(rng)),
        rng.choice([")", ";", ""]),
    ),
    "iban_then_words": _after(
        _printed, " BIC is on the card", " of mr jansen", " Mr Dupont", " IN THE NAME OF KIM", " asap", " by 5 pm"
    ),
    "iban_lower_then_words": _after(
        lambda rng: _printed(rng).lower(), " of mr jansen", " from my mum", " in the name of kim", " asap"
    ),
    "iban_url": lambda rng: ("https://bank.example/t?iban=", (IBAN, iban(rng)), "&sum=5"),
    "iban_json": lambda rng: ('{"iban":"', (IBAN, iban(rng)), '"}'),
    "bic": framed(
        "BIC",
        ("BIC ", "swift code ", "BIC/SWIFT: ", "swift: "),
        lambda rng: rng.choice(_BIC_BANKS) + rng.choice(["", "XXX"]),
    ),
    "account_sort_code": lambda rng: (
        rng.choice(["sort code ", "my sort code is ", "s/c "]),
        ("BANK_ACCOUNT", _sort_code(rng)),
        rng.choice([" account number ", " acc no ", ", account "]),
        ("BANK_ACCOUNT", digits(rng, 8)),
    ),
    "account_routing": lambda rng: (
        rng.choice(["routing number ", "ABA routing: ", "routing no. "]),
        ("BANK_ACCOUNT", _routing(rng)),
        rng.choice([" account number ", ", checking account "]),
        ("BANK_ACCOUNT", digits(rng, rng.randint(8, 12))),
    ),
    "account_number": framed(
        "BANK_ACCOUNT",
        ("my bank account number is ", "bank account no. ", "Kontonummer "),
        lambda rng: digits(rng, rng.randint(8, 11)),
    ),
}
