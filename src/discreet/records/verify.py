"""Walks every conversation that is kept and says where one is damaged: what ``discreet db verify`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError
from discreet.records.conversations import Conversations
from discreet.storage.engine import Database


@dataclass(frozen=True)
class Verdict:
    """Of one conversation: how many records verify, or at which one (None: at its head) it is damaged."""

    conversation: bytes
    records: int = 0
    damaged: bool = False
    seq: int | None = None


def verify(database: Database, ring: KeyRing) -> Iterator[Verdict]:
    """A verdict on each conversation, from its base to its head. Reads one at a time, and changes nothing.

    A conversation that was deleted whole, and one whose head and records were rolled back together, look as if
    nothing had happened (docs/limitations.md). Raises StorageError.
    """
    conversations = Conversations(ring)
    with database.autocommit() as tx:
        ids, headless = conversations.all_ids(tx), conversations.headless(tx)
    for conversation in headless:
        yield Verdict(conversation, damaged=True)
    for conversation in ids:
        with database.autocommit() as tx:
            try:
                loaded = tx.run(conversations.load(conversation, whole=True))
            except IntegrityError as error:
                yield Verdict(conversation, damaged=True, seq=error.seq)
                continue
        # None: the keeper destroyed it since the list was made.
        if loaded is not None:
            yield Verdict(conversation, len(loaded[1]))
