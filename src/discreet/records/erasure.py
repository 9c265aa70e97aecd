"""Erasing a person: keys and rows in one transaction; no turn runs (docs/spec/envelope.md, "Erasure")."""

from __future__ import annotations

from dataclasses import dataclass

from discreet.records.audit import Audit
from discreet.storage.engine import Transaction
from discreet.storage.locks import lock_number

_OF_A_SUBJECT = ("vault.value", "action.result", "vault.discard", "consent.operation", "action.fence")


@dataclass(frozen=True)
class Erased:
    """What there was, by count."""

    keys: int
    records: int
    values: int
    results: int


def erase(tx: Transaction, subject: bytes, audit: Audit) -> Erased:
    """Destroys the keys of a conversation and of its person, and what they opened; GDPR art. 17.

    Waits for a running turn, at most the statement timeout, and holds new ones back until the caller's transaction
    ends. Consent and audit events stay, under the pseudonymous id. Raises StorageUnavailable when it does not end.
    """
    tx.execute("SELECT pg_advisory_xact_lock(%s)", lock_number(subject))
    # The head first: a writer that waits for its row finds none.
    _delete(tx, "conversation.head", "conversation", subject)
    keys = _delete(tx, "key.session_key", "conversation", subject) + _delete(tx, "key.owner_key", "subject", subject)
    records = _delete(tx, "conversation.turn", "conversation", subject)
    # Letters and buttons hang on the address.
    _delete(tx, "channel.address", "conversation", subject)
    values, results, *_ = (_delete(tx, table, "subject", subject) for table in _OF_A_SUBJECT)
    audit.append(tx, event="erase", outcome="done", subject=subject)
    return Erased(keys, records, values, results)


def _delete(tx: Transaction, table: str, column: str, whose: bytes) -> int:
    tx.execute(f"DELETE FROM {table} WHERE {column} = %s", whose)  # noqa: S608 (names are constants)
    return tx.rowcount
