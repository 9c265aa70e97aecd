"""The vault: sealed personal data behind tokens (docs/spec/vault.md).

The Rasa server writes and cannot read back; the action server reads, for one owner, one declared purpose and a
live basis, and leaves an audit row each time. What a turn wrote counts only once that turn is committed, except
inside that same turn.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KEY_SIZE, KeyRing, Wrapped
from discreet.errors import NotAllowed
from discreet.policy import Policy
from discreet.records.keys import OwnerKeys, unwrap_value_key, wrap_value_key
from discreet.records.rights import standing
from discreet.storage.engine import Database, Steps, Transaction

_DEFAULT_AGE = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    """One value to seal, with the token that takes its place."""

    category: str
    token: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Kept:
    """A value as its person gets it in a copy."""

    token: str
    category: str
    value: str = field(repr=False)
    since: datetime
    until: datetime


class Require(Protocol):
    """Raises NotAllowed unless a live basis for the purpose exists; locks what it read until the transaction ends."""

    def __call__(self, tx: Transaction, subject: bytes, purpose: str) -> None: ...


class AuditAppend(Protocol):
    """Appends one audit event in the transaction."""

    def __call__(
        self, tx: Transaction, *, event: str, outcome: str, subject: bytes, purpose: str, category: str, turn_id: bytes
    ) -> None: ...


CONFIRM = "INSERT INTO vault.confirmed_turn (turn_id) {} ON CONFLICT DO NOTHING"
"""An INSERT, so that no UPDATE right is needed. What it takes: rows of a turn's id."""


class VaultWriter:
    """Seals; the Rasa server's half."""

    def __init__(self, public_key: VaultPublicKey, ring: KeyRing, policy: Policy) -> None:
        self._public_key = public_key
        self._owner_keys = OwnerKeys(ring)
        self._policy = policy

    def seal(self, tx: Transaction, *, subject: bytes, turn_id: bytes, findings: Sequence[Finding]) -> None:
        """Writes every finding, unconfirmed, under the person's key. All or none, with the caller's transaction."""
        tx.run(self.sealing(subject=subject, turn_id=turn_id, findings=findings))

    def sealing(self, *, subject: bytes, turn_id: bytes, findings: Sequence[Finding]) -> Steps[None]:
        """The same in steps, the last of which writes all of them."""
        owner_id, owner_key = yield from self._owner_keys.getting_or_creating(subject)
        keys: list[object] = []
        values: list[object] = []
        for finding in findings:
            value_key = secrets.token_bytes(KEY_SIZE)
            sealed = self._public_key.seal(
                value_key, category=finding.category, subject=subject, token=finding.token, value=finding.value
            )
            age = self._policy.category(finding.category).max_age or _DEFAULT_AGE
            keys += [finding.token, owner_id, wrap_value_key(owner_key, finding.token, value_key)]
            values += [finding.token, finding.category, subject, sealed, turn_id, age]
        key_rows, value_rows = (
            ", ".join([row] * len(findings)) for row in ("(%s, %s, %s)", "(%s, %s, %s, %s, %s, now() + %s)")
        )
        yield (
            f"WITH k AS (INSERT INTO key.value_key (token, owner_key, wrapped) VALUES {key_rows})"  # noqa: S608
            f" INSERT INTO vault.value (token, category, subject, sealed, turn_id, expires_at) VALUES {value_rows}",
            (*keys, *values),
        )

    def confirm(self, tx: Transaction, turn_id: bytes) -> None:
        """Makes what the turn sealed outlast it, as the turn's commit does (``conversations``)."""
        tx.execute(CONFIRM.format("VALUES (%s)"), turn_id)


class VaultReader:
    """Opens; the action server's half."""

    def __init__(self, database: Database, private_key: VaultPrivateKey, ring: KeyRing, policy: Policy) -> None:
        self._database = database
        self._private_key = private_key
        self._owner_keys = OwnerKeys(ring)
        self._policy = policy

    def reveal(
        self,
        *,
        token: str,
        category: str,
        subject: bytes,
        purpose: str,
        turn_id: bytes,
        require: Require,
        audit: AuditAppend,
        proves: bool = False,
    ) -> str:
        """The value behind a token.

        ``token`` may come from anybody's words; ``subject`` and ``turn_id`` from a verified call; ``category``
        and ``purpose`` from the skill's code. Raises NotAllowed when the purpose does not cover the category,
        no live basis exists, or the value is not this person's, not confirmed, expired or gone; which of these
        is told to nobody. Every attempt leaves an audit row, and that row commits with the lock that
        ``require`` took: no value leaves without it.

        ``proves``: the person shows with it who they are, which a restriction does not hold back: they could use no
        right any more (GDPR art. 12(2), 18(3)).
        """
        refusal: NotAllowed | None = None
        value = ""
        with self._database.transaction() as tx:
            try:
                if category not in self._policy.purpose(purpose).data:
                    raise NotAllowed("the purpose does not cover this category")
                if not proves:
                    standing.require(tx, subject, purpose)
                require(tx, subject, purpose)
                value = self._open(tx, token, category, subject, turn_id)
            except NotAllowed as error:
                refusal = error
            audit(
                tx,
                event="reveal",
                outcome="refused" if refusal else "opened",
                subject=subject,
                purpose=purpose,
                category=category,
                turn_id=turn_id,
            )
        if refusal is not None:
            raise refusal
        return value

    def export(self, tx: Transaction, subjects: Sequence[bytes], *, turn_id: bytes, audit: AuditAppend) -> list[Kept]:
        """Every value of these conversations of one person, for that person's own copy (GDPR art. 15, 20).

        Needs no basis but the right itself, and opens restricted data too; an audit row a conversation and category.
        ``subjects`` come from a verified call and ``identity.link``.
        """
        found = []
        rows = tx.execute(
            "SELECT v.token, v.category, v.subject, v.created_at, v.expires_at FROM vault.value v"
            " JOIN vault.confirmed_turn c USING (turn_id)"
            " WHERE v.subject = ANY(%s) AND v.expires_at > now() ORDER BY v.created_at, v.token",
            list(subjects),
        )
        for token, category, subject, since, until in rows:
            value = self._open(tx, token, category, bytes(subject), turn_id)
            found.append(Kept(token, category, value, since, until))
        for subject, category in sorted({(bytes(row[2]), row[1]) for row in rows}):
            audit(
                tx, event="export", outcome="opened", subject=subject, purpose="rights", category=category,
                turn_id=turn_id,
            )  # fmt: skip
        return found

    def own(
        self, tx: Transaction, token: str, category: str, subject: bytes, *, turn_id: bytes, audit: AuditAppend
    ) -> str:
        """A value that its person wants to put in another one's place (GDPR art. 16). Raises NotAllowed."""
        value = self._open(tx, token, category, subject, turn_id)
        audit(
            tx, event="rectify", outcome="opened", subject=subject, purpose="rights", category=category, turn_id=turn_id
        )
        return value

    def _open(self, tx: Transaction, token: str, category: str, subject: bytes, turn_id: bytes) -> str:
        rows = tx.execute(
            "SELECT v.sealed, k.wrapped, o.id, o.kek, o.wrapped"
            " FROM vault.value v JOIN key.value_key k USING (token) JOIN key.owner_key o ON o.id = k.owner_key"
            " WHERE v.token = %s AND v.subject = %s AND o.subject = %s AND v.category = %s AND v.expires_at > now()"
            " AND (v.turn_id = %s OR EXISTS (SELECT FROM vault.confirmed_turn c WHERE c.turn_id = v.turn_id))",
            token, subject, subject, category, turn_id,
        )  # fmt: skip
        if not rows:
            raise NotAllowed("there is no such value to open")
        sealed, wrapped_value_key, owner_id, kek, wrapped_owner_key = rows[0]
        owner_key = self._owner_keys.unwrap(subject, owner_id, Wrapped(kek, bytes(wrapped_owner_key)))
        value_key = unwrap_value_key(owner_key, token, bytes(wrapped_value_key))
        return self._private_key.open(value_key, category=category, subject=subject, token=token, sealed=bytes(sealed))
