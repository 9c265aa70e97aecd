"""Sessions that are not the attacker's to name (CWE-384 session fixation, CWE-613, CWE-565)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from discreet.client import Chat
from discreet.crypto import keyring
from discreet.crypto.identifiers import web_session_id
from tests.attacks.attack import Attack, Reply
from tests.attacks.site import COOKIE, Site

_NO_SESSION = ("no_session", ("web", "no_session"))
_OPENS = {"sessions": 1}


def _value(chat: Chat) -> str:
    return (chat.cookie or "").partition("=")[2]


def _cookie(*parts: str) -> Callable[[Site], bytes]:
    """``{own}`` is the attacker's value, ``{victim}`` the victim's."""
    return lambda site: site.web(
        None, *(("Cookie", part.format(own=site.value, victim=_value(site.victim))) for part in parts)
    )


def _bearer(*parts: str) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        shown = [("Authorization", part.format(own=site.value)) for part in parts]
        return site.web(None, site.cookie, *shown)

    return made


def _ended(site: Site) -> bytes:
    raw = site.web()
    site.attacker.end()
    return raw


def _expired(site: Site) -> bytes:
    _change(site, "expires_at = now() - interval '1 second'")
    return site.web()


def _too_old(site: Site) -> bytes:
    _change(site, "created_at = now() - interval '31 days'")
    return site.web()


def _change(site: Site, what: str) -> None:
    session = web_session_id(keyring.key(site.keys, "identity"), site.value)
    site.sql(f"UPDATE conversation.web_session SET {what} WHERE session = %s RETURNING 1", session)


def _fixed(value: str) -> Callable[[Site], bytes]:
    return lambda site: site.web({}, ("Cookie", f"{COOKIE}={value}"), path="/chat/session")


def _gave_nobodys_value(site: Site, reply: Reply) -> None:
    given = reply.headers["set-cookie"]
    assert given.startswith(f"{COOKIE}=")
    assert "attacker" not in given
    assert "A" * 43 not in given


def _revived(site: Site) -> bytes:
    raw = site.web({}, path="/chat/session")
    site.attacker.end()
    return raw


ATTACKS = [
    Attack("no cookie", lambda s: s.web(None, ("Cookie", "")), 401, *_NO_SESSION),
    Attack("a value of one's own", _cookie(f"{COOKIE}={'A' * 43}"), 401, *_NO_SESSION),
    Attack(
        "a random value (CWE-330 guessing)",
        lambda s: s.web(None, ("Cookie", f"{COOKIE}={secrets.token_urlsafe(32)}")),
        401,
        *_NO_SESSION,
    ),
    Attack("an empty value", _cookie(f"{COOKIE}="), 401, *_NO_SESSION),
    Attack(
        "a value cut by one character", lambda s: s.web(None, ("Cookie", f"{COOKIE}={s.value[:-1]}")), 401, *_NO_SESSION
    ),
    Attack(
        "a value in another case",
        lambda s: s.web(None, ("Cookie", f"{COOKIE}={s.value.swapcase()}")),
        401,
        *_NO_SESSION,
    ),
    Attack("a value with a NUL encoded behind it", _cookie(f"{COOKIE}={{own}}%00"), 401, *_NO_SESSION),
    Attack(
        "the name without __Host- (cookie tossing by a neighbouring host)",
        _cookie("discreet_session={own}"),
        401,
        *_NO_SESSION,
    ),
    Attack("the name in another case", _cookie("__host-discreet_session={own}"), 401, *_NO_SESSION),
    Attack("the name with __Secure-", _cookie("__Secure-discreet_session={own}"), 401, *_NO_SESSION),
    Attack(
        "the session's name of Rasa's servers", _cookie("session_id={victim}; rasa_session={victim}"), 401, *_NO_SESSION
    ),
    Attack(
        "two cookies of that name, the own one first",
        _cookie(f"{COOKIE}={{own}}; {COOKIE}={'A' * 43}"),
        401,
        *_NO_SESSION,
    ),
    Attack(
        "two cookies of that name, the own one last",
        _cookie(f"{COOKIE}={'A' * 43}; {COOKIE}={{own}}"),
        401,
        *_NO_SESSION,
    ),
    Attack(
        "two cookies of that name, somebody else's and one's own",
        _cookie(f"{COOKIE}={{victim}}; {COOKIE}={{own}}"),
        401,
        *_NO_SESSION,
    ),
    Attack("two Cookie headers", _cookie(f"{COOKIE}={'A' * 43}", f"{COOKIE}={{own}}"), 401, *_NO_SESSION),
    Attack("a quoted value", _cookie(f'{COOKIE}="{{own}}"'), 401, *_NO_SESSION),
    Attack("an ended session", _ended, 401, *_NO_SESSION),
    Attack("an expired session", _expired, 401, *_NO_SESSION),
    Attack("a session older than 30 days", _too_old, 401, *_NO_SESSION),
    Attack("a wrong token beside a right cookie", _bearer("Bearer AAAA"), 401, *_NO_SESSION),
    Attack("an empty token beside a right cookie", _bearer("Bearer "), 401, *_NO_SESSION),
    Attack("a wrong token in lower case beside a right cookie", _bearer("bearer AAAA"), 401, *_NO_SESSION),
    Attack(
        "two tokens, the right one first",
        _bearer("Bearer {own}", "Bearer AAAA"),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
    Attack(
        "two tokens, the right one last",
        _bearer("Bearer AAAA", "Bearer {own}"),
        400,
        "bad_request",
        ("web", "bad_request"),
    ),
    Attack(
        "a token as Basic credentials", lambda s: s.web(None, ("Authorization", f"Basic {s.value}")), 401, *_NO_SESSION
    ),
    Attack(
        "opening a session under a chosen value",
        _fixed("attacker-chose-this-value"),
        201,
        changes=_OPENS,
        after=_gave_nobodys_value,
    ),
    Attack(
        "opening a session under a well-formed value", _fixed("A" * 43), 201, changes=_OPENS, after=_gave_nobodys_value
    ),
    Attack("bringing an ended session back", _revived, 201, changes=_OPENS),
    Attack(
        "ending somebody else's session by its pseudonym",
        lambda s: s.web(
            b"", ("Cookie", f"{COOKIE}={s.conversation(s.victim).hex()}"), path="/chat/session", method="DELETE"
        ),
        204,
    ),
    Attack(
        "reading a history without a session",
        lambda s: s.web(None, ("Cookie", ""), path="/chat/history", method="GET"),
        401,
        *_NO_SESSION,
    ),
]
