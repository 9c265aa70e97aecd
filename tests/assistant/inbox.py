"""What the running assistant has written to customers."""

from __future__ import annotations

import re

from discreet.assistant import Assistant
from discreet.cli.mail import read
from discreet.client import Chat, Turn
from discreet.storage.engine import Database

_CODE = re.compile(r"Your code: (\d{4}) (\d{4})")


def letters(assistant: Assistant, wanted: int = 0) -> list[dict[str, str]]:
    """All of them, oldest first; waits until there are at least so many: they are sent in the background."""
    import time

    for _ in range(100):
        found = read(assistant.state)
        if len(found) >= wanted:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{wanted} letters were expected, and {len(found)} came")


def newest_code(assistant: Assistant, wanted: int = 0) -> str:
    """The code in the newest letter that holds one."""
    return next(
        "".join(found.groups()) for one in reversed(letters(assistant, wanted)) if (found := _CODE.search(one["text"]))
    )


def proved(assistant: Assistant, chat: Chat, asked: Turn, before: int) -> Turn:
    """Answers a turn that asked for a code with the one that was mailed for it; ``before``: letters until then."""
    assert "code of 8 digits" in asked.texts[-1], asked.texts
    return chat.send(newest_code(assistant, before + 1))


def forget_attempts(assistant: Assistant) -> None:
    """Counts begin anew: a test's mails are not the next one's."""
    assert assistant.postgres is not None
    owner = Database(assistant.postgres.url, pool_size=1)
    with owner.transaction() as tx:
        tx.execute("DELETE FROM identity.attempts")
    owner.close()
