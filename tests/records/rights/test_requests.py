"""A request is asked, confirmed once where it was asked, due in a month, and its log says who did what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from discreet.errors import NotAllowed, StorageError
from discreet.records.rights.requests import NotWaiting, Requests, find, listed, log_of
from discreet.storage.engine import Database, Transaction
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
ACTIONS = Requests("actions")


def _asked(tx: Transaction, kind: str = "erasure", subject: bytes = ANNA) -> str:
    return ACTIONS.ask(tx, subject, kind, via="conversation")


def test_the_ways_of_a_request(database: TestDatabase, actions: Database) -> None:
    with actions.transaction() as tx:
        request = _asked(tx)
        assert ACTIONS.waiting(tx, ANNA) == (request, "erasure")
        assert ACTIONS.confirm(tx, ANNA, request, "erasure").id == request
        assert ACTIONS.waiting(tx, ANNA) is None
        ACTIONS.close(tx, request, "partly", {"kept": {"shop.returns": "law"}})
        found = find(tx, request)
        assert found is not None
        assert (found.state, found.outcome["kept"]) == ("partly", {"shop.returns": "law"})
        assert found.filed_at is not None
    staff = database.open("staff")
    with staff.transaction() as tx:
        assert [row[1:3] for row in log_of(tx, request)] == [
            ("actions", "asked"), ("actions", "filed"), ("actions", "partly"),
        ]  # fmt: skip
        assert listed(tx) == []
        assert [one.id for one in listed(tx, everything=True)] == [request]
    staff.close()


@pytest.mark.parametrize(
    ("filed", "due"), [("2099-01-31", "2099-02-28"), ("2096-01-31", "2096-02-29"), ("2098-12-31", "2099-01-31")]
)
def test_a_month_is_a_calendar_month_and_can_be_extended_once(owner: Database, filed: str, due: str) -> None:
    with owner.transaction() as tx:
        request = Requests("operator").file(tx, ANNA, "restriction", via="operator")
        tx.execute(
            "UPDATE rights.request SET due_at = due_at - filed_at + now() + (%s::timestamptz - now()) WHERE id = %s",
            filed, request,
        )  # fmt: skip
        ((theirs,),) = tx.execute("SELECT (%s::date + interval '1 month')::date::text", filed)
        assert theirs == due
        before = find(tx, request)
        extended = Requests("operator").extend(tx, request, "many requests")
        assert before is not None
        assert before.due_at is not None
        assert 59 <= (extended - before.due_at).days <= 62
        with pytest.raises(NotWaiting):
            Requests("operator").extend(tx, request, "again")
        assert log_of(tx, request)[-1][2:] == ("extended", "many requests")


def test_it_is_due_one_month_after_it_was_asked(actions: Database) -> None:
    with actions.transaction() as tx:
        request = _asked(tx)
    with actions.transaction() as tx:
        ACTIONS.confirm(tx, ANNA, request, "erasure")
        assert tx.execute(
            "SELECT due_at = asked_at + interval '1 month', asked_at < filed_at FROM rights.request WHERE id = %s",
            request,
        ) == [(True, True)]


def test_a_letters_month_runs_from_the_day_it_came(owner: Database) -> None:
    """Receipt counts (GDPR art. 12(3)), not when somebody typed it in."""
    with owner.transaction() as tx:
        request = Requests("operator").file(tx, ANNA, "erasure", via="operator", received=date(2026, 1, 31))
        assert tx.execute("SELECT due_at::date::text, state FROM rights.request WHERE id = %s", request) == [
            ("2026-02-28", "filed")
        ]


def _superseded(tx: Transaction) -> tuple[bytes, str, str]:
    request = _asked(tx)
    _asked(tx, "restriction")
    return ANNA, request, "erasure"


def _cancelled(tx: Transaction) -> tuple[bytes, str, str]:
    request = _asked(tx)
    ACTIONS.cancel(tx, ANNA, request)
    return ANNA, request, "erasure"


def _late(tx: Transaction) -> tuple[bytes, str, str]:
    request = _asked(tx)
    tx.execute("UPDATE rights.request SET expires_at = now() - interval '1 second' WHERE id = %s", request)
    return ANNA, request, "erasure"


def _twice(tx: Transaction) -> tuple[bytes, str, str]:
    request = _asked(tx)
    ACTIONS.confirm(tx, ANNA, request, "erasure")
    return ANNA, request, "erasure"


ATTACKS: dict[str, Callable[[Transaction], tuple[bytes, str, str]]] = {
    "erase by proxy: another conversation confirms": lambda tx: (BEN, _asked(tx), "erasure"),
    "confirm replay": _twice,
    "an older question is confirmed after a newer one": _superseded,
    "a cancelled question is confirmed": _cancelled,
    "an expired question is confirmed": _late,
    "a question of one kind is confirmed as another": lambda tx: (ANNA, _asked(tx, "restriction"), "erasure"),
    "an id that was never given": lambda _: (ANNA, "rq_" + "a" * 26, "erasure"),
    "an id with a pattern of SQL in it": lambda _: (ANNA, "rq_%' OR 1=1 --", "erasure"),
    "an empty id": lambda _: (ANNA, "", "erasure"),
    "an id with a line feed behind it": lambda tx: (ANNA, _asked(tx) + "\n", "erasure"),
    "an id in capitals": lambda tx: (ANNA, _asked(tx).upper(), "erasure"),
    "a no made a yes": lambda tx: (ANNA, "no_" + _asked(tx), "erasure"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_else_files_a_request(actions: Database, attack: str) -> None:
    with actions.transaction() as tx:
        subject, request, kind = ATTACKS[attack](tx)
        before = tx.execute("SELECT count(*) FROM rights.request WHERE state = 'filed'")
        with pytest.raises(NotAllowed):
            ACTIONS.confirm(tx, subject, request, kind)
        assert tx.execute("SELECT count(*) FROM rights.request WHERE state = 'filed'") == before


def test_nobody_cancels_for_somebody_else(actions: Database) -> None:
    with actions.transaction() as tx:
        request = _asked(tx)
        with pytest.raises(NotWaiting):
            ACTIONS.cancel(tx, BEN, request)
        assert ACTIONS.waiting(tx, ANNA) == (request, "erasure")


@pytest.mark.parametrize(
    ("role", "sql"),
    [
        ("staff", "UPDATE rights.request SET state = 'done'"),
        ("staff", "SELECT subject FROM rights.request"),
        ("staff", "SELECT token FROM rights.request"),
        ("staff", "SELECT * FROM rights.copy"),
        ("rasa", "SELECT subject FROM rights.request"),
        ("rasa", "UPDATE rights.request SET state = 'filed'"),
        ("rasa", "INSERT INTO rights.restriction (subject, request, until) VALUES ('x', 'x', now())"),
        ("rasa", "DELETE FROM rights.restriction"),
        ("actions", "UPDATE rights.request SET certificate = 'x'"),
        ("actions", "UPDATE rights.request SET subject = NULL"),
        ("actions", "UPDATE rights.ledger SET seq = 9"),
        ("actions", "DELETE FROM rights.event"),
        ("keeper", "DELETE FROM rights.event"),
        ("keeper", "SELECT reason, price_cents FROM shop.returns, shop.order_lines"),
    ],
)
def test_a_role_does_no_more_than_its_process_needs(database: TestDatabase, role: str, sql: str) -> None:
    pool = database.open(role)
    with pytest.raises(StorageError), pool.transaction() as tx:
        tx.execute(sql)
    pool.close()
