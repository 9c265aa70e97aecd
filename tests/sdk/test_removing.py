"""A lost phone: what was on it is removed behind two other proofs, with a letter, and not by who has the mailbox."""

from __future__ import annotations

import pytest

from actions.account import LockAccount, RemoveAuthenticator
from discreet.records.identity.challenges import Outcome
from tests.records.identity.conftest import World
from tests.records.identity.conftest import world as world
from tests.sdk.test_letters import subjects
from tests.sdk.test_step_up import ANNA, Bench
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import say, signed_in

APP = "authenticator app"
GONE = "Something was removed"


def kinds(world: World) -> frozenset[str]:
    with world.actions.transaction() as tx:
        return world.identity.authenticators.kinds(tx, world.owner().id)


def answered(bench: Bench, code: str) -> Outcome:
    return bench.world.answer(code.replace(" ", ""), ANNA).outcome


def test_two_other_proofs_remove_it_and_a_letter_says_so(bench: Bench) -> None:
    signed_in(bench.world)
    bench.world.totp_secret()
    recovery = bench.world.recovery_codes()
    say(bench, RemoveAuthenticator(), factor=APP)
    assert answered(bench, recovery[0]) is Outcome.MORE
    assert answered(bench, bench.code()) is Outcome.PASSED
    done = say(bench, RemoveAuthenticator(), factor=APP)
    assert done.responses[-1]["response"] == "utter_factor_removed"
    assert kinds(bench.world) == {"recovery"}
    assert subjects(bench)[-1] == GONE
    assert "authenticator app of your account" in bench.world.letters.kept[-1].text


def test_a_mailbox_alone_removes_nothing(bench: Bench) -> None:
    signed_in(bench.world)
    bench.world.totp_secret()
    say(bench, RemoveAuthenticator(), factor=APP)
    assert answered(bench, bench.code()) is Outcome.MORE
    say(bench, RemoveAuthenticator(), factor=APP)
    assert kinds(bench.world) == {"totp"}
    assert GONE not in subjects(bench)


def test_whoever_is_known_only_from_the_proof_has_to_show_as_much(bench: Bench) -> None:
    """Before it nobody knew that this account has more than a mailbox."""
    bench.world.totp_secret()
    say(bench, RemoveAuthenticator(), factor=APP)
    with bench.world.actions.transaction() as tx:
        assert bench.world.identity.challenges.name(tx, ANNA, bench.world.owner())
        sent = bench.world.identity.challenges.new_code(tx, ANNA)
    assert sent is not None
    assert answered(bench, sent[0]) is Outcome.PASSED
    say(bench, RemoveAuthenticator(), factor=APP)
    assert kinds(bench.world) == {"totp"}
    assert bench.world.sql("SELECT asks FROM identity.challenge") == [(2,)]


def test_a_step_up_for_one_kind_removes_no_other(bench: Bench) -> None:
    signed_in(bench.world)
    bench.world.totp_secret()
    recovery = bench.world.recovery_codes()
    say(bench, RemoveAuthenticator(), factor=APP)
    answered(bench, recovery[0])
    assert answered(bench, bench.code()) is Outcome.PASSED
    say(bench, RemoveAuthenticator(), factor="recovery codes")
    assert kinds(bench.world) == {"totp", "recovery"}


def test_a_passkey_that_was_shown_for_it_stays(bench: Bench) -> None:
    customer = signed_in(bench.world)
    with bench.world.actions.transaction() as tx:
        for name in (b"phone", b"laptop"):
            bench.world.identity.authenticators.add_passkey(tx, customer, name, b"key", 0)
        laptop = bench.world.identity.authenticators.passkey(tx, customer, b"laptop")
    assert laptop is not None
    say(bench, RemoveAuthenticator(), factor="passkey")
    with bench.world.actions.transaction() as tx:
        assert bench.world.identity.challenges.passed_by(tx, ANNA, laptop.id).outcome is Outcome.PASSED
    say(bench, RemoveAuthenticator(), factor="passkey")
    with bench.world.actions.transaction() as tx:
        assert bench.world.identity.authenticators.passkey_ids(tx, customer) == [b"laptop"]


@pytest.mark.parametrize("factor", ["my app code", "passkey"], ids=["codes_without_any", "no_passkey"])
def test_what_is_not_there_is_said_only_to_its_customer(bench: Bench, factor: str) -> None:
    signed_in(bench.world)
    asked = say(bench, RemoveAuthenticator(), factor=factor)
    assert asked.responses[-1]["response"] == "utter_prove_code_web"
    bench.prove()
    assert say(bench, RemoveAuthenticator(), factor=factor).responses[-1]["response"] == "utter_factor_not_there"
    assert GONE not in subjects(bench)


def test_nothing_is_removed_from_a_locked_account(bench: Bench) -> None:
    signed_in(bench.world)
    bench.world.totp_secret()
    say(bench, LockAccount())
    refused = say(bench, RemoveAuthenticator(), factor=APP)
    assert "unlock my account" in refused.responses[-1]["text"]
    assert bench.world.sql("SELECT 1 FROM identity.challenge") == []


def test_it_is_asked_which_one(bench: Bench) -> None:
    assert say(bench, RemoveAuthenticator()).responses[-1]["response"] == "utter_choose_factor_to_remove"
