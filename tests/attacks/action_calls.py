"""Calls of the action server by somebody who reached its socket (CWE-306, CWE-294, CWE-345)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from discreet.crypto.signing import ActionCall, sign_action_call
from tests.attacks.attack import Attack, Pair, http
from tests.attacks.site import JSON, Site

_UNSIGNED = (("actions", "bad_signature"), {}, "actions")
_OLDER = (("actions", "older_holder"), {}, "actions")


def _request(sender: str, action: str = "action_track_order") -> bytes:
    tracker = {"sender_id": sender, "slots": {"order_number": "DS-10601"}, "latest_message": {}, "events": []}
    return json.dumps({"next_action": action, "sender_id": sender, "tracker": tracker, "domain": {}}).encode()


def _call(fence: int = 1, ordinal: int = 0) -> ActionCall:
    return ActionCall(secrets.token_bytes(16), fence, ordinal)


def _signed(site: Site, call: ActionCall, body: bytes, *, at: int | None = None, key: bytes = b"") -> list[Pair]:
    return list(sign_action_call(key or site.action_key, call, body, at if at is not None else site.now()).items())


def _post(body: bytes, headers: list[Pair]) -> bytes:
    return http("POST", "/webhook", JSON, *headers, body=body, host="actions")


def _bare(method: str, path: str, *headers: Pair, body: bytes = b"{}") -> Callable[[Site], bytes]:
    return lambda site: http(method, path, JSON, *headers, body=b"" if method == "GET" else body, host="actions")


def _changed(name: str, value: str | Callable[[str], str] | None) -> Callable[[Site], bytes]:
    """A signed call with one header changed or, by None, without it."""

    def made(site: Site) -> bytes:
        body = _request(secrets.token_hex(8))
        headers = dict(_signed(site, _call(), body))
        found = headers.pop(f"X-Discreet-{name}")
        if value is not None:
            headers[f"X-Discreet-{name}"] = value if isinstance(value, str) else value(found)
        return _post(body, list(headers.items()))

    return made


def _at(seconds: int) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        body = _request(secrets.token_hex(8))
        return _post(body, _signed(site, _call(), body, at=site.now() + seconds))

    return made


def _other_body(site: Site) -> bytes:
    body = _request("anna")
    return _post(body.replace(b"anna", b"benn"), _signed(site, _call(), body))


def _other_key(site: Site) -> bytes:
    body = _request(secrets.token_hex(8))
    return _post(body, _signed(site, _call(), body, key=bytes(32)))


def _other_key_of_ours(site: Site) -> bytes:
    """The identity key, which the other server holds too."""
    from discreet.crypto import keyring

    body = _request(secrets.token_hex(8))
    return _post(body, _signed(site, _call(), body, key=keyring.key(site.keys, "identity")))


def _twice(name: str) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        body = _request(secrets.token_hex(8))
        return _post(body, [(f"X-Discreet-{name}", "7" * 32), *_signed(site, _call(), body)])

    return made


def _after(earlier: list[tuple[int, int, bool]], then: tuple[int, int, bool]) -> Callable[[Site], bytes]:
    """Signed calls of one conversation, all but the last made before: (fence, ordinal, of the first turn)."""

    def made(site: Site) -> bytes:
        body, turns = _request(secrets.token_hex(8)), {True: secrets.token_bytes(16), False: secrets.token_bytes(16)}
        made_of = lambda fence, ordinal, first: _post(  # noqa: E731
            body, _signed(site, ActionCall(turns[first], fence, ordinal), body)
        )
        for one in earlier:
            assert site.exchange(made_of(*one), "actions").status == 200
        return made_of(*then)

    return made


def _malformed(body: bytes) -> Callable[[Site], bytes]:
    return lambda site: _post(body, _signed(site, _call(), body))


def _elsewhere(path: str, fence: int, body: bytes) -> Callable[[Site], bytes]:
    """A signed call of one kind, recorded and sent to where another kind is taken."""
    return lambda site: http("POST", path, JSON, *_signed(site, _call(fence), body), body=body, host="actions")


def _bomb(site: Site) -> bytes:
    """The SDK's own server would unpack it, however large it becomes."""
    import zlib

    body = zlib.compress(b" " * 50_000_000)
    return _post(body, [("Content-Encoding", "deflate")])


def _refused(name: str, made: Callable[[Site], bytes], how: tuple[Any, Any, str] = _UNSIGNED) -> Attack:
    counted, changes, door = how
    return Attack(name, made, 401, counted=counted, changes=changes, door=door)


_REPEATED = Attack(
    "a recorded call again", _after([(5, 0, True)], (5, 0, True)), 200, counted=("actions", "repeated"), door="actions"
)
ATTACKS = [
    _refused("without credentials", _bare("POST", "/webhook", body=_request("anna"))),
    *(
        _refused(f"without credentials: {method} {path}", _bare(method, path))
        for method, path in (
            ("GET", "/actions"),
            ("GET", "/webhook"),
            ("GET", "/"),
            ("PUT", "/webhook"),
            ("GET", "/health/../actions"),
            ("POST", "/health"),
            ("GET", "/HEALTH"),
            ("GET", "/nothing"),
        )
    ),
    _refused("a bearer token", _bare("POST", "/webhook", ("Authorization", "Bearer secret"))),
    _refused("a token in the query", _bare("POST", "/webhook?token=secret")),
    _refused("a bomb of deflate (CWE-409)", _bomb),
    _refused("another key", _other_key),
    _refused("another key of ours", _other_key_of_ours),
    _refused("a signature over another body", _other_body),
    *(
        _refused(f"{what} {name}", _changed(name, value))
        for name in ("Signature", "Time", "Turn", "Fence", "Ordinal")
        for what, value in (("no", None), ("an empty", ""), ("another", "7" * 32))
    ),
    _refused("a signature cut by one character", _changed("Signature", lambda found: found[:-1])),
    _refused("a signature in upper case", _changed("Signature", str.upper)),
    _refused("a signature of zeros", _changed("Signature", "0" * 64)),
    _refused("a higher fence than was signed", _changed("Fence", lambda found: str(int(found) + 1))),
    _refused("a later ordinal than was signed", _changed("Ordinal", "9")),
    _refused("31 seconds old", _at(-33)),
    _refused("from the future", _at(35)),
    *(_refused(f"two of {name}, the wrong one first", _twice(name)) for name in ("Signature", "Fence", "Turn")),
    *(
        _refused(f"an action's call, recorded and sent to {path}", _elsewhere(path, 5, _request("anna")))
        for path in ("/shown", "/desk", "/mail", "/nothing")
    ),
    _refused("a call of no turn, sent as an action's", _elsewhere("/webhook", 0, _request("anna"))),
    _refused("an older holder of the lock", _after([(5, 0, True)], (4, 0, False)), _OLDER),
    _refused("an older holder that was newest before", _after([(4, 0, True), (5, 0, False)], (4, 1, True)), _OLDER),
    _refused("a recorded call of an older holder", _after([(4, 0, True), (5, 0, False)], (4, 0, True)), _OLDER),
    _refused("a second turn under one fence", _after([(5, 0, True)], (5, 0, False)), _OLDER),
    _refused("calls in another order, over a new holder", _after([(5, 1, True), (6, 0, False)], (5, 0, True)), _OLDER),
    _REPEATED,
    *(
        Attack(f"signed, but {what}", _malformed(body), status, counted=("actions", reason), door="actions")
        for what, body, status, reason in (
            ("an action that is not there", _request("anna", "action_nothing"), 404, "unknown_action"),
            ("an action of Rasa's own", _request("anna", "action_restart"), 404, "unknown_action"),
            ("no JSON", b"{", 422, "bad_request"),
            ("a bomb of lists", b"[" * 100_000, 422, "bad_request"),
            ("a list in place of a call", b"[]", 422, "bad_request"),
            ("no tracker", b'{"sender_id": "anna", "next_action": "action_track_order"}', 422, "bad_request"),
            ("an action that is a list", _request("anna").replace(b'"action_track_order"', b"[]"), 422, "bad_request"),
            ("a sender that is a number", _request("anna").replace(b'"anna"', b"7"), 422, "bad_request"),
            ("more than a call is long", b" " * 300_000, 401, "bad_signature"),
        )
    ),
]
