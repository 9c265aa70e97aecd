"""Erasure by request: everything that the registry knows, in one go, with a ledger line and a certificate."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from discreet.crypto import jws
from discreet.crypto.signing import public_key_of
from discreet.errors import NotAuthentic, StorageError
from discreet.policy import Policy
from discreet.records.conversations import Conversations
from discreet.records.erasure import existing
from discreet.records.identity import links
from discreet.records.rights.erasing import CERTIFICATE
from discreet.records.rights.ledger import Ledger, State, compare
from discreet.records.rights.registry import HELD, INDIRECT, Erasure
from discreet.records.rights.requests import Requests, find, log_of
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database, Transaction
from discreet.storage.migrations import default_logins, migrate
from tests.conftest import TestDatabase
from tests.records.rights.people import CONVERSATION_RING, SEED, Person, customer_of, erasing, file, live, readable

OF_A_CUSTOMER = {
    "shop.customers", "shop.orders",
    "identity.authenticator", "identity.attempts", "identity.change", "identity.guesses", "identity.mailbox",
}  # fmt: skip


def _left(owner: Database, person: Person) -> dict[str, int]:
    """Rows in which the conversation's or customer's id stands, table by table, whatever the registry says of them."""
    left = {}
    with owner.transaction() as tx:
        for held in existing(tx):
            if held.by in INDIRECT:
                continue
            whose = customer_of(person) if held.by == "customer" else person.subject
            left[held.table] = tx.execute(f"SELECT count(*) FROM {held.table} WHERE {held.whose} = %s", whose)[0][0]
    return {table: count for table, count in left.items() if count}


def test_a_filed_erasure_is_carried_out_and_certified(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path
) -> None:
    anna, ben = live(owner, policy, "anna"), live(owner, policy, "ben")
    before = _left(owner, ben)
    assert set(before) >= {h.table for h in HELD if h.by not in INDIRECT} - {
        "channel.button", "identity.link", "rights.copy", "rights.restriction", "rights.objection", "rights.request",
        "rights.covered",
    }  # fmt: skip
    request = file(owner, anna)
    with erasing(keeper, tmp_path) as work:
        assert work.run_filed() == 1
        assert work.run_filed() == 0
    assert set(_left(owner, anna)) == OF_A_CUSTOMER  # nobody showed that she is that customer
    assert _left(owner, ben) == before
    assert readable(owner, policy, ben)
    with owner.transaction() as tx:
        found = find(tx, request)
        assert found is not None
        assert found.state == "partly"
        assert found.outcome["kept"].keys() == {"shop.returns"}
        assert [row[2] for row in log_of(tx, request)] == ["asked", "filed", "partly"]
        assert tx.execute("SELECT reason, card_last4, refund_reference FROM shop.returns WHERE reason IS NULL") == [
            (None, None, "P-1")
        ]
    stated = jws.verify(public_key_of(SEED), str(found.certificate), CERTIFICATE)
    assert stated["residual_scan"] == {"rows": 0, "keys": 0}
    assert stated["request"] == request
    assert stated["keys"] == 3
    assert stated["ledger"]["seq"] == 1
    for trace in (anna.sender, anna.subject.hex(), *anna.tokens.values(), *anna.values.values()):
        assert trace not in str(stated)


def test_the_answer_is_delivered_before_its_conversation_goes(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path
) -> None:
    anna = live(owner, policy, "anna")
    request = file(owner, anna)
    with owner.transaction() as tx:
        tx.execute("UPDATE rights.request SET filed_at = now() WHERE id = %s", request)
    with erasing(keeper, tmp_path) as work:
        assert work.run_filed() == 0
        with owner.transaction() as tx:
            tx.execute("DELETE FROM channel.outbox")
        assert work.run_filed() == 1


def test_evidence_stays_under_an_id_that_leads_nowhere(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path
) -> None:
    anna = live(owner, policy, "anna")
    file(owner, anna)
    with owner.transaction() as tx:
        before = [tx.execute(f"SELECT count(*) FROM {table}")[0][0] for table in ("consent.event", "audit.event")]
    with erasing(keeper, tmp_path) as work:
        work.run_filed()
    with owner.transaction() as tx:
        events = tx.execute("SELECT subject, turn_id, purpose FROM consent.event")
        audits = tx.execute("SELECT subject, turn_id, event FROM audit.event")
    assert [len(events), len(audits) - 1] == before
    assert {row[1] for row in events} == {None}
    assert {bytes(row[0]) for row in events} == {bytes(row[0]) for row in audits}
    assert anna.subject not in {bytes(row[0]) for row in events}


@pytest.mark.parametrize("table", ["consent.event", "audit.event"])
def test_nobody_changes_evidence_otherwise(owner: Database, policy: Policy, table: str) -> None:
    live(owner, policy, "anna")
    for change in (
        f"UPDATE {table} SET subject = '\\x{'00' * 16}'",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(StorageError), owner.transaction() as tx:
            tx.execute(change)
    with pytest.raises(StorageError), owner.transaction() as tx:
        _tried(tx, table)


@pytest.mark.parametrize("role", ["rasa", "actions", "staff"])
def test_only_the_keeper_may_pseudonymise(database: TestDatabase, role: str) -> None:
    pool = database.open(role)
    with pytest.raises(StorageError), pool.transaction() as tx:
        tx.execute("SELECT rights.pseudonymise(%s, %s)", bytes(16), bytes(16))
    pool.close()


def test_everything_linked_goes_and_what_is_only_claimed_stays(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path
) -> None:
    page, phone, other = (live(owner, policy, name) for name in ("page", "phone", "other"))
    with owner.transaction() as tx:
        for person in (page, phone):
            links.link(tx, person.subject, customer_of(page))
        links.link(tx, other.subject, customer_of(other))
    request = file(owner, page)
    with erasing(keeper, tmp_path) as work:
        done = work.run(request)
    assert done is not None
    assert done.erased.keys == 7  # two sessions and a person's key each, and the customer's
    assert set(_left(owner, page)) == {"shop.customers", "shop.orders"}
    assert set(_left(owner, phone)) == OF_A_CUSTOMER
    with owner.transaction() as tx:
        assert tx.execute("SELECT name, email, address FROM shop.customers WHERE id = %s", customer_of(page)) == [
            (None, None, None)
        ]
    assert readable(owner, policy, other)


def test_an_order_on_its_way_keeps_its_address_and_says_why(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path
) -> None:
    anna = live(owner, policy, "anna")
    with owner.transaction() as tx:
        links.link(tx, anna.subject, customer_of(anna))
        tx.execute(
            "UPDATE shop.orders SET status = 'packing', delivered_on = NULL WHERE customer = %s", customer_of(anna)
        )
        tx.execute(
            "INSERT INTO identity.mailbox (customer, address_index) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            customer_of(anna), bytes(32),
        )  # fmt: skip
    request = file(owner, anna)
    with erasing(keeper, tmp_path) as work:
        done = work.run(request)
    assert done is not None
    assert "on its way" in done.erased.kept["shop.customers"]
    stated = jws.verify(public_key_of(SEED), done.certificate, CERTIFICATE)
    assert stated["residual_scan"] == {"rows": 0, "keys": 0}, "what stays for the order is told as kept"
    with owner.transaction() as tx:
        assert tx.execute("SELECT name IS NULL FROM shop.customers WHERE id = %s", customer_of(anna)) == [(False,)]


def test_a_crash_between_line_and_commit_is_completed(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = live(owner, policy, "anna"), live(owner, policy, "ben")
    request = file(owner, anna)
    ledger = Ledger(tmp_path, SEED)
    with monkeypatch.context() as patched:
        patched.setattr("discreet.records.rights.erasing.residue", _die)
        with erasing(keeper, tmp_path) as work, pytest.raises(_Died):
            work.run(request)
    assert len(ledger.lines()) == 1
    assert readable(owner, policy, anna)
    with owner.transaction() as tx:
        assert compare(tx, ledger.lines()) is State.UNFINISHED
    other = file(owner, ben)
    with erasing(keeper, tmp_path) as work:
        work.run(other)
        work.run(request)
    assert len(ledger.lines()) == 2
    assert not readable(owner, policy, anna)
    with owner.transaction() as tx:
        assert compare(tx, ledger.lines()) is State.EQUAL


def _tried(tx: Transaction, table: str) -> None:
    tx.execute("SELECT set_config('discreet.pseudonymise', 'on', true)")
    tx.execute(f"UPDATE {table} SET purpose = 'other'")


class _Died(Exception):
    pass


def _die(*_: object) -> None:
    raise _Died


def test_a_certificate_cannot_be_forged_or_be_another_statement(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path
) -> None:
    anna = live(owner, policy, "anna")
    request = file(owner, anna)
    with erasing(keeper, tmp_path) as work:
        done = work.run(request)
    assert done is not None
    public = public_key_of(SEED)
    header, content, signature = done.certificate.split(".")
    line = (tmp_path / "ledger").read_text().strip()
    other = "AQ" if signature.endswith("AA") else "AA"  # one signature in 256 ends so
    for forged in (
        f"{header}.{content[:-2]}AA.{signature}", f"{header}.{content}.{signature[:-2]}{other}", f"{header}.{content}.",
        f"eyJhbGciOiJub25lIn0.{content}.", line, "", "a.b.c", done.certificate + "=", "é.é.é",
        jws.compact(bytes(32), {"v": 1, "request": request}, CERTIFICATE),
    ):  # fmt: skip
        with pytest.raises(NotAuthentic):
            jws.verify(public, forged, CERTIFICATE)


def test_what_law_keeps_is_said_of_every_table_that_is_kept_by_law() -> None:
    blank = [held for held in HELD if held.erased is Erasure.BLANK]
    assert all(held.blank for held in blank)
    assert {held.table for held in blank if held.why} == {"shop.returns", "shop.customers"}


def test_a_bot_that_takes_the_store_alone_has_no_shop_and_erases_all_the_same(
    postgres: EmbeddedPostgres, template: dict[str, str], tmp_path: Path
) -> None:
    name = f"t_{secrets.token_hex(6)}"
    admin = Database(postgres.url.replace("/discreet?", "/postgres?"), pool_size=1)
    with admin.autocommit() as tx:
        tx.execute(f"CREATE DATABASE {name}")
    url = postgres.url.replace("/discreet?", f"/{name}?")
    migrate(url, default_logins(template), shop=False)
    owner = Database(url, pool_size=1)
    with owner.transaction() as tx:
        tx.run(Conversations(CONVERSATION_RING).begin(b"a" * 16, b"hello"))
        request = Requests("operator").file(tx, b"a" * 16, "erasure", via="operator")
    with erasing(owner, tmp_path) as work:
        done = work.run(request)
    assert done is not None
    assert (done.erased.records, done.erased.keys) == (1, 1)
    owner.close()
    with admin.autocommit() as tx:
        tx.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()
