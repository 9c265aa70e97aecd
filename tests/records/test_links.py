"""Linking conversations to a customer."""

from __future__ import annotations

from contextlib import closing

from discreet.records.identity import links
from tests.conftest import TestDatabase

PHONE, LAPTOP, STRANGER = b"p" * 16, b"l" * 16, b"s" * 16
ANNA, BERT = b"A" * 16, b"B" * 16


def test_conversations_of_one_customer_are_linked_and_nobody_elses(database: TestDatabase) -> None:
    with closing(database.open("actions")) as actions, actions.transaction() as tx:
        assert links.linked(tx, PHONE) == (PHONE,)
        assert links.customer_of(tx, PHONE) is None
        links.link(tx, PHONE, ANNA)
        links.link(tx, LAPTOP, ANNA)
        links.link(tx, STRANGER, BERT)
        assert links.linked(tx, LAPTOP) == (LAPTOP, PHONE)
        assert links.linked(tx, STRANGER) == (STRANGER,)
        assert links.customer_of(tx, LAPTOP) == ANNA


def test_a_conversation_belongs_to_one_customer_and_can_be_untied(database: TestDatabase) -> None:
    with closing(database.open("actions")) as actions, actions.transaction() as tx:
        links.link(tx, PHONE, ANNA)
        links.link(tx, PHONE, BERT)
        assert links.customer_of(tx, PHONE) == BERT
        assert links.unlink(tx, PHONE)
        assert not links.unlink(tx, PHONE)
        assert links.linked(tx, PHONE) == (PHONE,)
