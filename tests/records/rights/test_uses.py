"""A person's own part of the audit log is in their copy: when, what and what for, and nobody's name (CJEU C-579/21)."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import closing

import pytest

from discreet.errors import DiscreetError
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.erasure import erase
from discreet.records.rights import access, archive
from discreet.records.rights.uses import MOST, summary, uses
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, HER_PHONE, BEN = b"a" * 16, b"p" * 16, b"b" * 16
TURN = b"t" * 16


def _happened(pool: Database, subject: bytes, event: str, outcome: str, actor: str = "actions", **of: str) -> None:
    with pool.transaction() as tx:
        Audit(actor).append(tx, event=event, outcome=outcome, subject=subject, turn_id=TURN, **of)


@pytest.fixture
def log(actions: Database) -> None:
    """What the action server wrote of two people, one of them in two conversations."""
    _happened(actions, ANNA, "reveal", "opened", purpose="refunds", category="payment_card")
    _happened(actions, BEN, "reveal", "opened", purpose="delivery", category="delivery_address")
    _happened(actions, HER_PHONE, "reveal", "refused", purpose="refunds", category="iban")
    _happened(actions, ANNA, "consent.withdraw", "done", actor="operator", purpose="refunds")


@pytest.mark.usefixtures("log")
def test_a_copy_says_when_what_for_and_by_whom_not(actions: Database, policy: Policy) -> None:
    with actions.transaction() as tx:
        content = access.content(tx, policy, [ANNA, HER_PHONE], [], {})
    told = [(use["what"], use["purpose"], use["category"], use["by"]) for use in content["uses"]]
    assert told == [
        ("your consent was taken back, as you asked", "refunds", None, "staff"),
        (
            "was to be used, and was not opened: there was no basis for it",
            "refunds",
            "account number",
            "this assistant",
        ),
        ("opened and used", "refunds", "card number", "this assistant"),
    ]
    assert all(use["at"][:2] == "20" for use in content["uses"])
    content.pop("subjects")
    zipped = zipfile.ZipFile(io.BytesIO(archive.packed(content)))
    assert json.loads(zipped.read("data.json"))["uses"] == content["uses"]
    page = zipped.read("index.html").decode()
    assert "When it was opened, and what for" in page
    assert "your consent was taken back" in page
    assert TURN.hex() not in page
    assert "operator" not in page


@pytest.mark.usefixtures("log")
def test_the_summary_counts_what_was_opened(actions: Database, policy: Policy) -> None:
    with actions.transaction() as tx:
        said = summary(tx, policy, [ANNA, HER_PHONE])
        assert summary(tx, policy, [b"n" * 16]) is None
    assert said is not None
    assert said.startswith("Values of yours were opened: 1 × to pay a refund to your card or account; last on ")


@pytest.mark.usefixtures("log")
def test_whoever_was_erased_has_no_log_and_the_others_keep_theirs(
    owner: Database, actions: Database, policy: Policy
) -> None:
    with owner.transaction() as tx:
        erase(tx, ANNA, Audit("keeper"))
    with actions.transaction() as tx:
        assert uses(tx, policy, [ANNA]) == []
        assert len(uses(tx, policy, [BEN])) == 1


def test_the_newest_are_there_where_there_are_many(owner: Database, actions: Database, policy: Policy) -> None:
    with owner.transaction() as tx:
        tx.execute(
            "INSERT INTO audit.event (actor, event, outcome, subject)"
            " SELECT 'actions', 'reveal', n::text, %s FROM generate_series(1, %s) n",
            ANNA, MOST + 5,
        )  # fmt: skip
    with actions.transaction() as tx:
        found = uses(tx, policy, [ANNA])
    assert (len(found), found[0]["what"], found[-1]["what"]) == (MOST, f"reveal: {MOST + 5}", "reveal: 6")


@pytest.mark.parametrize("role", ["rasa", "keeper", "staff"])
def test_no_other_process_asks_it(database: TestDatabase, role: str) -> None:
    with closing(database.open(role)) as pool, pytest.raises(DiscreetError), pool.transaction() as tx:
        tx.execute("SELECT * FROM audit.of_person(%s, 1)", [ANNA])


def test_the_action_server_still_reads_no_log_but_that(actions: Database) -> None:
    with pytest.raises(DiscreetError), actions.transaction() as tx:
        tx.execute("SELECT actor, turn_id FROM audit.event")
