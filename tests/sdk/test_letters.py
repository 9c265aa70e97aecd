"""What happens to an account is told by letter, and nobody fills its mailbox with that."""

from __future__ import annotations

import secrets
from contextlib import closing

from actions.account import LockAccount
from actions.identity import AnswerChallenge
from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.records.identity import guesses
from discreet.records.identity.attempts import letters
from discreet.records.vault import Finding, VaultWriter
from discreet.redaction.tokens import mint
from tests.conftest import TestDatabase
from tests.records.identity.codes_of import other_than, totp_at
from tests.records.identity.conftest import RING, SEED
from tests.records.identity.conftest import world as world
from tests.sdk.test_step_up import ANNA, Bench
from tests.sdk.test_step_up import bench as bench
from tests.sdk.test_takeover import OLD, say, signed_in


def sealed(bench: Bench, database: TestDatabase, code: str) -> str:
    """A token of what the person typed, as the Guard makes it."""
    category = bench.services.policy.category("one_time_code")
    token, turn_id = mint(category, code), secrets.token_bytes(16)
    writer = VaultWriter(VaultPublicKey(VaultPrivateKey(SEED).public_bytes()), RING, bench.services.policy)
    with closing(database.open("rasa")) as rasa, rasa.transaction() as tx:
        writer.seal(tx, subject=ANNA, turn_id=turn_id, findings=[Finding("one_time_code", token, code)])
        writer.confirm(tx, turn_id)
    return token


def subjects(bench: Bench) -> list[str]:
    bench.services.identity.mailer.flush()
    return [letter.subject.partition(":")[0] for letter in bench.world.letters.kept if letter.to == OLD]


def test_this_was_not_me_over_and_over_is_three_letters_and_as_many_locks(bench: Bench) -> None:
    customer = signed_in(bench.world)
    for _ in range(10):
        bench.world.totp_secret()
        told = say(bench, LockAccount())
        assert told.responses[-1]["response"] == "utter_account_locked"
        assert (
            bench.world.sql("SELECT 1 FROM identity.authenticator WHERE customer = %s AND NOT locked", customer) == []
        )
        bench.world.sql("DELETE FROM identity.authenticator")
    assert subjects(bench) == ["Your account is locked"] * letters("locked").mails
    bench.world.sql("UPDATE identity.attempts SET since = now() - interval '61 minutes'")
    say(bench, LockAccount())
    assert len(subjects(bench)) == letters("locked").mails + 1


def test_what_was_kept_back_is_in_the_audit_log(bench: Bench, database: TestDatabase) -> None:
    signed_in(bench.world)
    for _ in range(letters("locked").mails + 2):
        say(bench, LockAccount())
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        assert tx.execute("SELECT count(*) FROM audit.event WHERE event = 'letter' AND outcome = 'kept_back'") == [(2,)]


def test_codes_by_mail_keep_back_no_letter_about_the_account(bench: Bench) -> None:
    """Else whoever asks for codes often enough would act unseen afterwards."""
    signed_in(bench.world)
    bench.world.sql(
        "INSERT INTO identity.attempts (scope, id, mails) VALUES ('customer', %s, 100)", bench.world.owner().id
    )
    say(bench, LockAccount())
    assert subjects(bench) == ["Your account is locked"]


def test_whoever_closes_a_kind_of_code_is_told_to_its_customer(bench: Bench, database: TestDatabase) -> None:
    secret = bench.world.totp_secret()
    with bench.world.actions.transaction() as tx:
        bench.world.identity.challenges.begin(tx, ANNA, bench.world.owner(), b"o" * 32, "action_change_email", 1)
        for _ in range(guesses.MOST - 1):
            guesses.wrong(tx, bench.world.owner().id, "totp")
    code = sealed(bench, database, other_than(totp_at(secret, bench.world.now)))
    say(bench, AnswerChallenge(), code=code, proving="code")
    assert subjects(bench) == ["Too many wrong codes"]
    assert "a hundred wrong codes" in bench.world.letters.kept[-1].text
    refused = say(
        bench, AnswerChallenge(), code=sealed(bench, database, totp_at(secret, bench.world.now)), proving="code"
    )
    assert "in another way" in refused.responses[-1]["text"]
