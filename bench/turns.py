"""Real turns of the assistant, as it keeps them: what the store is measured on and its dictionary trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from discreet.client import Chat
from discreet.crypto import keyring
from discreet.records.conversations import Conversations
from discreet.storage.engine import Database
from tests.conftest import PROJECT, running_assistant

_ANNOTATION = re.compile(r"\[([^\]]*)\](\([^)]*\)|\{[^}]*\})")


def recorded(conversations: Iterable[Iterable[str]]) -> list[list[bytes]]:
    """The record bodies of each conversation after the assistant has had it. Consent is given where it is asked."""
    with running_assistant() as assistant:
        for messages in conversations:
            chat = Chat(assistant.address).open()
            for text in messages:
                turn = chat.send(text)
                while "Yes, you may" in turn.buttons:
                    turn = chat.press(turn.buttons["Yes, you may"])
        ring = keyring.ring(keyring.keys_for("rasa", assistant.keys), "conversation")
        assert assistant.postgres is not None
        database = Database(assistant.postgres.url, pool_size=1)
        kept = Conversations(ring)
        with database.transaction() as tx:
            loaded = [tx.run(kept.load(conversation, whole=True)) for conversation in kept.all_ids(tx)]
        database.close()
    return [[record.body for record in found[1]] for found in loaded if found is not None]


def invented(examples_an_intent: int = 12) -> list[list[str]]:
    """The customers' side of the conversation tests, and some training examples of each intent, ten a conversation."""
    tests = [_said(path) for path in sorted((PROJECT / "tests" / "conversations").rglob("*.yml"))]
    examples = [
        _plain(line.removeprefix("- "))
        for path in sorted((PROJECT / "data" / "nlu").glob("*.yml"))
        for intent in yaml.safe_load(path.read_text())["nlu"]
        if "intent" in intent
        for line in intent["examples"].splitlines()[
            :: max(1, len(intent["examples"].splitlines()) // examples_an_intent)
        ]
    ]
    # Every tenth in turn, so that one conversation holds many intents.
    return [said for said in tests if said] + [
        examples[start :: len(examples) // 10] for start in range(len(examples) // 10)
    ]


def _said(path: Path) -> list[str]:
    stories = yaml.safe_load(path.read_text())["stories"]
    return [_plain(step["user"]) for story in stories for step in story["steps"] if "user" in step]


def _plain(text: str) -> str:
    return _ANNOTATION.sub(r"\1", text).strip()
