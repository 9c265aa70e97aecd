"""Customers, challenges and authenticators on a real database, as the action server's role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.mail import Letter, Mailer
from discreet.records.identity.accounts import Account
from discreet.records.identity.challenges import Proof, Result
from discreet.sdk.identity import Identity, identity_for, index_customers
from discreet.shop.postgres import PostgresShop
from discreet.shop.seed import seed_if_empty
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

RING = KeyRing({"value-1": bytes(32)})
SEED = b"v" * 32
NOW = 1_700_000_010.0
ANNA_TALKS, BEN_TALKS = b"a" * 16, b"b" * 16
OPERATION, OTHER_OPERATION = b"o" * 32, b"p" * 32
CALL, OTHER_CALL = b"c" * 32, b"d" * 32


class Letters:
    """A delivery that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[Letter] = []

    def deliver(self, letter: Letter) -> None:
        self.kept.append(letter)


@dataclass
class World:
    """What a test acts on: one transaction a step, as the action server does."""

    actions: Database
    identity: Identity
    shop: PostgresShop
    letters: Letters
    now: float = NOW
    customers: list[bytes] = field(default_factory=list)

    def owner(self, order: str = "DS-10563") -> Account:
        found = self.shop.owner_of(order)
        assert found is not None
        return Account(found)

    def begin(
        self, subject: bytes = ANNA_TALKS, account: Account | None = None, operation: bytes = OPERATION, asks: int = 1
    ) -> str:
        """Begins a challenge and returns the code that was made for it."""
        account = account or self.owner()
        with self.actions.transaction() as tx:
            self.identity.challenges.begin(tx, subject, account, operation, "action_change_address", asks)
            sent = self.identity.challenges.new_code(tx, subject)
        assert sent is not None
        return sent[0]

    def answer(self, code: str, subject: bytes = ANNA_TALKS) -> Result:
        with self.actions.transaction() as tx:
            return self.identity.challenges.answer(tx, subject, code, self.now)

    def take(
        self,
        subject: bytes = ANNA_TALKS,
        operation: bytes = OPERATION,
        *,
        customer: bytes | None = None,
        level: int = 1,
        used_by: bytes = CALL,
    ) -> Proof | None:
        from datetime import timedelta

        with self.actions.transaction() as tx:
            return self.identity.challenges.take(
                tx, subject, operation, customer=customer, level=level, fresh=timedelta(minutes=5), used_by=used_by
            )

    def sql(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with self.actions.transaction() as tx:
            return tx.execute(statement, *params)

    def totp_secret(self, account: Account | None = None) -> str:
        """A confirmed authenticator app of the customer; its secret."""
        from discreet.records.identity.codes import STEP_SECONDS
        from tests.records.identity.codes_of import totp_at

        account = account or self.owner()
        with self.actions.transaction() as tx:
            secret = self.identity.authenticators.prepare_totp(tx, account.id)
            earlier = self.now - 3 * STEP_SECONDS
            assert self.identity.authenticators.confirm_totp(tx, account.id, totp_at(secret, earlier), earlier)
        return secret

    def recovery_codes(self, order: str = "DS-10563") -> list[str]:
        with self.actions.transaction() as tx:
            return self.identity.authenticators.new_recovery_codes(tx, self.owner(order).id)


@pytest.fixture
def world(database: TestDatabase) -> Iterator[World]:
    pool = database.open("actions")
    seed_if_empty(pool, RING)
    shop, letters = PostgresShop(pool, RING), Letters()
    identity = identity_for(SEED, RING, shop, Mailer(letters), page="http://localhost:5005")
    assert index_customers(pool, identity) == 3
    yield World(pool, identity, shop, letters)
    pool.close()
