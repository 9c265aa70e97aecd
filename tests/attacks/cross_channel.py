"""Hijacks across channels (CWE-346, CWE-287): one door's credential at another, and Rasa's doors that must be gone."""

from __future__ import annotations

import json
from collections.abc import Callable

from discreet.crypto import keyring
from discreet.crypto.identifiers import pseudonym
from tests.assistant.more_phones import PHONES
from tests.assistant.phones import Request
from tests.attacks.attack import Attack, http
from tests.attacks.site import COOKIE, JSON, Site

_STOCK = {
    "rest": "/webhooks/rest/webhook",
    "rest as a stream": "/webhooks/rest/webhook?stream=true",
    "callback": "/webhooks/callback/webhook",
    "rasa chat": "/webhooks/rasa/webhook",
    "conversations of rasa chat": "/conversations/anna/messages",
    "Facebook": "/webhooks/facebook/webhook",
    "Mattermost": "/webhooks/mattermost/webhook",
    "Rocket.Chat": "/webhooks/rocketchat/webhook",
    "Hangouts": "/webhooks/hangouts/webhook",
    "Webex": "/webhooks/webexteams/webhook",
    "Twilio voice": "/webhooks/twilio_voice/webhook",
    "what Twilio voice said last": "/webhooks/twilio_voice/prompt",
    "a webhook for the page": "/webhooks/web/webhook",
    "set_webhook of Telegram": "/webhooks/telegram/set_webhook",
}
_ABSENT = ("web", "not_found")


def _at(channel: str) -> Callable[[Site], bytes]:
    def made(site: Site) -> bytes:
        genuine = site.phone(channel).writes("hello")
        kind = genuine.headers["Content-Type"]
        return site.hook(channel, Request(genuine.body, {"Content-Type": kind}), site.cookie)

    return made


def _pseudonym(channel: str) -> Callable[[Site], bytes]:
    """What Rasa calls a person of another channel, shown as the page's cookie."""

    def made(site: Site) -> bytes:
        identity = keyring.key(site.keys, "identity")
        name = pseudonym(identity, channel, next(iter(site.phone(channel).canaries.values())))
        return site.web(None, ("Cookie", f"{COOKIE}={name}"))

    return made


def _secret_of_another(site: Site) -> bytes:
    """Telegram's secret opens Telegram's door alone."""
    genuine = site.phone("telegram").writes("hello")
    return site.hook("whatsapp", genuine)


ATTACKS = [
    *(
        Attack(f"the page's session at the webhook of {name}", _at(name), 401, "not_authentic", (name, "not_authentic"))
        for name in PHONES
    ),
    *(
        Attack(
            f"a pseudonym of {name} as the page's cookie", _pseudonym(name), 401, "no_session", ("web", "no_session")
        )
        for name in PHONES
    ),
    Attack(
        "one channel's secret at another",
        _secret_of_another,
        401,
        "not_authentic",
        ("whatsapp", "not_authentic"),
    ),
    *(
        Attack(
            f"Rasa's own channel: {name}",
            lambda s, path=path: http(
                "POST", path, JSON, body=json.dumps({"sender": "anna", "message": "/restart"}).encode()
            ),
            404,
            "not_found",
            _ABSENT,
        )
        for name, path in _STOCK.items()
    ),
    Attack(
        "Rasa's own channel: socket.io by polling",
        lambda s: http("GET", "/socket.io/?EIO=4&transport=polling"),
        404,
        "not_found",
        _ABSENT,
    ),
]
