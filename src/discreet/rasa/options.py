"""What in Rasa's command line and endpoints.yml would open a way round the guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_FORBIDDEN = {
    "--enable-api": "opens every conversation and the model to whoever reaches the port",
    "--cors": "lets pages of other sites read what is said",
    "--remote-storage": "loads models over the network",
    "--auth-token": "puts a password into addresses, which are logged",
}
OTHER_ENDPOINTS = {
    "event_broker": "publishes every event in clear",
    "nlg": "sends whole conversations to a server",
    "nlu": "sends every message to a server",
    "models": "loads models over the network",
}
"""Sections of endpoints.yml, and why each must not stand there."""
_SHORT = {"-t": "--auth-token"}


def forbidden(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those that stand in the command, and why each must not. Rasa takes an option by the beginning of its name too."""
    named = [word.partition("=")[0] for word in command if word.startswith("--") and len(word) > 2]
    named += [_SHORT[word[:2]] for word in command if word[:2] in _SHORT]
    for option, why in _FORBIDDEN.items():
        if any(option.startswith(name) for name in named):
            yield option, why
