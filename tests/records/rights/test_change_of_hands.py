"""A conversation that changes hands takes nothing of its last customer along: no copy, no question that waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from discreet.records.identity import links
from discreet.records.keys import OwnerKeys
from discreet.records.rights import copies
from discreet.records.rights.copies import NoCopy
from discreet.records.rights.requests import NotWaiting, Requests
from discreet.storage.engine import Database, Transaction
from tests.conftest import TestDatabase
from tests.records.rights.people import VALUE_RING

TALK, ANNA, BEN = b"t" * 16, b"a" * 16, b"b" * 16
ACTIONS = Requests("actions")


def nothing(_: Transaction) -> None: ...


def of_anna(tx: Transaction) -> None:
    links.link(tx, TALK, ANNA)


def to_ben(tx: Transaction) -> None:
    links.link(tx, TALK, BEN)


def to_nobody(tx: Transaction) -> None:
    links.unlink(tx, TALK)


CHANGES = [(of_anna, to_ben), (of_anna, to_nobody), (nothing, of_anna)]


def _ready(actions: Database, before: Callable[[Transaction], None]) -> str:
    with actions.transaction() as tx:
        before(tx)
        copies.put(tx, OwnerKeys(VALUE_RING).get_or_create(tx, TALK), TALK, "rq_" + "a" * 26, {"of": "anna"})
        return ACTIONS.ask(tx, TALK, "erasure", via="conversation")


@pytest.mark.parametrize(("before", "change"), CHANGES, ids=lambda step: step.__name__)
def test_what_waits_waits_for_its_own_person(
    database: TestDatabase, actions: Database,
    before: Callable[[Transaction], None], change: Callable[[Transaction], None],
) -> None:  # fmt: skip
    """A copy of everything of Anna's is not fetched, nor is the wish to delete confirmed, by who comes after her.

    And a button that said "this conversation" does not delete an account that was shown a moment later.
    """
    request = _ready(actions, before)
    with actions.transaction() as tx:
        change(tx)
    with pytest.raises(NotWaiting), actions.transaction() as tx:
        ACTIONS.confirm(tx, TALK, request, "erasure")
    rasa = database.open("rasa")
    with pytest.raises(NoCopy), rasa.transaction() as tx:
        copies.take(tx, VALUE_RING, subject=TALK)
    rasa.close()


def test_the_same_customer_again_changes_nothing(actions: Database) -> None:
    request = _ready(actions, of_anna)
    with actions.transaction() as tx:
        (before,) = tx.execute("SELECT at FROM identity.link")
    with actions.transaction() as tx:
        links.link(tx, TALK, ANNA)
        assert tx.execute("SELECT at FROM identity.link") == [before]
        assert tx.execute("SELECT 1 FROM rights.copy") == [(1,)]
        assert ACTIONS.confirm(tx, TALK, request, "erasure").id == request
