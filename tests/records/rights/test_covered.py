"""A filed erasure covers who was linked when it was filed, whatever is said in the seconds until it is carried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from discreet.policy import Policy
from discreet.records.identity import links
from discreet.records.rights.requests import Requests, find
from discreet.storage.engine import Database
from tests.records.rights.people import Person, customer_of, erasing, file, live, readable


@pytest.fixture
def people(owner: Database, policy: Policy) -> tuple[Person, Person, Person]:
    """A page and a phone of one customer, and another customer."""
    page, phone, other = (live(owner, policy, name) for name in ("page", "phone", "other"))
    with owner.transaction() as tx:
        for person in (page, phone):
            links.link(tx, person.subject, customer_of(page))
        links.link(tx, other.subject, customer_of(other))
    return page, phone, other


@pytest.mark.parametrize("where", ["page", "phone"])
def test_forgetting_who_i_am_afterwards_leaves_nothing_out(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path, people: tuple[Person, ...], where: str
) -> None:
    page, phone, other = people
    request = file(owner, page)
    with owner.transaction() as tx:
        assert links.unlink(tx, {"page": page, "phone": phone}[where].subject)
    with erasing(keeper, tmp_path) as work:
        assert work.run(request)
    assert not readable(owner, policy, page)
    assert not readable(owner, policy, phone)
    with owner.transaction() as tx:
        assert tx.execute("SELECT name FROM shop.customers WHERE id = %s", customer_of(page)) == [(None,)]
        assert tx.execute("SELECT 1 FROM rights.covered") == []
    assert readable(owner, policy, other)


def test_somebody_who_signs_in_afterwards_is_not_erased_with_them(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path, people: tuple[Person, ...]
) -> None:
    """On a borrowed computer: the request was of who sat there before."""
    page, phone, other = people
    request = file(owner, page)
    with owner.transaction() as tx:
        links.link(tx, page.subject, customer_of(other))
    with erasing(keeper, tmp_path) as work:
        assert work.run(request)
    assert readable(owner, policy, other)
    assert not readable(owner, policy, phone)
    with owner.transaction() as tx:
        assert tx.execute("SELECT name IS NULL FROM shop.customers WHERE id = %s", customer_of(other)) == [(False,)]


def test_what_is_linked_to_the_same_customer_meanwhile_goes_too(
    owner: Database, keeper: Database, policy: Policy, tmp_path: Path, people: tuple[Person, ...]
) -> None:
    page, _, _ = people
    later = live(owner, policy, "later")
    request = file(owner, page)
    with owner.transaction() as tx:
        links.link(tx, later.subject, customer_of(page))
    with erasing(keeper, tmp_path) as work:
        assert work.run(request)
    assert not readable(owner, policy, later)


def test_who_asks_on_two_devices_is_erased_once_and_answered_twice(
    owner: Database, keeper: Database, tmp_path: Path, people: tuple[Person, ...]
) -> None:
    page, phone, _ = people
    first, second = file(owner, page), file(owner, phone)
    with erasing(keeper, tmp_path) as work:
        assert work.run_filed() == 1
        assert work.run_filed() == 0
    with owner.transaction() as tx:
        states = [
            found and (found.state, found.outcome.get("erased_by")) for found in (find(tx, first), find(tx, second))
        ]
    assert states == [("partly", None), ("done", first)]


def test_a_press_of_the_action_server_records_who_is_covered(
    owner: Database, actions: Database, people: tuple[Person, ...]
) -> None:
    page, phone, _ = people
    with actions.transaction() as tx:
        request = Requests("actions").ask(tx, page.subject, "erasure", via="conversation")
        Requests("actions").confirm(tx, page.subject, request, "erasure")
    with owner.transaction() as tx:
        covered = {
            bytes(row[0]) for row in tx.execute("SELECT subject FROM rights.covered WHERE request = %s", request)
        }
    assert covered == {page.subject, phone.subject}
