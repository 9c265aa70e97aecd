"""What the store's benches share: a prepared database, stores on it, and turns that look as if they just happened."""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.settings import process_settings
from discreet.storage.engine import connect
from discreet.storage.migrations import ROLES, default_logins, migrate
from tests.conftest import PROJECT

Turn = list[dict[str, Any]]
KEY = bytes(range(32))
"""Every key of the bench."""
OURS = ("conversation.turn", "conversation.head", "key.session_key")
_PASSWORDS = {role: secrets.token_urlsafe(16) for role in ROLES}


def store_on(url: str, domain: Domain) -> EncryptedTrackerStore:
    """The tracker store of a process of its own on the owner's database ``url``, migrated first."""
    migrate(url, default_logins(_PASSWORDS), shop=True)
    key = base64.b64encode(KEY).decode()
    settings = {
        "role": "rasa",
        "database_url": f"postgresql://discreet_rasa:{_PASSWORDS['rasa']}@{url.partition('@')[2]}",
        "run_dir": "",
        "project_dir": str(PROJECT),
        "keys": {"identity": key, "conversation": [{"id": "conversation-1", "key": key}]},
    }
    with tempfile.NamedTemporaryFile("w") as file:
        json.dump(settings, file)
        file.flush()
        os.environ["DISCREET_SECRETS_FILE"] = file.name
        process_settings.cache_clear()
        return EncryptedTrackerStore(domain)


class Happening:
    """Gives recorded turns new times and message ids."""

    def __init__(self) -> None:
        self._clock = 1_700_000_000.0

    def now(self, turn: Turn) -> Turn:
        """The turn as if it happened after all that were given before."""
        events = []
        for event in turn:
            self._clock += 0.01
            events.append({**event, "timestamp": self._clock})
            if event["event"] == "user":
                events[-1]["message_id"] = secrets.token_hex(16)
        return events


def say(tracker: Any, turn: Turn, domain: Domain) -> None:
    """The tracker after that turn."""
    for event in events_of(turn):
        tracker.update(event, domain)


def events_of(turn: Turn) -> Any:
    """Rasa's events."""
    return DialogueStateTracker.from_dict("", turn, []).events


def size(url: str, tables: tuple[str, ...]) -> int:
    """Bytes of tables and their indexes, after a vacuum that also makes them known to the planner."""
    connection = connect(url, autocommit=True)
    with connection.cursor() as cursor:
        total = 0
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table}")
            cursor.execute("SELECT pg_total_relation_size(%s::regclass)", (table,))
            total += int(cursor.fetchone()[0])
    connection.close()
    return total
