"""What is told of a customer is all that is kept of them, not only what began in the conversation that asks."""

from __future__ import annotations

from actions.privacy import StoredData
from discreet.records.identity import links
from tests.records.identity.conftest import world as world
from tests.sdk.test_step_up import ANNA, BEN, Bench
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import say, signed_in


def test_another_conversations_returns_the_account_and_its_proofs_are_told(bench: Bench) -> None:
    customer = signed_in(bench.world)
    with bench.world.actions.transaction() as tx:
        links.link(tx, BEN, customer)
    bench.world.shop.open_return("DS-10601", "water bottle", "leaks", subject=BEN, effect_key=bytes(32))
    bench.world.totp_secret()
    say(bench, StoredData())
    bench.prove()
    told = say(bench, StoredData()).responses[-1]["text"]
    assert "1 × return" in told
    assert "name, e-mail address, delivery address and orders" in told
    assert "it is you: an authenticator app." in told
    assert "the carrier that brings the parcel: your address or name or phone number" in told


def test_somebody_without_an_account_is_told_of_none(bench: Bench) -> None:
    told = say(bench, StoredData()).responses[-1]["text"]
    assert "account in the shop" not in told
    assert bench.world.sql("SELECT 1 FROM identity.link WHERE subject = %s", ANNA) == []
