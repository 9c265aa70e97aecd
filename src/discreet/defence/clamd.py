"""ClamAV's daemon over its Unix socket (clamd(8), INSTREAM). Whatever is not understood counts as not scanned."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from discreet.errors import Unscanned

SECONDS = 20.0
"""For one file, connecting included."""
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
_log = logging.getLogger(__name__)


class Clamd:
    """One daemon. ``socket`` is its path; ``seconds`` bounds one scan."""

    def __init__(self, socket: Path, seconds: float = SECONDS) -> None:
        self._socket = socket
        self._seconds = seconds

    async def is_clean(self, content: bytes) -> bool:
        """False where a signature matches. Raises Unscanned when the daemon did not say either clearly."""
        try:
            answer = await asyncio.wait_for(self._ask(content), self._seconds)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _log.error("the scanner for attachments does not answer: %s", type(error).__name__)
            raise Unscanned("the scanner did not answer") from None
        if answer == b"stream: OK":
            return True
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return False
        _log.error("the scanner for attachments answered something else than OK or FOUND")
        raise Unscanned("the scanner's answer is not understood")

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self._socket, limit=_LONGEST_ANSWER)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1]
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
