"""Rasa's tracker store by class path: every conversation encrypted, one record a turn.

Inside a guarded turn it neither reads nor writes: it lends the tracker that the guard loaded and notes that Rasa
saved it; the guard commits. Outside a turn (reminders, ``rasa export``, markers, another bot without a guard) each
call is a transaction of its own. A fault leaves as TurnAborted: Rasa wraps every store in one that turns an
``Exception`` into a blank conversation or a plaintext copy in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.crypto.identifiers import conversation_id
from discreet.errors import DiscreetError, NotAllowed, SettingsError, StorageConflict, TurnAborted
from discreet.rasa.codec import TurnBody, body_of, session_tracker, tracker_from
from discreet.rasa.turn import turn_of
from discreet.records.conversations import Conversations, Position
from discreet.settings import process_settings
from discreet.storage.engine import Database

_Result = TypeVar("_Result")
_MARK = "_discreet_kept"


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
            self.conversations = Conversations(settings.ring("conversation"))
            self._identity = settings.key("identity")
        except (SettingsError, AttributeError, ImportError) as error:
            # Rasa answers AttributeError and ImportError here with a store in memory.
            raise RuntimeError(f"the encrypted tracker store cannot start: {error}") from None
        self._require_guard = require_guard

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's last session, None for somebody new. Raises TurnAborted."""
        turn = turn_of(sender_id)
        if turn is not None:
            return turn.tracker
        return await self._aborting(lambda: self._load(sender_id))

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions that are kept. Raises TurnAborted."""
        return await self._aborting(lambda: self._load_whole(conversation_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps what happened since the tracker was retrieved. Raises TurnAborted, and then nothing was kept."""
        turn = turn_of(tracker.sender_id)
        if turn is not None:
            turn.tracker, turn.saved = tracker, True
            return
        await self._aborting(lambda: self._append(tracker))
        await self.stream_events(tracker)

    async def keys(self) -> Iterable[str]:
        """The sender ids of every kept conversation; each costs one record's decryption. Raises TurnAborted."""
        return await self._aborting(self._sender_ids)

    def rebuilt(self, sender_id: str, bodies: list[TurnBody]) -> DialogueStateTracker:
        """The tracker of a session's records; the guard's way in."""
        return session_tracker(sender_id, bodies, self.domain.slots)

    def _load(self, sender_id: str) -> DialogueStateTracker | None:
        with self.database.transaction() as tx:
            loaded = self.conversations.load(tx, conversation_id(self._identity, sender_id))
        if loaded is None:
            return None
        position, records = loaded
        tracker = self.rebuilt(sender_id, [TurnBody.decode(record.body) for record in records])
        _remember(tracker, position)
        return tracker

    def _load_whole(self, sender_id: str) -> DialogueStateTracker | None:
        with self.database.transaction() as tx:
            loaded = self.conversations.load(tx, conversation_id(self._identity, sender_id), whole=True)
        if loaded is None:
            return None
        events = [event for record in loaded[1] for event in TurnBody.decode(record.body).events]
        return tracker_from(sender_id, events, self.domain.slots)

    def _append(self, tracker: DialogueStateTracker) -> None:
        conversation = conversation_id(self._identity, tracker.sender_id)
        with self.database.transaction() as tx:
            position, kept = _remembered(tracker) or self._recognised(tx, conversation, tracker)
            events: list[Event] = list(tracker.events)[kept:]
            if not events:
                return
            if self._require_guard and any(isinstance(event, UserUttered) for event in events):
                raise NotAllowed("a message came round the guard; use `discreet chat` instead of `rasa shell`")
            body = body_of(events, tracker.sender_id, first=position is None)
            if position is None:
                after = self.conversations.begin(tx, conversation, body.encode())
            else:
                new_session = body.session_index is not None
                after = self.conversations.append(tx, position, body.encode(), new_session=new_session)
        _remember(tracker, after)

    def _recognised(self, tx: Any, conversation: bytes, tracker: DialogueStateTracker) -> tuple[Position | None, int]:
        """Where a tracker that this store did not hand out continues: after exactly what is kept, or nowhere."""
        loaded = self.conversations.load(tx, conversation)
        if loaded is None:
            return None, 0
        kept = self.rebuilt(tracker.sender_id, [TurnBody.decode(record.body) for record in loaded[1]])
        begins_with = [event.as_dict() for event in list(tracker.events)[: len(kept.events)]]
        if begins_with != [event.as_dict() for event in kept.events]:
            raise StorageConflict("a tracker does not continue what is kept of its conversation")
        return loaded[0], len(kept.events)

    def _sender_ids(self) -> list[str]:
        found = []
        with self.database.transaction() as tx:
            for conversation in self.conversations.all_ids(tx):
                loaded = self.conversations.load(tx, conversation)
                if loaded is not None and (name := TurnBody.decode(loaded[1][0].body).sender_id):
                    found.append(name)
        return found

    async def _aborting(self, call: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.to_thread(call)
        except DiscreetError as error:
            raise TurnAborted(error) from None


def _remember(tracker: DialogueStateTracker, position: Position) -> None:
    """Notes on the tracker itself how much of it is kept. Rasa's trackers are not hashable, and a copy starts blank."""
    setattr(tracker, _MARK, (position, len(tracker.events)))


def _remembered(tracker: DialogueStateTracker) -> tuple[Position, int] | None:
    return getattr(tracker, _MARK, None)
