"""Rasa's tracker store by class path: every conversation encrypted, one record a turn.

Inside a guarded turn it neither reads nor writes: it lends the tracker that the guard loaded and notes that Rasa
saved it; the guard commits. Outside a turn (reminders, ``rasa export``, markers, another bot without a guard) each
call is a transaction of its own. A fault leaves as TurnAborted: Rasa wraps every store in one that turns an
``Exception`` into a blank conversation or a plaintext copy in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from itertools import islice
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.crypto.identifiers import conversation_id
from discreet.errors import DiscreetError, NotAllowed, SettingsError, StorageConflict, StorageError, TurnAborted
from discreet.rasa.codec import TurnBody, body_of, newest, session_tracker, tracker_from
from discreet.rasa.lending import Lending, Lent
from discreet.rasa.turn import turn_of
from discreet.records.conversations import Conversations, Position, Record, Rows
from discreet.settings import process_settings
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Database, Steps

_Result = TypeVar("_Result")
SHORT_RECORDS = 150
"""A session of so many records is opened on the event loop: ten milliseconds, which a thread would take as well."""
_MARK = "_discreet_kept"
_log = logging.getLogger(__name__)


class EncryptedTrackerStore(TrackerStore):
    """``type: discreet.rasa.tracker_store.EncryptedTrackerStore`` in endpoints.yml.

    ``require_guard: true`` refuses what a person said unless it came through a guarded channel.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        require_guard: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        try:
            settings = process_settings()
            self.database = Database(settings.database_url)
            self.statements = AsyncDatabase(settings.database_url)
            self.conversations = Conversations(settings.ring("conversation"))
            self._identity = settings.key("identity")
            self._lending = Lending()
        except (SettingsError, AttributeError, ImportError) as error:
            # Rasa answers AttributeError and ImportError here with a store in memory.
            raise RuntimeError(f"the encrypted tracker store cannot start: {error}") from None
        self._require_guard = require_guard

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's last session, None for somebody new. Raises TurnAborted."""
        turn = turn_of(sender_id)
        if turn is not None:
            return turn.tracker
        return await _aborting(self._load(sender_id))

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions that are kept. Raises TurnAborted."""
        return await _aborting(asyncio.to_thread(self._load_whole, conversation_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps what happened since the tracker was retrieved. Raises TurnAborted, and then nothing was kept."""
        turn = turn_of(tracker.sender_id)
        if turn is not None:
            turn.tracker, turn.saved = tracker, True
            return
        await _aborting(self._append(tracker))
        await self.stream_events(tracker)

    async def keys(self) -> Iterable[str]:
        """The sender ids of every kept conversation; each costs one record's decryption. Raises TurnAborted."""
        return await _aborting(asyncio.to_thread(self._sender_ids))

    async def look(self, sender_id: str, turn_id: bytes | None) -> tuple[Record | None, Lent | None]:
        """For the guard: the record of a turn that was committed already, or else the conversation so far, if any.

        Raises StorageError and IntegrityError.
        """
        conversation = conversation_id(self._identity, sender_id)
        lent = self._lending.take(conversation)
        if lent is None and turn_id is None:
            return None, await self._read(conversation, sender_id)
        position = lent.position if lent else None
        look = await self.statements.run(self.conversations.look(conversation, turn_id, position))
        if look.committed is not None:
            return look.committed, None
        return None, lent if look.is_newest else await self._read(conversation, sender_id)

    def commit(
        self,
        conversation: bytes,
        position: Position | None,
        body: TurnBody,
        turn_id: bytes | None = None,
        *,
        sealed: bool = False,
    ) -> Steps[Position]:
        """Writes one record: the first of a conversation when ``position`` is None. Raises StorageConflict.

        ``sealed``: the turn put values into the vault, which outlast it with this.
        """
        content = body.encode()
        if position is None:
            return self.conversations.begin(conversation, content, turn_id=turn_id, sealed=sealed)
        begins = body.session_index is not None
        return self.conversations.append(position, content, turn_id=turn_id, new_session=begins, sealed=sealed)

    def committed(self, position: Position, tracker: DialogueStateTracker, body: TurnBody) -> None:
        """What was committed may be lent for the next turn."""
        if body.session_index is None:
            # A new session's tracker still holds the session before; it is read anew, once, as Rasa would.
            self._lending.give(position.head.conversation, position, tracker)

    async def forget_erased(self) -> int:
        """Drops the trackers of conversations that have no head any more: erased, or over. How many those were."""
        kept = self._lending.kept()
        gone = await self.statements.run(self.conversations.without_head(kept)) if kept else []
        self._lending.forget(gone)
        return len(gone)

    async def _load(self, sender_id: str) -> DialogueStateTracker | None:
        _, lent = await self.look(sender_id, None)
        if lent is None:
            return None
        _remember(lent.tracker, lent.position)
        return lent.tracker

    async def _read(self, conversation: bytes, sender_id: str) -> Lent | None:
        rows = await self.statements.run(self.conversations.fetch(conversation))
        if len(rows) <= SHORT_RECORDS:
            return self._opened(conversation, sender_id, rows)
        return await asyncio.to_thread(self._opened, conversation, sender_id, rows)

    def _opened(self, conversation: bytes, sender_id: str, rows: Rows) -> Lent | None:
        loaded = self.conversations.opened(conversation, rows)
        if loaded is None:
            return None
        bodies = (TurnBody.decode(record.body) for record in loaded[1])
        return Lent(loaded[0], session_tracker(sender_id, bodies, self.domain.slots))

    def _load_whole(self, sender_id: str) -> DialogueStateTracker | None:
        with self.database.autocommit() as tx:
            loaded = tx.run(self.conversations.load(conversation_id(self._identity, sender_id), whole=True))
        if loaded is None:
            return None
        events = [event for record in loaded[1] for event in TurnBody.decode(record.body).events]
        return tracker_from(sender_id, events, self.domain.slots)

    async def _append(self, tracker: DialogueStateTracker) -> None:
        conversation = conversation_id(self._identity, tracker.sender_id)
        remembered: tuple[Position | None, int] | None = _remembered(tracker)
        if remembered is None:
            remembered = await self._recognised(conversation, tracker)
        position, kept = remembered
        events = newest(tracker, kept)
        if not events:
            return
        if self._require_guard and any(isinstance(event, UserUttered) for event in events):
            raise NotAllowed("a message came round the guard; use `discreet chat` instead of `rasa shell`")
        body = body_of(events, tracker.sender_id, first=position is None)
        after = await self.statements.run(self.commit(conversation, position, body))
        _remember(tracker, after)
        self.committed(after, tracker, body)

    async def _recognised(self, conversation: bytes, tracker: DialogueStateTracker) -> tuple[Position | None, int]:
        """Where a tracker that this store did not hand out continues: after exactly what is kept, or nowhere."""
        kept = await self._read(conversation, tracker.sender_id)
        if kept is None:
            return None, 0
        count = len(kept.tracker.events)
        begins_with = [event.as_dict() for event in islice(tracker.events, count)]
        if begins_with != [event.as_dict() for event in kept.tracker.events]:
            raise StorageConflict("a tracker does not continue what is kept of its conversation")
        return kept.position, count

    def _sender_ids(self) -> list[str]:
        found = []
        with self.database.autocommit() as tx:
            for conversation in self.conversations.all_ids(tx):
                loaded = tx.run(self.conversations.load(conversation))
                if loaded is not None and (name := TurnBody.decode(loaded[1][0].body).sender_id):
                    found.append(name)
        return found


async def _aborting(call: Awaitable[_Result]) -> _Result:
    try:
        return await call
    except DiscreetError as error:
        raise TurnAborted(error) from None
    except Exception:
        # Whatever else it is, Rasa's wrapper would answer it with a blank conversation or a copy in memory.
        _log.exception("the tracker store failed")
        raise TurnAborted(StorageError("the tracker store failed")) from None


def _remember(tracker: DialogueStateTracker, position: Position) -> None:
    """Notes on the tracker itself how much of it is kept. Rasa's trackers are not hashable, and a copy starts blank."""
    setattr(tracker, _MARK, (position, len(tracker.events)))


def _remembered(tracker: DialogueStateTracker) -> tuple[Position, int] | None:
    return getattr(tracker, _MARK, None)
