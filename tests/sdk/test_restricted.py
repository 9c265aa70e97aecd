"""Freezing (GDPR art. 18) stops what uses data, and no right: whoever froze it can unfreeze it, or have it erased."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from actions.identity import AnswerChallenge
from actions.returns import SubmitReturn
from actions.rights import EraseData, LiftRestriction
from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.rights import standing
from discreet.records.vault import Finding, VaultWriter
from discreet.sdk.asked_first import AskedFirst
from discreet.shop.port import Return
from discreet.shop.postgres import PostgresShop
from discreet.storage.engine import Transaction
from tests.conftest import TestDatabase
from tests.records.identity.conftest import RING, SEED
from tests.records.identity.conftest import world as world
from tests.sdk.test_step_up import ANNA, Bench
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import pressed, say, signed_in

CODE_TOKEN, REQUEST = "vt_code_0k9mz03q7v5c8w2t6h1xa", "rq_" + "a" * 26


def sealed_code(database: TestDatabase, policy: Policy, code: str) -> None:
    writer = VaultWriter(VaultPublicKey(VaultPrivateKey(SEED).public_bytes()), RING, policy)
    with closing(database.open("rasa")) as rasa, rasa.transaction() as tx:
        writer.seal(tx, subject=ANNA, turn_id=b"c" * 16, findings=[Finding("one_time_code", CODE_TOKEN, code)])
        writer.confirm(tx, b"c" * 16)


@pytest.mark.parametrize("right", [LiftRestriction(), EraseData()], ids=["unfreezing", "erasing"])
def test_a_customer_who_froze_everything_can_still_show_who_they_are(
    bench: Bench, database: TestDatabase, policy: Policy, right: AskedFirst
) -> None:
    signed_in(bench.world)
    with bench.world.actions.transaction() as tx:
        standing.restrict(tx, [ANNA], REQUEST)
    assert say(bench, right).responses[-1]["response"] == "utter_prove_code_web"
    sealed_code(database, policy, bench.code())
    offered = say(bench, AnswerChallenge(), code=CODE_TOKEN, proving="code")
    assert "Shall I?" in offered.responses[-1]["text"]
    say(bench, right, operation=pressed(offered))
    assert bench.world.sql("SELECT 1 FROM rights.request WHERE kind = %s AND state <> 'asked'", right.kind) == [(1,)]


def test_a_code_is_destroyed_although_its_person_is_frozen(
    bench: Bench, database: TestDatabase, policy: Policy
) -> None:
    """At most ten minutes, whatever happens (docs/spec/step-up.md)."""
    sealed_code(database, policy, "12345678")
    with bench.world.actions.transaction() as tx:
        standing.restrict(tx, [ANNA], REQUEST)
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        tx.execute("UPDATE vault.value SET expires_at = now() - %s", timedelta(seconds=1))
    with closing(database.open("keeper")) as pool:
        Keeper(pool, policy, KeyRing({"conversation-1": bytes(32)}), bytes(32)).run_once()
    assert bench.world.sql("SELECT category FROM vault.value") == [("email",)]


class TakesItBack(PostgresShop):
    """The shop; while it opens a return, the person does something about their data by another way."""

    meanwhile: Callable[[Transaction], object]

    def open_return(self, *given: Any, **more: Any) -> Return:
        opened = super().open_return(*given, **more)
        with self._database.transaction() as tx:
            self.meanwhile(tx)
        return opened


@pytest.mark.parametrize("way", ["withdrawn", "frozen"])
def test_nothing_is_paid_and_no_return_stays_open_when_it_is_taken_back_meanwhile(
    bench: Bench, database: TestDatabase, policy: Policy, way: str
) -> None:
    """``refunds`` of the bench is nothing that could pay: a call of it would be an error."""
    consent, shop = bench.services.consent, TakesItBack(bench.world.actions, RING)
    shop.meanwhile = (
        (lambda tx: consent.withdraw(tx, ANNA, method="page", turn_id=None))
        if way == "withdrawn"
        else (lambda tx: standing.restrict(tx, [ANNA], REQUEST))
    )
    bench.services = replace(bench.services, shop=shop)
    with bench.world.actions.transaction() as tx:
        asked = consent.ask(tx, ANNA, "refunds", resume="x", turn_id=b"x" * 16).operation
        consent.answer(tx, ANNA, asked, given=True, method="button", turn_id=b"x" * 16)
    writer = VaultWriter(VaultPublicKey(VaultPrivateKey(SEED).public_bytes()), RING, policy)
    with closing(database.open("rasa")) as rasa, rasa.transaction() as tx:
        card = Finding("payment_card", "vt_card_3k9mz03q7v5c8w2t6h1xa_5556", "4000056655665556")
        writer.seal(tx, subject=ANNA, turn_id=b"p" * 16, findings=[card])
        writer.confirm(tx, b"p" * 16)
    slots = {"order_number": "DS-10601", "item": "water bottle", "return_reason": "leaks", "payment_card": card.token}
    say(bench, SubmitReturn(), **slots)
    bench.prove()
    done = say(bench, SubmitReturn(), **slots)
    assert ("took your consent back" if way == "withdrawn" else "asked me to freeze") in done.responses[-1]["text"]
    assert bench.world.sql("SELECT status FROM shop.returns") == [("rejected",)]
