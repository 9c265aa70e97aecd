"""The guard: one turn of a conversation, from a channel's message to committed replies.

    lock -> seen before? -> load -> understand (redact, parse once) -> seal -> Rasa -> egress -> commit -> answer

Nothing is written before the values are sealed, nothing leaves before the turn is committed. A client that goes away
does not stop a turn; a turn that fails leaves a conversation as it was, and the same message may be sent again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import ReminderScheduled

from discreet.crypto.identifiers import conversation_id, turn_id
from discreet.defence import Admitted
from discreet.errors import BadInput, DiscreetError, StorageUnavailable, TooMany, TurnAborted
from discreet.logs import correlation_id
from discreet.metrics import refused
from discreet.rasa.action_endpoint import SignedEndpoint
from discreet.rasa.aside import answer_aside
from discreet.rasa.buttons import Buttons
from discreet.rasa.codec import TurnBody, body_of, newest
from discreet.rasa.held import HeldOutput
from discreet.rasa.lending import Lent
from discreet.rasa.lock_store import PostgresLockStore
from discreet.rasa.notices import notice_shown
from discreet.rasa.outgoing import Outgoing
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.rasa.turn import Turn, running
from discreet.rasa.understanding import Understanding, Understood, looks_like_a_command
from discreet.records.attachments import SealedFile
from discreet.records.conversations import Position
from discreet.records.vault import VaultWriter
from discreet.storage.engine import Steps, Transaction

NO_REPLY = "I have no answer to that. You can ask me about an order, a return, an address or your privacy."
TURNS_OF_ONE = 8
"""Of one conversation, running and waiting for its lock: a few tabs, and a message that is sent again."""
TURNS_OF_ALL = 200
MAX_TEXT = 2000
"""Characters of a message."""
_log = logging.getLogger(__name__)

Post = Callable[[Transaction, list[dict[str, Any]]], None]
"""What a channel writes in the commit of a turn, given its replies: what it owes for them."""
LatePost = Callable[[Transaction, bytes, list[dict[str, Any]]], None]
"""The same for a turn that no message began, given the conversation too."""


@dataclass(frozen=True)
class Incoming:
    """A message as a channel received it: a text, a button's handle, a passkey's answer, or a file that the door let
    in, with or without a text. All of it is the client's."""

    message_id: str
    text: str | None = field(default=None, repr=False)
    handle: str | None = field(default=None, repr=False)
    attachment: Admitted | None = field(default=None, repr=False)
    passkey: str | None = field(default=None, repr=False)
    """JSON of WebAuthn's PublicKeyCredential, as a page of ours has it from the browser."""
    languages: str = field(default="", repr=False)
    """What its writer would rather read, as their client or its provider says: language ranges (RFC 9110, 12.5.4)."""

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
        self._outgoing = Outgoing(understanding.masked, buttons, clock)
        self._clock = clock
        self._turns: set[asyncio.Task[Answer]] = set()
        self._turns_of: Counter[str] = Counter()
        self.public_url = ""
        """How people reach the page; the web channel says it."""
        self.add_offers: Callable[[list[dict[str, Any]], list[dict[str, Any]], str, str], None] = _no_offers
        """What the channels add to replies that a mask would hide: links of ours."""
        self.late_posts: dict[str, LatePost] = {}
        """How channels that can reach a person unasked owe them something, by the channel's name."""

    async def take(self, sender_id: str, incoming: Incoming, channel: str, post: Post | None = None) -> Answer:
        """One turn. ``sender_id`` comes from an authenticated session, ``incoming`` from the client.

        ``post`` runs in the transaction that commits the turn, on a thread; not for a turn that was committed before.

        Raises BadInput for a message that cannot be taken, TooMany where too many turns wait already, and StorageError
        or IntegrityError when nothing was kept or that is unknown; then the same message may be sent again. The turn
        goes on if the caller is cancelled.
        """
        if self._turns_of[sender_id] >= TURNS_OF_ONE:
            raise TooMany("conversation", 1)
        if len(self._turns) >= TURNS_OF_ALL:
            raise TooMany("server", 2)
        turn = asyncio.get_running_loop().create_task(self._take(sender_id, incoming, channel, post))
        self._turns.add(turn)
        self._turns_of[sender_id] += 1
        turn.add_done_callback(lambda done: self._ended(sender_id, done))
        return await asyncio.shield(turn)

    async def remind(self, reminder: ReminderScheduled, sender_id: str, output_channel: OutputChannel) -> None:
        """A due reminder as a turn of its own, in place of the processor's ``handle_reminder``.

        Called by Rasa's scheduler, once: what fails is logged, and lost.
        """
        correlation_id.set(_RANDOM.randbytes(8).hex())
        try:
            async with self._locks.hold(sender_id) as lease:
                await self._remind(reminder, sender_id, output_channel.name(), lease.fence)
        except TurnAborted as aborted:
            _log.error("a reminder was lost: %s", aborted.cause.code)
        except Exception:
            _log.exception("a reminder was lost")

    def require_attachments(self) -> None:
        """Before a channel takes files. Raises PolicyError where privacy.yml does not say what they are kept as."""
        self._understanding.require_attachments()

    def _ended(self, sender_id: str, turn: asyncio.Task[Answer]) -> None:
        self._turns.discard(turn)
        self._turns_of[sender_id] -= 1
        if not self._turns_of[sender_id]:
            del self._turns_of[sender_id]

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

    async def consent_desk(self, what: str, sender_id: str, languages: str = "", **wish: Any) -> dict[str, Any]:
        """Asks the action server's desk for consent, beside any turn (docs/spec/consent.md). Raises StorageUnavailable.

        ``sender_id`` comes from an authenticated session, ``languages`` from the client.
        """
        asked = {"sender_id": sender_id, "language": self._understanding.language(languages), **wish}
        return await self.actions.desk(what, asked)

    @property
    def actions(self) -> SignedEndpoint:
        """The action server, for questions beside any turn."""
        endpoint: SignedEndpoint = self._agent.action_endpoint
        return endpoint

    async def _take(self, sender_id: str, incoming: Incoming, channel: str, post: Post | None) -> Answer:
        correlation_id.set(_RANDOM.randbytes(8).hex())
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
            refused("repeated", channel)
            body = TurnBody.decode(committed.body)
            return Answer(body.shown or "", body.replies)
        if looks_like_a_command(incoming.text or ""):
            refused("command", channel)
        tracker = lent.tracker if lent else None
        understood = await self._understand(conversation, incoming, tracker)
        if understood.findings:
            await self._seal(conversation, this_turn, understood)
        turn = _turn_of(sender_id, conversation, this_turn, fence, lent)
        held = HeldOutput(channel)
        says = _said(
            understood,
            notice_shown(tracker) if understood.plain else None,
            self._understanding.language(incoming.languages),
        )
        message = _message(turn, understood, held, channel, says)
        if understood.instead is None:
            await _within(turn, self._on_new_message(message))
        else:
            await _within(turn, answer_aside(self._agent.processor, message, understood.instead))
        if not turn.saved:
            raise StorageUnavailable("Rasa ended a turn without saving it")
        messages = held.messages or [{"text": NO_REPLY}]
        if understood.first is not None:
            messages.insert(0, {"text": understood.first})
        replies = [self._outgoing.reply(conversation, message) for message in messages]
        self.add_offers(messages, replies, channel, self.public_url)
        await self._commit(turn, understood, replies, post)
        return Answer(understood.shown, replies)

    async def _remind(self, reminder: ReminderScheduled, sender_id: str, channel: str, fence: int) -> None:
        conversation = conversation_id(self.identity_key, sender_id)
        due = f"reminder {reminder.name} {reminder.trigger_date_time.isoformat()}"
        this_turn = turn_id(self.identity_key, conversation, due)
        committed, lent = await self._store.look(sender_id, this_turn)
        if committed is not None or lent is None:
            return  # of a conversation that is over or erased, nothing is begun anew
        turn = _turn_of(sender_id, conversation, this_turn, fence, lent)
        held = HeldOutput(channel)
        processor = self._agent.processor
        await _within(turn, type(processor).handle_reminder(processor, reminder, sender_id, held))
        if not turn.saved:
            return  # Rasa found it outdated
        replies = [self._outgoing.reply(conversation, message) for message in held.messages]
        late = self.late_posts.get(channel)
        post: Post | None = (lambda tx, owed: late(tx, conversation, owed)) if late else None
        await self._commit(turn, None, replies, post)

    async def _understand(self, conversation: bytes, incoming: Incoming, tracker: Any) -> Understood:
        if incoming.handle is not None:
            press = self._buttons.open(conversation, incoming.handle, self._clock())
            return self._understanding.of_press(press)
        if incoming.attachment is not None:
            return await self._understanding.of_attachment(
                self._agent.processor, incoming.attachment, incoming.text or "", tracker
            )
        if incoming.passkey is not None:
            return self._understanding.of_passkey(incoming.passkey, tracker)
        return await self._understanding.of_text(self._agent.processor, incoming.text or "", tracker)

    async def _seal(self, conversation: bytes, this_turn: bytes, understood: Understood) -> None:
        steps = self._vault.sealing(subject=conversation, turn_id=this_turn, findings=understood.findings)
        if understood.file is None:
            await self.statements.run(steps)
        else:
            await asyncio.to_thread(self._sealing_with, understood.file, steps)

    def _sealing_with(self, file: SealedFile, steps: Steps[None]) -> None:
        with self.database.transaction() as tx:
            tx.run(steps)
            file.write(tx)

    async def _commit(
        self, turn: Turn, understood: Understood | None, replies: list[dict[str, Any]], post: Post | None
    ) -> None:
        """One record. ``understood`` is what a person said; None for a turn that nobody's message began."""
        assert turn.tracker is not None  # it was saved
        shown = understood.shown if understood else None
        sealed = bool(understood and understood.findings)
        events = newest(turn.tracker, turn.loaded_events)
        body = body_of(events, turn.sender_id, first=turn.position is None, shown=shown, replies=replies)
        steps = self._store.commit(turn.conversation, turn.position, body, turn.turn_id, sealed=sealed)
        if post:
            after = await asyncio.to_thread(self._committing, steps, replies, post)
        else:
            after = await self.statements.run(steps)
        self._store.committed(after, turn.tracker, body)

    def _committing(self, steps: Steps[Position], replies: list[dict[str, Any]], post: Post) -> Position:
        with self.database.transaction() as tx:
            after = tx.run(steps)
            post(tx, replies)
        return after


_RANDOM = random.Random()  # noqa: S311 - names a turn's lines in the logs, and guards nothing


def _no_offers(*_: object) -> None:
    pass


def _turn_of(sender_id: str, conversation: bytes, turn_id: bytes, fence: int, lent: Lent | None) -> Turn:
    tracker = lent.tracker if lent else None
    return Turn(
        sender_id=sender_id,
        conversation=conversation,
        turn_id=turn_id,
        fence=fence,
        position=lent.position if lent else None,
        tracker=tracker,
        loaded_events=len(tracker.events) if tracker is not None else 0,
    )


async def _within(turn: Turn, work: Awaitable[Any]) -> None:
    """Lets Rasa work on the turn. A timer that it sets inherits the context, and must find no turn in it."""
    token = running.set(turn)
    try:
        await work
    finally:
        turn.active = False
        running.reset(token)


def _message(
    turn: Turn, understood: Understood, held: HeldOutput, channel: str, says: dict[str, Any] | None
) -> UserMessage:
    return UserMessage(
        understood.text,
        output_channel=held,
        sender_id=turn.sender_id,
        parse_data=understood.parse_data,
        input_channel=channel,
        message_id=turn.turn_id.hex(),
        metadata=says,
    )


def _said(understood: Understood, notice: str | None, language: str | None) -> dict[str, Any] | None:
    """What the guard alone says of a message: its button's operation, whether it is a plain yes, to what, its file, and
    the language to answer in."""
    found = {
        "operation": understood.operation,
        "plain": understood.plain or None,
        "notice": notice,
        "attachment": understood.file.finding.token if understood.file is not None else None,
        "language": language,
    }
    return {name: value for name, value in found.items() if value is not None} or None
