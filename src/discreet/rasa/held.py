"""The output channel of a turn: holds every reply until the turn is committed."""

from __future__ import annotations

import copy
from typing import Any

from rasa.core.channels.channel import OutputChannel


class HeldOutput(OutputChannel):
    """Collects whole messages in order. Carries the real channel's name, for channel-specific responses."""

    def __init__(self, channel_name: str) -> None:
        self._name = channel_name
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:
        """The real channel's name."""
        return self._name

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps a copy: Rasa's own channels take messages apart while they send.

        As there, a blank line begins a new message, unless buttons belong to the whole of it.
        """
        kept = copy.deepcopy(message)
        if kept.get("text") and not (kept.get("buttons") or kept.get("quick_replies")):
            *before, kept["text"] = paragraphs(kept["text"]) or [""]
            self.messages += [{"text": part} for part in before]
        self.messages.append(kept)


def paragraphs(text: str) -> list[str]:
    """The messages that a text is sent as."""
    return [part for part in text.split("\n\n") if part.strip()]
