"""Withdrawal: one purpose or all, by any way, before the next reveal; and what becomes of the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.errors import NotAllowed
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.consent.ledger import Entry, Ledger
from discreet.records.consent.notice import notice_for
from discreet.records.consent.said import withdrawn_sentence
from discreet.records.rights.access import counts
from discreet.records.vault import Finding, VaultReader, VaultWriter
from discreet.redaction.tokens import mint
from tests.conftest import TestDatabase
from tests.consent.world import ANNA, BEN, HEAD_KEY, TURN, World, changed_policy

RING = KeyRing({"value-1": bytes(32)})
PRIVATE = VaultPrivateKey(bytes(range(64, 96)))
CARD = "4000056655665556"


class Sealed(World):
    """A world with values in its vault."""

    def __init__(self, database: TestDatabase, policy: Policy) -> None:
        super().__init__(database, policy)
        self.rasa, self.keeper_pool = database.open("rasa"), database.open("keeper")
        self.keeper = Keeper(self.keeper_pool, policy, KeyRing({"conversation-1": bytes(32)}), HEAD_KEY)

    def close(self) -> None:
        """Gives the connections back."""
        super().close()
        self.rasa.close()
        self.keeper_pool.close()

    def seal(self, subject: bytes = ANNA) -> str:
        """A card that somebody wrote; its token."""
        token = mint(self.policy.category("payment_card"), CARD)
        writer = VaultWriter(VaultPublicKey(PRIVATE.public_bytes("x-wing")), RING, self.policy)
        with self.rasa.transaction() as tx:
            writer.seal(tx, subject=subject, turn_id=TURN, findings=[Finding("payment_card", token, CARD)])
            writer.confirm(tx, TURN)
        return token

    def reveal(self, token: str, subject: bytes = ANNA) -> str:
        """Opens it for a refund."""
        return VaultReader(self.actions, PRIVATE, RING, self.policy).reveal(
            token=token, category="payment_card", subject=subject, purpose="refunds", turn_id=TURN,
            require=self.consent.require, audit=Audit("test").append,
        )  # fmt: skip

    def key_bytes(self, token: str) -> bytes | None:
        """The wrapped key of a value, as it lies in the database."""
        rows = self.owner("SELECT wrapped FROM key.value_key WHERE token = %s", token)
        return bytes(rows[0][0]) if rows else None

    def age(self, span: timedelta) -> None:
        """As if everything had been sealed so long ago."""
        self.owner("UPDATE vault.value SET created_at = created_at - %s", span)


@pytest.fixture
def sealed(database: TestDatabase, policy: Policy) -> Iterator[Sealed]:
    made = Sealed(database, policy)
    yield made
    made.close()


@pytest.fixture
def stopping(database: TestDatabase, tmp_path: Path) -> Iterator[Sealed]:
    """Where a withdrawn refund keeps the card sealed."""
    made = Sealed(database, changed_policy(tmp_path, {"refunds": {"on_withdrawal": "stop"}}))
    yield made
    made.close()


def test_one_purpose_is_withdrawn_alone(world: World) -> None:
    world.say()
    world.say("delivery")
    assert world.withdraw(purposes={"refunds"}) == ["refunds"]
    assert not world.is_live()
    assert world.is_live("delivery")
    assert world.withdraw(purposes={"refunds"}) == []
    assert world.damage() == []


def test_a_withdrawal_reaches_nobody_else(world: World) -> None:
    world.say()
    world.say(subject=BEN)
    world.withdraw(BEN)
    assert world.is_live()


def test_what_is_said_fits_what_becomes_of_the_data(policy: Policy, tmp_path: Path) -> None:
    erased = withdrawn_sentence([policy.purpose("refunds")], "en")
    assert "destroyed" in erased
    stopping = changed_policy(tmp_path, {"refunds": {"on_withdrawal": "stop"}})
    both = withdrawn_sentence([stopping.purpose("refunds"), stopping.purpose("delivery")], "en")
    assert "stays sealed, is opened for nobody" in both
    assert "destroyed." in both
    assert "not given any consent" in withdrawn_sentence([], "en")


def test_erase_destroys_the_key(sealed: Sealed) -> None:
    token = sealed.seal()
    sealed.say()
    assert sealed.reveal(token) == CARD
    sealed.withdraw()
    assert sealed.key_bytes(token) is not None
    sealed.keeper.run_once()
    assert sealed.key_bytes(token) is None


def test_stop_keeps_it_sealed_to_its_age_and_opens_it_for_nobody(stopping: Sealed) -> None:
    token = stopping.seal()
    stopping.say()
    stopping.withdraw()
    stopping.age(timedelta(hours=3))
    stopping.keeper.run_once()
    assert stopping.key_bytes(token) is not None
    with pytest.raises(NotAllowed):
        stopping.reveal(token)
    volunteered = stopping.seal()
    stopping.owner("UPDATE consent.state SET at = at - interval '1 hour'")
    stopping.owner("UPDATE vault.value SET created_at = now() - interval '31 minutes' WHERE token = %s", volunteered)
    stopping.keeper.run_once()
    assert stopping.key_bytes(volunteered) is None
    assert stopping.key_bytes(token) is not None
    stopping.owner("UPDATE vault.value SET expires_at = now() - interval '1 second'")
    stopping.keeper.run_once()
    assert stopping.key_bytes(token) is None


PENDING = [
    ("a no", lambda world: world.say(given=False)),
    ("the session's end", lambda world: _end(world)),
    ("half an hour", lambda world: world.age(timedelta(minutes=31))),
]


def _end(world: Sealed) -> None:
    with world.actions.transaction() as tx:
        assert world.consent.end_session(tx, ANNA) > 0


@pytest.mark.parametrize(("name", "happens"), PENDING, ids=[row[0] for row in PENDING])
def test_what_was_volunteered_before_a_yes_is_pending(sealed: Sealed, name: str, happens: object) -> None:
    token = sealed.seal()
    others = sealed.seal(BEN)
    sealed.say(subject=BEN)
    wrapped = sealed.key_bytes(token)
    assert wrapped is not None
    with pytest.raises(NotAllowed):
        sealed.reveal(token)
    sealed.keeper.run_once()
    assert sealed.key_bytes(token) == wrapped
    happens(sealed)  # type: ignore[operator]
    sealed.keeper.run_once()
    everything = [bytes(row[0]) for row in sealed.owner("SELECT wrapped FROM key.value_key")]
    assert wrapped not in everything
    assert sealed.reveal(others, BEN) == CARD


def test_a_person_who_asks_is_told_what_waits_for_their_yes(sealed: Sealed) -> None:
    """Not that it stays for a month: without a yes it does not (GDPR art. 5(1)(a), 15(1)(d))."""
    sealed.seal()
    sealed.seal(BEN)
    sealed.say(subject=BEN)

    def told(*subjects: bytes) -> list[tuple[str, int, int]]:
        with sealed.actions.transaction() as tx:
            return [(one.category, one.number, one.waiting) for one in counts(tx, sealed.policy, subjects)]

    assert told(ANNA) == [("payment_card", 1, 1)]
    assert told(BEN) == [("payment_card", 1, 0)]
    assert told(ANNA, BEN) == [("payment_card", 2, 1)]


def test_the_end_of_a_session_takes_nothing_that_was_agreed_to(sealed: Sealed) -> None:
    token = sealed.seal()
    sealed.say()
    _end(sealed)
    sealed.keeper.run_once()
    assert sealed.reveal(token) == CARD


def test_an_expired_yes_opens_nothing(sealed: Sealed) -> None:
    token = sealed.seal()
    notice = notice_for(sealed.policy, "refunds")
    for keep, opens in ((timedelta(days=1), True), (timedelta(0), False)):
        entry = Entry("refunds", "given", "1", notice.hash, "en", "button", keep=keep)
        with sealed.actions.transaction() as tx:
            ledger = Ledger(HEAD_KEY)
            ledger.lock(tx, ANNA)
            ledger.append_and_hold(tx, ANNA, entry)
        if opens:
            assert sealed.reveal(token) == CARD
        else:
            with pytest.raises(NotAllowed):
                sealed.reveal(token)
