"""Erasing a person: keys and rows in one transaction; no turn runs (docs/spec/rights.md, "Erasure").

What there is to erase says the registry; this walks it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from discreet.records.audit import Audit
from discreet.records.rights.registry import HELD, INDIRECT, Erasure, Held
from discreet.storage.engine import Transaction
from discreet.storage.locks import lock_number

_COUNTED = {"conversation.turn": "records", "vault.value": "values", "action.result": "results"}
_OPEN_ORDERS = (
    "an order is on its way: its delivery needs the account with its address (GDPR art. 6(1)(b)); ask again once it has"
    " arrived"
)


@dataclass(frozen=True)
class Erased:
    """What there was, by count. ``kept``: what stays, and why. The ids are those of keys that exist no more."""

    keys: int
    records: int
    values: int
    results: int
    session_keys: tuple[int, ...] = field(default=(), compare=False)
    owner_keys: tuple[int, ...] = field(default=(), compare=False)
    rows: dict[str, int] = field(default_factory=dict, compare=False)
    kept: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Scope:
    """Whose data it is: conversations and, where somebody has shown who they are, customers. 16 bytes each."""

    subjects: tuple[bytes, ...]
    customers: tuple[bytes, ...] = ()


def lock(tx: Transaction, subjects: Iterable[bytes]) -> None:
    """Waits for running turns, at most the statement timeout, and holds new ones back until the transaction ends."""
    for number in sorted({lock_number(subject) for subject in subjects}):
        tx.execute("SELECT pg_advisory_xact_lock(%s)", number)


def has_order_on_its_way(tx: Transaction, scope: Scope) -> bool:
    """Whether a customer in scope stays until a delivery has arrived."""
    return len(_erasable(tx, scope.customers)) < len(scope.customers)


def keys_of(tx: Transaction, scope: Scope) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(ids of sessions' keys, ids of persons' keys)."""
    sessions = tx.execute("SELECT id FROM key.session_key WHERE conversation = ANY(%s)", list(scope.subjects))
    owners = tx.execute(
        "SELECT id FROM key.owner_key WHERE subject = ANY(%s)", [*scope.subjects, *_erasable(tx, scope.customers)]
    )
    return tuple(sorted(row[0] for row in sessions)), tuple(sorted(row[0] for row in owners))


def erase(tx: Transaction, subject: bytes, audit: Audit) -> Erased:
    """One conversation and its person; GDPR art. 17. Raises StorageUnavailable when a running turn does not end."""
    return erase_all(tx, Scope((subject,)), audit)


def erase_all(
    tx: Transaction, scope: Scope, audit: Audit, random: Callable[[int], bytes] = secrets.token_bytes
) -> Erased:
    """Destroys the keys of everybody in scope, and what they opened, as the registry says."""
    lock(tx, scope.subjects)
    session_keys, owner_keys = keys_of(tx, scope)
    customers = _erasable(tx, scope.customers)
    kept = {} if len(customers) == len(scope.customers) else {"shop.customers": _OPEN_ORDERS}
    others = {whose: random(16) for whose in scope.subjects}
    rows: dict[str, int] = {}
    tx.execute(
        "DELETE FROM vault.confirmed_turn c USING vault.value v WHERE v.turn_id = c.turn_id AND v.subject = ANY(%s)",
        list(scope.subjects),
    )
    for held in existing(tx):
        for whose in customers if held.by == "customer" else scope.subjects:
            if held.by not in INDIRECT and (touched := _erase(tx, held, whose, others.get(whose, whose))):
                rows[held.table] = rows.get(held.table, 0) + touched
                if held.why:
                    kept[held.table] = held.why
    if customers:
        tx.execute("DELETE FROM key.owner_key WHERE subject = ANY(%s)", list(customers))
    for subject, other in others.items():
        tx.execute("SELECT rights.pseudonymise(%s, %s)", subject, other)
        audit.append(tx, event="erase", outcome="done", subject=other)
    counts = {name: rows.get(table, 0) for table, name in _COUNTED.items()}
    return Erased(
        keys=len(session_keys) + len(owner_keys),
        **counts,
        session_keys=session_keys,
        owner_keys=owner_keys,
        rows=rows,
        kept=kept,
    )


def residue(tx: Transaction, scope: Scope, erased: Erased) -> dict[str, int]:
    """The residual scan: rows that the registry still finds of these people, and keys that still exist.

    Of a customer who is kept for an order on its way ``erased.kept`` tells.
    """
    rows, customers = 0, _erasable(tx, scope.customers)
    for held in existing(tx):
        if held.by in INDIRECT or (held.by == "customer" and held.erased is Erasure.BLANK):
            continue
        ((found,),) = tx.execute(
            f"SELECT count(*) FROM {held.table} WHERE {held.whose} = ANY(%s)",  # noqa: S608 (names are constants)
            list(customers if held.by == "customer" else scope.subjects),
        )
        rows += found
    ((keys,),) = tx.execute(
        "SELECT (SELECT count(*) FROM key.session_key WHERE id = ANY(%s))"
        " + (SELECT count(*) FROM key.owner_key WHERE id = ANY(%s))",
        list(erased.session_keys), list(erased.owner_keys),
    )  # fmt: skip
    return {"rows": rows, "keys": keys}


def existing(tx: Transaction) -> list[Held]:
    """The registry's tables that this database has: a bot with the store alone has no shop."""
    rows = tx.execute(
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname || '.' || c.relname = ANY(%s)",
        [held.table for held in HELD],
    )
    there = {row[0] for row in rows}
    return [held for held in HELD if held.table in there]


def _erase(tx: Transaction, held: Held, whose: bytes, other: bytes) -> int:
    where = f"{held.table} WHERE {held.whose} = %s"
    if held.erased in (Erasure.KEYS, Erasure.DELETE):
        tx.execute(f"DELETE FROM {where}", whose)  # noqa: S608 (names are constants)
    elif held.erased is Erasure.BLANK:
        others = [other] * held.blank.count("%(other)s")
        blank = held.blank.replace("%(other)s", "%s")
        tx.execute(f"UPDATE {held.table} SET {blank} WHERE {held.whose} = %s", *others, whose)  # noqa: S608
    else:
        return 0
    return tx.rowcount


def _erasable(tx: Transaction, customers: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Customers without an order on its way."""
    if not customers or not tx.execute(
        "SELECT to_regclass('shop.orders') WHERE to_regclass('shop.orders') IS NOT NULL"
    ):
        return customers
    rows = tx.execute(
        "SELECT DISTINCT customer FROM shop.orders WHERE customer = ANY(%s) AND status IN ('packing', 'shipped')",
        list(customers),
    )
    busy = {bytes(row[0]) for row in rows}
    return tuple(customer for customer in customers if customer not in busy)
