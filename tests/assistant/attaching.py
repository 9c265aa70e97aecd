"""The running assistant with attachments on, beside a real clamd and a stand-in of Telegram."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from discreet.assistant import Assistant
from tests.assistant.phones import TelegramPhone, reachable_by
from tests.assistant.provider import StandIn, stand_in
from tests.defence.scanner import clamd


@dataclass
class Shop:
    """The assistant with attachments on, its provider, and the switch of its scanner."""

    assistant: Assistant
    provider: StandIn
    socket: Path
    real: Path

    def scanner(self, *, up: bool) -> None:
        """Attaches the running clamd, or takes it away."""
        self.socket.unlink(missing_ok=True)
        if up:
            self.socket.symlink_to(self.real)


@contextmanager
def shop_with_attachments() -> Iterator[Shop]:
    """The page and Telegram take files; everything is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="discreet-test-"))
    folder.chmod(0o755)
    socket = folder / "scanner"
    with clamd() as scanner, stand_in() as provider:
        socket.symlink_to(scanner.socket)
        takes = {"attachments": str(socket)}
        try:
            with reachable_by(TelegramPhone, provider=provider, web=takes, channels=takes) as assistant:
                yield Shop(assistant, provider, socket, scanner.socket)
        finally:
            socket.unlink(missing_ok=True)
            folder.rmdir()
