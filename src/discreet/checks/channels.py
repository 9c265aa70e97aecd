"""The secrets of messaging channels: there, one's own and not the manual's, and nobody else's to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from discreet.checks import Finding
from discreet.checks.project import mapping
from discreet.errors import SettingsError
from discreet.settings import CHANNELS_FILE, channel_secrets

_WHERE = "discreet.rasa.channels"
SECRETS = {
    f"{_WHERE}.telegram.TelegramChannel": ("telegram", ("token", "secret_token")),
    f"{_WHERE}.slack.SlackChannel": ("slack", ("token", "signing_secret")),
    f"{_WHERE}.twilio.TwilioChannel": ("twilio", ("account_sid", "auth_token")),
    f"{_WHERE}.whatsapp.WhatsAppChannel": ("whatsapp", ("token", "app_secret", "verify_token", "phone_number_id")),
    f"{_WHERE}.botframework.BotFrameworkChannel": ("botframework", ("app_id", "app_password")),
}
"""What each channel needs in channels.yml, by its class path. The classes themselves say it to whoever loads Rasa."""
OWN_SECRETS = ("secret_token", "verify_token")
"""What no provider makes: whoever guesses it speaks for the provider."""
LEAST_OWN = 16
"""Characters of those."""
_PLACEHOLDER = re.compile(
    r"\.\.\.|\s|[<>{}]|from-BotFather|\A(?:change|your|todo|x+\Z|secret\Z|password\Z|token\Z)", re.I
)


def examine(credentials: Path, state: Path) -> Iterator[Finding]:
    """The channels that ``credentials`` names, and what ``channels.yml`` in the state folder holds for them."""
    try:
        wanted = [SECRETS[name] for name in mapping(credentials) if name in SECRETS]
    except SettingsError:
        return  # said already, of credentials.yml
    if not wanted:
        return
    remedy = f"write it into {CHANNELS_FILE} in the state folder, mode 0600 (docs/howto/messaging.md)"
    try:
        given = channel_secrets(state)
    except SettingsError as error:
        yield Finding("channel_secrets", str(error), remedy)
        return
    for channel, names in wanted:
        for name in names:
            value = given.get(channel, {}).get(name, "")
            if not value:
                yield Finding("channel_secrets", f"{CHANNELS_FILE} has no {name} for {channel}", remedy)
            elif _PLACEHOLDER.search(value):
                yield Finding(
                    "channel_secrets", f"{name} of {channel} in {CHANNELS_FILE} is a placeholder", "put the real one in"
                )
            elif name in OWN_SECRETS and len(value) < LEAST_OWN:
                yield Finding(
                    "channel_secrets", f"{name} of {channel} in {CHANNELS_FILE} is short enough to be guessed",
                    f"draw one of {LEAST_OWN} characters or more, and tell the provider",
                )  # fmt: skip
