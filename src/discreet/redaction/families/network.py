"""Addresses of machines and of pages, also written so that nobody clicks on them ("hxxp", "[.]")."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, in_a_word, preceded_by, words

_IP_WORDS = words("ip", "ips", "ipv4", "ipv6", "ip-adresse", "host", "server", "address", "localhost", "ping")
_VERSIONS = preceded_by(
    "versions?", "firmware", "v", "release", "build", "update", "section", "chapter", "clause", "paragraph",
    "abschnitt", "kapitel", "article", "driver", "software", "ios", "android", "app",
    "phone", "tel", "telefon", "tlf", "mobile?", "mobil(?:nr|nummer)?", "t[ée]l[ée]phone", "portable", "tel[ée]fono",
    "natel", "handy", "gsm", "whats ?app", "signal", "sms", "puhelin", "cell", "puh", "fax",
    "(?:call|text|reach|ring|contact)(?: me| us)?(?: on| at)?", "my number",
    "m[ei]n? nummer", "ring(?:e)? (?:til )?m[ei]g(?: p[åa])?", "nummer",
)  # fmt: skip
"""What four numbers with dots are called that are no address: versions, and phones in groups of two."""
_DOT = r"(?:\.| ?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}) ?| (?:dot|punkt|punto|point) | \. )"
_DOTS = re.compile(r"[^0-9]+")
_COLON = r"(?::|\[:\])"

# Country codes and the generic ends that people have pages under; any word after a dot would find file names.
_TLD = (
    "com|org|net|edu|gov|info|biz|name|pro|me|io|co|app|dev|blog|shop|site|online|store|page|link|club|xyz|art|photo|"
    "cloud|social|tv|fm|gg|ly|to|ai|cc|example|test|eu|uk|de|at|ch|fr|be|nl|lu|es|pt|it|pl|cz|sk|hu|ro|bg|gr|tr|ru|ua|by|"
    "lt|lv|ee|fi|se|no|dk|is|ie|us|ca|mx|br|ar|cl|pe|au|nz|za|ng|ke|eg|ma|il|ae|sa|in|pk|lk|bd|th|vn|my|sg|id|ph|cn|hk|tw|"
    "jp|kr"
)
_REST = r"[^\s<>\"`|\x01]"


def _v4(candidate: str, _near: bool) -> int:
    try:
        IPv4Address(".".join(str(int(part)) for part in _DOTS.split(candidate)))
    except AddressValueError:
        return 0
    return len(candidate)


_RANGE = re.compile(r"-(?:>|\s|$|[0-9]{1,3}\.[0-9]{1,3}\.)")
"""One address to another; elsewhere a dash makes it part of a name."""
_LED_TO = re.compile(r"(?:[0-9]\.[0-9]{1,3}-|(?<![^\W_])(?:ip|addr|host|server|client)[_-])$", re.I)


def _apart_v4(text: str, start: int, end: int, _near: bool) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    longer = after == "." and text[end + 1 : end + 2].isdigit()
    joined = after == "-" and _RANGE.match(text, end) is None
    if before in ("-", "_"):
        before = "" if _LED_TO.search(text, max(0, start - 24), start) else before
    return not (in_a_word(before or " ") or in_a_word(after or " ") or before in ("-", "_", ".") or joined or longer)


def _v6(candidate: str, near: bool) -> int:
    """``3::1`` is a ratio until somebody speaks of addresses."""
    for end in (len(candidate), len(candidate.rstrip(":"))):
        address = candidate[:end].replace("[:]", ":")
        try:
            IPv6Address(address)
        except AddressValueError:
            continue
        groups = [group for group in address.split(":") if group]
        return end if near or len(groups) > 3 or (len(groups) > 1 and max(map(len, groups)) >= 3) else 0
    return 0


def _apart_v6(text: str, start: int, end: int, _near: bool) -> bool:
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    return not (in_a_word(before) or in_a_word(after) or before in ":_" or after == ":")


def _page(candidate: str, _near: bool) -> int:
    """Without the punctuation of the sentence around it; a bracket that the address opened itself stays."""
    end = len(candidate)
    while end:
        last = candidate[end - 1]
        opening = {")": "(", "]": "[", "}": "{"}.get(last)
        if opening:
            if candidate.count(opening, 0, end) >= candidate.count(last, 0, end):
                break
        elif last not in ".,;:!?'*":
            break
        end -= 1
    return end


_SAID = re.compile(r"[\s,.-]+")


def _said(candidate: str, _near: bool) -> int:
    """Four numbers behind "IP", whatever divides them; one number of 32 bits."""
    parts = _SAID.split(candidate)
    if len(parts) == 1:
        return len(candidate) if int(candidate, 16 if candidate[1:2] in "xX" else 10) < 2**32 else 0
    return len(candidate) if all(int(part) < 256 for part in parts) else 0


def _apart_page(text: str, start: int, _end: int, _near: bool) -> bool:
    before = text[start - 1 : start] or " "
    return not (in_a_word(before) or before in "@._-/")


LOGINS = (
    Recogniser(
        "url",
        re2.compile(rf"(?i)(?:https?|hxxps?|ftp)://[^\s/@:<>\"]{{1,64}}:[^\s/@:<>\"]{{1,64}}@{_REST}{{4,}}"),
        _page,
        NO_WORDS,
        edges=anywhere,
    ),
)
"""Pages with a user's name in front of the host, which otherwise look like mail addresses."""

RECOGNISERS = (
    Recogniser(
        "url",
        re2.compile(rf"(?i)(?:(?:https?|hxxps?|ftps?)\s?(?::|\[:\])\s?//\s?|www\.){_REST}{{3,}}"),
        _page,
        NO_WORDS,
        edges=_apart_page,
    ),
    Recogniser(
        "url",
        re2.compile(rf"(?i)[a-z0-9](?:[a-z0-9-]*(?:\.|\[\.\]))+(?:{_TLD})(?::[0-9]{{2,5}})?/{_REST}*"),
        _page,
        NO_WORDS,
        edges=_apart_page,
    ),
    Recogniser(
        "ip_address",
        re2.compile(rf"(?i)[0-9a-f]{{0,4}}(?:{_COLON}[0-9a-f]{{0,4}}){{2,8}}(?:\.[0-9]{{1,3}}){{0,3}}"),
        _v6,
        _IP_WORDS,
        edges=_apart_v6,
    ),
    Recogniser(
        "ip_address",
        re2.compile(rf"(?i)[0-9]{{1,3}}(?:{_DOT}[0-9]{{1,3}}){{3}}"),
        _v4,
        _IP_WORDS,
        edges=_apart_v4,
        digits=True,
        against=_VERSIONS,
    ),
    Recogniser(
        "ip_address",
        re2.compile(
            r"(?i)(?:^|[^\pL])ip(?:v4)?(?:[ -]?(?:addr(?:ess)?|adresse|адрес))?(?: is| ist| est|\s?[:=])?\s{0,2}"
            r"([0-9]{1,3}(?:[.,-]\s?[0-9]{1,3}){3}|0x[0-9a-f]{8}|[0-9]{9,10})(?:$|[^0-9A-Za-z.-]|\.(?:$|[^0-9]))"
        ),
        _said,
        NO_WORDS,
        group=1,
        edges=anywhere,
        digits=True,
    ),
    Recogniser(
        "url",
        re2.compile(rf"(?i)(?:[a-z0-9-]+ dot )+(?:{_TLD})(?: slash [0-9a-z_-]+)+"),
        _page,
        NO_WORDS,
        edges=_apart_page,
    ),
)
