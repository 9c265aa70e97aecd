"""Payment cards in every layout and disguise. The numbers are drawn: a brand's prefix, random digits, Luhn's check."""

from __future__ import annotations

from random import Random

from stdnum import luhn

from bench.adversarial import disguise
from bench.adversarial.wording import Family, Parts, digits, framed

CARD = "CREDIT_CARD"
_BRANDS = {
    "visa": (("4",), 16),
    "mastercard": (("51", "52", "53", "54", "55"), 16),
    "mastercard2": (("2221", "2228", "2300", "2451", "2689", "2720"), 16),
    "discover": (("6011", "644", "649", "65"), 16),
    "jcb": (("3528", "3541", "3589"), 16),
    "mir": (("2200", "2204"), 16),
    "rupay": (("6521", "6069"), 16),
    "unionpay": (("6221", "6258", "6282"), 16),
    "amex": (("34", "37"), 15),
    "diners": (("300", "305", "36", "38"), 14),
    "visa13": (("4",), 13),
    "maestro18": (("5018", "5038", "6304", "6759"), 18),
    "unionpay19": (("6223", "6268"), 19),
    "maestro12": (("5020", "6763"), 12),
}
_SIXTEEN = ("visa", "visa", "mastercard", "mastercard", "mastercard2", "discover", "jcb", "mir", "unionpay")
CUED = (
    "my card is ", "card number ", "cc ", "cc: ", "credit card ", "debit card no. ", "please charge my card ", "visa ",
    "the number on the card: ", "my new card ", "Karte ", "meine Kartennummer ist ", "ma carte bancaire ",
    "número de tarjeta: ", "numero carta ", "Can you refund it to card ", "mastercard ", "PAN ",
)  # fmt: skip
LEADS = (*CUED, "it is ", "", "here you go ", "take this one: ", "pay with ", "charge it to ", "ok so it's ", "use ")


def card(rng: Random, brand: str = "") -> str:
    """A number of that brand, or of any with sixteen digits."""
    prefixes, length = _BRANDS[brand or rng.choice(_SIXTEEN)]
    prefix = rng.choice(prefixes)
    body = prefix + digits(rng, length - len(prefix) - 1)
    return body + luhn.calc_check_digit(body)


def grouped(number: str, separator: str) -> str:
    """As the card itself is embossed."""
    sizes = {15: (4, 6, 5), 14: (4, 6, 4), 18: (4, 4, 4, 6)}.get(len(number), (4, 4, 4, 4))
    return separator.join(disguise.groups(number, sizes))


def _by(separator: str) -> Family:
    return framed(CARD, LEADS, lambda rng: grouped(card(rng), separator))


def _of(brand: str, *separators: str) -> Family:
    return framed(CARD, CUED, lambda rng: grouped(card(rng, brand), rng.choice(separators)))


def _shape(make: object, leads: tuple[str, ...] = LEADS) -> Family:
    return framed(CARD, leads, lambda rng: make(rng, card(rng)))  # type: ignore[operator]


def _mixed_separators(rng: Random, number: str) -> str:
    first, *rest = disguise.groups(number, (4, 4, 4, 4))
    return first + "".join(rng.choice(" -._/–") + group for group in rest)


def _odd(rng: Random, number: str) -> str:
    return rng.choice(" -.").join(
        disguise.groups(number, rng.choice([(6, 6, 4), (5, 5, 6), (8, 8), (3, 4, 5, 4), (2, 6, 8)]))
    )


def _lines(rng: Random, number: str) -> str:
    sizes = rng.choice([(8, 8), (4, 4, 4, 4), (12, 4), (6, 10)])
    return rng.choice(["\n", "\r\n", " \n", "\n "]).join(disguise.groups(number, sizes))


def _half_spelled(rng: Random, number: str) -> str:
    cut = rng.choice([4, 8, 12])
    parts = [number[:cut], number[cut:]]
    spelt = rng.randrange(2)
    parts[spelt] = disguise.spelled(rng, parts[spelt])
    return " ".join(parts)


def _entity_separators(rng: Random, number: str) -> str:
    return grouped(number, rng.choice(["&nbsp;", "&#32;", "&#8203;", "&ensp;", "&#x2009;", "&ndash;"]))


def _inside(before: str, after: str) -> Family:
    return lambda rng: (before, (CARD, card(rng)), after)


def _with_expiry(rng: Random) -> Parts:
    month, year = f"{rng.randint(1, 12):02}", str(rng.randint(27, 33))
    code = ("CARD_SECURITY_CODE", digits(rng, 3))
    number = (CARD, grouped(card(rng), rng.choice(["", " ", "-"])))
    expiry = ("CARD_EXPIRY", f"{month}/{year}")
    return rng.choice([
        [rng.choice(CUED), number, " exp ", expiry, " cvv ", code],
        [rng.choice(CUED), number, ", expires ", expiry, ", security code ", code],
        ["card: ", number, "\nexpiry: ", expiry, "\ncvc: ", code],
        ["cc ", number, " valid thru ", expiry, " cvc2 ", code],
    ])  # fmt: skip


def _two(rng: Random) -> Parts:
    between = rng.choice([" or ", " and ", "; if that fails: ", " not "])
    return ["either ", (CARD, card(rng)), between, (CARD, grouped(card(rng), rng.choice(" -")))]


FAMILIES: dict[str, Family] = {
    "card_plain": _by(""),
    "card_spaced": _by(" "),
    "card_dashed": _by("-"),
    "card_dotted": _by("."),
    "card_slashed": _by("/"),
    "card_underscored": _by("_"),
    "card_wide_gaps": _by("  "),
    "card_spaced_dashes": _by(" - "),
    "card_commas": framed(CARD, LEADS, lambda rng: grouped(card(rng), rng.choice([", ", ","]))),
    "card_typographic": framed(
        CARD, LEADS, lambda rng: grouped(card(rng), rng.choice("\u2013\u2014\u2011\u2010\u2212\u00b7"))
    ),
    "card_odd_spaces": framed(
        CARD, LEADS, lambda rng: grouped(card(rng), rng.choice("\u00a0\u2009\u202f\u2003\t\u3000"))
    ),
    "card_mixed_separators": _shape(_mixed_separators),
    "card_brackets": framed(CARD, CUED, lambda rng: "(" + grouped(card(rng), rng.choice([")(", ") ("])) + ")"),
    "card_amex": _of("amex", "", " ", "-", "."),
    "card_diners": _of("diners", "", " ", "-"),
    "card_visa13": _of("visa13", "", " "),
    "card_maestro": _of("maestro18", "", " "),
    "card_maestro12": _of("maestro12", "", " "),
    "card_19": _of("unionpay19", "", " "),
    "card_rupay": _of("rupay", "", " ", "-"),
    "card_pairs": _shape(lambda rng, n: rng.choice(" -").join(disguise.groups(n, (2,) * 8))),
    "card_odd_groups": _shape(_odd),
    "card_each_digit": _shape(lambda rng, n: rng.choice([" ", "-", ".", "  "]).join(n)),
    "card_each_digit_comma": _shape(lambda rng, n: rng.choice([", ", ","]).join(n)),
    **{
        f"card_{script}": framed(
            CARD,
            LEADS,
            lambda rng, script=script: disguise.in_script(grouped(card(rng), rng.choice(["", " "])), script),  # type: ignore[misc]
        )
        for script in disguise.SCRIPTS
    },
    "card_keycaps": _shape(lambda _, n: disguise.keycaps(n)),
    "card_invisible": _shape(lambda rng, n: disguise.invisible(rng, disguise.groups(n, (4, 4, 4, 4)))),
    "card_invisible_every": _shape(lambda rng, n: disguise.invisible(rng, n)),
    "card_look_alikes": _shape(lambda rng, n: grouped(disguise.look_alikes(rng, n), rng.choice(["", " ", "-"])), CUED),
    "card_spelled": _shape(disguise.spelled),
    "card_spelled_oh": _shape(lambda rng, n: disguise.spelled(rng, n, oh=True)),
    "card_spelled_commas": _shape(lambda rng, n: disguise.spelled(rng, n, separator=", ")),
    "card_spelled_dashes": _shape(lambda rng, n: disguise.spelled(rng, n, separator=rng.choice(["-", " - ", "\n"]))),
    "card_spelled_double": _shape(lambda _, n: disguise.doubled(n)),
    "card_spelled_de": _shape(lambda rng, n: disguise.spelled(rng, n, "de"), ("meine Karte ist ", "Kartennummer: ")),
    "card_spelled_es": _shape(lambda rng, n: disguise.spelled(rng, n, "es"), ("mi tarjeta es ", "tarjeta: ")),
    "card_spelled_fr": _shape(lambda rng, n: disguise.spelled(rng, n, "fr"), ("ma carte : ", "carte bancaire ")),
    "card_half_spelled": _shape(_half_spelled),
    "card_lines": _shape(_lines),
    "card_entities": _shape(disguise.entities),
    "card_entity_separators": _shape(_entity_separators),
    "card_percent": _shape(lambda _, n: disguise.percent(n)),
    "card_percent_separators": _shape(lambda rng, n: grouped(n, rng.choice(["%20", "%2D", "+", "%C2%A0"]))),
    "card_url_query": _inside("see https://pay.shop.example/go?pan=", "&amount=12"),
    "card_url_path": _inside("https://shop.example/checkout/", "/done"),
    "card_json": _inside('{"name":"x","number":"', '","ok":true}'),
    "card_csv": _inside("17;", ";paid;EUR"),
    "card_markdown": _inside("it is **", "**"),
    "card_quoted": _inside("number: “", "”"),
    "card_parentheses": _inside("(", ")"),
    "card_glued_before": lambda rng: (
        rng.choice(["card", "visa#", "cc=", "nr:", "CARD:", "pan="]),
        (CARD, card(rng)),
        " ok",
    ),
    "card_glued_after": lambda rng: (
        rng.choice(CUED),
        (CARD, card(rng)),
        rng.choice(["exp", "_thx", "cvv", "thanks", "valid"]),
    ),
    "card_expiry_and_code": _with_expiry,
    "card_pipe": lambda rng: (
        (CARD, card(rng)),
        "|",
        ("CARD_EXPIRY", "11|29"),
        "|",
        ("CARD_SECURITY_CODE", digits(rng, 3)),
    ),
    "card_two": _two,
}
