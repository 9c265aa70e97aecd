"""What the keeper writes into the ledger: that a yes has expired."""

from __future__ import annotations

from discreet.errors import IntegrityError
from discreet.records.consent.ledger import Entry, Ledger
from discreet.storage.engine import Database, Transaction

BATCH = 200


class Expiry:
    """Rounds of the keeper. ``head_key`` authenticates the ends of the ledger's chains."""

    def __init__(self, database: Database, head_key: bytes) -> None:
        self._database = database
        self._ledger = Ledger(head_key)

    def run_once(self) -> int:
        """Notes ``expired`` for a batch of consents whose time is over; how many. Raises StorageError.

        A chain whose end does not verify is left as it is; nothing opens under an expired consent either way.
        """
        with self._database.transaction() as tx:
            rows = tx.execute(
                "SELECT subject, purpose FROM consent.state WHERE status = 'given' AND expires_at <= now()"
                " ORDER BY expires_at LIMIT %s",
                BATCH,
            )
        noted = 0
        for subject, purpose in rows:
            try:
                with self._database.transaction() as tx:
                    noted += self._expire(tx, bytes(subject), purpose)
            except IntegrityError:
                continue
        return noted

    def _expire(self, tx: Transaction, subject: bytes, purpose: str) -> int:
        self._ledger.lock(tx, subject)
        rows = tx.execute(
            "SELECT e.policy_version, s.notice_hash, e.language"
            " FROM consent.state s JOIN consent.event e ON e.id = s.event"
            " WHERE s.subject = %s AND s.purpose = %s AND s.status = 'given' AND s.expires_at <= now()"
            " AND s.notice_hash IS NOT NULL FOR UPDATE OF s",
            subject, purpose,
        )  # fmt: skip
        if not rows:
            return 0  # given again, or withdrawn, a moment ago
        version, notice_hash, language = rows[0]
        self._ledger.append_and_hold(
            tx, subject, Entry(purpose, "expired", version, bytes(notice_hash), language, "clock", actor="keeper")
        )
        return 1
