"""Lets a server forget, within seconds, what it has in memory of somebody who was erased."""

from __future__ import annotations

import asyncio
import contextlib

from sanic import Sanic

from discreet.errors import StorageError
from discreet.rasa.tracker_store import EncryptedTrackerStore

EVERY_SECONDS = 5.0


def keep_forgetting(app: Sanic, store: EncryptedTrackerStore) -> None:
    """Looks every few seconds for as long as the server runs."""

    async def look() -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            with contextlib.suppress(StorageError):  # the next look will find it
                await store.forget_erased()

    app.add_task(look(), name="forgetting")
