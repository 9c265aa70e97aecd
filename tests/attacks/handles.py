"""Buttons that are not the presser's (CWE-639, CWE-294): forged, changed, foreign, old or used."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any

from discreet.client import Chat
from discreet.rasa.buttons import LIFETIME_SECONDS, Buttons
from tests.attacks.attack import Attack, Reply
from tests.attacks.site import Site

_STALE = (409, "stale_button", ("web", "stale_button"))
_MALFORMED = (400, "bad_request", ("web", "bad_request"))
_AFFIRM = '/affirm{"operation": "op_x"}'


def _pressed(handle: Callable[[Site], Any]) -> Callable[[Site], bytes]:
    return lambda site: site.web({"id": secrets.token_hex(10), "button": handle(site)})


def _own(site: Site) -> str:
    return site.attacker.send("hello").buttons["Return something"]


def _bit_flipped(site: Site) -> str:
    raw = bytearray(base64.urlsafe_b64decode((handle := _own(site)) + "=" * (-len(handle) % 4)))
    raw[20] ^= 1
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _second_spelling(site: Site) -> str:
    """Unused bits of the last character: the same bytes, another text."""
    for _ in range(8):
        handle = _own(site)
        if len(handle) % 4:
            alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            return handle[:-1] + alphabet[alphabet.index(handle[-1]) ^ 1]
    return handle + "A"


def _foreign(site: Site) -> str:
    return Chat(site.assistant.address).open().send("hello").buttons["Return something"]


def _of_the_victim(site: Site) -> str:
    return site.handle(site.victim, _AFFIRM)


def _used(site: Site) -> bytes:
    handle = _own(site)
    site.attacker.press(handle)
    return site.web({"id": secrets.token_hex(10), "button": handle})


def _other_key(site: Site) -> str:
    return Buttons(bytes(32)).handle(site.conversation(site.attacker), "Yes", _AFFIRM, site.now())


def _reference(channel: str) -> Callable[[Site], bytes]:
    """A button of somebody else, pressed in a rightly signed request."""

    def made(site: Site) -> bytes:
        phone, other = site.phone(channel), site.phone(channel)
        title, reference = next(iter(other.say("hello").buttons.items()))
        phone.say("tell me a joke")
        return site.hook(channel, phone.presses(reference, title))

    return made


def _invented(channel: str) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        phone = site.phone(channel)
        phone.say("tell me a joke")
        return site.hook(channel, phone.presses(_AFFIRM, "Yes"))

    return made


def _told_why(site: Site, _reply: Reply) -> None:
    assert "no longer works" in repr(site.provider.received[-1].content)


ATTACKS = [
    Attack("forged", _pressed(lambda s: "A" * 80), *_STALE),
    Attack("a payload in place of a handle", _pressed(lambda s: _AFFIRM), *_MALFORMED),
    Attack(
        "a payload in base64",
        _pressed(lambda s: base64.urlsafe_b64encode(_AFFIRM.encode()).decode().rstrip("=")),
        *_STALE,
    ),
    Attack("sealed by another key", _pressed(_other_key), *_STALE),
    Attack("one bit changed", _pressed(_bit_flipped), *_STALE),
    Attack("cut", _pressed(lambda s: _own(s)[:-1]), *_STALE),
    Attack("lengthened", _pressed(lambda s: _own(s) + "AAAA"), *_STALE),
    Attack("a second spelling of the same bytes", _pressed(_second_spelling), *_STALE),
    Attack("padded", _pressed(lambda s: _own(s) + "="), *_MALFORMED),
    Attack("of another conversation", _pressed(_foreign), *_STALE),
    Attack("the victim's yes", _pressed(_of_the_victim), *_STALE),
    Attack("half an hour old", _pressed(lambda s: s.handle(s.attacker, "/greet", LIFETIME_SECONDS + 2)), *_STALE),
    Attack("pressed again", _used, 200, counted=("web", "repeated")),
    Attack("beside a text", lambda s: s.web(button="A" * 80), *_MALFORMED),
    Attack("a list", _pressed(lambda s: ["A" * 80]), *_MALFORMED),
    Attack("longer than any handle", _pressed(lambda s: "A" * 4097), *_MALFORMED),
    *(
        Attack(
            f"{channel}: of somebody else",
            _reference(channel),
            200,
            counted=(channel, "stale_button"),
            changes={"receipts": 1, "letters": 1},
            after=_told_why,
        )
        for channel in ("slack", "whatsapp", "botframework")
    ),
    *(
        Attack(
            f"{channel}: a payload as its reference",
            _invented(channel),
            200,
            counted=(channel, "stale_button"),
            changes={"receipts": 1, "letters": 1},
            after=_told_why,
        )
        for channel in ("slack", "whatsapp", "botframework")
    ),
]
