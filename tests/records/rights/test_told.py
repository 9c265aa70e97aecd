"""What a person is told of a request: until when, why it takes longer, why not, and where to complain."""

from __future__ import annotations

import pytest

from discreet.policy import Policy
from discreet.records.rights import access
from discreet.records.rights.requests import NotWaiting, Requests, told
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
OPERATOR = Requests("operator")


def test_a_request_is_not_extended_once_its_month_is_over(owner: Database) -> None:
    """The person must hear of it within the month (GDPR art. 12(3))."""
    with owner.transaction() as tx:
        request = OPERATOR.file(tx, ANNA, "erasure", via="operator")
        tx.execute("UPDATE rights.request SET due_at = now() - interval '1 second'")
        with pytest.raises(NotWaiting):
            OPERATOR.extend(tx, request, "many requests")


def test_reasons_reach_the_person_and_nobody_else(database: TestDatabase, owner: Database, policy: Policy) -> None:
    with owner.transaction() as tx:
        longer = OPERATOR.file(tx, ANNA, "erasure", via="operator")
        OPERATOR.extend(tx, longer, "your orders are spread over three shops")
        refused = OPERATOR.file(tx, ANNA, "objection", via="operator", purpose="security")
        OPERATOR.close(tx, refused, "refused", {"kept": {"all": "it protects everybody else"}})
        OPERATOR.file(tx, ANNA, "restriction", via="operator")
    actions = database.open("actions")
    with actions.transaction() as tx:
        lines = {line.partition(")")[0].partition("(")[2]: line for line in told(tx, [ANNA], policy)}
        assert told(tx, [BEN], policy) == []
    actions.close()
    assert set(lines) == {"erasure", "objection", "restriction"}
    assert "it takes longer: your orders are spread over three shops" in lines["erasure"]
    assert "was refused: it protects everybody else" in lines["objection"]
    assert "complain to Datatilsynet" in lines["objection"]
    assert "longer" not in lines["restriction"]


def test_a_copy_says_who_else_gets_it_and_where_to_complain(owner: Database, policy: Policy) -> None:
    """GDPR art. 15(1)(c), (e), (f)."""
    with owner.transaction() as tx:
        content = access.content(tx, policy, [ANNA], [], {})
    given = {purpose["name"]: purpose["recipients"] for purpose in content["purposes"]}
    assert given["refunds"] == ["the payment provider"]
    assert given["feedback"] == []
    assert "Datatilsynet" in content["rights"]
    assert [line.partition(":")[0] for line in access.recipients(policy)] == [
        "the carrier that brings the parcel", "the payment provider",
    ]  # fmt: skip
