"""The audit log: who opened what kind of data for which purpose. Append-only, without personal data."""

from __future__ import annotations

from discreet.storage.engine import Transaction


class Audit:
    """Appends as one actor: the name of this process."""

    def __init__(self, actor: str) -> None:
        self._actor = actor

    def append(
        self,
        tx: Transaction,
        *,
        event: str,
        outcome: str,
        subject: bytes | None = None,
        purpose: str | None = None,
        category: str | None = None,
        turn_id: bytes | None = None,
    ) -> None:
        """One event, with the caller's transaction. Every argument is a name or an id of ours, never a value."""
        tx.execute(
            "INSERT INTO audit.event (actor, event, outcome, subject, purpose, category, turn_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            self._actor, event, outcome, subject, purpose, category, turn_id,
        )  # fmt: skip
