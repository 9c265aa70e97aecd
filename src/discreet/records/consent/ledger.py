"""Consent: the ledger of what was asked and answered, and the state that reveal and withdrawal lock.

States and rows: docs/spec/gate.md. Status words follow the Data Privacy Vocabulary's consent status.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from discreet.errors import NotAllowed
from discreet.policy import Policy, Purpose
from discreet.records.consent.notice import Notice, notice_for
from discreet.storage.engine import Transaction

OPERATION_LIFETIME = timedelta(minutes=30)
LIVE = "s.status = 'given' AND (s.expires_at IS NULL OR s.expires_at > now())"


@dataclass(frozen=True)
class Operation:
    """A notice that waits for its answer. ``resume`` names what asked."""

    id: str
    purpose: str
    notice_hash: bytes
    resume: str


class Consent:
    """The ledger and its state. Every method works in the caller's transaction; times are the database's."""

    def __init__(self, policy: Policy, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._policy = policy
        self._random = random

    def is_live(self, tx: Transaction, subject: bytes, purpose: str) -> bool:
        """Whether a basis for the purpose exists now. For deciding what to ask; ``require`` guards what is done."""
        if not self._policy.purpose(purpose).needs_consent:
            return True
        return bool(
            tx.execute(
                f"SELECT 1 FROM consent.state s WHERE s.subject = %s AND s.purpose = %s AND {LIVE}",  # noqa: S608
                subject,
                purpose,
            )
        )

    def require(self, tx: Transaction, subject: bytes, purpose: str) -> None:
        """Raises NotAllowed unless a basis is live; holds a withdrawal back until the transaction ends."""
        if not self._policy.purpose(purpose).needs_consent:
            return
        rows = tx.execute(
            f"SELECT 1 FROM consent.state s WHERE s.subject = %s AND s.purpose = %s AND {LIVE} FOR SHARE",  # noqa: S608
            subject,
            purpose,
        )
        if not rows:
            raise NotAllowed("there is no live basis for this purpose")

    def ask(
        self, tx: Transaction, subject: bytes, purpose: str, *, resume: str, turn_id: bytes, language: str = "en"
    ) -> tuple[Operation, Notice]:
        """A new pending operation and the notice to show; it takes the place of any that waits."""
        notice = notice_for(self._policy, purpose, language)
        operation = Operation(_random_id(self._random), purpose, notice.hash, resume)
        tx.execute(
            "INSERT INTO consent.operation (id, subject, purpose, notice_hash, resume, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, now() + %s)",
            operation.id, subject, purpose, notice.hash, resume, OPERATION_LIFETIME,
        )  # fmt: skip
        self._record(tx, subject, purpose, "requested", notice.hash, "chat", turn_id)
        return operation, notice

    def waiting(self, tx: Transaction, subject: bytes) -> Operation | None:
        """The newest operation, if it is not answered and not expired; older ones can no longer be answered."""
        rows = tx.execute(
            "SELECT id, purpose, notice_hash, resume, answered_at IS NULL AND expires_at > now()"
            " FROM consent.operation WHERE subject = %s ORDER BY created_at DESC, id LIMIT 1",
            subject,
        )
        if not rows or not rows[0][4]:
            return None
        return Operation(rows[0][0], rows[0][1], bytes(rows[0][2]), rows[0][3])

    def answer(
        self, tx: Transaction, subject: bytes, operation: Operation, *, given: bool, method: str, turn_id: bytes
    ) -> None:
        """Records a yes or no to exactly this operation. Raises NotAllowed for any that does not wait."""
        tx.execute(
            "UPDATE consent.operation SET answered_at = now()"
            " WHERE id = %s AND subject = %s AND answered_at IS NULL AND expires_at > now()",
            operation.id, subject,
        )  # fmt: skip
        if tx.rowcount != 1:
            raise NotAllowed("this question can no longer be answered")
        status = "given" if given else "refused"
        self._set(tx, subject, operation.purpose, status, operation.notice_hash, method, turn_id)
        if not given:
            self._discard(tx, subject, operation.purpose)

    def withdraw(self, tx: Transaction, subject: bytes, *, method: str, turn_id: bytes) -> list[Purpose]:
        """Withdraws every consent that is live, and returns the purposes. What only they covered is destroyed."""
        rows = tx.execute(
            "SELECT s.purpose, e.notice_hash FROM consent.state s JOIN consent.event e ON e.id = s.event"
            " WHERE s.subject = %s AND s.status = 'given' ORDER BY s.purpose FOR UPDATE OF s",
            subject,
        )
        for purpose, notice_hash in rows:
            self._set(tx, subject, purpose, "withdrawn", bytes(notice_hash), method, turn_id)
        for purpose, _ in rows:
            self._discard(tx, subject, purpose)
        return [self._policy.purpose(purpose) for purpose, _ in rows]

    def given(self, tx: Transaction, subject: bytes) -> list[Purpose]:
        """The purposes with a live consent."""
        rows = tx.execute(
            f"SELECT s.purpose FROM consent.state s WHERE s.subject = %s AND {LIVE} ORDER BY s.purpose",  # noqa: S608
            subject,
        )
        return [self._policy.purpose(row[0]) for row in rows if row[0] in self._policy.purposes]

    def _set(
        self,
        tx: Transaction,
        subject: bytes,
        purpose: str,
        status: str,
        notice_hash: bytes,
        method: str,
        turn_id: bytes,
    ) -> None:
        event = self._record(tx, subject, purpose, status, notice_hash, method, turn_id)
        tx.execute(
            "INSERT INTO consent.state (subject, purpose, status, event, expires_at)"
            " SELECT subject, purpose, status, id, expires_at FROM consent.event WHERE id = %s"
            " ON CONFLICT (subject, purpose) DO UPDATE"
            " SET status = EXCLUDED.status, event = EXCLUDED.event, expires_at = EXCLUDED.expires_at",
            event,
        )

    def _record(
        self,
        tx: Transaction,
        subject: bytes,
        purpose: str,
        status: str,
        notice_hash: bytes,
        method: str,
        turn_id: bytes,
    ) -> int:
        keep = self._policy.purpose(purpose).keep if status == "given" else None
        rows = tx.execute(
            "INSERT INTO consent.event"
            " (subject, purpose, status, policy_version, notice_hash, language, method, turn_id, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, 'en', %s, %s, now() + %s::interval) RETURNING id",
            subject, purpose, status, self._policy.version, notice_hash, method, turn_id, keep,
        )  # fmt: skip
        return int(rows[0][0])

    def _discard(self, tx: Transaction, subject: bytes, purpose: str) -> None:
        """Files the destruction of what this purpose alone covered; the keeper does it."""
        for category in self._policy.purpose(purpose).data:
            others = [p.name for p in self._policy.purposes_covering(category) if p.name != purpose]
            if not any(self.is_live(tx, subject, other) for other in others):
                tx.execute(
                    "INSERT INTO vault.discard (subject, category) VALUES (%s, %s)",
                    subject, category,
                )  # fmt: skip


def _random_id(random: Callable[[int], bytes]) -> str:
    return "op_" + base64.b32encode(random(16)).decode().rstrip("=").lower()
