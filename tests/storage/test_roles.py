"""Each role can do what its process needs, and not what would make its loss worse."""

from __future__ import annotations

import pytest

from discreet.errors import StorageError
from tests.conftest import TestDatabase

FORBIDDEN = [
    ("rasa", "SELECT * FROM vault.value", "the Rasa server reads sealed values"),
    ("rasa", "SELECT token FROM key.value_key", "the Rasa server reads value keys"),
    ("rasa", "UPDATE vault.value SET turn_id = ''", "the Rasa server changes sealed values"),
    ("rasa", "INSERT INTO consent.state VALUES ('', 'refunds', 'given', 1, NULL)", "the Rasa server consents"),
    ("rasa", "DELETE FROM conversation.turn", "the Rasa server deletes records"),
    ("rasa", "UPDATE conversation.turn SET record = ''", "the Rasa server rewrites records"),
    ("rasa", "SELECT * FROM shop.orders", "the Rasa server reads the shop"),
    ("actions", "SELECT * FROM conversation.turn", "the action server reads conversations"),
    ("actions", "SELECT * FROM key.session_key", "the action server reads conversations' keys"),
    ("actions", "DELETE FROM vault.value", "the action server deletes values"),
    ("actions", "INSERT INTO vault.confirmed_turn VALUES ('')", "the action server confirms turns"),
    ("actions", "UPDATE consent.event SET status = 'given'", "the action server rewrites the ledger"),
    ("actions", "SELECT * FROM audit.event", "the action server reads the audit log"),
    ("keeper", "SELECT sealed FROM vault.value", "the keeper reads sealed values"),
    ("keeper", "SELECT record FROM conversation.turn", "the keeper reads records"),
    ("keeper", "UPDATE conversation.head SET seq = 0", "the keeper moves heads"),
    ("keeper", "UPDATE key.session_key SET kek = ''", "the keeper exchanges keys"),
    ("rasa", "SELECT conversation.follows('', 1)", "the Rasa server calls what is the keeper's"),
    ("keeper", "INSERT INTO conversation.turn (conversation) VALUES ('')", "the keeper writes records"),
    ("rasa", "DELETE FROM defence.bucket", "the Rasa server empties the limits"),
    ("actions", "SELECT * FROM defence.bucket", "the action server reads the limits"),
    ("rasa", "DELETE FROM channel.receipt", "the Rasa server forgets what it took"),
    ("rasa", "UPDATE channel.outbox SET sealed = ''", "the Rasa server rewrites letters"),
    ("actions", "SELECT * FROM channel.address", "the action server reads addresses"),
    ("keeper", "SELECT sealed FROM channel.outbox", "the keeper reads letters"),
    ("keeper", "SELECT sealed FROM channel.address", "the keeper reads addresses"),
    ("staff", "SELECT * FROM channel.outbox", "staff read letters"),
    ("staff", "SELECT * FROM vault.value", "staff read sealed values"),
    ("rasa", "SELECT content FROM vault.attachment", "the Rasa server reads sealed files"),
    ("actions", "INSERT INTO vault.attachment VALUES ('', '')", "the action server writes files"),
    ("keeper", "SELECT content FROM vault.attachment", "the keeper reads sealed files"),
    ("staff", "SELECT content FROM vault.attachment", "staff read sealed files"),
    ("staff", "SELECT * FROM conversation.turn", "staff read conversations"),
    ("staff", "INSERT INTO audit.event (actor, event, outcome) VALUES ('a', 'b', 'c')", "staff write the audit log"),
    ("staff", "UPDATE audit.head SET statement = NULL", "staff move the end of the audit log"),
    (
        "actions",
        "INSERT INTO audit.event (id, actor, event, outcome) OVERRIDING SYSTEM VALUE VALUES (1, '', '', '')",
        "the action server chooses a place in the audit log",
    ),
    (
        "actions",
        "INSERT INTO audit.event (at, actor, event, outcome) VALUES ('2020-01-01', '', '', '')",
        "the action server back-dates",
    ),
    ("actions", "INSERT INTO audit.link VALUES (1, 1, NULL, '', '')", "the action server chains"),
    ("rasa", "SELECT * FROM audit.link", "the Rasa server reads the chain"),
    ("keeper", "UPDATE audit.link SET salt = NULL", "the keeper takes persons away"),
    ("keeper", "DELETE FROM audit.link", "the keeper cuts the chain"),
    ("keeper", "UPDATE audit.event SET subject = NULL", "the keeper rewrites the audit log"),
    ("rasa", "CREATE TABLE public.x (a int)", "the Rasa server makes tables"),
]


@pytest.mark.parametrize(("role", "statement", "attack"), FORBIDDEN, ids=[row[2] for row in FORBIDDEN])
def test_a_role_is_refused(database: TestDatabase, role: str, statement: str, attack: str) -> None:
    with pytest.raises(StorageError, match="42501"), database.open(role).transaction() as tx:
        tx.execute(statement)


def test_the_ledger_refuses_change_even_by_its_owner(database: TestDatabase) -> None:
    for statement in ("DELETE FROM consent.event", "TRUNCATE audit.event CASCADE"):
        with pytest.raises(StorageError, match="P0001"), database.open("owner").transaction() as tx:
            tx.execute(statement)
