"""E-mail addresses: plain, and the ways in which people dodge a filter."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.adversarial import disguise
from bench.adversarial.wording import Family, digits, framed

EMAIL = "EMAIL"
_FIRST = [
    "mara", "otto", "ines", "pavel", "lotte", "samir", "greta", "hugo", "ngozi", "tom", "yuki", "bea", "nils",
    "rosa", "viktor", "amina",
]  # fmt: skip
_LAST = [
    "keller", "okafor", "brandt", "santos", "novak", "lindqvist", "moreau", "petrov", "haas", "ito", "demir",
    "falk", "byrne", "weber",
]  # fmt: skip
_HOSTS = (
    "gmail.com", "outlook.com", "yahoo.co.uk", "gmx.de", "web.de", "icloud.com", "proton.me", "mail.example",
    "post.example.org",
    "hotmail.fr", "libero.it", "seznam.cz", "qq.com", "students.example.edu", "my-company.example.com",
    "t-online.de", "orange.fr",
)  # fmt: skip
_SPOKEN = tuple(host for host in _HOSTS if host.count(".") == 1 and "-" not in host)
LEADS = (
    "email ", "my email is ", "e-mail: ", "reach me at ", "send it to ", "write to ", "contact: ", "mail me: ",
    "my address is ",
    "cc ", "you can use ", "meine Mail ist ", "mon adresse mail est ", "mi correo es ", "login with ", "account under ",
)  # fmt: skip


def local(rng: Random) -> str:
    """What stands before the @."""
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    return rng.choice(
        [
            f"{first}.{last}",
            f"{first}{last}",
            f"{first[0]}.{last}",
            f"{first}_{last}",
            f"{first}{digits(rng, 2)}",
            f"{first}-{last[0]}",
            last,
        ]
    )


def address(rng: Random) -> str:
    """An address as it should be written."""
    return f"{local(rng)}@{rng.choice(_HOSTS)}"


def _plain(make: Callable[[Random], str], *tails: str) -> Family:
    return framed(EMAIL, (*LEADS, "", "hi "), make, tails)


def _spoken(at: tuple[str, ...], dot: tuple[str, ...], *, dotted_local: bool = False) -> Family:
    def make(rng: Random) -> str:
        name = f"{rng.choice(_FIRST)} dot {rng.choice(_LAST)}" if dotted_local else local(rng)
        index = rng.randrange(len(at))
        return name + at[index] + rng.choice(_SPOKEN).replace(".", dot[index % len(dot)])

    return framed(EMAIL, LEADS, make)


FAMILIES: dict[str, Family] = {
    "mail_plain": _plain(address, ", thanks", "?"),
    "mail_plus": _plain(lambda rng: f"{local(rng)}+{rng.choice(['shop', 'news', 'x1'])}@{rng.choice(_HOSTS)}"),
    "mail_upper": _plain(lambda rng: address(rng).upper()),
    "mail_short": _plain(lambda rng: f"{rng.choice('abk')}@{rng.choice('xyz')}.{rng.choice(['co', 'de', 'io'])}"),
    "mail_unicode_host": _plain(
        lambda rng: f"{rng.choice(_FIRST)}@{rng.choice(['müller.de', 'bücher.example', 'café.fr', 'zażółć.pl'])}"
    ),
    "mail_unicode_local": _plain(lambda rng: f"{rng.choice(['jörg', 'zoë', 'renée', 'łukasz'])}@{rng.choice(_HOSTS)}"),
    "mail_quote_in_local": _plain(lambda rng: f"o'{rng.choice(_LAST)}@{rng.choice(_HOSTS)}"),
    "mail_angle": lambda rng: (f"{rng.choice(_FIRST)} <", (EMAIL, address(rng)), ">"),
    "mail_mailto": lambda rng: (
        rng.choice(["mailto:", "<a href='mailto:"]),
        (EMAIL, address(rng)),
        rng.choice(["", "?subject=x", "'>"]),
    ),
    "mail_wide_at": _plain(lambda rng: address(rng).replace("@", rng.choice("＠﹫"))),
    "mail_wide": _plain(lambda rng: disguise.wide(address(rng))),
    "mail_invisible": _plain(
        lambda rng: (
            address(rng)
            .replace("@", f"{rng.choice(disguise.ZERO_WIDTH)}@")
            .replace("a", f"a{rng.choice(disguise.ZERO_WIDTH)}", 1)
        )
    ),
    "mail_spaced_at": _plain(lambda rng: address(rng).replace("@", rng.choice([" @ ", "@ ", " @"]))),
    "mail_spaced_dot": framed(EMAIL, LEADS, lambda rng: f"{local(rng)}@{rng.choice(_SPOKEN).replace('.', ' . ')}"),
    "mail_at_dot_words": _spoken((" at ", " AT ", " At "), (" dot ", " DOT ", " Dot ")),
    "mail_at_words": _spoken((" at ", " AT ", " at "), (".",)),
    "mail_dot_words": _spoken(("@", " @ "), (" dot ", " dot ")),
    "mail_brackets": _spoken(
        ("(at)", " (at) ", "[at]", " [at] ", "{at}", " {at} ", "<at>", "(AT)"),
        ("(dot)", " (dot) ", "[dot]", " [dot] ", "{dot}", " {dot} ", "<dot>", "(DOT)"),
    ),
    "mail_brackets_at": _spoken(("(at)", " [at] ", "{at}", "(@)", "[@]", " (a) ", " -at- "), (".",)),
    "mail_underlined": _spoken((" _at_ ", "_at_", "*at*"), (" _dot_ ", "_dot_", "*dot*")),
    "mail_brackets_dot": _spoken(("@", "@"), ("[.]", "(.)")),
    "mail_dotted_name": _spoken((" at ",), (" dot ",), dotted_local=True),
    "mail_two_dots": framed(
        EMAIL, LEADS, lambda rng: f"{rng.choice(_FIRST)} at {rng.choice(['example', 'yahoo', 'post'])} dot co dot uk"
    ),
    "mail_words_de": framed(
        EMAIL,
        ("meine Mail: ", "E-Mail "),
        lambda rng: (
            local(rng)
            + rng.choice([" ät ", " at ", " (ät) "])
            + rng.choice(["gmx punkt de", "web punkt de", "posteo punkt de"])
        ),
    ),
    "mail_words_es": framed(
        EMAIL,
        ("mi correo es ", "correo: "),
        lambda rng: local(rng) + " arroba " + rng.choice(["gmail punto com", "hotmail punto es", "yahoo punto es"]),
    ),
    "mail_words_fr": framed(
        EMAIL,
        ("mon mail : ", "mon adresse : "),
        lambda rng: local(rng) + rng.choice([" arobase ", " chez "]) + rng.choice(["orange point fr", "free point fr"]),
    ),
    "mail_entities": _plain(lambda rng: address(rng).replace("@", rng.choice(["&#64;", "&commat;", "&#x40;", "%40"]))),
    "mail_entities_dot": _plain(lambda rng: address(rng).replace("@", "&#64;").replace(".", "&#46;")),
    "mail_url": lambda rng: (
        "https://shop.example/unsubscribe?mail=",
        (EMAIL, address(rng).replace("@", "%40")),
        "&ok=1",
    ),
    "mail_json": lambda rng: ('{"email":"', (EMAIL, address(rng)), '"}'),
    "mail_two": lambda rng: ("from ", (EMAIL, address(rng)), rng.choice([" to ", ", ", ";"]), (EMAIL, address(rng))),
    "mail_lines": framed(EMAIL, ("my email is ",), lambda rng: address(rng).replace("@", rng.choice(["@\n", "\n@"]))),
}
