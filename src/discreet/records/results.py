"""Action results: one turn, one effect.

Each result is kept, sealed under its person's key, under (turn, ordinal); a repeated turn is answered from here and
runs nothing. The fence keeps a turn that lost its conversation's lock from acting after its successor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.signing import ActionCall
from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import NotAuthentic, StorageConflict
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Steps, Transaction

_COLUMN = "action.result"


@dataclass(frozen=True)
class Claim:
    """A turn that may act: the result of this call if it ran already, and the person's key if there is one."""

    result: dict[str, Any] | None = field(repr=False)
    owner: tuple[int, bytes] | None = field(repr=False)


class Results:
    """Keeps and replays results. ``ring`` is the key ring of persons' keys."""

    def __init__(self, ring: KeyRing) -> None:
        self._owner_keys = OwnerKeys(ring)

    def owner(self, tx: Transaction, subject: bytes) -> tuple[int, bytes]:
        """The person's key, made now for one who has none yet."""
        return self._owner_keys.get_or_create(tx, subject)

    def claim(self, subject: bytes, call: ActionCall) -> Steps[Claim]:
        """Makes this turn the conversation's newest holder. Raises NotAuthentic for one that is not.

        One statement, and no wait for the disk: a claim that a crash forgets is older than everything durable that
        its turn has done, because each later commit, which does wait, carries it along.
        """
        rows = yield (
            "WITH claimed AS (INSERT INTO action.fence AS f (subject, fence, turn_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (subject) DO UPDATE SET fence = EXCLUDED.fence, turn_id = EXCLUDED.turn_id"
            " WHERE f.fence < EXCLUDED.fence OR (f.fence = EXCLUDED.fence AND f.turn_id = EXCLUDED.turn_id)"
            " RETURNING subject)"
            " SELECT r.result, o.id, o.kek, o.wrapped, set_config('synchronous_commit', 'off', true) FROM claimed c"
            " LEFT JOIN action.result r ON r.turn_id = %s AND r.ordinal = %s AND r.subject = c.subject"
            " LEFT JOIN key.owner_key o ON o.subject = c.subject",
            (subject, call.fence, call.turn_id, call.turn_id, call.ordinal),
        )  # fmt: skip
        if not rows:
            raise NotAuthentic("a newer turn of this conversation has begun")
        sealed, key_id, kek, wrapped, _ = rows[0]
        if key_id is None:
            return Claim(None, None)
        owner = (key_id, self._owner_keys.unwrap(subject, key_id, Wrapped(kek, bytes(wrapped))))
        if sealed is None:
            return Claim(None, owner)
        opened = json.loads(open_column(owner[1], column=_COLUMN, owner=subject, sealed=bytes(sealed)))
        return Claim(opened, owner)

    def keep(self, subject: bytes, call: ActionCall, owner: tuple[int, bytes], result: dict[str, Any]) -> Steps[None]:
        """Keeps the result. Raises StorageConflict if one is kept already, or the person was erased meanwhile."""
        key_id, owner_key = owner
        sealed = seal_column(owner_key, column=_COLUMN, owner=subject, value=json.dumps(result))
        kept = yield (
            "INSERT INTO action.result (turn_id, ordinal, subject, result)"
            " SELECT %s::bytea, %s::integer, %s::bytea, %s::bytea"
            " WHERE EXISTS (SELECT FROM key.owner_key WHERE id = %s) RETURNING ordinal",
            (call.turn_id, call.ordinal, subject, sealed, key_id),
        )  # fmt: skip
        if not kept:
            raise StorageConflict("the person's key was destroyed while the action ran")
