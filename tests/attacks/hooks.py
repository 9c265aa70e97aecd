"""Forged and replayed webhooks (CWE-347 signature not verified, CWE-294 replay), connector by connector."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.assistant.more_phones import PHONES, TeamsPhone, TwilioPhone
from tests.assistant.phones import Request
from tests.attacks.attack import Attack, Pair, http
from tests.attacks.site import Site

_SIGNED_BY = {
    "telegram": "X-Telegram-Bot-Api-Secret-Token",
    "slack": "X-Slack-Signature",
    "twilio": "X-Twilio-Signature",
    "whatsapp": "X-Hub-Signature-256",
    "botframework": "Authorization",
}
Change = Callable[[Request], Request]


def _refused(channel: str) -> tuple[int, str, tuple[str, str]]:
    return 401, "not_authentic", (channel, "not_authentic")


def _genuine(channel: str, change: Change, *more: Pair, query: str = "") -> Callable[[Site], bytes]:
    """A genuine request, changed on its way."""
    return lambda site: site.hook(channel, change(site.phone(channel).writes("hello")), *more, query=query)


def _header(name: str, value: str | Callable[[str], str]) -> Change:
    def change(request: Request) -> Request:
        made = value if isinstance(value, str) else value(request.headers[name])
        return replace(request, headers={**request.headers, name: made})

    return change


def _without(name: str) -> Change:
    return lambda request: replace(request, headers={n: v for n, v in request.headers.items() if n != name})


def _body(change: Callable[[bytes], bytes]) -> Change:
    return lambda request: replace(request, body=change(request.body))


def _replayed(channel: str) -> Callable[[Site], bytes]:
    """The same request again, as it was recorded."""

    def made(site: Site) -> bytes:
        phone = site.phone(channel)
        raw = site.hook(channel, phone.writes("hello"))
        assert site.exchange(raw).status == 200
        phone.wait_for_the_postman()
        return raw

    return made


def _twice(channel: str, *, first: bool) -> Callable[[Site], bytes]:
    """A wrong signature before or behind the right one."""

    def made(site: Site) -> bytes:
        name = _SIGNED_BY[channel]
        genuine = site.phone(channel).writes("hello")
        if first:
            return site.hook(channel, genuine, (name, "wrong"))
        head, rest = site.hook(channel, genuine).split(b"\r\n\r\n", 1)
        return head + f"\r\n{name}: wrong\r\n\r\n".encode() + rest

    return made


def _of_every_connector(channel: str) -> list[Attack]:
    name, refused, twice = _SIGNED_BY[channel], _refused(channel), (400, "bad_request", ("web", "bad_request"))
    changes: dict[str, Change] = {
        "no signature": _without(name),
        "an empty signature": _header(name, ""),
        "a wrong signature": _header(name, lambda genuine: genuine[::-1]),
        "a truncated signature": _header(name, lambda genuine: genuine[:-1]),
        "a longer signature": _header(name, lambda genuine: genuine + "0"),
        "an upper-cased signature": _header(name, str.upper),
        "a signature in other characters (CWE-838)": _header(name, lambda genuine: genuine.replace("0", "０") + "é"),
        "a signature that is the word null": _header(name, "null"),
    }
    if channel != "telegram":
        # A secret stands for no body.
        changes["a signature over another body"] = _body(lambda body: body.replace(b"hello", b"hallo"))
    if channel == "botframework":
        changes.pop("a signature over another body")  # its token signs the service, not the activity
    return [
        *(Attack(f"{channel}: {what}", _genuine(channel, change), *refused) for what, change in changes.items()),
        Attack(f"{channel}: two signatures, the wrong one first", _twice(channel, first=True), *twice),
        Attack(f"{channel}: two signatures, the wrong one last", _twice(channel, first=False), *twice),
        Attack(f"{channel}: a recorded request again", _replayed(channel), 200, counted=(channel, "repeated")),
        Attack(
            f"{channel}: a genuine signature with another content type",
            _genuine(channel, _header("Content-Type", "text/plain")),
            415,
            "wrong_type",
            (channel, "wrong_type"),
        ),
        Attack(f"{channel}: asked by GET", lambda s: http("GET", f"/webhooks/{channel}/webhook"), *refused),
    ]


def _slack(
    stamp: Callable[[int], str], signed: Callable[[int], str] | None = None, version: str = "v0"
) -> Callable[[Site], bytes]:
    """Slack's request of another time; ``signed`` is the time that the signature is over."""

    def made(site: Site) -> bytes:
        phone, now = site.phone("slack"), int(time.time())
        genuine = phone.writes("hello")
        basis = f"{version}:{(signed or stamp)(now)}:".encode() + genuine.body
        digest = hmac.new(phone.SECRETS["signing_secret"].encode(), basis, hashlib.sha256).hexdigest()
        headers = {
            **genuine.headers,
            "X-Slack-Request-Timestamp": stamp(now),
            "X-Slack-Signature": f"{version}={digest}",
        }
        return site.hook("slack", Request(genuine.body, headers))

    return made


def _slack_challenge(site: Site) -> bytes:
    body = json.dumps({"type": "url_verification", "challenge": "x" * 20}).encode()
    return site.hook("slack", Request(body, {"Content-Type": "application/json"}))


def _twilio(url: str, fields: dict[str, str] | None = None, query: str = "") -> Callable[[Site], bytes]:
    """Twilio's request signed for another URL or other fields."""

    def made(site: Site) -> bytes:
        phone = site.phone("twilio")
        genuine = phone.writes("hello")
        sent = dict(part.split("=", 1) for part in genuine.body.decode().split("&"))
        over = url + "".join(name + value for name, value in sorted((fields or sent).items()))
        digest = hmac.new(phone.SECRETS["auth_token"].encode(), over.encode(), hashlib.sha1).digest()
        headers = {**genuine.headers, "X-Twilio-Signature": base64.b64encode(digest).decode()}
        return site.hook("twilio", Request(genuine.body, headers), query=query)

    return made


def _twilio_json(site: Site) -> bytes:
    """The URL's signature with another body than the hash in it."""
    body = b'{"Body": "hello"}'
    query = f"bodySHA256={hashlib.sha256(b'{}').hexdigest()}"
    token = TwilioPhone.SECRETS["auth_token"].encode()
    digest = hmac.new(token, f"{TwilioPhone.URL}?{query}".encode(), hashlib.sha1).digest()
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": base64.b64encode(digest).decode()}
    return site.hook("twilio", Request(body, headers), query=f"?{query}")


def _whatsapp(algorithm: str, prefix: str, secret: str = "") -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        phone = site.phone("whatsapp")
        genuine = phone.writes("hello")
        key = (secret or phone.SECRETS["app_secret"]).encode()
        digest = hmac.new(key, genuine.body, algorithm).hexdigest()
        return site.hook("whatsapp", Request(genuine.body, {**genuine.headers, "X-Hub-Signature-256": prefix + digest}))

    return made


def _whatsapp_sha1_header(site: Site) -> bytes:
    phone = site.phone("whatsapp")
    genuine = phone.writes("hello")
    digest = hmac.new(phone.SECRETS["app_secret"].encode(), genuine.body, hashlib.sha1).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature": f"sha1={digest}"}
    return site.hook("whatsapp", Request(genuine.body, headers))


def _asked(query: str) -> Callable[[Site], bytes]:
    return lambda site: http("GET", f"/webhooks/whatsapp/webhook?{query}")


_OTHER = rsa.generate_private_key(65537, 2048)


def _bot(
    key: Any = TeamsPhone.KEY,
    algorithm: str = "RS256",
    header: dict[str, Any] | None = None,
    body: dict[str, Any] | None = None,
    **claims: Any,
) -> Callable[[Site], bytes]:
    """An activity with a token of another making; a claim of None is left out."""

    def made(site: Site) -> bytes:
        phone, now = site.phone("botframework"), int(time.time())
        activity = {**json.loads(phone.writes("hello").body), **(body or {})}
        base = {
            "iss": "https://api.botframework.com",
            "aud": phone.SECRETS["app_id"],
            "nbf": now - 5,
            "exp": now + 600,
            "serviceurl": f"{site.provider.address}/teams/",
        }
        moved = {
            name: now + value if name in ("nbf", "exp") and value is not None else value
            for name, value in claims.items()
        }
        kept = {name: value for name, value in {**base, **moved}.items() if value is not None}
        named = {name: value for name, value in {"kid": "key-1", **(header or {})}.items() if value is not None}
        token = jwt.encode(kept, key, algorithm, named) if algorithm != "none" else unsigned(named, kept)
        return _activity(site, activity, token)

    return made


def _activity(site: Site, activity: dict[str, Any], token: str) -> bytes:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return site.hook("botframework", Request(json.dumps(activity).encode(), headers))


def part(content: Any) -> str:
    """One part of a JWT."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unsigned(header: dict[str, Any], claims: dict[str, Any], algorithm: str = "none", signature: bytes = b"") -> str:
    """A token that says of itself how it is signed."""
    return f"{part({'typ': 'JWT', 'alg': algorithm, **header})}.{part(claims)}.{part(signature)}"


def confused(header: dict[str, Any], claims: dict[str, Any], public: bytes) -> str:
    """The public key as the secret of HS256 (CVE-2015-9235); PyJWT itself would not sign so."""
    signing = f"{part({'typ': 'JWT', 'alg': 'HS256', **header})}.{part(claims)}"
    return f"{signing}.{part(hmac.new(public, signing.encode(), hashlib.sha256).digest())}"


def _confusion(site: Site) -> bytes:
    public = TeamsPhone.KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    phone, now = site.phone("botframework"), int(time.time())
    claims = {
        "iss": "https://api.botframework.com",
        "aud": phone.SECRETS["app_id"],
        "nbf": now - 5,
        "exp": now + 600,
        "serviceurl": f"{site.provider.address}/teams/",
    }
    return _activity(site, json.loads(phone.writes("hello").body), confused({"kid": "key-1"}, claims, public))


def _jwk(key: Any) -> dict[str, Any]:
    published: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return published


_SLACK: dict[str, Callable[[Site], bytes]] = {
    "an old time, rightly signed": _slack(lambda now: str(now - 301)),
    "a time to come, rightly signed": _slack(lambda now: str(now + 400)),
    "a fresh time on an old signature": _slack(lambda now: str(now), lambda now: str(now - 3600)),
    "no time": _slack(lambda now: ""),
    "a negative time": _slack(lambda now: f"-{now}"),
    "a time with a fraction": _slack(lambda now: f"{now}.0"),
    "a time that is not a number": _slack(lambda now: "nan"),
    "a time in other digits": _slack(lambda now: "١٧٩٠٠٠٠٠٠٠"),
    "a huge time": _slack(lambda now: "9" * 400),
    "another version of the signature": _slack(lambda now: str(now), version="v1"),
    "an unsigned url_verification": _slack_challenge,
}
_TWILIO: dict[str, Callable[[Site], bytes]] = {
    "a signature over another host": _twilio("https://evil.example/webhooks/twilio/webhook"),
    "a signature over another path": _twilio("https://chat.kestrelandwren.example/webhooks/telegram/webhook"),
    "a signature over another scheme": _twilio("http://chat.kestrelandwren.example/webhooks/twilio/webhook"),
    "a query that was not signed": _twilio(TwilioPhone.URL, query="?From=%2B15550001"),
    "another sender than was signed": _twilio(TwilioPhone.URL, {"From": "+15550001", "Body": "hello"}),
    "a signature over no field": _twilio(TwilioPhone.URL, {"": ""}),
    "JSON that is not the one that was signed": _twilio_json,
}
_WHATSAPP: dict[str, Callable[[Site], bytes]] = {
    "SHA-1 in place of SHA-256": _whatsapp("sha1", "sha256="),
    "SHA-1 by its own name": _whatsapp("sha1", "sha1="),
    "MD5, chosen by the caller": _whatsapp("md5", "md5="),
    "the digest without its algorithm": _whatsapp("sha256", ""),
    "an algorithm of another name": _whatsapp("sha256", "sha512="),
    "the old header of SHA-1 alone": _whatsapp_sha1_header,
    "another app's secret": _whatsapp("sha256", "sha256=", "another-app-secret"),
    "the token in place of the secret": _whatsapp("sha256", "sha256=", "whatsapp-token"),
    "a verification with a wrong token": _asked("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1"),
    "a verification without a token": _asked("hub.mode=subscribe&hub.challenge=1"),
    "a verification in another mode": _asked(
        "hub.mode=unsubscribe&hub.verify_token=whatsapp-verify-token&hub.challenge=1"
    ),
    "a verification with two tokens": _asked(
        "hub.mode=subscribe&hub.verify_token=whatsapp-verify-token&hub.verify_token=x&hub.challenge=1"
    ),
}
_BOT: dict[str, Callable[[Site], bytes]] = {
    "the algorithm none": _bot(algorithm="none"),
    "the public key as a secret (HS256)": _confusion,
    "another secret (HS256)": _bot(key="x" * 64, algorithm="HS256"),
    "RS512, chosen by the caller": _bot(algorithm="RS512"),
    "PS256, chosen by the caller": _bot(algorithm="PS256"),
    "somebody else's key": _bot(key=_OTHER),
    "an unknown kid": _bot(key=_OTHER, header={"kid": "key-2"}),
    "no kid": _bot(header={"kid": None}),
    "a kid that is a path": _bot(key=_OTHER, header={"kid": "../../../../dev/null"}),
    "a kid with SQL": _bot(key=_OTHER, header={"kid": "' OR 1=1 --"}),
    "a key of the attacker's by jku": _bot(key=_OTHER, header={"kid": "evil", "jku": "https://evil.example/keys"}),
    "a key of the attacker's by x5u": _bot(key=_OTHER, header={"kid": "evil", "x5u": "https://evil.example/chain"}),
    "a key of the attacker's by jwk": _bot(key=_OTHER, header={"jwk": _jwk(_OTHER)}),
    "another issuer": _bot(iss="https://sts.windows.net/evil/"),
    "no issuer": _bot(iss=None),
    "another audience": _bot(aud="00000000-0000-0000-0000-0000000000bb"),
    "no audience": _bot(aud=None),
    "another serviceUrl than the token's": _bot(body={"serviceUrl": "https://evil.example/"}),
    "a token for another service": _bot(serviceurl="https://evil.example/"),
    "a token for no service": _bot(serviceurl=None),
    "expired": _bot(exp=-301),
    "without an end": _bot(exp=None),
    "not valid yet": _bot(nbf=400),
    "without a beginning": _bot(nbf=None),
    "a channel that the key is not endorsed for": _bot(body={"channelId": "webchat"}),
    "a bearer that is no token": lambda site: _activity(
        site, json.loads(site.phone("botframework").writes("x").body), "a.b.c"
    ),
}


ATTACKS = [
    *(attack for channel in PHONES for attack in _of_every_connector(channel)),
    *(
        Attack(f"{channel}: {what}", made, *_refused(channel))
        for channel, attacks in (
            ("slack", _SLACK),
            ("twilio", _TWILIO),
            ("whatsapp", _WHATSAPP),
            ("botframework", _BOT),
        )
        for what, made in attacks.items()
    ),
]
