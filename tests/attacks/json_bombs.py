"""JSON that parsers disagree on or choke on (CWE-502, CWE-674, CWE-1286, CWE-436)."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.assistant.phones import Request
from tests.attacks.attack import Attack
from tests.attacks.site import Site

_ID = b'"id": "xxxxxxxxxxxxxxxxxxxx"'
_BAD = (400, "bad_request", ("web", "bad_request"))
_TEXT = b'"text": "tell me a joke"'
_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a list": b"[]",
    "a string": b'"hello"',
    "a number": b"1",
    "null": b"null",
    "8,000 lists in each other": b"[" * 8000 + b"]" * 8000,
    "8,000 lists that never end": b"[" * 8000,
    "2,500 objects in each other": b'{"a":' * 2500 + b"1" + b"}" * 2500,
    "a deep value behind a right message": b"{" + _ID + b"," + _TEXT + b', "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a number of 15,000 digits (CVE-2020-10735)": b"{" + _ID + b', "text": ' + b"9" * 15_000 + b"}",
    "a number with a huge exponent": b"{" + _ID + b', "text": 1e999999999}',
    "NaN": b"{" + _ID + b', "text": NaN}',
    "Infinity": b"{" + _ID + b', "text": -Infinity}',
    "NaN where nobody looks": b"{" + _ID + b"," + _TEXT + b', "x": NaN}',
    "a key twice": b"{" + _ID + b', "text": "hello", ' + _TEXT + b"}",
    "a key twice, once escaped": b"{" + _ID + b', "te\\u0078t": "hello", ' + _TEXT + b"}",
    "an id twice": b"{" + _ID + b', "id": "yyyyyyyyyyyyyyyyyyyy", ' + _TEXT + b"}",
    "a text that is a number": b"{" + _ID + b', "text": 12345}',
    "a text that is an object": b"{" + _ID + b', "text": {"$ne": null}}',
    "a text that is null": b"{" + _ID + b', "text": null}',
    "a text that is true": b"{" + _ID + b', "text": true}',
    "an id that is a number": b'{"id": 11111111111111111111, ' + _TEXT + b"}",
    "an id with a line feed": b'{"id": "xxxxxxxxxxxxxxxxxxxx\\n", ' + _TEXT + b"}",
    "an id with a path": b'{"id": "../../../../../../etc", ' + _TEXT + b"}",
    "UTF-16": json.dumps({"id": "x" * 20, "text": "tell me a joke"}).encode("utf-16"),
    "UTF-16 without a mark": json.dumps({"id": "x" * 20, "text": "tell me a joke"}).encode("utf-16-le"),
    "UTF-32": json.dumps({"id": "x" * 20, "text": "tell me a joke"}).encode("utf-32-be"),
    "Latin-1": b"{" + _ID + b', "text": "caf\xe9"}',
    "a byte order mark": b"\xef\xbb\xbf{" + _ID + b"," + _TEXT + b"}",
    "an overlong sequence of UTF-8": b"{" + _ID + b', "text": "\xc0\xafrestart"}',
    "a lone surrogate, escaped": b"{" + _ID + b', "text": "\\ud800"}',
    "a lone surrogate in bytes": b"{" + _ID + b', "text": "\xed\xa0\x80"}',
    "a lone surrogate among words": b"{" + _ID + b', "text": "tell me \\udfff a joke"}',
    "a raw NUL in a text": b"{" + _ID + b', "text": "\x00"}',
    "a raw line feed in a text": b"{" + _ID + b', "text": "a\nb"}',
    "a comment": b"{" + _ID + b"," + _TEXT + b"} // hello",
    "single quotes": b"{'id': 'xxxxxxxxxxxxxxxxxxxx', 'text': 'hello'}",
    "a comma too many": b"{" + _ID + b"," + _TEXT + b",}",
    "two objects": b"{" + _ID + b"," + _TEXT + b"}{" + _ID + b"," + _TEXT + b"}",
    "a message in a list": b"[{" + _ID + b"," + _TEXT + b"}]",
    "XML with an entity (CWE-611, CWE-776)": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00cposix\nsystem\n.",
    "all bytes": bytes(range(256)),
}


def _signed(body: bytes) -> Callable[[Site], bytes]:
    """Rightly signed, by somebody who holds the secret."""

    def made(site: Site) -> bytes:
        phone = site.phone("telegram")
        return site.hook("telegram", Request(body, phone.writes("hello").headers))

    return made


_AT_A_HOOK = (
    "a list",
    "null",
    "8,000 lists that never end",
    "a number of 15,000 digits (CVE-2020-10735)",
    "UTF-16",
    "NaN where nobody looks",
    "a key twice",
    "a lone surrogate in bytes",
    "all bytes",
)
ATTACKS = [
    *(Attack(name, lambda s, b=body: s.web(b), *_BAD) for name, body in _BODIES.items()),
    *(
        Attack(f"at a webhook: {name}", _signed(_BODIES[name]), 400, "bad_request", ("telegram", "bad_request"))
        for name in _AT_A_HOOK
    ),
]
