"""Requests that another site's page makes in a person's name (CWE-352 CSRF, CWE-1385 cross-site WebSocket, CWE-350)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.attacks.attack import ORIGIN, PUBLIC, Attack, Pair, Reply, http
from tests.attacks.site import JSON, Site

_WRONG_ORIGIN = (403, "wrong_origin", ("web", "wrong_origin"))
_ORIGINS = {
    "null": "null",
    "empty": "",
    "foreign": "https://evil.example",
    "the host site, which may frame the page": "https://www.example.com",
    "a sub-domain": f"https://evil.{PUBLIC}",
    "the parent domain": "https://example.com",
    "the name as a prefix": f"https://{PUBLIC}.evil.example",
    "the name as a suffix": f"https://evil-{PUBLIC}",
    "another port": f"https://{PUBLIC}:8443",
    "the usual port, written out": f"https://{PUBLIC}:443",
    "another scheme": f"http://{PUBLIC}",
    "user information": f"https://{PUBLIC}@evil.example",
    "a trailing dot": f"https://{PUBLIC}.",
    "a path": f"https://{PUBLIC}/chat",
    "upper case": f"https://{PUBLIC.upper()}",
    "a list": f"{ORIGIN} https://evil.example",
    "an extension": "chrome-extension://abcdefghijklmnop",
    "a file": "file://",
    "this machine": "http://localhost",
}
_WRONG_TYPE = (415, "wrong_type", ("web", "wrong_type"))
_TYPES = (
    "text/plain",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json5",
    "text/json",
    "application/xml",
    "application/csp-report",
    "*/*",
)
_METHOD = (405, "bad_request", ("web", "bad_request"))


def _from(origin: str, **request: Any) -> Callable[[Site], bytes]:
    return lambda site: site.web(None, ("Origin", origin), **request)


def _typed(kind: str) -> Callable[[Site], bytes]:
    return lambda site: site.web(None, ("Content-Type", kind), ("Origin", ORIGIN))


def _upgrade(path: str, *more: Pair) -> Callable[[Site], bytes]:
    asked = (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    )
    return lambda site: http("GET", path, *asked, site.cookie, *more)


def _session_lives(site: Site, _reply: Reply) -> None:
    assert site.attacker.history() == []


def _no_permission(_site: Site, reply: Reply) -> None:
    assert not reply.headers.keys() & {"access-control-allow-origin", "access-control-allow-private-network"}, (
        reply.headers
    )


def _override(name: str) -> Callable[[Site], bytes]:
    return lambda site: site.web({}, (name, "DELETE"), ("Origin", ORIGIN), path="/chat/session")


ATTACKS = [
    *(Attack(f"a message from the origin: {name}", _from(origin), *_WRONG_ORIGIN) for name, origin in _ORIGINS.items()),
    *(
        Attack(f"{name} from another site", _from("https://evil.example", path=path, method=method), *_WRONG_ORIGIN)
        for name, path, method in (
            ("opening a session", "/chat/session", "POST"),
            ("ending the session", "/chat/session", "DELETE"),
            ("reading the history", "/chat/history", "GET"),
        )
    ),
    Attack(
        "signing a victim in as the attacker (login CSRF)",
        lambda s: s.web({"sign_in": s.sign_in_token()}, ("Origin", "https://evil.example"), path="/chat/session"),
        *_WRONG_ORIGIN,
    ),
    Attack(
        "two origins, the own one first",
        lambda s: s.web(None, ("Origin", ORIGIN), ("Origin", "https://evil.example")),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
    Attack(
        "two origins, the own one last",
        lambda s: s.web(None, ("Origin", "https://evil.example"), ("Origin", ORIGIN)),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
    Attack(
        "another host that points here (CWE-350 DNS rebinding)",
        lambda s: http(
            "POST", "/chat/messages", JSON, s.cookie, body=json.dumps(s.message()).encode(), host="rebound.evil.example"
        ),
        *_WRONG_ORIGIN,
    ),
    Attack(
        "the public host on another port",
        lambda s: http(
            "POST", "/chat/messages", JSON, s.cookie, body=json.dumps(s.message()).encode(), host=f"{PUBLIC}:8443"
        ),
        *_WRONG_ORIGIN,
    ),
    Attack(
        "X-Forwarded-Host in place of the host",
        lambda s: http(
            "POST",
            "/chat/messages",
            JSON,
            s.cookie,
            ("X-Forwarded-Host", PUBLIC),
            body=json.dumps(s.message()).encode(),
            host="evil.example",
        ),
        *_WRONG_ORIGIN,
    ),
    *(Attack(f"a simple request of the type {kind}", _typed(kind), *_WRONG_TYPE) for kind in _TYPES),
    Attack(
        "a request without a type",
        lambda s: http("POST", "/chat/messages", s.cookie, body=json.dumps(s.message()).encode()),
        *_WRONG_TYPE,
    ),
    Attack(
        "a form in a form's clothes",
        lambda s: s.web(b"id=aaaaaaaaaaaaaaaaaaaa&text=hello", ("Content-Type", "application/x-www-form-urlencoded")),
        *_WRONG_TYPE,
    ),
    Attack("a message by GET", lambda s: s.web(path="/chat/messages", method="GET"), *_METHOD),
    Attack("ending a session by GET", lambda s: s.web(path="/chat/session", method="GET"), *_METHOD),
    *(
        Attack(f"the method {method}", lambda s, m=method: s.web(method=m), *_METHOD)
        for method in ("PUT", "PATCH", "TRACE", "CONNECT", "DEBUG")
    ),
    *(
        Attack(f"{name}: DELETE (method override)", _override(name), 200, after=_session_lives)
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    ),
    Attack(
        "_method=DELETE in the query (method override)",
        lambda s: s.web({}, path="/chat/session?_method=DELETE"),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
    Attack(
        "a preflight of another site",
        lambda s: http(
            "OPTIONS",
            "/chat/messages",
            s.cookie,
            ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"),
        ),
        *_METHOD,
        after=_no_permission,
    ),
    Attack(
        "a private network's preflight",
        lambda s: http(
            "OPTIONS",
            "/chat/messages",
            ("Origin", "https://evil.example"),
            ("Access-Control-Request-Private-Network", "true"),
        ),
        *_METHOD,
        after=_no_permission,
    ),
    *(
        Attack(
            f"a WebSocket at {path}",
            _upgrade(path, ("Origin", "https://evil.example")),
            400,
            "bad_request",
            ("web", "bad_request"),
        )
        for path in ("/chat/messages", "/chat/history", "/chat/ready", "/", "/socket.io/?EIO=4&transport=websocket")
    ),
    Attack(
        "a WebSocket of the own origin",
        _upgrade("/chat/history", ("Origin", ORIGIN)),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
    Attack(
        "an upgrade to clear HTTP/2 (h2c smuggling)",
        lambda s: http(
            "GET", "/chat/history", s.cookie, ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")
        ),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
]
