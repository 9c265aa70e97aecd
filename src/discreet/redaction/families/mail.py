"""E-mail addresses (RFC 5321 as people write it), and the ways in which signs are written as words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, apart, listed, whole, words

# Negated or wide ASCII-based sets: Unicode letter classes under repeats do not fit RE2's automaton.
_L = r"0-9A-Za-z\x{80}-\x{10FFFF}"
_LOCAL = rf"[{_L}_](?:[{_L}_.+'-]{{0,62}}[{_L}_-])?"
_LABEL = rf"[{_L}](?:[{_L}-]{{0,61}}[{_L}])?"
_TLD = r"[A-Za-z\x{80}-\x{10FFFF}]{2,24}"
_PLAIN = rf"[{_L}_.+'-]+@(?:[{_L}-]+\.)+{_TLD}"

_AT = (
    r"\s{0,2}@\s{0,2}|\s?[(\[{<⟨〈「【|/]\s?(?:at|@|a|ät|arroba|arr?obase)\s?[)\]}>⟩〉」】|/]\s?|\s?[_*-]{1,2}at[_*-]{1,2}\s?"
    r"|\s{1,2}(?:at(?:[ -]sign)?|ät|aet|arroba|arr?obase|chez|chiocciola|apenstaartje|malpa|małpa|zavin[aá][cč]"
    r"|snabel-?a|kukac|собака)\s{1,2}"
)
_DOT_WORD = r"d[o0]t|punkt|punto|point|punt|ponto|te[čc]ka|kropka|nokta|pont|точка"
_DOT = (
    rf"\s\.\s?|\.\s|\.|,|\s?[(\[{{<]\s?(?:{_DOT_WORD}|\.)\s?[)\]}}>]\s?|\s?[_*-]{{1,2}}dot[_*-]{{1,2}}\s?"
    rf"|\s{{1,2}}(?:{_DOT_WORD})\s{{1,2}}"
)
_IN_NAME = rf" (?:{_DOT_WORD}|underscore|dash|hyphen|minus|plus|unterstrich) "
_SPOKEN = rf"(?i){_LOCAL}(?:(?:{_IN_NAME}){_LOCAL}){{0,3}}(?:{_AT}){_LABEL}(?:(?:{_DOT}){_LABEL}){{1,4}}"

_SPACED = r"(?:^|[^0-9A-Za-z._+-])([0-9A-Za-z](?: [0-9A-Za-z._+-]){0,40} @(?: [0-9A-Za-z.-]){4,60})"
"""Letter by letter, with blanks between."""
_TWO_WORDS = re.compile(r"[A-Za-z]+[._][A-Za-z]+[0-9]*")
_PARTS = re.compile(rf"(?i)(.+?)({_AT})(.+)".replace("\\x{80}-\\x{10FFFF}", "\x80-\U0010ffff"), re.DOTALL)
_DOTS = re.compile(rf"(?i)({_DOT})")
_TLDS = listed(
    """
    com org net edu gov mil int info biz name pro io co me ai app dev tv cc xyz online shop store site web club
    email mail cloud tech test example invalid localhost eu uk de at ch fr es pt it nl be lu ie dk se no fi is
    ee lv lt pl cz sk hu ro bg gr cy mt hr si rs ba mk al ua by ru kz tr il sa ae eg ma tn ng ke za gh in pk bd
    lk np th vn my sg id ph jp kr cn hk tw au nz ca us mx br ar cl pe ve ec uy py bo cr pa gt cat scot wales
    london berlin asia
    """
)
_NO_WORDS = listed("com org net edu gov")
"""Ends of hosts with which no sentence begins."""
_FREE = listed(
    """
    gmail googlemail outlook hotmail live msn yahoo ymail icloud gmx web proton protonmail aol qq mail posteo
    orange free libero seznam wanadoo laposte t-online yandex zoho tutanota fastmail btinternet
    """
)
_NOBODY = listed(
    """
    me us you it them him her at is was were are be am look looked looking order ordered bought buy shop shops
    shopping shopped page pages site website store item items sold sell only here there now available work
    working home meet stay stayed live one price prices offer offers product products parcel arrived arrive
    delivered sale found seen saw what which this that any some my your our their see go went login log
    available anything something nothing and or but the a an of to in on by not
    """
)
_MAIL_WORDS = words(
    "e-?mails?", "mails?",
    "contact", "reach", "write", "wrote", "send", "address", "adresse", "correo", "e-?mailadresse",
    "courriel", "account", "login", "cc", "use", "posta", "email",
)  # fmt: skip


def _plain(candidate: str, _near: bool) -> Iterator[tuple[int, int]]:
    """The address inside what has its form: punctuation of the sentence is none of it."""
    start = next((i for i, character in enumerate(candidate) if character.isalnum() or character == "_"), 0)
    local, _, host = candidate[start:].rpartition("@")
    tld = host.rpartition(".")[2]
    end = len(candidate)
    while end and not candidate[end - 1].isalpha():
        end -= 1
    sized = 0 < len(local) <= 64 and len(host) <= 253 and len(tld) >= 2
    labels_good = not any(label[:1] == "-" or label[-1:] == "-" for label in host.split("."))
    if sized and labels_good and ".." not in candidate and "@" not in local and local[-1] not in ".'":
        yield start, end


def _spoken(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    parts = _PARTS.fullmatch(candidate)
    if parts is None:
        return
    local, at, host = parts.groups()
    pieces = _DOTS.split(host)
    labels, dots = pieces[::2], pieces[1::2]
    for index, dot in enumerate(dots[1:], 1):
        if dot != dots[0] and dot != "." and dot.strip() in (".", ","):
            # The sentence's.
            labels, dots = labels[: index + 1], dots[:index]
            break
    # What follows the address may look like one more label: cut back to the last known ending.
    while len(labels) > 2 and not _ends_a_host(labels):
        labels, dots = labels[:-1], dots[:-1]
    if not _ends_a_host(labels) or local.lower() in _NOBODY or labels[0].isdigit():
        return
    written = dots[0].strip() not in (".", ",")
    bare = at.strip().lower()
    sign = not bare.isalpha()
    free = labels[0].lower() in _FREE
    spaced = dots[0] == " . " and (sign or len(bare) > 2 or near)
    if not written and dots[0] != "." and not (spaced or ("@" in at and (free or labels[-1].lower() in _NO_WORDS))):
        # A sentence may end there, or go on.
        return
    if bare == "at":
        # "at what point my ..." is nobody's address.
        # Nor is a word, unless it is spelt like none.
        unlike = _TWO_WORDS.fullmatch(local) is not None
        good = free or (dots[0].strip(" _()[]{}<>*").lower() in ("dot", "d0t")) or (not written and (near or unlike))
    else:
        good = written or free if bare == "chez" else sign or written or free or near
    if good and labels[0].lower() not in _NOBODY:
        yield 0, len(candidate) - len(host) + sum(map(len, labels)) + sum(map(len, dots))


def _ends_a_host(labels: list[str]) -> bool:
    return len(labels) >= 2 and labels[-1].lower() in _TLDS and not labels[-1].isdigit()


def _no_login(text: str, start: int, _end: int, _near: bool) -> bool:
    """Not the name and port or password before the host of an address of the web."""
    before = text[max(0, start - 80) : start].rpartition("://")
    return not before[1] or any(character in "/?#= " for character in before[2])


def _outside(text: str, start: int, end: int, near: bool) -> bool:
    return apart(text, start, end, near) and _no_login(text, start, end, near)


def _letter_by_letter(candidate: str, _near: bool) -> int:
    """The letter of a word that follows is none of it: the host ends in a known ending."""
    for end in range(len(candidate), 0, -2):
        host = candidate[:end].replace(" ", "").partition("@")[2]
        if "." in host.strip(".") and host.rpartition(".")[2].lower() in _TLDS:
            return end
    return 0


RECOGNISERS = (
    Recogniser("email", re2.compile(_PLAIN), whole, NO_WORDS, stretches=_plain, edges=_no_login),
    Recogniser("email", re2.compile(_SPOKEN), whole, _MAIL_WORDS, stretches=_spoken, edges=_outside, again=True),
    Recogniser("email", re2.compile(_SPACED), _letter_by_letter, NO_WORDS, group=1),
)
