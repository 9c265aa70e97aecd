"""What leaves a turn: every kind of reply that Rasa makes, masked, with handles in place of payloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discreet.rasa.buttons import Buttons

_PARTS = ("text", "image", "attachment", "custom")


class Outgoing:
    """Makes a channel's replies. ``masked`` masks every string of what it is given; ``clock`` gives Unix time."""

    def __init__(self, masked: Callable[[Any], Any], buttons: Buttons, clock: Callable[[], float]) -> None:
        self._masked = masked
        self._buttons = buttons
        self._clock = clock

    def reply(self, conversation: bytes, message: dict[str, Any]) -> dict[str, Any]:
        """One message of Rasa's as the channel sends it. Its buttons work in this conversation only."""
        reply: dict[str, Any] = {part: self._masked(message[part]) for part in _PARTS if message.get(part)}
        buttons = [*(message.get("buttons") or []), *(message.get("quick_replies") or [])]
        if buttons:
            reply["buttons"] = self._handles(conversation, buttons)
        if message.get("elements"):
            elements = [
                {**self._masked(element), "buttons": self._handles(conversation, element.get("buttons") or [])}
                for element in message["elements"]
            ]
            reply.setdefault("custom", {})["elements"] = elements
        return reply

    def _handles(self, conversation: bytes, buttons: list[dict[str, Any]]) -> list[dict[str, str]]:
        handles = []
        for button in buttons:
            title, now = self._masked(button["title"]), self._clock()
            payload = button.get("payload") or button["title"]
            handles.append({"title": title, "handle": self._buttons.handle(conversation, title, payload, now)})
        return handles
