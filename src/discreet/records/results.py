"""Action results: one turn, one effect.

Each result is kept, sealed under its person's key, under (turn, ordinal); a repeated turn is answered from here and
runs nothing. The fence keeps a turn that lost its conversation's lock from acting after its successor.
"""

from __future__ import annotations

import json
from typing import Any

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.signing import ActionCall
from discreet.crypto.wrapping import KeyRing
from discreet.errors import NotAuthentic
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Transaction

_COLUMN = "action.result"


class Results:
    """Keeps and replays results. ``ring`` is the key ring of persons' keys."""

    def __init__(self, ring: KeyRing) -> None:
        self._owner_keys = OwnerKeys(ring)

    def claim(self, tx: Transaction, subject: bytes, call: ActionCall) -> None:
        """Makes this turn the conversation's newest holder. Raises NotAuthentic for one that is not."""
        tx.execute(
            "INSERT INTO action.fence AS f (subject, fence, turn_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (subject) DO UPDATE SET fence = EXCLUDED.fence, turn_id = EXCLUDED.turn_id"
            " WHERE f.fence < EXCLUDED.fence OR (f.fence = EXCLUDED.fence AND f.turn_id = EXCLUDED.turn_id)",
            subject, call.fence, call.turn_id,
        )  # fmt: skip
        if tx.rowcount != 1:
            raise NotAuthentic("a newer turn of this conversation has begun")

    def find(self, tx: Transaction, subject: bytes, call: ActionCall) -> dict[str, Any] | None:
        """The stored result of this call, None when it has not run."""
        rows = tx.execute(
            "SELECT result FROM action.result WHERE turn_id = %s AND ordinal = %s AND subject = %s",
            call.turn_id, call.ordinal, subject,
        )  # fmt: skip
        owner = self._owner_keys.find(tx, subject)
        if not rows or owner is None:
            return None
        opened: dict[str, Any] = json.loads(
            open_column(owner[1], column=_COLUMN, owner=subject, sealed=bytes(rows[0][0]))
        )
        return opened

    def keep(self, tx: Transaction, subject: bytes, call: ActionCall, result: dict[str, Any]) -> None:
        """Keeps the result with the caller's transaction. Raises StorageConflict if one is kept already."""
        _, owner_key = self._owner_keys.get_or_create(tx, subject)
        sealed = seal_column(owner_key, column=_COLUMN, owner=subject, value=json.dumps(result))
        tx.execute(
            "INSERT INTO action.result (turn_id, ordinal, subject, result) VALUES (%s, %s, %s, %s)",
            call.turn_id, call.ordinal, subject, sealed,
        )  # fmt: skip
