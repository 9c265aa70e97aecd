"""The keeper: a small process without a listening port that destroys what may no longer be kept.

``python -m discreet.keeper LEDGER HEADS`` runs one round every few seconds under a database role of its own, with the
erasure ledger and the heads of the audit log in these folders. Keys go first and in the same transaction as the rows
they protect, in batches, without stopping service. It also chains the audit log.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from discreet import logs
from discreet.crypto.wrapping import KeyRing
from discreet.errors import DiscreetError, IntegrityError, StorageError
from discreet.policy import Policy, load_policy
from discreet.records import pending
from discreet.records.audit.chaining import Chaining
from discreet.records.consent.expiry import Expiry
from discreet.records.identity.guesses import NOBODYS_LIFETIME
from discreet.records.outbox import RECEIPT_LIFETIME
from discreet.records.retention import Retention, rule_of
from discreet.records.rights.erasing import Erasing
from discreet.records.rights.ledger import Ledger
from discreet.records.rights.requests import Requests
from discreet.records.rights.standing import KEPT_FOR_THE_PERSON, NEVER_KEPT
from discreet.settings import load_settings
from discreet.storage.engine import Database, Transaction

UNCONFIRMED_LIFETIME = timedelta(minutes=10)
"""A sealed value whose turn was never committed: longer than any turn and its repeats."""
RESULT_LIFETIME = timedelta(hours=24)
LETTER_LIFETIME = timedelta(hours=24)
"""A reply that a messaging provider has not taken for a day answers nobody any more."""
BUTTON_LIFETIME = timedelta(hours=1)
"""Longer than the handle behind it lives."""
ROUND_SECONDS = 5.0
BATCH = 200
_KEPT = f"(v.category <> ALL('{{{','.join(NEVER_KEPT)}}}') AND {KEPT_FOR_THE_PERSON.format(whose='v.subject')})"
_log = logging.getLogger("discreet.keeper")  # also when run as a program


@dataclass(frozen=True)
class Round:
    """What one round destroyed, by count."""

    unconfirmed: int
    pending: int
    refused: int
    expired: int
    conversations: int
    sessions: int
    results: int
    consents: int = 0
    """Of these, nothing was destroyed: the ledger says that they have expired."""
    erasures: int = 0

    @property
    def total(self) -> int:
        """Everything that this round destroyed."""
        return sum(vars(self).values())


class Keeper:
    """One round at a time. Times are compared with the database's clock only."""

    def __init__(
        self, database: Database, policy: Policy, ring: KeyRing, head_key: bytes, erasing: Erasing | None = None
    ) -> None:
        self._database = database
        self._policy = policy
        self._expiry = Expiry(database, head_key)
        self._erasing = erasing
        self._retention = Retention(database, ring, rule_of(policy))

    def run_once(self) -> Round:
        """Destroys one batch of each kind. Raises StorageError; what was done stays done."""
        erasures = self._erasures()
        ended = self._retention.run_once()
        if ended.damaged:
            _log.warning("%s heads do not verify; see `discreet db verify`", len(ended.damaged))
        return Round(
            unconfirmed=self._destroy_values(
                "v.created_at < now() - %s"
                " AND NOT EXISTS (SELECT FROM vault.confirmed_turn c WHERE c.turn_id = v.turn_id)",
                UNCONFIRMED_LIFETIME,
            ),
            pending=sum(self._pending()),
            refused=self._refused(),
            expired=self._destroy_values("v.expires_at < now()"),
            conversations=ended.conversations,
            sessions=ended.sessions,
            results=self._old_rows(),
            consents=self._expiry.run_once(),
            erasures=erasures,
        )

    def _erasures(self) -> int:
        """What was asked for. A ledger that does not verify stops these, and nothing else."""
        try:
            return self._erasing.run_filed() if self._erasing else 0
        except IntegrityError:
            _log.error("no erasure is carried out: the ledger does not verify; see `discreet doctor`")
            return 0

    def _pending(self) -> Iterator[int]:
        for name in self._policy.categories:
            waiting = pending.pending(self._policy, name)
            if waiting is not None:
                condition, params = waiting
                yield self._destroy_values(f"{condition} AND v.created_at < now() - %s", *params, pending.LIFETIME)

    def _refused(self) -> int:
        """What a person said no to, as filed by the action server."""
        with self._database.transaction() as tx:
            requests = tx.execute(
                "SELECT v.subject, v.category, v.requested_at FROM vault.discard v"  # noqa: S608
                f" WHERE NOT {_KEPT} ORDER BY v.requested_at LIMIT %s",
                BATCH,
            )
        destroyed = 0
        for subject, category, requested_at in requests:
            with self._database.transaction() as tx:
                destroyed += _destroy(
                    tx, "v.subject = %s AND v.category = %s AND v.created_at <= %s", subject, category, requested_at
                )
                tx.execute(
                    "DELETE FROM vault.discard WHERE subject = %s AND category = %s AND requested_at = %s",
                    subject, category, requested_at,
                )  # fmt: skip
        return destroyed

    def _destroy_values(self, condition: str, *params: object) -> int:
        with self._database.transaction() as tx:
            return _destroy(tx, condition, *params)

    def _old_rows(self) -> int:
        with self._database.transaction() as tx:
            tx.execute("DELETE FROM action.result WHERE created_at < now() - %s", RESULT_LIFETIME)
            results = tx.rowcount
            tx.execute("DELETE FROM action.step WHERE created_at < now() - %s", RESULT_LIFETIME)
            tx.execute("DELETE FROM conversation.web_session WHERE expires_at < now() - interval '1 day'")
            tx.execute("DELETE FROM channel.outbox WHERE created_at < now() - %s", LETTER_LIFETIME)
            # Somebody who only sent what is no text has an address and no conversation.
            tx.execute(
                "DELETE FROM channel.address a WHERE a.at < now() - %s"
                " AND NOT EXISTS (SELECT FROM conversation.head h WHERE h.conversation = a.conversation)",
                LETTER_LIFETIME,
            )
            tx.execute("DELETE FROM channel.receipt WHERE at < now() - %s", RECEIPT_LIFETIME)
            tx.execute("DELETE FROM channel.button WHERE at < now() - %s", BUTTON_LIFETIME)
            tx.execute("DELETE FROM consent.operation WHERE expires_at < now() - interval '1 day'")
            tx.execute("DELETE FROM rights.copy WHERE expires_at < now()")
            tx.execute("DELETE FROM rights.restriction WHERE until < now()")
            Requests("keeper").expire(tx)
            tx.execute("DELETE FROM identity.challenge WHERE expires_at < now() - interval '1 day'")
            tx.execute(
                "DELETE FROM identity.attempts WHERE since < now() - interval '2 days'"
                " AND (locked_until IS NULL OR locked_until < now() - interval '1 day')"
            )
            tx.execute(
                "DELETE FROM identity.guesses g WHERE last_at < now() - %s"
                " AND NOT EXISTS (SELECT FROM identity.mailbox m WHERE m.customer = g.id)",
                NOBODYS_LIFETIME,
            )
            tx.execute("DELETE FROM defence.bucket WHERE empty_at < now() - interval '1 minute'")
            tx.execute(
                "DELETE FROM vault.confirmed_turn c WHERE c.at < now() - %s"
                " AND NOT EXISTS (SELECT FROM vault.value v WHERE v.turn_id = c.turn_id)",
                UNCONFIRMED_LIFETIME,
            )
            return results


def _destroy(tx: Transaction, condition: str, *params: object) -> int:
    """Destroys a batch of values that meet a condition of ours: their keys, then their rows."""
    tx.execute(
        f"WITH gone AS (SELECT v.token FROM vault.value v WHERE {condition} AND NOT {_KEPT} LIMIT {BATCH}),"  # noqa: S608
        " keys AS (DELETE FROM key.value_key k USING gone WHERE k.token = gone.token)"
        " DELETE FROM vault.value v USING gone WHERE v.token = gone.token",
        *params,
    )
    return tx.rowcount


def chain(chaining: Chaining, *, last: bool = False) -> None:
    """One round of chaining the audit log. What hinders it is logged and stops nothing else."""
    try:
        chaining.run_once(last=last)
    except IntegrityError:
        _log.error("the audit log is not chained: its end does not verify; see `discreet audit verify`")
    except (DiscreetError, OSError) as error:
        _log.warning("a round of chaining failed: %s", getattr(error, "code", "file"))


def main() -> None:
    """Runs rounds until SIGTERM or SIGINT; a round that fails is repeated at the next."""
    logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
    settings = load_settings()
    database, seed = Database(settings.database_url, pool_size=1), settings.key("rights")
    keeper = Keeper(
        database,
        load_policy(settings.project_dir / "privacy.yml"),
        settings.ring("conversation"),
        settings.key("consent_head"),
        Erasing(database, Ledger(Path(sys.argv[1]), seed), seed, "keeper"),
    )
    chaining = Chaining(database, Path(sys.argv[2]), seed)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            done = keeper.run_once()
            if done.total:
                _log.info("destroyed %s", vars(done))
        except StorageError as error:
            _log.warning("a round failed: %s", error.code)
        chain(chaining)
        stop.wait(ROUND_SECONDS)
    chain(chaining, last=True)


if __name__ == "__main__":
    main()
