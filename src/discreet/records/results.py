"""Action results: one turn, one effect.

Each result is kept, sealed under its person's key, under (turn, ordinal); a repeated turn is answered from here and
runs nothing. A call that ended before that has left the outcomes of its steps, each in the transaction of its effect:
the call that comes again goes on behind them. The fence keeps a turn that lost its conversation's lock from acting
after its successor.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.signing import ActionCall
from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import NotAuthentic, StorageConflict
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Steps, Transaction

STEPS_COUNT = timedelta(minutes=10)
"""An unfinished call goes on where it was for so long: what it found out about the world grows old."""
_COLUMN, _STEP_COLUMN = "action.result", "action.step"


@dataclass(frozen=True)
class Claim:
    """A turn that may act: the result of this call if it ran already, and the person's key if there is one.

    ``steps``: what it did when it was begun before and not ended, in JSON; ``next_step``: the number after them.
    """

    result: dict[str, Any] | None = field(default=None, repr=False)
    owner: tuple[int, bytes] | None = field(default=None, repr=False)
    steps: tuple[Any, ...] = field(default=(), repr=False)
    next_step: int = 0


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
            " SELECT r.result, o.id, o.kek, o.wrapped, s.outcomes, s.are_fresh,"
            " set_config('synchronous_commit', 'off', true) FROM claimed c"
            " LEFT JOIN action.result r ON r.turn_id = %s AND r.ordinal = %s AND r.subject = c.subject"
            " LEFT JOIN key.owner_key o ON o.subject = c.subject"
            " LEFT JOIN LATERAL (SELECT array_agg(sealed ORDER BY step) AS outcomes,"
            " min(created_at) > now() - %s::interval AS are_fresh"
            " FROM action.step WHERE turn_id = %s AND ordinal = %s AND subject = c.subject) s ON true",
            (subject, call.fence, call.turn_id, call.turn_id, call.ordinal, STEPS_COUNT, call.turn_id, call.ordinal),
        )  # fmt: skip
        if not rows:
            raise NotAuthentic("a newer turn of this conversation has begun")
        sealed, key_id, kek, wrapped, outcomes, are_fresh, _ = rows[0]
        if key_id is None:
            return Claim()
        owner = (key_id, self._owner_keys.unwrap(subject, key_id, Wrapped(kek, bytes(wrapped))))
        if sealed is not None:
            return Claim(json.loads(open_column(owner[1], column=_COLUMN, owner=subject, sealed=bytes(sealed))), owner)
        steps = [
            step
            for one in (outcomes or [] if are_fresh else [])
            for step in json.loads(open_column(owner[1], column=_STEP_COLUMN, owner=subject, sealed=bytes(one)))
        ]
        return Claim(None, owner, tuple(steps), len(outcomes or []))

    def keep_steps(
        self,
        tx: Transaction,
        subject: bytes,
        call: ActionCall,
        owner: tuple[int, bytes],
        number: int,
        steps: Sequence[Any],
    ) -> None:
        """Keeps the outcomes of an effect and of what was read before it, with the transaction of the effect.

        Raises StorageConflict where another attempt of the same call was first, a newer turn has begun, which waits
        for this transaction if it comes now, or the person was erased meanwhile.
        """
        key_id, owner_key = owner
        sealed = seal_column(owner_key, column=_STEP_COLUMN, owner=subject, value=json.dumps(steps))
        if not tx.execute(
            "INSERT INTO action.step (turn_id, ordinal, step, subject, sealed)"
            " SELECT %s, %s, %s, f.subject, %s FROM action.fence f WHERE f.subject = %s AND f.turn_id = %s"
            " AND EXISTS (SELECT FROM key.owner_key WHERE id = %s) FOR SHARE OF f RETURNING step",
            call.turn_id, call.ordinal, number, sealed, subject, call.turn_id, key_id,
        ):  # fmt: skip
            raise StorageConflict("a newer turn has begun, or the person's key was destroyed, while the action ran")

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
