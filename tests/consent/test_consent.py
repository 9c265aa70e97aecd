"""The ledger: single-use questions, immutable answers, one state a person and purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discreet.errors import NotAllowed
from discreet.policy import Policy
from discreet.records.consent import Consent, Operation
from discreet.records.consent.notice import notice_for
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, BEN, TURN = b"a" * 16, b"b" * 16, b"t" * 16
HEAD_KEY = bytes(range(32))


@pytest.fixture
def consent(policy: Policy) -> Consent:
    return Consent(policy, HEAD_KEY)


@pytest.fixture
def actions(database: TestDatabase) -> Iterator[Database]:
    pool = database.open("actions")
    yield pool
    pool.close()


def _ask(actions: Database, consent: Consent, purpose: str = "refunds", subject: bytes = ANNA) -> Operation:
    with actions.transaction() as tx:
        return consent.ask(tx, subject, purpose, resume="x", turn_id=TURN).operation


def _answer(
    actions: Database, consent: Consent, operation: Operation, subject: bytes = ANNA, given: bool = True
) -> None:
    with actions.transaction() as tx:
        consent.answer(tx, subject, operation, given=given, method="button", turn_id=TURN)


def _live(actions: Database, consent: Consent, purpose: str = "refunds", subject: bytes = ANNA) -> bool:
    with actions.transaction() as tx:
        return consent.is_live(tx, subject, purpose)


def test_only_a_yes_makes_a_basis(actions: Database, consent: Consent) -> None:
    assert not _live(actions, consent)
    operation = _ask(actions, consent)
    assert not _live(actions, consent)
    _answer(actions, consent, operation)
    assert _live(actions, consent)
    assert not _live(actions, consent, subject=BEN)
    assert not _live(actions, consent, "delivery")


@pytest.mark.parametrize("purpose", ["order_support", "security", "invoices", "rights"])
def test_another_basis_does_not_pretend_to_ask(actions: Database, consent: Consent, purpose: str) -> None:
    assert _live(actions, consent, purpose)


def test_a_question_is_answered_once(actions: Database, consent: Consent) -> None:
    operation = _ask(actions, consent)
    _answer(actions, consent, operation, given=False)
    with pytest.raises(NotAllowed):
        _answer(actions, consent, operation, given=True)
    assert not _live(actions, consent)


def test_nobody_answers_for_another(actions: Database, consent: Consent) -> None:
    operation = _ask(actions, consent)
    with pytest.raises(NotAllowed):
        _answer(actions, consent, operation, subject=BEN)
    assert not _live(actions, consent, subject=BEN)


def test_an_old_question_can_no_longer_be_answered(database: TestDatabase, actions: Database, consent: Consent) -> None:
    operation = _ask(actions, consent)
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE consent.operation SET expires_at = now() - interval '1 second'")
    with pytest.raises(NotAllowed):
        _answer(actions, consent, operation)
    with actions.transaction() as tx:
        assert consent.waiting(tx, ANNA) is None


def test_the_notice_shown_last_is_the_one_that_waits(actions: Database, consent: Consent) -> None:
    _ask(actions, consent, "refunds")
    newer = _ask(actions, consent, "delivery")
    with actions.transaction() as tx:
        waiting = consent.waiting(tx, ANNA)
    assert waiting is not None
    assert waiting.id == newer.id


def test_withdrawal_takes_back_every_yes_and_says_which(actions: Database, consent: Consent) -> None:
    for purpose in ("refunds", "delivery"):
        _answer(actions, consent, _ask(actions, consent, purpose))
    with actions.transaction() as tx:
        assert [purpose.name for purpose in consent.withdraw(tx, ANNA, method="words", turn_id=TURN)] == [
            "delivery",
            "refunds",
        ]
        assert consent.withdraw(tx, ANNA, method="words", turn_id=TURN) == []
    assert not _live(actions, consent)


def test_the_ledger_keeps_every_step(actions: Database, consent: Consent, policy: Policy) -> None:
    _answer(actions, consent, _ask(actions, consent))
    with actions.transaction() as tx:
        consent.withdraw(tx, ANNA, method="words", turn_id=TURN)
        rows = tx.execute("SELECT status, policy_version, notice_hash FROM consent.event ORDER BY id")
    assert [row[0] for row in rows] == ["requested", "given", "withdrawn"]
    assert {row[1] for row in rows} == {policy.version}
    assert {bytes(row[2]) for row in rows} == {notice_for(policy, "refunds").hash}


def test_a_yes_expires_when_the_policy_says(actions: Database, consent: Consent, policy: Policy) -> None:
    _answer(actions, consent, _ask(actions, consent))
    with actions.transaction() as tx:
        (row,) = tx.execute("SELECT expires_at - now() FROM consent.state")
    assert abs(row[0] - policy.purpose("refunds").keep).total_seconds() < 60


def test_a_withdrawal_waits_for_a_reveal_that_has_begun(actions: Database, consent: Consent) -> None:
    import threading

    _answer(actions, consent, _ask(actions, consent))
    withdrawn = threading.Event()

    def withdraw() -> None:
        with actions.transaction() as tx:
            consent.withdraw(tx, ANNA, method="words", turn_id=TURN)
        withdrawn.set()

    with actions.transaction() as tx:
        consent.require(tx, ANNA, "refunds")
        thread = threading.Thread(target=withdraw)
        thread.start()
        assert not withdrawn.wait(0.3)
    thread.join()
    assert withdrawn.is_set()
    with pytest.raises(NotAllowed), actions.transaction() as tx:
        consent.require(tx, ANNA, "refunds")


@pytest.mark.parametrize("purpose", ["refunds", "delivery", "feedback", "transcript"])
def test_a_notice_says_at_once_what_how_long_who_and_how_to_withdraw(policy: Policy, purpose: str) -> None:
    text = notice_for(policy, purpose).text
    declared = policy.purpose(purpose)
    for part in (declared.notice["en"], policy.controller["name"], "withdraw my consent"):
        assert part in text
    assert any(word in text for word in ("30 days", "90 days", "one year"))


FORGED_STATES = [
    ("a refusal turned into a yes", "UPDATE consent.state SET status = 'given'"),
    ("a longer life", "UPDATE consent.state SET status = 'given', expires_at = now() + interval '9 years'"),
    ("another purpose", "UPDATE consent.state SET purpose = 'delivery', status = 'given'"),
    ("no MAC", "UPDATE consent.state SET status = 'given', mac = NULL"),
]


@pytest.mark.parametrize(("name", "sql"), FORGED_STATES, ids=[row[0] for row in FORGED_STATES])
def test_a_state_that_somebody_else_wrote_is_no_basis(
    database: TestDatabase, actions: Database, consent: Consent, name: str, sql: str
) -> None:
    _answer(actions, consent, _ask(actions, consent), given=False)
    with database.open("owner").transaction() as tx:
        tx.execute(sql)
    assert not _live(actions, consent)
    assert not _live(actions, consent, "delivery")
    with pytest.raises(NotAllowed), actions.transaction() as tx:
        consent.require(tx, ANNA, "refunds")


def test_a_yes_of_one_person_is_none_of_another(database: TestDatabase, actions: Database, consent: Consent) -> None:
    _answer(actions, consent, _ask(actions, consent))
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE consent.state SET subject = %s", BEN)
    assert not _live(actions, consent, subject=BEN)
