"""Addresses that lead out of the page (CWE-22 path traversal) or into Rasa (OWASP API9, CWE-749)."""

from __future__ import annotations

from tests.attacks.attack import Attack, http
from tests.attacks.site import JSON

_ABSENT = (404, "not_found", ("web", "not_found"))
_BAD = (400, "bad_request", ("web", "bad_request"))
_LEADING_OUT = (
    "/../../../../etc/passwd",
    "/chat/assets/../../credentials.yml",
    "/chat/assets/..%2f..%2fcredentials.yml",
    "/chat/assets/%2e%2e/%2e%2e/credentials.yml",
    "/chat/assets/%252e%252e%252fcredentials.yml",
    "/chat/assets/..%c0%af..%c0%afcredentials.yml",
    "/chat/assets/..\\..\\credentials.yml",
    "/chat/assets/..%5c..%5ccredentials.yml",
    "/chat/assets/....//....//credentials.yml",
    "/chat/assets/..;/..;/credentials.yml",
    "/chat/assets//etc/passwd",
    "/chat/assets/%2fetc%2fpasswd",
    "/chat/assets/app.js%00.css",
    "/chat/assets/app.js/../../../privacy.yml",
    "/chat/assets/app.js.map",
    "/chat/assets/.env",
    "/chat/assets/",
    "/chat/assets/APP.JS",
    "/./chat/assets/../../.git/config",
    "//etc/passwd",
    "/file:///etc/passwd",
    "/.discreet/keys/identity.json",
    "/keys/identity.json",
    "/channels.yml",
    "/credentials.yml",
    "/privacy.yml",
    "/.git/HEAD",
    "/chat/../chat/metrics/../../models",
)
_OF_RASA = (
    ("GET", "/conversations/anna/tracker"),
    ("POST", "/conversations/anna/tracker/events"),
    ("PUT", "/conversations/anna/tracker/events"),
    ("GET", "/conversations/anna/story"),
    ("POST", "/conversations/anna/execute"),
    ("POST", "/conversations/anna/trigger_intent"),
    ("POST", "/conversations/anna/predict"),
    ("POST", "/conversations/anna/messages"),
    ("POST", "/model/train"),
    ("POST", "/model/test/stories"),
    ("POST", "/model/test/intents"),
    ("POST", "/model/predict"),
    ("POST", "/model/parse"),
    ("PUT", "/model"),
    ("DELETE", "/model"),
    ("GET", "/domain"),
    ("GET", "/status"),
    ("GET", "/version"),
    ("POST", "/webhook"),
    ("GET", "/actions"),
    ("GET", "/health"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("GET", "/debug/pprof"),
    ("GET", "/server-status"),
    ("GET", "/.well-known/security.txt"),
)
ATTACKS = [
    *(Attack(f"out of the page by {path}", lambda s, p=path: http("GET", p), *_ABSENT) for path in _LEADING_OUT),
    *(
        Attack(
            f"Rasa's {method} {path}",
            lambda s, m=method, p=path: http(m, p, JSON, body=b"" if m == "GET" else b"{}"),
            *_ABSENT,
        )
        for method, path in _OF_RASA
    ),
    Attack("metrics for another machine's name", lambda s: http("GET", "/chat/metrics"), *_ABSENT),
    Attack(
        "metrics through a proxy",
        lambda s: http("GET", "/chat/metrics", ("X-Forwarded-For", "127.0.0.1"), host="localhost"),
        *_ABSENT,
    ),
    Attack(
        "metrics through a proxy that says Forwarded",
        lambda s: http("GET", "/chat/metrics", ("Forwarded", "for=127.0.0.1"), host="localhost"),
        *_ABSENT,
    ),
    Attack(
        "a target of other characters",
        lambda s: "GET /chat/assets/é HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
        *_BAD,
    ),
    Attack("a target without a slash", lambda s: b"GET credentials.yml HTTP/1.1\r\nHost: localhost\r\n\r\n", *_BAD),
    Attack("a target of a star", lambda s: b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", *_BAD),
    Attack(
        "a target of another host (open proxy)",
        lambda s: b"GET http://169.254.169.254/latest/meta-data HTTP/1.1\r\nHost: localhost\r\n\r\n",
        *_BAD,
    ),
]
