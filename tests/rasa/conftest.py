"""The Rasa seam without a server: real database, settings of a test."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from discreet import settings
from discreet.rasa.tracker_store import EncryptedTrackerStore
from tests.conftest import TestDatabase

KEYS: dict[str, Any] = {
    "identity": base64.b64encode(bytes(32)).decode(),
    "action": base64.b64encode(b"\1" * 32).decode(),
    "conversation": [{"id": "conversation-1", "key": base64.b64encode(b"\2" * 32).decode()}],
}


@pytest.fixture
def process(database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[settings.Settings]:
    """Settings as Rasa's process would have them."""
    made = settings.Settings("rasa", database.url("rasa"), tmp_path, tmp_path, KEYS)
    for module in ("tracker_store", "lock_store"):
        monkeypatch.setattr(f"discreet.rasa.{module}.process_settings", lambda: made)
    return made


@pytest.fixture
def domain() -> Domain:
    return Domain.from_dict(
        {
            "intents": ["greet", "order"],
            "slots": {
                "item": {"type": "text", "mappings": [{"type": "custom"}]},
                "count": {"type": "any", "mappings": [{"type": "custom"}]},
            },
            "forms": {"order_form": {"required_slots": ["item"]}},
            "actions": ["action_x"],
        }
    )


@pytest.fixture
def store(process: settings.Settings, domain: Domain) -> Iterator[EncryptedTrackerStore]:
    made = EncryptedTrackerStore(domain)
    yield made
    made.database.close()
