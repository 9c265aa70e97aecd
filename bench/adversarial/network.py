"""Addresses of machines and of pages."""

from __future__ import annotations

from random import Random

from bench.adversarial import disguise
from bench.adversarial.wording import Family, digits, framed

IP, URL = "IP", "URL"
_IP_LEADS = ("my ip is ", "ip address ", "I connect from ", "logged in from ", "server ", "IP: ", "blocked: ", "from ")
_URL_LEADS = ("my profile ", "see ", "it is at ", "link: ", "here: ", "", "photo of the damage: ", "look ")
_NICKS = ["anna_k99", "jonas.weber77", "mira-d", "tkeller_88", "pavel.n", "yuki_2", "bea.falk"]
_SITES = [
    "facebook.com", "instagram.com/p", "linkedin.com/in", "x.com", "github.com", "t.me", "vk.com",
    "flickr.com/people",
]  # fmt: skip


def v4(rng: Random) -> str:
    """A public or private address of unicast range."""
    first = rng.choice([10, 172, 192, 203, 81, 95, 146, 185, 62, 109, 51, 24])
    return f"{first}.{rng.randint(16, 250)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def v6(rng: Random) -> str:
    """Full, compressed or as a zero run."""
    prefix = rng.choice(["2001:db8", "2a02:908", "fe80", "2600:1f18"])
    full = ":".join([prefix, *(digits(rng, 4, "0123456789abcdef") for _ in range(7 - prefix.count(":")))])
    short = f"{prefix}::{digits(rng, 4, '123456789abcdef')}:{rng.randint(1, 99)}"
    return rng.choice([full, short, f"{prefix}::{rng.randint(1, 9)}", full.upper()])


def _url(rng: Random) -> str:
    scheme, host = rng.choice(["https://", "http://", "https://www."]), rng.choice(_SITES)
    tail = rng.choice(["", "/", f"?ref={digits(rng, 4)}", "/photos", "#me", f"?u={rng.choice(_NICKS)}&x=1"])
    return f"{scheme}{host}/{rng.choice(_NICKS)}{tail}"


def _ip(make: object) -> Family:
    return framed(IP, _IP_LEADS, make)  # type: ignore[arg-type]


FAMILIES: dict[str, Family] = {
    "ip_v4": _ip(v4),
    "ip_v4_port": lambda rng: (rng.choice(_IP_LEADS), (IP, v4(rng)), f":{rng.choice([80, 443, 8080, 22])}"),
    "ip_v4_defanged": _ip(
        lambda rng: v4(rng).replace(".", rng.choice(["[.]", "(.)", "[dot]", " dot ", "(dot)", "{.}"]))
    ),
    "ip_v4_last_defanged": _ip(lambda rng: "[.]".join(v4(rng).rsplit(".", 1))),
    "ip_v4_fullwidth": _ip(lambda rng: rng.choice([disguise.in_script(v4(rng), "fullwidth"), disguise.wide(v4(rng))])),
    "ip_v4_invisible": _ip(lambda rng: v4(rng).replace(".", f".{rng.choice(disguise.ZERO_WIDTH)}")),
    "ip_v4_spaced": _ip(lambda rng: v4(rng).replace(".", " . ")),
    "ip_v4_entities": _ip(lambda rng: v4(rng).replace(".", rng.choice(["&#46;", "%2E", "&period;"]))),
    "ip_v4_url": lambda rng: ("ping ", (IP, v4(rng)), " fails"),
    "ip_v6": _ip(v6),
    "ip_v6_brackets": lambda rng: (rng.choice(_IP_LEADS) + "[", (IP, v6(rng)), "]:443"),
    "ip_v6_defanged": _ip(lambda rng: v6(rng).replace(":", "[:]", 3)),
    "url": framed(URL, _URL_LEADS, _url, (", thx",)),
    "url_www": framed(
        URL,
        _URL_LEADS,
        lambda rng: f"www.{rng.choice(['my-site', 'annas-page', 'weber'])}.example.org/{rng.choice(_NICKS)}",
    ),
    "url_upper": framed(URL, _URL_LEADS, lambda rng: _url(rng).upper()),
    "url_bare": framed(URL, _URL_LEADS, lambda rng: f"{rng.choice(_SITES)}/{rng.choice(_NICKS)}"),
    "url_defanged": framed(
        URL, _URL_LEADS, lambda rng: _url(rng).replace("http", rng.choice(["hxxp", "hXXp"])).replace(".", "[.]", 1)
    ),
    "url_port_and_login": framed(
        URL, _URL_LEADS, lambda rng: f"http://{rng.choice(_NICKS)}:{rng.choice(['8080', '3000'])}@files.example.com/up"
    ),
    "url_unicode_host": framed(
        URL, _URL_LEADS, lambda rng: f"https://{rng.choice(['bücher', 'müller', 'żółw'])}.example/{rng.choice(_NICKS)}"
    ),
    "url_markdown": lambda rng: ("[me](", (URL, _url(rng)), ")"),
    "url_angle": lambda rng: ("<", (URL, _url(rng)), ">"),
    "url_invisible": framed(
        URL, _URL_LEADS, lambda rng: _url(rng).replace("://", f"://{rng.choice(disguise.ZERO_WIDTH)}")
    ),
    "url_wide": framed(URL, ("see ", "link: "), lambda rng: disguise.wide(_url(rng))),
}
