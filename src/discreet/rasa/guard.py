"""The guard: one turn of a conversation, from a channel's message to committed replies.

    lock -> seen before? -> load -> understand (redact, parse once) -> seal -> Rasa -> egress -> commit -> answer

Nothing is written before the values are sealed, nothing leaves before the turn is committed. A client that goes away
does not stop a turn; a turn that fails leaves a conversation as it was, and the same message may be sent again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from discreet.crypto.identifiers import conversation_id, turn_id
from discreet.errors import BadInput, DiscreetError, StorageUnavailable, TurnAborted
from discreet.logs import correlation_id
from discreet.rasa.buttons import Buttons
from discreet.rasa.codec import TurnBody, body_of, newest
from discreet.rasa.held import HeldOutput
from discreet.rasa.lock_store import PostgresLockStore
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.rasa.turn import Turn, running
from discreet.rasa.understanding import Understanding, Understood
from discreet.records.conversations import Position
from discreet.records.vault import VaultWriter
from discreet.storage.engine import Steps, Transaction

NO_REPLY = "I have no answer to that. You can ask me about an order, a return, an address or your privacy."
MAX_TEXT = 2000
"""Characters of a message."""
_log = logging.getLogger(__name__)

Post = Callable[[Transaction, list[dict[str, Any]]], None]
"""What a channel writes in the commit of a turn, given its replies: what it owes for them."""


@dataclass(frozen=True)
class Incoming:
    """A message as a channel received it: a text or a button's handle. All of it is the client's."""

    message_id: str
    text: str | None = field(default=None, repr=False)
    handle: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises BadInput for a text that no channel takes."""
        text = self.text or ""
        if not text.isprintable() and any("\ud800" <= character <= "\udfff" for character in text):
            raise BadInput("That message holds characters that are no text.")
        if len(text) > MAX_TEXT:
            raise BadInput(f"That is too long for me. Please keep it under {MAX_TEXT:,} characters.", code="too_long")

    @property
    def identity(self) -> str:
        """What makes it the same message again. A button is its own message, so that it works once."""
        return f"button {self.handle}" if self.handle is not None else f"text {self.message_id}"


@dataclass(frozen=True)
class Answer:
    """What a committed turn shows: the person's own message, masked, and the replies."""

    shown: str
    replies: list[dict[str, Any]]


class Guard:
    """Takes messages of every guarded channel; the only way by which a person's words reach Rasa."""

    def __init__(
        self,
        *,
        agent: Agent,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        store: EncryptedTrackerStore,
        locks: PostgresLockStore,
        vault: VaultWriter,
        understanding: Understanding,
        buttons: Buttons,
        identity_key: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database, self.statements = store.database, store.statements
        self.identity_key = identity_key
        self._agent = agent
        self._on_new_message = on_new_message
        self._store = store
        self._locks = locks
        self._vault = vault
        self._understanding = understanding
        self._buttons = buttons
        self._clock = clock
        self._turns: set[asyncio.Task[Answer]] = set()

    async def take(self, sender_id: str, incoming: Incoming, channel: str, post: Post | None = None) -> Answer:
        """One turn. ``sender_id`` comes from an authenticated session, ``incoming`` from the client.

        ``post`` runs in the transaction that commits the turn, on a thread; not for a turn that was committed before.

        Raises BadInput for a message that cannot be taken, and StorageError or IntegrityError when nothing was
        kept or that is unknown; then the same message may be sent again. The turn goes on if the caller is cancelled.
        """
        turn = asyncio.get_running_loop().create_task(self._take(sender_id, incoming, channel, post))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        return await asyncio.shield(turn)

    async def history(self, sender_id: str) -> list[dict[str, Any]]:
        """The running session as the person saw it, masked, oldest first. Raises StorageError or IntegrityError."""
        conversation = conversation_id(self.identity_key, sender_id)
        loaded = await self.statements.run(self._store.conversations.load(conversation))
        shown: list[dict[str, Any]] = []
        for record in loaded[1] if loaded else []:
            body = TurnBody.decode(record.body)
            if body.shown is not None:
                shown.append({"from": "you", "text": body.shown, "at": int(record.at)})
            shown.extend({"from": "bot", "at": int(record.at), **reply} for reply in body.replies)
        for message in shown[:-1]:
            message.pop("buttons", None)
        return shown

    async def _take(self, sender_id: str, incoming: Incoming, channel: str, post: Post | None) -> Answer:
        correlation_id.set(secrets.token_hex(8))
        try:
            async with self._locks.hold(sender_id) as lease:
                return await self._turn(sender_id, incoming, channel, lease.fence, post)
        except TurnAborted as aborted:
            raise aborted.cause from None
        except DiscreetError:
            raise
        except Exception:
            _log.exception("a turn failed")
            raise StorageUnavailable("a turn failed") from None

    async def _turn(self, sender_id: str, incoming: Incoming, channel: str, fence: int, post: Post | None) -> Answer:
        conversation = conversation_id(self.identity_key, sender_id)
        this_turn = turn_id(self.identity_key, conversation, incoming.identity)
        committed, lent = await self._store.look(sender_id, this_turn)
        if committed is not None:
            body = TurnBody.decode(committed.body)
            return Answer(body.shown or "", body.replies)
        tracker = lent.tracker if lent else None
        understood = await self._understand(conversation, incoming, tracker)
        if understood.findings:
            await asyncio.to_thread(self._seal, conversation, this_turn, understood)
        turn = Turn(
            sender_id=sender_id,
            conversation=conversation,
            turn_id=this_turn,
            fence=fence,
            position=lent.position if lent else None,
            tracker=tracker,
            loaded_events=len(tracker.events) if tracker is not None else 0,
        )
        held = HeldOutput(channel)
        await self._run_rasa(turn, understood, held, channel)
        messages = held.messages or [{"text": NO_REPLY}]
        replies = [self._outgoing(conversation, message) for message in messages]
        await self._commit(turn, understood, replies, post)
        return Answer(understood.shown, replies)

    async def _understand(self, conversation: bytes, incoming: Incoming, tracker: Any) -> Understood:
        if incoming.handle is not None:
            press = self._buttons.open(conversation, incoming.handle, self._clock())
            return self._understanding.of_press(press)
        return await self._understanding.of_text(self._agent.processor, incoming.text or "", tracker)

    async def _run_rasa(self, turn: Turn, understood: Understood, held: HeldOutput, channel: str) -> None:
        token = running.set(turn)
        try:
            await self._on_new_message(
                UserMessage(
                    understood.text,
                    output_channel=held,
                    sender_id=turn.sender_id,
                    parse_data=understood.parse_data,
                    input_channel=channel,
                    message_id=turn.turn_id.hex(),
                    metadata={"operation": understood.operation} if understood.operation else None,
                )
            )
        finally:
            # A timer set during the turn inherits the context; it must find no turn in it.
            turn.active = False
            running.reset(token)
        if not turn.saved or turn.tracker is None:
            raise StorageUnavailable("Rasa ended a turn without saving it")

    def _seal(self, conversation: bytes, this_turn: bytes, understood: Understood) -> None:
        with self.database.transaction() as tx:
            self._vault.seal(tx, subject=conversation, turn_id=this_turn, findings=understood.findings)

    async def _commit(
        self, turn: Turn, understood: Understood, replies: list[dict[str, Any]], post: Post | None
    ) -> None:
        assert turn.tracker is not None  # _run_rasa refuses a turn without one
        events = newest(turn.tracker, turn.loaded_events)
        body = body_of(events, turn.sender_id, first=turn.position is None, shown=understood.shown, replies=replies)
        steps = self._store.commit(turn.conversation, turn.position, body, turn.turn_id)
        if understood.findings or post:
            after = await asyncio.to_thread(self._committing, steps, turn.turn_id, understood, replies, post)
        else:
            after = await self.statements.run(steps)
        self._store.committed(after, turn.tracker, body)

    def _committing(
        self,
        steps: Steps[Position],
        turn_id: bytes,
        understood: Understood,
        replies: list[dict[str, Any]],
        post: Post | None,
    ) -> Position:
        with self.database.transaction() as tx:
            after = tx.run(steps)
            if understood.findings:
                self._vault.confirm(tx, turn_id)
            if post:
                post(tx, replies)
        return after

    def _outgoing(self, conversation: bytes, message: dict[str, Any]) -> dict[str, Any]:
        """One reply as the channel sends it: masked, and its buttons turned into handles."""
        masked = self._understanding.masked
        reply: dict[str, Any] = {}
        for part in ("text", "image", "attachment", "custom"):
            if message.get(part):
                reply[part] = masked(message[part])
        buttons = [*(message.get("buttons") or []), *(message.get("quick_replies") or [])]
        if buttons:
            reply["buttons"] = [
                {
                    "title": masked(button["title"]),
                    "handle": self._buttons.handle(
                        conversation, masked(button["title"]), button.get("payload") or button["title"], self._clock()
                    ),
                }
                for button in buttons
            ]
        if message.get("elements"):
            reply.setdefault("custom", {})["elements"] = masked(message["elements"])
        return reply
