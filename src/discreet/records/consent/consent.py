"""Consent: asking, answering, withdrawing, and the state that reveal and withdrawal lock.

States and rows: docs/spec/gate.md; the ledger: docs/spec/consent.md.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from discreet.errors import NotAllowed
from discreet.policy import Policy, Purpose
from discreet.records.consent.chain import Event
from discreet.records.consent.changes import changes
from discreet.records.consent.ledger import Entry, Ledger, events_of
from discreet.records.consent.notice import Notice, current_hashes, notice_for
from discreet.records.identity.links import linked
from discreet.storage.engine import Steps, Transaction

OPERATION_LIFETIME = timedelta(minutes=30)
REFUSAL_STANDS = timedelta(hours=24)
"""Longer than a session: after a no, only the task that was refused asks again, when it is begun again."""
LIVE = "s.status = 'given' AND (s.expires_at IS NULL OR s.expires_at > now())"
"""Given and not expired; whether it answered today's notice, ``require`` looks at too."""
_ANSWERED_NOW = f"{LIVE} AND s.notice_hash = ANY(%s)"


@dataclass(frozen=True)
class Operation:
    """A notice that waits for its answer. ``resume`` names what asked."""

    id: str
    purpose: str
    notice_hash: bytes
    resume: str


@dataclass(frozen=True)
class Asked:
    """A new operation, the notice to show, and what is new in it since the person said yes, if they did."""

    operation: Operation
    notice: Notice
    changed: str | None


class Consent:
    """Every method works in the caller's transaction; times are the database's.

    ``head_key`` authenticates the ends of the ledger's chains.
    """

    def __init__(self, policy: Policy, head_key: bytes, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._policy = policy
        self._ledger = Ledger(head_key)
        self._random = random
        self._current = {name: current_hashes(policy, name) for name in policy.purposes}

    def is_live(self, tx: Transaction, subject: bytes, purpose: str) -> bool:
        """Whether a basis for the purpose exists now. For deciding what to ask; ``require`` guards what is done."""
        return not self._policy.purpose(purpose).needs_consent or bool(self._live(tx, subject, purpose, ""))

    def require(self, tx: Transaction, subject: bytes, purpose: str) -> None:
        """Raises NotAllowed unless a basis is live; holds a withdrawal back until the transaction ends."""
        if self._policy.purpose(purpose).needs_consent and not self._live(tx, subject, purpose, " FOR SHARE"):
            raise NotAllowed("there is no live basis for this purpose")

    def _live(self, tx: Transaction, subject: bytes, purpose: str, lock: str) -> bool:
        """Given, not expired, to the notice as it is now, and written by us: a row from elsewhere gives no basis."""
        rows = tx.execute(
            "SELECT s.status, s.event, s.expires_at, s.notice_hash, s.mac FROM consent.state s"  # noqa: S608
            f" WHERE s.subject = %s AND s.purpose = %s AND {_ANSWERED_NOW}{lock}",
            subject,
            purpose,
            self._current[purpose],
        )
        return bool(rows) and self._ledger.holds(subject, purpose, rows[0])

    def ask(
        self, tx: Transaction, subject: bytes, purpose: str, *, resume: str, turn_id: bytes, language: str | None = None
    ) -> Asked:
        """A new pending operation and the notice to show; it takes the place of any that waits."""
        notice = notice_for(self._policy, purpose, language)
        self._ledger.lock(tx, subject)
        changed = self._changed(tx, subject, notice)
        operation = Operation(_random_id(self._random), purpose, notice.hash, resume)
        self._keep_notice(tx, notice)
        tx.execute(
            "INSERT INTO consent.operation (id, subject, purpose, notice_hash, resume, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, now() + %s)",
            operation.id, subject, purpose, notice.hash, resume, OPERATION_LIFETIME,
        )  # fmt: skip
        self._ledger.append(tx, subject, self._entry(notice, "requested", "chat", turn_id, operation.id))
        return Asked(operation, notice, changed)

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
        self._ledger.lock(tx, subject)
        tx.execute(
            "UPDATE consent.operation SET answered_at = now()"
            " WHERE id = %s AND subject = %s AND answered_at IS NULL AND expires_at > now()",
            operation.id, subject,
        )  # fmt: skip
        if tx.rowcount != 1:
            raise NotAllowed("this question can no longer be answered")
        version, language = self._kept_notice(tx, operation.notice_hash)
        purpose = self._policy.purpose(operation.purpose)
        entry = Entry(
            purpose=purpose.name, status="given" if given else "refused", policy_version=version,
            notice_hash=operation.notice_hash, language=language, method=method, operation=operation.id,
            turn_id=turn_id, keep=purpose.keep if given else None,
        )  # fmt: skip
        self._ledger.append_and_hold(tx, subject, entry)
        if not given:
            self._discard(tx, subject, purpose)

    def refusal_stands(self, tx: Transaction, subject: bytes, purpose: str, *, resume: str) -> bool:
        """Whether the person said no to this purpose in another task, so that this one must not ask again.

        True once a task: after the person was told so, beginning it again is asking for the question.
        """
        rows = tx.execute(
            "SELECT o.resume FROM consent.state s JOIN consent.operation o USING (subject, purpose)"
            " WHERE s.subject = %s AND s.purpose = %s AND s.status = 'refused' AND s.at > now() - %s"
            " AND o.answered_at IS NOT NULL ORDER BY o.created_at DESC, o.id LIMIT 1",
            subject, purpose, REFUSAL_STANDS,
        )  # fmt: skip
        if not rows or rows[0][0] == resume:
            return False
        tx.execute(
            "INSERT INTO consent.operation"
            " (id, subject, purpose, notice_hash, resume, created_at, expires_at, answered_at)"
            " VALUES (%s, %s, %s, %s, %s, clock_timestamp(), now(), now())",
            _random_id(self._random), subject, purpose, self._current[purpose][0], resume,
        )  # fmt: skip
        return True

    def withdraw(
        self,
        tx: Transaction,
        subject: bytes,
        *,
        method: str,
        turn_id: bytes | None,
        purposes: Collection[str] | None = None,
        actor: str = "subject",
    ) -> list[Purpose]:
        """Withdraws every consent that the person gave, or those named, and returns their purposes.

        In this conversation and every other one that is linked to the same customer, so that any channel will do. What
        only they covered is destroyed, or no longer opened, as privacy.yml says of each purpose. Waits for a reveal
        that has begun; no later one opens anything.
        """
        withdrawn: set[str] = set()
        for whose in sorted(linked(tx, subject)):  # in one order: two withdrawals never wait for each other
            withdrawn |= self._withdraw(tx, whose, method, turn_id, purposes, actor)
        return [purpose for name, purpose in self._policy.purposes.items() if name in withdrawn]

    def _withdraw(
        self,
        tx: Transaction,
        subject: bytes,
        method: str,
        turn_id: bytes | None,
        purposes: Collection[str] | None,
        actor: str,
    ) -> set[str]:
        self._ledger.lock(tx, subject)
        rows = tx.execute(
            "SELECT s.purpose, e.notice_hash, e.policy_version, e.language"
            " FROM consent.state s JOIN consent.event e ON e.id = s.event"
            " WHERE s.subject = %s AND s.status = 'given' ORDER BY s.purpose FOR UPDATE OF s",
            subject,
        )
        rows = [row for row in rows if purposes is None or row[0] in purposes]
        for purpose, notice_hash, version, language in rows:
            self._ledger.append_and_hold(
                tx, subject,
                Entry(purpose, "withdrawn", version, bytes(notice_hash), language, method, actor, turn_id=turn_id),
            )  # fmt: skip
        known = [self._policy.purposes[row[0]] for row in rows if row[0] in self._policy.purposes]
        for purpose in known:
            if purpose.on_withdrawal == "erase":
                self._discard(tx, subject, purpose)
        return {purpose.name for purpose in known}

    def given(self, tx: Transaction, subject: bytes) -> list[Purpose]:
        """What the person has agreed to, and not taken back, and has not expired: what ``withdraw`` would withdraw."""
        rows = tx.execute(
            f"SELECT DISTINCT s.purpose FROM consent.state s WHERE s.subject = ANY(%s) AND {LIVE} ORDER BY 1",  # noqa: S608
            list(linked(tx, subject)),
        )
        return [self._policy.purpose(row[0]) for row in rows if row[0] in self._policy.purposes]

    def answers(self, tx: Transaction, subject: bytes) -> list[Event]:
        """What the person answered, and what ended it, oldest first."""
        ends = ("given", "refused", "withdrawn", "expired")
        return [event for event, _ in events_of(tx, subject) if event.status in ends]

    def told(self, subject: bytes, purpose: str) -> Steps[bool]:
        """Whether the person was told of a purpose that rests on another basis, as its notice is now."""
        rows = yield (
            "SELECT 1 FROM consent.state WHERE subject = %s AND purpose = %s AND status = 'told'"
            " AND notice_hash = ANY(%s)",
            (subject, purpose, self._current[purpose]),
        )
        return bool(rows)

    def tell(
        self, tx: Transaction, subject: bytes, purpose: str, *, turn_id: bytes, language: str | None = None
    ) -> Notice:
        """Records that the person is told of a purpose on another basis, and returns what to say."""
        notice = notice_for(self._policy, purpose, language)
        self._ledger.lock(tx, subject)
        self._keep_notice(tx, notice)
        self._ledger.append_and_hold(tx, subject, self._entry(notice, "told", "chat", turn_id, None))
        return notice

    def end_session(self, tx: Transaction, subject: bytes) -> int:
        """Files the destruction of what nobody agreed to when the person ends the session; how many categories."""
        filed = 0
        for category in self._policy.categories.values():
            covering = self._policy.purposes_covering(category.name)
            if category.store == "vault" and not any(self.is_live(tx, subject, p.name) for p in covering):
                filed += self._file(tx, subject, category.name, covering)
        return filed

    def _file(self, tx: Transaction, subject: bytes, category: str, covering: tuple[Purpose, ...]) -> int:
        """Unless a withdrawn consent said that it is kept to its age (``on_withdrawal: stop``)."""
        stopped = [purpose.name for purpose in covering if purpose.on_withdrawal == "stop"]
        if stopped and tx.execute(
            "SELECT 1 FROM consent.state WHERE subject = %s AND purpose = ANY(%s) AND status = 'withdrawn'",
            subject,
            stopped,
        ):
            return 0
        tx.execute("INSERT INTO vault.discard (subject, category) VALUES (%s, %s)", subject, category)
        return 1

    def _entry(self, notice: Notice, status: str, method: str, turn_id: bytes, operation: str | None) -> Entry:
        return Entry(
            purpose=notice.purpose, status=status, policy_version=self._policy.version, notice_hash=notice.hash,
            language=notice.language, method=method, operation=operation, turn_id=turn_id,
        )  # fmt: skip

    def _keep_notice(self, tx: Transaction, notice: Notice) -> None:
        tx.execute(
            "INSERT INTO consent.notice (hash, purpose, language, policy_version, content) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            notice.hash, notice.purpose, notice.language, self._policy.version, notice.canonical.decode(),
        )  # fmt: skip

    def _kept_notice(self, tx: Transaction, notice_hash: bytes) -> tuple[str, str]:
        ((version, language),) = tx.execute(
            "SELECT policy_version, language FROM consent.notice WHERE hash = %s", notice_hash
        )
        return version, language

    def _changed(self, tx: Transaction, subject: bytes, notice: Notice) -> str | None:
        rows = tx.execute(
            "SELECT s.notice_hash, n.content, s.at FROM consent.state s LEFT JOIN consent.notice n"
            " ON n.hash = s.notice_hash WHERE s.subject = %s AND s.purpose = %s AND s.status = 'given'",
            subject, notice.purpose,
        )  # fmt: skip
        if not rows or rows[0][1] is None or bytes(rows[0][0]) in self._current[notice.purpose]:
            return None
        old = json.loads(rows[0][1])
        return changes(old, notice, rows[0][2], notice_for(self._policy, notice.purpose, old["language"]))

    def _discard(self, tx: Transaction, subject: bytes, purpose: Purpose) -> None:
        """Files the destruction of what this purpose alone covered; the keeper does it."""
        for category in purpose.data:
            others = [p.name for p in self._policy.purposes_covering(category) if p.name != purpose.name]
            if not any(self.is_live(tx, subject, other) for other in others):
                tx.execute("INSERT INTO vault.discard (subject, category) VALUES (%s, %s)", subject, category)


def _random_id(random: Callable[[int], bytes]) -> str:
    return "op_" + base64.b32encode(random(16)).decode().rstrip("=").lower()
