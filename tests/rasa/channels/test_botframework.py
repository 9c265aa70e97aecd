"""Bot Framework: tokens against a real key set on loopback, which activities concern us, and cards."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from discreet.errors import NotAuthentic, SettingsError, StorageUnavailable
from discreet.rasa.channels.bot_tokens import AGES, AccessToken, signing_keys
from discreet.rasa.channels.botframework import BotFrameworkChannel
from discreet.rasa.key_sets import RETRY_SECONDS
from tests.assistant.provider import StandIn, stand_in
from tests.rasa.channels.conftest import hook

OURS, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
SMALL, CURVE = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())  # noqa: S505
APP, SERVICE = "app-id", "https://smba.example/teams/"
NOW = int(time.time())
CLAIMS: dict[str, Any] = {
    "iss": "https://api.botframework.com", "aud": APP, "serviceurl": SERVICE, "nbf": NOW - 5, "exp": NOW + 86400,
}  # fmt: skip
ACTIVITY: dict[str, Any] = {
    "type": "message",
    "id": "1",
    "channelId": "msteams",
    "serviceUrl": SERVICE,
    "from": {"id": "29:anna"},
    "recipient": {"id": "28:bot"},
    "conversation": {"id": "a:1", "conversationType": "personal"},
    "text": "hello",
}


def _published(key: Any, key_id: str, *endorsements: str) -> dict[str, Any]:
    described = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())
    return {**json.loads(described), "kid": key_id, "endorsements": list(endorsements)}


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    with stand_in() as standing:
        keys = [
            _published(OURS, "ours", "msteams", "webchat"),
            _published(SMALL, "small", "msteams"),
            {"kid": "bad"},
            5,
        ]
        standing.documents = {"/metadata": {"jwks_uri": f"{standing.address}/keys"}, "/keys": {"keys": keys}}
        yield standing


@pytest.fixture
def channel(provider: StandIn) -> BotFrameworkChannel:
    return BotFrameworkChannel(APP, "password", f"{provider.address}/metadata", provider.address)


def _token(key: Any = OURS, key_id: str = "ours", algorithm: str = "RS256", **claims: Any) -> str:
    chosen = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(chosen, key, algorithm=algorithm, headers={"kid": key_id})


def _verify(channel: BotFrameworkChannel, authorization: str, **activity: Any) -> None:
    asyncio.run(channel.verify(hook({**ACTIVITY, **activity}, {"Authorization": authorization})))


def test_a_token_of_the_bot_framework_verifies(channel: BotFrameworkChannel) -> None:
    _verify(channel, f"Bearer {_token()}")
    now = int(time.time())
    _verify(channel, f"bearer {_token(exp=now - 200, nbf=now - 900)}")
    _verify(channel, f"Bearer {_token(nbf=now + 200)}")
    _verify(channel, f"Bearer {_token()}", channelId="webchat")


def _confused() -> str:
    """HMAC with the public key as secret, for who takes the algorithm from the token."""
    pem = OURS.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head, body = (jwt.utils.base64url_encode(json.dumps(part).encode()) for part in (
        {"alg": "HS256", "typ": "JWT", "kid": "ours"}, CLAIMS))  # fmt: skip
    mac = jwt.utils.base64url_encode(hmac.new(pem, head + b"." + body, hashlib.sha256).digest())
    return b".".join((head, body, mac)).decode()


def _unsigned() -> str:
    return jwt.encode(CLAIMS, None, algorithm="none", headers={"kid": "ours"})


FORGED: dict[str, str] = {
    "nothing": "",
    "another scheme": f"Basic {_token()}",
    "no token": "Bearer ",
    "no JWT": "Bearer x.y.z",
    "no signature": "Bearer " + _token().rpartition(".")[0] + ".",
    "unsigned": f"Bearer {_unsigned()}",
    "the public key as HMAC's secret": f"Bearer {_confused()}",
    "another RSA algorithm": f"Bearer {_token(algorithm='RS512')}",
    "PSS": f"Bearer {_token(algorithm='PS256')}",
    "a curve": f"Bearer {_token(CURVE, algorithm='ES256')}",
    "another key under our id": f"Bearer {_token(OTHER)}",
    "a key that is not published": f"Bearer {_token(OTHER, 'other')}",
    "a published key that is too short": f"Bearer {_token(SMALL, 'small')}",
    "a published key that is none": f"Bearer {_token(OTHER, 'bad')}",
    "another issuer": f"Bearer {_token(iss='https://sts.example')}",
    "no issuer": f"Bearer {_token(iss=None)}",
    "another app": f"Bearer {_token(aud='other')}",
    "no audience": f"Bearer {_token(aud=None)}",
    "expired": f"Bearer {_token(exp=NOW - 400)}",
    "no end": f"Bearer {_token(exp=None)}",
    "not yet": f"Bearer {_token(nbf=NOW + 7200)}",
    "no beginning": f"Bearer {_token(nbf=None)}",
    "another service": f"Bearer {_token(serviceurl='https://evil.example/')}",
    "no service": f"Bearer {_token(serviceurl=None)}",
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_forged_request_is_refused(channel: BotFrameworkChannel, attack: str) -> None:
    with pytest.raises(NotAuthentic):
        _verify(channel, FORGED[attack])


@pytest.mark.parametrize(
    "activity",
    [{"serviceUrl": "https://evil.example/"}, {"serviceUrl": ""}, {"serviceUrl": None}, {"channelId": "directline"},
     {"channelId": None}],
    ids=["another service", "an empty service", "no service", "a channel that the key is not for", "no channel"],
)  # fmt: skip
def test_an_activity_that_the_token_is_not_for_is_refused(channel: BotFrameworkChannel, activity: Any) -> None:
    with pytest.raises(NotAuthentic):
        _verify(channel, f"Bearer {_token()}", **activity)


def test_replies_go_out_over_https_only(provider: StandIn) -> None:
    channel = BotFrameworkChannel(APP, "password", login=provider.address)
    channel._keys = signing_keys(f"{provider.address}/metadata")
    plain = "http://smba.example/"
    with pytest.raises(NotAuthentic):
        _verify(channel, f"Bearer {_token(serviceurl=plain)}", serviceUrl=plain)
    with pytest.raises(SettingsError):
        BotFrameworkChannel(APP, "password", metadata="http://keys.example")


def test_keys_are_kept_for_a_day_and_fetched_again_for_a_new_one(provider: StandIn) -> None:
    fetched = provider.documents.copy()
    now = 1000.0
    keys = signing_keys(f"{provider.address}/metadata", clock=lambda: now)

    async def play() -> None:
        nonlocal now
        try:
            await keys.find("ours")
            provider.documents.pop("/metadata")
            await keys.find("ours")
            assert await keys.find("new") is None
            now += AGES.again + 1
            with pytest.raises(StorageUnavailable):
                await keys.find("new")
            provider.documents["/metadata"] = fetched["/metadata"]
            provider.documents["/keys"] = {"keys": [_published(OTHER, "new", "msteams")]}
            now += RETRY_SECONDS + 1
            new = await keys.find("new")
            assert new is not None
            assert new.endorsements == {"msteams"}
            now += AGES.fresh + 1
            provider.documents["/keys"] = {"keys": []}
            assert await keys.find("new") is None
        finally:
            provider.documents.update(fetched)

    asyncio.run(play())


def test_our_own_token_is_kept_until_shortly_before_its_end(provider: StandIn) -> None:
    now = 0.0
    token = AccessToken(provider.address, APP, "password", clock=lambda: now)
    before = len(provider.received)

    async def play() -> None:
        nonlocal now
        async with aiohttp.ClientSession() as http:
            assert await token.get(http) == await token.get(http) == "a" * 20
            now += 3600
            await token.get(http)
            token.forget()
            await token.get(http)
            provider.answering = lambda call: (400, {}, {"error": "invalid_client"})
            token.forget()
            assert await token.get(http) == ""
            provider.answering = lambda call: None

    asyncio.run(play())
    calls = provider.received[before:]
    assert len(calls) == 3
    assert calls[0].path == "/oauth2/v2.0/token"
    assert calls[0].content["client_id"] == [APP]
    assert calls[0].content["scope"] == ["https://api.botframework.com/.default"]


def test_the_language_of_the_persons_client_comes_along(channel: BotFrameworkChannel) -> None:
    (said,) = channel.read(hook({**ACTIVITY, "locale": "de-DE"}))
    (pressed,) = channel.read(hook({**ACTIVITY, "locale": "de-DE", "value": {"discreet": "ref"}}))
    assert (said.languages, pressed.languages) == ("de-DE", "de-DE")
    for other in (None, ["de"], {"de": 1}, True):
        assert channel.read(hook({**ACTIVITY, "locale": other}))[0].languages == ""


def test_a_text_and_a_press_are_read_as_the_same_person(channel: BotFrameworkChannel) -> None:
    html = [{"contentType": "text/html", "content": "hello"}]
    (said,) = channel.read(hook({**ACTIVITY, "attachments": html}))
    (pressed,) = channel.read(hook({**ACTIVITY, "text": "Yes", "value": {"discreet": "ref"}}))
    (pictured,) = channel.read(hook({**ACTIVITY, "attachments": [*html, {"contentType": "image/png"}]}))
    assert (said.text, said.reference, said.unread) == ("hello", "", False)
    assert (pressed.text, pressed.reference) == ("", "ref")
    assert pictured.unread
    assert said.person == pressed.person
    assert said.address == {"service": SERVICE, "conversation": "a:1", "bot": "28:bot", "person": "29:anna"}


IGNORED: dict[str, dict[str, Any]] = {
    "a group": {"conversation": {"id": "a:1", "isGroup": True}},
    "a group of Teams": {"conversation": {"id": "a:1", "conversationType": "groupChat"}},
    "a channel of Teams": {"conversation": {"id": "a:1", "conversationType": "channel"}},
    "another bot": {"from": {"id": "28:other", "role": "bot"}},
    "our own echo": {"from": {"id": "28:bot"}},
    "somebody joins": {"type": "conversationUpdate"},
    "typing": {"type": "typing"},
    "nobody": {"from": None},
    "no conversation": {"conversation": None},
    "no id": {"id": None},
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_concerns_us_not_is_ignored(channel: BotFrameworkChannel, name: str) -> None:
    assert channel.read(hook({**ACTIVITY, **IGNORED[name]})) == []


def test_people_of_two_channels_are_two(channel: BotFrameworkChannel) -> None:
    (teams,), (web,) = (channel.read(hook({**ACTIVITY, "channelId": name})) for name in ("msteams", "webchat"))
    assert teams.person != web.person


def test_a_reply_becomes_activities(channel: BotFrameworkChannel) -> None:
    buttons = [{"title": f"t{number}", "reference": f"r{number}", "number": number} for number in range(8)]
    (call,) = channel.written({"text": "Which?", "buttons": buttons})
    cards = call["attachments"]
    assert (call["text"], call["textFormat"]) == ("Which?", "plain")
    assert [len(card["content"]["buttons"]) for card in cards] == [6, 2]
    assert cards[0]["content"]["buttons"][0]["value"] == {"discreet": "r0"}


def test_a_custom_reply_names_no_other_recipient(channel: BotFrameworkChannel) -> None:
    custom = {"text": "x", "recipient": {"id": "1"}, "conversation": {"id": "2"}, "type": "event", "from": {}}
    assert channel.written({"custom": custom, "buttons": []}) == [{"text": "x"}]
