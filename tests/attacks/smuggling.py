"""Requests that two servers read differently (CWE-444 request smuggling, CWE-113), with a second one behind them."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.attacks.attack import ORIGIN, PUBLIC, Attack
from tests.attacks.site import Site

_BAD = (400, "bad_request", ("web", "bad_request"))
_NO_LENGTH = (411, "bad_request", ("web", "bad_request"))


def _lines(
    *lines: str, body: str = "{body}", first: str = "POST /chat/messages HTTP/1.1", end: str = "\r\n"
) -> Callable[[Site], bytes]:
    """A message of the attacker with these lines, and a second one smuggled behind it."""

    def made(site: Site) -> bytes:
        content, second = (json.dumps(site.message()) for _ in range(2))
        shared = [f"Host: {PUBLIC}", f"Cookie: {site.cookie[1]}", "Content-Type: application/json", f"Origin: {ORIGIN}"]
        named = [line.replace("{n}", str(len(content))) for line in lines]
        own = shared[1:] if any(line.lower().startswith("host") for line in lines) or "{nohost}" in lines else shared
        head = end.join([first, *own, *(line for line in named if line != "{nohost}"), "", ""])
        chunked = f"{len(content):x}\r\n{content}\r\n0\r\n\r\n"
        said = body.replace("{body}", content).replace("{chunks}", chunked)
        smuggled = "\r\n".join(["POST /chat/messages HTTP/1.1", *shared, f"Content-Length: {len(second)}", "", second])
        return (head + said + smuggled).encode("latin-1")

    return made


_CASES: dict[str, tuple[Callable[[Site], bytes], tuple[int, str, tuple[str, str]]]] = {
    "CL.TE": (_lines("Content-Length: {n}", "Transfer-Encoding: chunked", body="{chunks}"), _NO_LENGTH),
    "TE.CL": (_lines("Transfer-Encoding: chunked", "Content-Length: 4", body="{chunks}"), _NO_LENGTH),
    "CL.0": (_lines("Content-Length: 0", "Content-Length: {n}"), _BAD),
    "TE.TE, xchunked": (_lines("Transfer-Encoding: xchunked", "Content-Length: {n}"), _NO_LENGTH),
    "TE.TE, two codings": (
        _lines("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body="{chunks}"),
        _NO_LENGTH,
    ),
    "TE.TE, a list": (_lines("Transfer-Encoding: identity, chunked", body="{chunks}"), _NO_LENGTH),
    "TE.TE, a space before the colon": (_lines("Transfer-Encoding : chunked", "Content-Length: {n}"), _BAD),
    "TE.TE, a tab before the value": (_lines("Transfer-Encoding:\tchunked", body="{chunks}"), _NO_LENGTH),
    "TE.TE, a vertical tab before the value": (
        _lines("Transfer-Encoding: \x0bchunked", "Content-Length: {n}"),
        _NO_LENGTH,
    ),
    "TE.TE, a folded value": (_lines("Transfer-Encoding:", " chunked", "Content-Length: {n}"), _BAD),
    "TE.TE, behind a bare line feed": (_lines("X: y\nTransfer-Encoding: chunked", "Content-Length: {n}"), _BAD),
    "chunks alone": (_lines("Transfer-Encoding: chunked", body="{chunks}"), _NO_LENGTH),
    "chunks with extensions": (_lines("Transfer-Encoding: chunked", body="5;a=b\r\nhello\r\n0\r\n\r\n"), _NO_LENGTH),
    "chunks with trailers": (_lines("Transfer-Encoding: chunked", body="0\r\nX: y\r\n\r\n"), _NO_LENGTH),
    "chunks of a huge size": (_lines("Transfer-Encoding: chunked", body="ffffffffffffffff\r\n"), _NO_LENGTH),
    "no length at all, with a body": (_lines(), _NO_LENGTH),
    "two lengths": (_lines("Content-Length: {n}", "Content-Length: 400"), _BAD),
    "two equal lengths": (_lines("Content-Length: {n}", "Content-Length: {n}"), _BAD),
    "a list of lengths": (_lines("Content-Length: {n}, {n}"), _BAD),
    "a negative length": (_lines("Content-Length: -1"), _BAD),
    "a signed length": (_lines("Content-Length: +{n}"), _BAD),
    "a hexadecimal length": (_lines("Content-Length: 0x20"), _BAD),
    "a length with an exponent": (_lines("Content-Length: 1e2"), _BAD),
    "a length with an underscore": (_lines("Content-Length: 1_0"), _BAD),
    "a length with a fraction": (_lines("Content-Length: 10.0"), _BAD),
    "a length in other digits": (_lines("Content-Length: \xb2"), _BAD),
    "an empty length": (_lines("Content-Length: "), _BAD),
    "a length behind a space": (_lines("Content-Length : {n}"), _BAD),
    "a length that is folded": (_lines("X: y", " Content-Length: {n}"), _BAD),
    "line feeds alone": (_lines("Content-Length: {n}", end="\n"), _BAD),
    "a bare carriage return": (_lines("X: y\rContent-Length: 400", "Content-Length: {n}"), _BAD),
    "a NUL in a value": (_lines("X: \0y", "Content-Length: {n}"), _BAD),
    "a NUL in a name": (_lines("X\0: y", "Content-Length: {n}"), _BAD),
    "an empty name": (_lines(": y", "Content-Length: {n}"), _BAD),
    "a line without a colon": (_lines("nonsense", "Content-Length: {n}"), _BAD),
    "two hosts": (_lines(f"Host: {PUBLIC}", "Host: evil.example", "Content-Length: {n}"), _BAD),
    "no host": (_lines("{nohost}", "Content-Length: {n}"), _BAD),
    "a whole address as target": (
        _lines("Content-Length: {n}", first=f"POST http://{PUBLIC}/chat/messages HTTP/1.1"),
        _BAD,
    ),
    "a space in the target": (_lines("Content-Length: {n}", first="POST /chat/messages /x HTTP/1.1"), _BAD),
    "a tab in the request line": (_lines("Content-Length: {n}", first="POST\t/chat/messages\tHTTP/1.1"), _BAD),
    "HTTP/0.9": (_lines("Content-Length: {n}", first="POST /chat/messages HTTP/0.9"), _BAD),
    "HTTP/1.1 with more digits": (_lines("Content-Length: {n}", first="POST /chat/messages HTTP/1.10"), _BAD),
    "HTTP/2.0": (_lines("Content-Length: {n}", first="POST /chat/messages HTTP/2.0"), _BAD),
    "the preface of HTTP/2": (lambda s: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", _BAD),
    "a TLS hello": (lambda s: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40) + b"\r\n\r\n", _BAD),
    "an expectation that nobody knows": (
        _lines("Content-Length: {n}", "Expect: 200-maybe"),
        (417, "bad_request", ("web", "bad_request")),
    ),
    "a line break in a cookie (CWE-113)": (_lines("Content-Length: {n}", "X-Y: a\r\n b"), _BAD),
}
ATTACKS = [Attack(name, made, *refused) for name, (made, refused) in _CASES.items()]
