"""The notice that a conversation has shown last: whether there is one, in which language, and which it is."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.buttons import press_of
from discreet.records.consent.phrases import PHRASES

_OPERATION = "op_"
"""How the id of a consent notice's operation begins (docs/spec/gate.md)."""
_BY_YES = {phrases["yes"]: language for language, phrases in PHRASES.items()}
"""Languages by what they write on the button for yes."""


def is_notice(said: BotUttered) -> bool:
    """Whether it asks for an answer of its own: its buttons name an operation."""
    return any('"operation"' in button.get("payload", "") for button in _buttons(said))


def language_of_notice(tracker: DialogueStateTracker | None) -> str:
    """Of the notice in the newest replies; empty where they hold none. Looks at no older event."""
    for event in reversed(tracker.events) if tracker is not None else ():
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered) and is_notice(event):
            titles = (str(button.get("title")) for button in _buttons(event))
            return next((_BY_YES[title] for title in titles if title in _BY_YES), "")
    return ""


def notice_shown(tracker: DialogueStateTracker | None) -> str | None:
    """The operation of the notice that this person saw last, None where they saw none.

    ``tracker`` holds committed turns only: what was asked in a turn that ended without its commit was shown to nobody.
    """
    for event in reversed(tracker.events) if tracker is not None else ():
        if not isinstance(event, BotUttered):
            continue
        for button in _buttons(event):
            operation = press_of("", str(button.get("payload", ""))).operation
            if isinstance(operation, str) and operation.startswith(_OPERATION):
                return operation
    return None


def _buttons(said: BotUttered) -> list[dict[str, Any]]:
    return (said.data or {}).get("buttons") or []
