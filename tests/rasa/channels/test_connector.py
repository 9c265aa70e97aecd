"""What all messaging channels share, without a server."""

from __future__ import annotations

import asyncio
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from discreet import metrics
from discreet.errors import BadInput, NotAuthentic, SettingsError, StorageError, TooMany
from discreet.rasa.channels.connector import Connector, api_address, pieces
from discreet.rasa.channels.postman import outcome_of, seconds
from discreet.settings import Settings, channel_secrets
from tests.conftest import PROJECT
from tests.rasa.conftest import KEYS

CHANNELS: dict[str, str] = {
    "telegram": "TelegramChannel",
    "slack": "SlackChannel",
    "twilio": "TwilioChannel",
    "whatsapp": "WhatsAppChannel",
    "botframework": "BotFrameworkChannel",
}
SECRETS = {
    "telegram": {"token": "1:abc", "secret_token": "s-e-c"},
    "slack": {"token": "xoxb", "signing_secret": "s-e-c"},
    "twilio": {"account_sid": "AC1", "auth_token": "s-e-c"},
    "whatsapp": {"token": "abc", "app_secret": "s-e-c", "verify_token": "v-e-r", "phone_number_id": "106"},
    "botframework": {"app_id": "a-p-p", "app_password": "s-e-c"},
}
OPTIONS: dict[str, dict[str, str]] = {"twilio": {"public_url": "https://chat.example/webhooks/twilio/webhook"}}


def _class(name: str) -> type[Connector]:
    found: type[Connector] = getattr(import_module(f"discreet.rasa.channels.{name}"), CHANNELS[name])
    return found


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, dict[str, str]]:
    """The secrets that a process was handed; a test may change them."""
    secrets = {name: dict(values) for name, values in SECRETS.items()}
    made = Settings("rasa", "", tmp_path, tmp_path, KEYS, secrets)
    monkeypatch.setattr("discreet.rasa.channels.connector.process_settings", lambda: made)
    monkeypatch.setattr("discreet.logs.configure", lambda level: None)
    return secrets


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_made_from_credentials_and_has_its_routes(name: str, configured: dict[str, Any]) -> None:
    channel = _class(name).from_credentials(OPTIONS.get(name))

    async def nobody(message: Any) -> None:
        raise AssertionError

    blueprint = channel.blueprint(nobody)
    assert {(route.uri, *route.methods) for route in blueprint._future_routes} == {
        ("/webhook", "POST"),
        ("/webhook", "GET"),
    }
    assert channel.name() == name
    assert channel.url_prefix() == name


@pytest.mark.parametrize("name", CHANNELS)
def test_a_missing_secret_is_named_and_none_is_shown(name: str, configured: dict[str, dict[str, str]]) -> None:
    for secret in SECRETS[name]:
        kept = configured[name].pop(secret)
        with pytest.raises(SettingsError, match=secret) as refused:
            _class(name).from_credentials(OPTIONS.get(name))
        assert all(value not in str(refused.value) for value in configured[name].values() if len(value) > 2)
        configured[name][secret] = kept


@pytest.mark.parametrize("name", CHANNELS)
def test_an_unknown_setting_is_refused(name: str, configured: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="verify"):
        _class(name).from_credentials({**OPTIONS.get(name, {}), "verify": "x"})


def test_the_how_to_names_every_channel_and_every_secret() -> None:
    text = (PROJECT / "docs" / "howto" / "messaging.md").read_text()
    blocks = {name: yaml.safe_load(block) for name, block in re.findall(r"```yaml (\w+)\n(.*?)```", text, re.DOTALL)}
    classes = {name: _class(name) for name in CHANNELS}
    paths = {f"{cls.__module__}.{cls.__name__}" for cls in classes.values()}
    assert set(blocks["credentials"]) == paths | {"discreet.rasa.web.WebChannel"}
    assert {name: tuple(secrets) for name, secrets in blocks["channels"].items()} == {
        name: cls.secrets for name, cls in classes.items()
    }
    assert all(f"`{option}:" in text or f"`{option}`" in text for cls in classes.values() for option in cls.options)


def test_a_needed_setting_is_named(configured: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="public_url"):
        _class("twilio").from_credentials({})


@pytest.mark.parametrize("address", ["http://api.example", "ftp://api.example", "api.example", "", "https://"])
def test_a_provider_is_called_over_https(address: str) -> None:
    with pytest.raises(SettingsError):
        api_address(address)
    assert api_address("https://api.example/") == "https://api.example"
    assert api_address("http://127.0.0.1:99") == "http://127.0.0.1:99"


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 5, []),
        ("abc", 5, ["abc"]),
        ("abcdefgh", 5, ["abcde", "fgh"]),
        ("ab cd ef", 5, ["ab cd", "ef"]),
        ("ab\ncd ef", 5, ["ab", "cd ef"]),
        ("aaaaa bbbbb ccccc", 11, ["aaaaa bbbbb", "ccccc"]),
        ("       x", 3, ["x"]),
    ],
)
def test_a_long_text_is_broken_where_a_reader_would(text: str, limit: int, parts: list[str]) -> None:
    assert pieces(text, limit) == parts


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, "delivered"), (201, "delivered"), (204, "delivered"), (301, "refused"), (400, "refused"), (401, "later"),
     (403, "refused"), (404, "later"), (408, "later"), (429, "later"), (500, "later"), (503, "later")],
)  # fmt: skip
def test_what_a_status_means_for_a_letter(status: int, kind: str) -> None:
    assert outcome_of(status, {"retry-after": "7"}).kind == kind
    if kind == "later":
        assert outcome_of(status, {"retry-after": "7"}).wait == 7.0


@pytest.mark.parametrize(("text", "wait"), [("3", 3.0), ("-3", 0.0), ("soon", 0.0), ("", 0.0), (4, 4.0), (None, 0.0)])
def test_a_wait_is_a_number_of_seconds(text: object, wait: float) -> None:
    assert seconds(text) == wait


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [("telegram: {token: x}", 0o644, "others may read"), ("- x", 0o600, "section"), ("a: [", 0o600, "YAML"),
     ("telegram: x", 0o600, "section")],
)  # fmt: skip
def test_a_file_of_secrets_that_is_wrong_stops_the_start(tmp_path: Path, content: str, mode: int, problem: str) -> None:
    file = tmp_path / "channels.yml"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(SettingsError, match=problem):
        channel_secrets(tmp_path)


def test_secrets_are_read_as_text(tmp_path: Path) -> None:
    assert channel_secrets(tmp_path) == {}
    file = tmp_path / "channels.yml"
    file.write_text("twilio: {account_sid: 12, auth_token: abc}")
    file.chmod(0o600)
    assert channel_secrets(tmp_path) == {"twilio": {"account_sid": "12", "auth_token": "abc"}}


@pytest.mark.parametrize(
    ("error", "status", "reason", "wait"),
    [
        (NotAuthentic("the signature is wrong"), 401, "not_authentic", None),
        (BadInput("That is too long for me.", code="too_long"), 413, "too_long", None),
        (TooMany("server", 1.5), 503, "limit_server", "2"),
        (StorageError("the database did not answer"), 503, None, "2"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_turned_away_is_counted_and_says_no_more_than_why(
    error: Exception, status: int, reason: str | None, wait: str | None, configured: dict[str, Any]
) -> None:
    channel = _class("telegram").from_credentials(None)

    async def handler(_request: Any) -> Any:
        raise error

    before = metrics._refusals["telegram", str(reason)]
    answer = asyncio.run(channel._answering(handler)(None))
    assert (answer.status, answer.headers.get("Retry-After")) == (status, wait)
    assert str(error).encode() not in answer.body
    assert metrics._refusals["telegram", str(reason)] == before + (reason is not None)
