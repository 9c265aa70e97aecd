"""Carrying out erasures: ledger first, then keys and rows, then the certificate (docs/spec/rights.md, "Erasure")."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from discreet.crypto import jws
from discreet.errors import StorageConflict, StorageUnavailable
from discreet.records.audit import Audit
from discreet.records.erasure import Erased, Scope, erase_all, keys_of, lock, residue
from discreet.records.identity.links import customer_of, linked
from discreet.records.rights.ledger import Head, Ledger, Line, head_in, set_head
from discreet.records.rights.requests import Requests
from discreet.storage.engine import Database, Transaction

CERTIFICATE = "discreet-certificate+jws"
_ELSEWHERE = (
    "no key of it exists in this database, so nothing that is left anywhere can be opened with it",
    "bytes of deleted rows lie in the database's files and log until `discreet db scrub`",
    "backups from before hold the keys for as long as they are kept",
)
LAST_LETTER = timedelta(minutes=1)
"""So long an erasure waits for its own answer to reach somebody on a messaging channel."""
_BATCH = 20


@dataclass(frozen=True)
class Done:
    """One erasure that was carried out."""

    request: str
    erased: Erased
    certificate: str


class Erasing:
    """As one actor. ``seed`` signs ledger and certificates; ``clock`` gives Unix time in seconds."""

    def __init__(
        self, database: Database, ledger: Ledger, seed: bytes, actor: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._seed = seed
        self._audit = Audit(actor)
        self._requests = Requests(actor)
        self._clock = clock

    def run_filed(self) -> int:
        """Carries out what is filed; how many. Who is in the middle of a long turn waits. Raises IntegrityError."""
        with self._database.transaction() as tx:
            filed = tx.execute(
                "SELECT id FROM rights.request r WHERE kind = 'erasure' AND state = 'filed' AND (filed_at < now() - %s"
                " OR NOT EXISTS (SELECT FROM channel.outbox o WHERE o.conversation = r.subject))"
                " ORDER BY filed_at LIMIT %s",
                LAST_LETTER, _BATCH,
            )  # fmt: skip
        done = 0
        for (request,) in filed:
            with contextlib.suppress(StorageUnavailable, StorageConflict):  # in the middle of a turn: the next round
                done += self.run(request) is not None
        return done

    def run(self, request: str) -> Done | None:
        """Carries out one filed request; None where it is not filed (any more). Raises StorageError."""
        with self._database.transaction() as tx:
            subject = _subject_of(tx, request)
            if subject is None:
                return None
            scope = _covered(tx, request, subject)
            lock(tx, scope.subjects)
            if _covered(tx, request, subject) != scope:
                raise StorageConflict("a conversation was linked while its person was erased; once more")
            # Again, under the locks: another process may have been first.
            if not tx.execute("SELECT 1 FROM rights.request WHERE id = %s AND state = 'filed' FOR UPDATE", request):
                return None
            return self._erase(tx, request, scope)

    def _erase(self, tx: Transaction, request: str, scope: Scope) -> Done:
        session_keys, owner_keys = keys_of(tx, scope)
        with self._ledger.appending() as ledger:
            line = ledger.line_of(request)
            if line is None or not {*session_keys, *owner_keys} <= {*line.session_keys, *line.owner_keys}:
                line = ledger.append(
                    request=request, session_keys=session_keys, owner_keys=owner_keys, now=int(self._clock())
                )
            self._close_others(tx, request, scope)
            erased = erase_all(tx, scope, self._audit)
            outcome = {"erased": erased.rows, "keys": erased.keys, "kept": erased.kept}
            self._requests.close(tx, request, "partly" if erased.kept else "done", outcome)
            certificate = self._certificate(tx, request, line, scope, erased)
            tx.execute("UPDATE rights.request SET certificate = %s WHERE id = %s", certificate, request)
            set_head(tx, ledger.lines[-1])  # after a crash another erasure may have come in between
        return Done(request, erased, certificate)

    def _close_others(self, tx: Transaction, request: str, scope: Scope) -> None:
        """Who asked in two of their conversations is answered twice: with this the other request loses its person."""
        others = tx.execute(
            "SELECT id FROM rights.request WHERE kind = 'erasure' AND state = 'filed' AND id <> %s"
            " AND subject = ANY(%s)",
            request, list(scope.subjects),
        )  # fmt: skip
        for (other,) in others:
            self._requests.close(tx, other, "done", {"erased_by": request})

    def _certificate(self, tx: Transaction, request: str, line: Line, scope: Scope, erased: Erased) -> str:
        content: dict[str, Any] = {
            "v": 1, "request": request, "at": int(self._clock()), "ledger": {"seq": line.seq, "hash": line.hash},
            "erased": erased.rows, "keys": erased.keys, "kept": erased.kept,
            "residual_scan": residue(tx, scope, erased), "elsewhere": list(_ELSEWHERE),
        }  # fmt: skip
        return jws.compact(self._seed, content, CERTIFICATE)


def scope_of(tx: Transaction, subject: bytes) -> Scope:
    """Everything that is linked to this conversation by somebody who showed who they are in it."""
    customer = customer_of(tx, subject)
    return Scope(tuple(sorted(linked(tx, subject))), () if customer is None else (customer,))


def _covered(tx: Transaction, request: str, subject: bytes) -> Scope:
    """Everything that was linked when the request was filed, and what was linked to the same customer since."""
    rows = tx.execute("SELECT subject, customer FROM rights.covered WHERE request = %s", request)
    if not rows:  # filed before there was this table
        return scope_of(tx, subject)
    subjects = {bytes(row[0]) for row in rows}
    customers = {bytes(row[1]) for row in rows if row[1] is not None}
    since = tx.execute("SELECT subject FROM identity.link WHERE customer = ANY(%s)", list(customers))
    return Scope(tuple(sorted(subjects | {bytes(row[0]) for row in since})), tuple(customers))


def replay(tx: Transaction, lines: Sequence[Line], audit: Audit) -> int:
    """Erases, in a restored database, whomever the keys of these lines belong to; how many conversations that were.

    Every line counts, not only those that the database does not know: it may stem from any backup.
    """
    sessions = [key for line in lines for key in line.session_keys]
    owners = [key for line in lines for key in line.owner_keys]
    rows = tx.execute(
        "SELECT conversation FROM key.session_key WHERE id = ANY(%s)"
        " UNION SELECT subject FROM key.owner_key WHERE id = ANY(%s) ORDER BY 1",
        sessions, owners,
    )  # fmt: skip
    people = [bytes(row[0]) for row in rows]
    if people:
        erase_all(tx, Scope(tuple(people), _customers_among(tx, people)), audit)
    if lines and head_in(tx) != Head(lines[-1].seq, lines[-1].hash):
        set_head(tx, lines[-1])
    return len(people)


def _customers_among(tx: Transaction, people: list[bytes]) -> tuple[bytes, ...]:
    """Those of these owners of keys that are customers of the shop: their records go too."""
    if not tx.execute("SELECT 1 WHERE to_regclass('shop.customers') IS NOT NULL"):
        return ()
    rows = tx.execute("SELECT id FROM shop.customers WHERE id = ANY(%s)", people)
    return tuple(bytes(row[0]) for row in rows)


def _subject_of(tx: Transaction, request: str) -> bytes | None:
    rows = tx.execute(
        "SELECT subject FROM rights.request WHERE id = %s AND kind = 'erasure' AND state = 'filed'", request
    )
    return bytes(rows[0][0]) if rows and rows[0][0] is not None else None
