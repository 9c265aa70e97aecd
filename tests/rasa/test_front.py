"""Whose address a request has, which page it came from, and what credentials.yml may say of it."""

from __future__ import annotations

from typing import Any

import pytest

from discreet.errors import NotAllowed, SettingsError
from discreet.rasa.front import Front

PROXIED = Front.from_credentials({"public_url": "https://chat.example", "trusted_proxies": ["127.0.0.1", "10.0.0.0/8"]})
ALONE = Front.from_credentials(None)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("::ffff:127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        ("127.0.0.1", ["203.0.113.7:4711"], "203.0.113.7"),
        ("127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("127.0.0.1", ["203.0.113.7, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["10.1.2.3"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
    ],
    ids=[
        "a proxy says who", "over an IPv6 socket", "what the client wrote itself is not believed", "two proxies",
        "with a port", "IPv6 with a port", "an obscured hop is nobody", "only proxies", "a proxy says nothing",
        "a stranger says who",
    ],
)  # fmt: skip
def test_behind_a_proxy_an_address_is_what_the_proxy_saw(peer: str, forwarded: list[str], address: str) -> None:
    assert PROXIED.address(peer, forwarded, through_proxy=bool(forwarded)) == address


def test_a_program_on_this_machine_has_none_unless_it_is_a_proxy_that_nobody_configured() -> None:
    assert ALONE.address("127.0.0.1", [], through_proxy=False) is None
    assert ALONE.address("", [], through_proxy=False) is None
    assert ALONE.address("127.0.0.1", ["203.0.113.7"], through_proxy=True) == "127.0.0.1"
    assert ALONE.address("203.0.113.7", [], through_proxy=False) == "203.0.113.7"


@pytest.mark.parametrize(
    ("front", "host", "origin"),
    [
        (ALONE, "127.0.0.1:5005", None),
        (ALONE, "127.0.0.1:5005", "http://127.0.0.1:5005"),
        (ALONE, "localhost:5005", "http://localhost:5005"),
        (ALONE, "[::1]:5005", "http://[::1]:5005"),
        (PROXIED, "chat.example", "https://chat.example"),
        (PROXIED, "chat.example", None),
        (PROXIED, "127.0.0.1:5005", None),
    ],
)
def test_our_own_page_is_let_in(front: Front, host: str, origin: str | None) -> None:
    front.require_own_page(host, origin)


@pytest.mark.parametrize(
    ("front", "host", "origin", "attack"),
    [
        (ALONE, "127.0.0.1:5005", "https://evil.example", "another site's page"),
        (ALONE, "127.0.0.1:5005", "null", "a sandboxed frame"),
        (ALONE, "127.0.0.1:5005", "http://127.0.0.1:1", "another port's page"),
        (ALONE, "evil.example:5005", "http://evil.example:5005", "a name that points here (DNS rebinding)"),
        (ALONE, "evil.example:5005", None, "the same without an origin"),
        (ALONE, "", None, "no host"),
        (ALONE, "[", None, "a host that is none"),
        (PROXIED, "chat.example", "http://chat.example", "the page without TLS"),
        (PROXIED, "chat.example", "https://chat.example.evil.example", "a longer name"),
        (PROXIED, "chat.example", "https://evil.example", "another site's page, through the proxy"),
        (PROXIED, "evil.example", "https://evil.example", "another name for the proxy"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_another_page_is_not(front: Front, host: str, origin: str | None, attack: str) -> None:
    with pytest.raises(NotAllowed):
        front.require_own_page(host, origin)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"public_uri": "https://chat.example"}, "public_uri"),
        ({"public_url": "chat.example"}, "public_url"),
        ({"public_url": "http://chat.example"}, "https"),
        ({"public_url": "https://chat.example/path"}, "public_url"),
        ({"trusted_proxies": "127.0.0.1"}, "trusted_proxies"),
        ({"trusted_proxies": ["proxy.example"]}, "trusted_proxies"),
        ({"host_sites": ["*"]}, "host_sites"),
        ({"limits": {"session": 0}}, "limits"),
        ({"limits": {"session": True}}, "limits"),
        ({"limits": {"sessions": 10}}, "limits"),
    ],
)
def test_a_wrong_entry_is_named(entry: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Front.from_credentials(entry)
