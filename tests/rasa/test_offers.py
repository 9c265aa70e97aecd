"""What reaches a person past the mask: nothing secret on the page, whose session is one; a link elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from discreet.rasa.offers import add_offers

LINK, PASSPHRASE, REQUEST = "L" * 43, "bababa-cecece-dididi-fofofo", "rq_" + "a" * 26
AT = "https://c.example/chat"
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "a copy",
        {"rights": {"copy": LINK, "passphrase": PASSPHRASE}},
        {"rights": {"copy": True}},
        f"Your copy: {AT}/copy/{LINK}\nIts passphrase: {PASSPHRASE}",
    ),
    (
        "a certificate",
        {"rights": {"certificate": REQUEST}},
        {"rights": {"certificate": REQUEST}},
        f"Your certificate: {AT}/certificate/{REQUEST}",
    ),
    (
        "shown once",
        {"show": LINK},
        {"show": True},
        f"Open this within five minutes; it works once: {AT}/shown/{LINK}",
    ),
    ("no link", {"show": "https://evil.example"}, {}, ""),
    ("no passphrase", {"rights": {"copy": LINK, "passphrase": "1234"}}, {}, ""),
    ("no offer", {"rights": "x"}, {}, ""),
]


@pytest.mark.parametrize(("name", "custom", "page", "line"), CASES, ids=[row[0] for row in CASES])
def test_each_offer_by_channel(name: str, custom: dict[str, Any], page: dict[str, Any], line: str) -> None:
    def reply(channel: str, url: str = "https://c.example") -> dict[str, Any]:
        replies = [{"text": "Ready.", "custom": {"kept": 1, **dict.fromkeys(custom, "[masked]")}}]
        add_offers([{"text": "Ready.", "custom": {"kept": 1, **custom}}], replies, channel, url)
        return replies[0]

    assert reply("web") == {"text": "Ready.", "custom": {"kept": 1, **page}}
    assert LINK not in str(reply("web"))
    elsewhere = {"text": f"Ready.\n{line}".strip(), "custom": {"kept": 1}}
    assert reply("telegram") == elsewhere
    assert "://" not in reply("telegram", "")["text"]


def test_a_reply_that_offers_nothing_is_left_as_it_is() -> None:
    replies = [{"text": "Hello."}, {"custom": {"other": 1}}]
    add_offers([{"text": "Hello."}, {"custom": {"other": 1}}], replies, "web", "https://c.example")
    assert replies == [{"text": "Hello."}, {"custom": {"other": 1}}]
