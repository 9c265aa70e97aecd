"""Options of ``rasa run`` that would open a way round the guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_FORBIDDEN = {
    "--enable-api": "opens every conversation and the model to whoever reaches the port",
    "--cors": "lets pages of other sites read what is said",
    "--remote-storage": "loads models over the network",
    "--auth-token": "puts a password into addresses, which are logged",
}


def forbidden(command: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those that stand in the command, and why each must not."""
    for option, why in _FORBIDDEN.items():
        if any(word == option or word.startswith(f"{option}=") for word in command):
            yield option, why
