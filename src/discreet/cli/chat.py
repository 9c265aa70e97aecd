"""``discreet chat``: the assistant in a terminal, over the same channel as the page."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

from discreet.client import Chat, Turn
from discreet.errors import DiscreetError


def run(url: str, *, jsonl: bool) -> int:
    """Talks until the input ends. Returns the exit code."""
    try:
        chat = Chat(url).open()
        return _lines(chat) if jsonl else _talk(chat)
    except DiscreetError as error:
        print(f"discreet: {error.sentence}", file=sys.stderr)
        return 1


def _talk(chat: Chat) -> int:
    console = Console()
    console.print("[dim]Write to the assistant; a number presses a button; an empty line or Ctrl-D ends.[/dim]")
    buttons: list[tuple[str, str]] = []
    while True:
        try:
            line = console.input("[bold]you> [/bold]").strip()
        except (EOFError, KeyboardInterrupt):
            return 0
        if not line:
            return 0
        try:
            pressed = line.isdigit() and 1 <= int(line) <= len(buttons)
            turn = chat.press(buttons[int(line) - 1][1]) if pressed else chat.send(line)
        except DiscreetError as error:
            console.print(f"[yellow]{error.sentence}[/yellow]")
            continue
        if turn.shown != line and not pressed:
            console.print(f"[dim]kept as: {turn.shown}[/dim]", highlight=False)
        for text in turn.texts:
            console.print(f"[cyan]bot>[/cyan] {text}", highlight=False)
        buttons = list(turn.buttons.items())
        for number, (title, _) in enumerate(buttons, 1):
            console.print(f"     {number}  {title}", highlight=False)


def _lines(chat: Chat) -> int:
    buttons: dict[str, str] = {}
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            turn = _one(chat, json.loads(line), buttons)
        except (ValueError, KeyError, AttributeError):
            print(json.dumps({"error": 'a line is {"text": ...} or {"button": ...}'}), flush=True)
            continue
        except DiscreetError as error:
            print(json.dumps({"error": error.sentence}), flush=True)
            continue
        buttons = turn.buttons
        print(json.dumps({"you": turn.shown, "replies": turn.replies}, ensure_ascii=False), flush=True)
    return 0


def _one(chat: Chat, message: dict[str, Any], buttons: dict[str, str]) -> Turn:
    """A text, or a button by its handle or by the title that was offered last."""
    if "button" in message:
        return chat.press(buttons.get(message["button"], message["button"]))
    return chat.send(message["text"])
