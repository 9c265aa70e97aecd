"""The vault: one owner, one purpose, a live basis, a committed turn; and an audit row for every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.errors import NotAllowed, StorageError
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.vault import Finding, VaultReader, VaultWriter
from discreet.redaction.tokens import mint
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
TURN, OTHER_TURN = b"t" * 16, b"o" * 16
RING = KeyRing({"value-1": bytes(32)})
PRIVATE = VaultPrivateKey(bytes(range(32)))
CARD = "4111 1111 1111 1111"


@dataclass
class World:
    """A vault with both halves, as their own database roles."""

    database: TestDatabase
    policy: Policy
    rasa: Database
    actions: Database

    def seal(
        self, category: str = "payment_card", value: str = CARD, *, turn: bytes = TURN, confirm: bool = True
    ) -> str:
        writer = VaultWriter(VaultPublicKey(PRIVATE.public_bytes()), RING, self.policy)
        token = mint(self.policy.category(category), value)
        with self.rasa.transaction() as tx:
            writer.seal(tx, subject=ANNA, turn_id=turn, findings=[Finding(category, token, value)])
        if confirm:
            with self.rasa.transaction() as tx:
                writer.confirm(tx, turn)
        return token

    def consent(self, purpose: str = "refunds", *, given: bool = True, subject: bytes = ANNA) -> None:
        consent = Consent(self.policy, bytes(32))
        with self.actions.transaction() as tx:
            operation = consent.ask(tx, subject, purpose, resume="x", turn_id=TURN).operation
            consent.answer(tx, subject, operation, given=given, method="button", turn_id=TURN)

    def reveal(self, token: str, **change: Any) -> str:
        arguments = {
            "token": token, "category": "payment_card", "subject": ANNA, "purpose": "refunds", "turn_id": OTHER_TURN,
            "require": Consent(self.policy, bytes(32)).require, "audit": Audit("test").append,
        }  # fmt: skip
        return VaultReader(self.actions, PRIVATE, RING, self.policy).reveal(**{**arguments, **change})

    def owner(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        with self.database.open("owner").transaction() as tx:
            return tx.execute(sql, *params)

    def keeper(self) -> Keeper:
        return Keeper(self.database.open("keeper"), self.policy, KeyRing({"conversation-1": bytes(32)}), bytes(32))

    def age(self, interval: str) -> None:
        self.owner("UPDATE vault.value SET created_at = created_at - %s::interval", interval)

    def bytes_left(self) -> int:
        return int(self.owner("SELECT count(*) FROM key.value_key")[0][0])


@pytest.fixture
def world(database: TestDatabase, policy: Policy) -> World:
    return World(database, policy, database.open("rasa"), database.open("actions"))


def test_a_sealed_value_opens_for_its_owner_with_consent(world: World) -> None:
    token = world.seal()
    world.consent()
    assert world.reveal(token) == CARD


def test_a_value_is_usable_in_the_turn_that_sealed_it(world: World) -> None:
    token = world.seal(confirm=False)
    world.consent()
    assert world.reveal(token, turn_id=TURN) == CARD


REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("another person", {"subject": BEN}),
    ("another category", {"category": "iban"}),
    ("a purpose that does not cover it", {"purpose": "delivery"}),
    ("a purpose without need of consent", {"purpose": "order_support"}),
    ("a token that never was", {"token": "vt_card_00000000000000000000a_1111"}),
]


@pytest.mark.parametrize(("attack", "change"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_everything_undeclared_is_refused_and_audited(world: World, attack: str, change: dict[str, Any]) -> None:
    token = world.seal()
    world.consent()
    world.consent(subject=BEN)
    with pytest.raises(NotAllowed):
        world.reveal(**{"token": token, **change})
    assert world.owner("SELECT event, outcome FROM audit.event") == [("reveal", "refused")]


def test_no_consent_no_value(world: World) -> None:
    token = world.seal()
    with pytest.raises(NotAllowed):
        world.reveal(token)


def test_a_no_and_a_withdrawal_close_it(world: World) -> None:
    token = world.seal()
    world.consent(given=False)
    with pytest.raises(NotAllowed):
        world.reveal(token)
    world.consent(given=True)
    assert world.reveal(token) == CARD
    with world.actions.transaction() as tx:
        Consent(world.policy, bytes(32)).withdraw(tx, ANNA, method="words", turn_id=TURN)
    with pytest.raises(NotAllowed):
        world.reveal(token)


def test_an_expired_consent_is_none(world: World) -> None:
    token = world.seal()
    world.consent()
    world.owner("UPDATE consent.state SET expires_at = now() - interval '1 second'")
    with pytest.raises(NotAllowed):
        world.reveal(token)


def test_an_unconfirmed_value_is_closed_to_every_other_turn(world: World) -> None:
    token = world.seal(confirm=False)
    world.consent()
    with pytest.raises(NotAllowed):
        world.reveal(token)


def test_an_expired_value_is_closed(world: World) -> None:
    token = world.seal()
    world.consent()
    world.owner("UPDATE vault.value SET expires_at = now() - interval '1 second'")
    with pytest.raises(NotAllowed):
        world.reveal(token)


def test_a_value_is_kept_as_long_as_its_category_says_and_a_category_that_says_nothing_30_days(world: World) -> None:
    ages = {}
    for category in world.policy.categories.values():
        if category.store == "vault" and category.kind:
            token = world.seal(category.name, "x", turn=TURN)
            row = world.owner("SELECT expires_at - created_at FROM vault.value WHERE token = %s", token)
            ages[category.name] = row[0][0]
    assert ages == {name: world.policy.category(name).max_age or timedelta(days=30) for name in ages}
    assert len(set(ages.values())) > 2


def test_what_has_reached_its_age_is_destroyed(world: World) -> None:
    token = world.seal()
    world.consent()
    world.owner("UPDATE vault.value SET expires_at = now() - interval '1 second'")
    assert world.keeper().run_once().total == 1
    assert world.owner("SELECT FROM vault.value WHERE token = %s", token) == []
    assert world.bytes_left() == 0


def test_every_reveal_leaves_one_audit_row_without_the_value(world: World) -> None:
    token = world.seal()
    world.consent()
    world.reveal(token)
    rows = world.owner("SELECT actor, event, outcome, purpose, category, turn_id FROM audit.event")
    assert [(row[0], row[1], row[2], row[3], row[4]) for row in rows] == [
        ("test", "reveal", "opened", "refunds", "payment_card")
    ]
    assert "4111" not in str(world.owner("SELECT e::text FROM audit.event e"))


def test_no_value_leaves_without_its_audit_row(world: World) -> None:
    token = world.seal()
    world.consent()
    world.owner('REVOKE INSERT ON audit.event FROM "discreet_actions"')
    with pytest.raises(StorageError):
        world.reveal(token)


def test_a_kill_between_sealing_and_commit_leaves_nothing_after_the_reaper(world: World) -> None:
    world.seal(confirm=False)
    assert world.keeper().run_once().unconfirmed == 0
    world.age("11 minutes")
    assert world.keeper().run_once().unconfirmed == 1
    assert world.bytes_left() == 0


def test_what_nobody_consented_to_is_destroyed_after_half_an_hour(world: World) -> None:
    world.seal()
    world.age("29 minutes")
    assert world.keeper().run_once().pending == 0
    world.age("2 minutes")
    assert world.keeper().run_once().pending == 1
    assert world.bytes_left() == 0


def test_what_a_consent_covers_stays(world: World) -> None:
    token = world.seal()
    world.consent()
    world.age("2 hours")
    assert world.keeper().run_once().total == 0
    assert world.reveal(token) == CARD


def test_what_a_contract_covers_needs_no_consent_to_stay(world: World) -> None:
    world.seal("email", "grace@post.example")
    world.age("2 hours")
    assert world.keeper().run_once().total == 0


def test_a_no_destroys_what_was_volunteered_before_it_and_nothing_after(world: World) -> None:
    world.seal()
    world.consent(given=False)
    later = world.seal(turn=OTHER_TURN)
    assert world.keeper().run_once().refused == 1
    assert world.owner("SELECT token FROM vault.value") == [(later,)]
    assert world.bytes_left() == 1


def test_withdrawal_destroys_what_the_consent_covered(world: World) -> None:
    world.seal()
    world.consent()
    with world.actions.transaction() as tx:
        Consent(world.policy, bytes(32)).withdraw(tx, ANNA, method="words", turn_id=TURN)
    assert world.keeper().run_once().refused == 1
    assert world.bytes_left() == 0


def test_destroying_the_persons_key_closes_every_copy(world: World) -> None:
    token = world.seal()
    world.consent()
    copy = world.owner("SELECT * FROM vault.value")
    world.owner("DELETE FROM key.owner_key")
    assert world.bytes_left() == 0
    assert copy
    with pytest.raises(NotAllowed):
        world.reveal(token)
