"""Reminders: a turn of the guard that nobody's message began, with Rasa's own scheduler and the trained model."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa.core import jobs
from rasa.core.agent import Agent
from rasa.shared.core.events import ReminderScheduled

from discreet import settings
from discreet.assistant import Assistant, Options
from discreet.crypto import keyring
from discreet.crypto.identifiers import conversation_id
from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.policy import Policy
from discreet.rasa.buttons import Buttons
from discreet.rasa.guard import Guard, Incoming
from discreet.rasa.held import HeldOutput
from discreet.rasa.lock_store import PostgresLockStore
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.rasa.understanding import Understanding, mint_token
from discreet.records.audit import Audit
from discreet.records.erasure import erase
from discreet.records.outbox import Outbox, Recipient
from discreet.records.vault import VaultWriter
from discreet.redaction.redact import Redactor
from discreet.storage.engine import Transaction
from tests.conftest import PROJECT, TestDatabase, prepared_state, removed_state
from tests.rasa.conftest import KEYS

pytestmark = pytest.mark.servers

IDENTITY = base64.b64decode(KEYS["identity"])
SENDER = "anna"
CONVERSATION = conversation_id(IDENTITY, SENDER)


@pytest.fixture(scope="module")
def model() -> Iterator[Path]:
    """A model of this project."""
    state = prepared_state()
    assistant = Assistant(Options(project=PROJECT, state=state))
    try:
        keyring.create_keys(assistant.keys)
        yield assistant.model()
    finally:
        assistant.stop()
        removed_state(state)


class Seam:
    """Rasa's agent behind the guard, and a channel's outbox."""

    def __init__(self, process: settings.Settings, policy: Policy, model: Path) -> None:
        ring = process.ring("value")
        self.outbox = Outbox(ring)
        self.store = EncryptedTrackerStore(require_guard=True)
        locks = PostgresLockStore()
        self.agent = Agent(tracker_store=self.store, lock_store=locks)
        self.agent.load_model(str(model))
        self.guard = Guard(
            agent=self.agent,
            on_new_message=self.agent.handle_message,
            store=self.store,
            locks=locks,
            vault=VaultWriter(VaultPublicKey(VaultPrivateKey(bytes(32)).public_bytes()), ring, policy),
            understanding=Understanding(policy, Redactor(policy), mint_token(policy)),
            buttons=Buttons(bytes(32)),
            identity_key=IDENTITY,
        )
        self.guard.late_posts["telegram"] = self._late
        self.agent.processor.handle_reminder = self._remind
        self._over = asyncio.Event()

    async def says_hello(self) -> None:
        """A first turn, by which the person's address is known."""
        to = Recipient("telegram", CONVERSATION, bytes(16), {"chat": "1"})

        def post(tx: Transaction, replies: list[dict[str, Any]]) -> None:
            self.outbox.post(tx, to, replies, _written)

        await self.guard.take(SENDER, Incoming("m1", "hello"), "telegram", post)

    async def schedules(self, channel: str = "telegram", *, kill_on_user_message: bool = True) -> None:
        """As an action would, for later."""
        due = datetime.now(timezone.utc) + timedelta(hours=1)
        reminder = ReminderScheduled("greet", due, name="reminder", kill_on_user_message=kill_on_user_message)
        tracker = await self.store.retrieve(SENDER)
        assert tracker is not None
        tracker.update(reminder)
        await self.store.save(tracker)
        await self.agent.processor._schedule_reminders([reminder], tracker, HeldOutput(channel))

    async def later(self) -> None:
        """When the scheduler has run it."""
        (job,) = (await jobs.scheduler()).get_jobs()
        job.modify(next_run_time=datetime.now(timezone.utc))
        await asyncio.wait_for(self._over.wait(), 60)
        jobs.kill_scheduler()

    def letters(self) -> list[str]:
        """What the channel owes, in order."""
        texts = []
        with self.store.database.transaction() as tx:
            while letters := tx.run(self.outbox.claim(["telegram"], 1)):
                texts.append(letters[0].content["text"])
                tx.run(self.outbox.done(letters[0].id))
        return texts

    async def history(self) -> list[str]:
        """Who said something, in order."""
        return [message["from"] for message in await self.guard.history(SENDER)]

    async def _remind(self, reminder: ReminderScheduled, sender_id: str, output_channel: HeldOutput) -> None:
        await self.guard.remind(reminder, sender_id, output_channel)
        self._over.set()

    def _late(self, tx: Transaction, conversation: bytes, replies: list[dict[str, Any]]) -> None:
        self.outbox.owe(tx, "telegram", conversation, replies, _written)


def _written(reply: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": reply["text"]}]


@pytest.fixture
def seam(
    database: TestDatabase, policy: Policy, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Seam]:
    value = [{"id": "value-1", "key": base64.b64encode(b"\4" * 32).decode()}]
    made = settings.Settings("rasa", database.url("rasa"), tmp_path, tmp_path, {**KEYS, "value": value})
    for module in ("tracker_store", "lock_store"):
        monkeypatch.setattr(f"discreet.rasa.{module}.process_settings", lambda: made)
    opened = Seam(made, policy, model)
    yield opened
    opened.store.database.close()


def test_a_reminder_reaches_the_person_and_stands_in_the_conversation(seam: Seam) -> None:
    async def play() -> None:
        await seam.says_hello()
        first = seam.letters()
        assert len(first) == 1
        await seam.schedules()
        await seam.later()
        assert len(seam.letters()) == 1
        assert await seam.history() == ["you", "bot", "bot"]
        await seam.guard.take(SENDER, Incoming("m2", "tell me a joke"), "telegram")
        assert await seam.history() == ["you", "bot", "bot", "you", "bot"]

    asyncio.run(play())


def test_a_reminder_that_the_person_forestalled_says_nothing(seam: Seam) -> None:
    async def play() -> None:
        await seam.says_hello()
        await seam.schedules()
        await seam.guard.take(SENDER, Incoming("m2", "tell me a joke"), "telegram")
        before = seam.letters()
        await seam.later()
        assert seam.letters() == []
        assert len(before) == 1
        assert await seam.history() == ["you", "bot", "you", "bot"]

    asyncio.run(play())


def test_a_reminder_of_an_erased_person_begins_nothing(database: TestDatabase, seam: Seam) -> None:
    def erased() -> None:
        with database.open("owner").transaction() as tx:
            erase(tx, CONVERSATION, Audit("operator"))

    async def play() -> None:
        await seam.says_hello()
        await seam.schedules()
        await asyncio.to_thread(erased)  # the turn before lets go of its lock on this loop
        await seam.later()
        assert seam.letters() == []
        assert await seam.history() == []

    asyncio.run(play())


def test_a_reminder_of_a_channel_that_cannot_call_is_kept_for_its_history(seam: Seam) -> None:
    async def play() -> None:
        await seam.says_hello()
        seam.letters()
        await seam.schedules("web")
        await seam.later()
        assert seam.letters() == []
        assert await seam.history() == ["you", "bot", "bot"]

    asyncio.run(play())
