"""More than anybody needs (CWE-400, CWE-770, CWE-409): bodies, headers, addresses, fields."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

from tests.assistant.more_phones import PHONES
from tests.assistant.phones import Request
from tests.attacks.attack import Attack, Pair, http
from tests.attacks.site import JSON, Site

_TOO_LONG = (413, "too_long", ("web", "too_long"))
_BAD = (400, "bad_request", ("web", "bad_request"))


def _large(channel: str) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        genuine = site.phone(channel).writes("hello")
        return site.hook(channel, Request(b" " * 300_000, genuine.headers))

    return made


def _many_headers(count: int, name: str = "X-{n}", value: str = "y") -> Callable[[Site], bytes]:
    headers: list[Pair] = [(name.format(n=n), value) for n in range(count)]
    return lambda site: site.web(None, *headers)


def _packed(kind: str, pack: Callable[[bytes], bytes]) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        body = pack(json.dumps(site.message(text="x" * 100_000_000 if kind == "bomb" else "hello")).encode())
        return site.web(body, ("Content-Encoding", "deflate" if pack is zlib.compress else "gzip"))

    return made


def _claimed(length: str) -> Callable[[Site], bytes]:
    return lambda site: http("POST", "/chat/messages", JSON, site.cookie, ("Content-Length", length), length=False)


def _with(**change: Any) -> Callable[[Site], bytes]:
    return lambda site: site.web(**change)


ATTACKS = [
    Attack("a text of 2,001 characters", _with(text="x" * 2001), *_TOO_LONG),
    Attack("a text of 2,001 signs of four bytes", _with(text="🙂" * 2001), *_TOO_LONG),
    Attack("a body of 17 KiB", _with(text="x" * 17_000), *_TOO_LONG),
    Attack("a body of 1 MiB", _with(text="x" * 2**20), *_TOO_LONG),
    Attack("a body of 16 MiB", _with(text="x" * 2**24), *_TOO_LONG),
    Attack("spaces around a message", lambda s: s.web(json.dumps(s.message()).encode() + b" " * 20_000), *_TOO_LONG),
    Attack("a length of a gigabyte", _claimed("1073741824"), *_TOO_LONG),
    Attack("a length of ten digits", _claimed("9999999999"), *_TOO_LONG),
    Attack("a length of a hundred digits", _claimed("9" * 100), *_BAD),
    *(Attack(f"300 kB at the webhook of {name}", _large(name), *_TOO_LONG) for name in PHONES),
    Attack("a header of 20 kB", lambda s: s.web(None, ("X", "y" * 20_000)), *_TOO_LONG),
    Attack("a header of 1 MB", lambda s: s.web(None, ("X", "y" * 1_000_000)), *_TOO_LONG),
    Attack("a header's name of 20 kB", lambda s: s.web(None, ("y" * 20_000, "x")), *_TOO_LONG),
    Attack("a cookie of 20 kB", lambda s: s.web(None, ("Cookie", f"a={'b' * 20_000}")), *_TOO_LONG),
    Attack("a token of 20 kB", lambda s: s.web(None, ("Authorization", f"Bearer {'b' * 20_000}")), *_TOO_LONG),
    Attack("2,000 headers", _many_headers(2000), *_TOO_LONG),
    Attack("the same header 2,000 times", _many_headers(2000, "X-Forwarded-For", "1.1.1.1"), *_TOO_LONG),
    Attack("an address of 20 kB", lambda s: s.web(path="/chat/messages?" + "a" * 20_000), *_TOO_LONG),
    Attack("a method of 20 kB", lambda s: s.web(method="A" * 20_000), *_TOO_LONG),
    Attack("a line without an end", lambda s: b"G" * 40_000, *_TOO_LONG),
    Attack("a gzip bomb (CWE-409)", _packed("bomb", gzip.compress), *_TOO_LONG),
    Attack("a gzipped message", _packed("message", gzip.compress), *_BAD),
    Attack("a deflated message", _packed("message", zlib.compress), *_BAD),
    Attack("an id of 65 characters", _with(id="x" * 65), *_BAD),
    Attack("an id of 10 kB", _with(id="x" * 10_000), *_BAD),
    Attack("a thousand fields", lambda s: s.web({**s.message(), **{f"f{n}": n for n in range(1000)}}), *_BAD),
    Attack(
        "ten thousand fields of a form",
        lambda s: s.hook("twilio", Request(b"a=b&" * 10_000, {"Content-Type": "application/x-www-form-urlencoded"})),
        400,
        "bad_request",
        ("twilio", "bad_request"),
    ),
    Attack(
        "ten thousand fields of a query",
        lambda s: http("GET", "/webhooks/whatsapp/webhook?" + "a&" * 2000),
        400,
        "bad_request",
        ("whatsapp", "bad_request"),
    ),
]
