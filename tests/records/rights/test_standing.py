"""Restriction freezes reveals and keeps the data; objection stops a purpose; both by linked conversations too."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from discreet.crypto.wrapping import KeyRing
from discreet.errors import NotAllowed
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.identity import links
from discreet.records.rights import standing
from discreet.records.rights.standing import Objected, Restricted
from discreet.records.vault import VaultReader
from discreet.storage.engine import Database
from tests.records.rights.people import PRIVATE, VALUE_RING, Person, customer_of, live, readable

REQUEST = "rq_" + "a" * 26


def _reveal(pool: Database, policy: Policy, person: Person) -> str:
    return VaultReader(pool, PRIVATE, VALUE_RING, policy).reveal(
        token=person.tokens["payment_card"], category="payment_card", subject=person.subject, purpose="refunds",
        turn_id=bytes(16), require=Consent(policy, bytes(32)).require, audit=Audit("test").append,
    )  # fmt: skip


def test_restricted_data_is_kept_and_not_opened_until_that_is_lifted(
    owner: Database, actions: Database, policy: Policy
) -> None:
    anna, ben = live(owner, policy, "anna"), live(owner, policy, "ben")
    with actions.transaction() as tx:
        standing.restrict(tx, [anna.subject], REQUEST)
    with pytest.raises(Restricted) as refused:
        _reveal(actions, policy, anna)
    assert "unfreeze" in refused.value.sentence
    assert _reveal(actions, policy, ben) == ben.values["payment_card"]
    assert readable(owner, policy, anna)
    with actions.transaction() as tx:
        assert tx.execute("SELECT 1 FROM rights.restriction WHERE until > now() + interval '89 days'") == [(1,)]
        assert standing.lift(tx, [anna.subject]) == 1
    assert _reveal(actions, policy, anna) == anna.values["payment_card"]


def test_a_refused_reveal_is_audited(owner: Database, actions: Database, policy: Policy) -> None:
    anna = live(owner, policy, "anna")
    with actions.transaction() as tx:
        standing.restrict(tx, [anna.subject], REQUEST)
    with pytest.raises(Restricted):
        _reveal(actions, policy, anna)
    with owner.transaction() as tx:
        assert tx.execute("SELECT outcome FROM audit.event WHERE actor = 'test'") == [("refused",)]


def test_a_conversation_linked_later_is_restricted_too_and_a_claimed_one_is_not(
    owner: Database, actions: Database, policy: Policy
) -> None:
    page, phone, other = (live(owner, policy, name) for name in ("page", "phone", "other"))
    with actions.transaction() as tx:
        links.link(tx, page.subject, customer_of(page))
        standing.restrict(tx, [page.subject], REQUEST)
        links.link(tx, phone.subject, customer_of(page))
    with pytest.raises(Restricted):
        _reveal(actions, policy, phone)
    assert _reveal(actions, policy, other) == other.values["payment_card"]


def test_restriction_waits_for_a_reveal_that_began(owner: Database, actions: Database, policy: Policy) -> None:
    anna = live(owner, policy, "anna")
    order: list[str] = []

    def restrict() -> None:
        with actions.transaction() as tx:
            standing.restrict(tx, [anna.subject], REQUEST)
        order.append("restricted")

    with owner.transaction() as tx:
        standing.require(tx, anna.subject, "refunds")
        late = threading.Thread(target=restrict)
        late.start()
        late.join(0.5)
        assert late.is_alive()
        order.append("revealed")
    late.join()
    assert order == ["revealed", "restricted"]
    with pytest.raises(Restricted):
        _reveal(actions, policy, anna)


def test_the_keeper_destroys_nothing_of_a_restricted_person(owner: Database, keeper: Database, policy: Policy) -> None:
    anna, ben = live(owner, policy, "anna"), live(owner, policy, "ben")
    with owner.transaction() as tx:
        standing.restrict(tx, [anna.subject], REQUEST)
        for person in (anna, ben):
            tx.execute("INSERT INTO vault.discard VALUES (%s, 'email')", person.subject)
        tx.execute("UPDATE conversation.head SET touched_at = now() - interval '400 days'")
        tx.execute("UPDATE conversation.turn SET at = now() - interval '400 days'")
    keeping = Keeper(keeper, policy, KeyRing({"conversation-1": bytes(32)}), bytes(32))
    keeping.run_once()
    assert readable(owner, policy, anna)
    assert not readable(owner, policy, ben)
    with owner.transaction() as tx:
        tx.execute("UPDATE vault.value SET expires_at = now() - interval '1 second'")
    keeping.run_once()
    with owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM vault.value WHERE subject = %s", anna.subject) == [(4,)]
        assert tx.execute("SELECT count(*) FROM vault.value WHERE subject = %s", ben.subject) == [(0,)]
        standing.lift(tx, [anna.subject])
    keeping.run_once()
    with owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM vault.value") == [(0,)]


def test_an_objection_stops_its_purpose_and_no_other(owner: Database, actions: Database, policy: Policy) -> None:
    anna = live(owner, policy, "anna")
    refunds = replace(policy.purpose("refunds"), basis="legitimate_interest")
    interested = replace(policy, purposes={**policy.purposes, "refunds": refunds})
    assert _reveal(actions, interested, anna) == anna.values["payment_card"]
    with actions.transaction() as tx:
        standing.object_to(tx, [anna.subject], "security", REQUEST)
    assert _reveal(actions, interested, anna) == anna.values["payment_card"]
    with actions.transaction() as tx:
        standing.object_to(tx, [anna.subject], "refunds", REQUEST)
        standing.object_to(tx, [anna.subject], "refunds", REQUEST)
    with pytest.raises(Objected):
        _reveal(actions, interested, anna)


@pytest.mark.parametrize("reason", ["restricted", "objected"])
def test_the_refusal_says_which_right_was_used_and_nothing_else(reason: str) -> None:
    error: NotAllowed = Restricted("x") if reason == "restricted" else Objected("x")
    assert error.code == reason
    assert error.sentence.startswith("You ")
