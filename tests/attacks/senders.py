"""Spoofed senders (CWE-290, OWASP API1 broken object level authorization): naming somebody else, wherever one may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.attacks.attack import TURN, Attack, Reply
from tests.attacks.site import Site

_NAMES = ("sender", "sender_id", "conversation_id", "recipient_id", "user", "session_id", "input_channel", "channel")
_HEADERS = ("X-Sender-Id", "X-User-Id", "X-Conversation-Id", "X-Forwarded-User", "X-Remote-User", "Sender")


def _victim(site: Site) -> str:
    """The strongest name that there is for the victim: what Rasa calls them."""
    return site.conversation(site.victim).hex()


def _in_body(name: str) -> Callable[[Site], bytes]:
    return lambda site: site.web(**{name: _victim(site)})


def _with(**change: Any) -> Callable[[Site], bytes]:
    return lambda site: site.web(**change)


def _only_their_own(site: Site, reply: Reply) -> None:
    assert json.loads(reply.body)["you"] == "tell me a joke"
    assert [message["text"] for message in site.victim.history()][:1] == ["hello"]


_REFUSED = ("web", "bad_request")
ATTACKS = [
    *(Attack(f"{name} in the body", _in_body(name), 400, "bad_request", _REFUSED) for name in _NAMES),
    *(
        Attack(
            f"{name} in the query",
            lambda site, name=name: site.web(path=f"/chat/messages?{name}={_victim(site)}"),
            400,
            "bad_request",
            _REFUSED,
        )
        for name in ("sender", "sender_id", "conversation_id", "token")
    ),
    *(
        Attack(
            f"{name} as a header",
            lambda site, name=name: site.web(None, (name, _victim(site))),
            200,
            changes=TURN,
            after=_only_their_own,
        )
        for name in _HEADERS
    ),
    Attack(
        "sender in the path",
        lambda s: s.web(path=f"/chat/messages/{_victim(s)}"),
        404,
        "not_found",
        ("web", "not_found"),
    ),
    Attack(
        "another's history by path",
        lambda s: s.web(path=f"/chat/history/{_victim(s)}", method="GET"),
        404,
        "not_found",
        ("web", "not_found"),
    ),
    Attack(
        "another's history by query",
        lambda s: s.web(path=f"/chat/history?session={quote(_victim(s))}", method="GET"),
        400,
        "bad_request",
        _REFUSED,
    ),
    Attack("metadata with a sender", _with(metadata={"sender_id": "anna"}), 400, "bad_request", _REFUSED),
    Attack(
        "metadata that claims a button's operation", _with(metadata={"operation": "op_x"}), 400, "bad_request", _REFUSED
    ),
    Attack(
        "metadata that claims an external origin", _with(metadata={"is_external": True}), 400, "bad_request", _REFUSED
    ),
    Attack(
        "parse_data in the message (CWE-915 mass assignment)",
        _with(parse_data={"intent": {"name": "affirm"}}),
        400,
        "bad_request",
        _REFUSED,
    ),
    Attack(
        "slots in the message (CWE-915 mass assignment)",
        _with(slots={"asking": "consent"}),
        400,
        "bad_request",
        _REFUSED,
    ),
    Attack("__proto__ in the message (CWE-1321)", _with(__proto__={"text": "x"}), 400, "bad_request", _REFUSED),
    Attack(
        "a session asked for by its sender",
        lambda s: s.web({"sender": _victim(s)}, path="/chat/session"),
        400,
        "bad_request",
        _REFUSED,
    ),
    Attack(
        "a session asked for by its value",
        lambda s: s.web({"session": s.value}, path="/chat/session"),
        400,
        "bad_request",
        _REFUSED,
    ),
]
