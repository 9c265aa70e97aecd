"""The shop on a real database: what a customer wrote is sealed, and the database holds the rules that the code does."""

from __future__ import annotations

import pytest

from discreet.errors import IntegrityError, StorageError
from discreet.shop.postgres import PostgresShop
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

SUBJECT, KEY = b"s" * 16, b"k" * 32
ADDRESS = "9 Juniper Walk, Exeter EX4 6QQ"
REASON = "my rash, call Ottilie on +447911123456"


def test_a_reason_is_kept_sealed(shop: PostgresShop, actions: Database) -> None:
    opened = shop.open_return("DS-10482", "wool jumper", REASON, subject=SUBJECT, effect_key=KEY)
    with actions.transaction() as tx:
        (row,) = tx.execute("SELECT reason, r::text FROM shop.returns r")
    assert b"Ottilie" not in bytes(row[0])
    assert REASON.encode().hex() not in row[1]
    assert shop.return_reason(opened.reference) == REASON
    assert shop.return_reason("R-00000000") is None


def test_a_reason_moved_to_another_person_does_not_open(shop: PostgresShop, actions: Database) -> None:
    mine = shop.open_return("DS-10482", "wool jumper", REASON, subject=SUBJECT, effect_key=KEY)
    other = shop.open_return("DS-10482", "rain jacket", "too small", subject=b"o" * 16, effect_key=b"o" * 32)
    with actions.transaction() as tx:
        tx.execute(
            "UPDATE shop.returns SET reason = (SELECT reason FROM shop.returns WHERE reference = %s)"
            " WHERE reference = %s",
            mine.reference, other.reference,
        )  # fmt: skip
    with pytest.raises(IntegrityError):
        shop.return_reason(other.reference)


def test_a_reason_is_gone_with_its_persons_key(shop: PostgresShop, database: TestDatabase) -> None:
    opened = shop.open_return("DS-10482", "wool jumper", REASON, subject=SUBJECT, effect_key=KEY)
    with database.open("owner").transaction() as tx:
        tx.execute("DELETE FROM key.owner_key WHERE subject = %s", SUBJECT)
    with pytest.raises(IntegrityError):
        shop.return_reason(opened.reference)


PERSONAL = [
    "UPDATE shop.customers SET name = %s",
    "UPDATE shop.customers SET email = %s",
    "UPDATE shop.customers SET address = %s",
    "UPDATE shop.orders SET delivery_address = %s WHERE status = 'packing'",
    "UPDATE shop.returns SET reason = %s",
    "UPDATE shop.feedback SET text = %s",
]


@pytest.mark.parametrize("statement", PERSONAL)
@pytest.mark.parametrize("length", [0, 8, 29, 93], ids=lambda length: f"{length} bytes")
def test_the_database_refuses_what_is_not_sealed(
    shop: PostgresShop, actions: Database, statement: str, length: int
) -> None:
    shop.open_return("DS-10482", "wool jumper", REASON, subject=SUBJECT, effect_key=KEY)
    shop.keep_feedback("lovely", subject=SUBJECT, effect_key=KEY)
    with pytest.raises(StorageError, match="23514"), actions.transaction() as tx:
        tx.execute(statement, "x" * length)
