"""A withdrawal holds for the person: on whatever channel it is said, in every conversation shown to be theirs."""

from __future__ import annotations

import threading

from discreet.records.identity import links
from tests.consent.world import ANNA, BEN, World

THIRD, CUSTOMER = b"c" * 16, b"k" * 16


def _one_customer(world: World, *subjects: bytes) -> None:
    with world.actions.transaction() as tx:
        for subject in subjects:
            links.link(tx, subject, CUSTOMER)


def test_another_channel_of_the_same_customer_takes_it_back(world: World) -> None:
    for subject in (ANNA, BEN, THIRD):
        world.say(subject=subject)
    _one_customer(world, ANNA, BEN)
    with world.actions.transaction() as tx:
        assert [purpose.name for purpose in world.consent.given(tx, ANNA)] == ["refunds"]
    assert world.withdraw(ANNA) == ["refunds"]
    assert [world.is_live(subject=subject) for subject in (ANNA, BEN, THIRD)] == [False, False, True]
    assert {bytes(row[0]) for row in world.owner("SELECT subject FROM vault.discard")} == {ANNA, BEN}
    assert world.damage() == []


def test_it_is_heard_where_nothing_was_agreed_to(world: World) -> None:
    world.say(subject=BEN)
    world.say("feedback", subject=BEN)
    _one_customer(world, ANNA, BEN)
    with world.actions.transaction() as tx:
        assert {purpose.name for purpose in world.consent.given(tx, ANNA)} == {"refunds", "feedback"}
    assert world.withdraw(ANNA, {"feedback"}) == ["feedback"]
    assert (world.is_live(subject=BEN), world.is_live("feedback", subject=BEN)) == (True, False)


def test_a_yes_widens_to_no_other_conversation(world: World) -> None:
    _one_customer(world, ANNA, BEN)
    world.say(subject=BEN)
    assert not world.is_live(subject=ANNA)


def test_an_untied_conversation_keeps_its_own(world: World) -> None:
    for subject in (ANNA, BEN):
        world.say(subject=subject)
    _one_customer(world, ANNA, BEN)
    with world.actions.transaction() as tx:
        links.unlink(tx, BEN)
    world.withdraw(ANNA)
    assert world.is_live(subject=BEN)


def test_two_channels_at_once_do_not_wait_for_each_other(world: World) -> None:
    """Chains are locked in one order, from whichever side a withdrawal comes."""
    _one_customer(world, ANNA, BEN)
    failed: list[BaseException] = []
    gate = threading.Barrier(2)

    def withdraw(subject: bytes) -> None:
        try:
            for _ in range(15):
                gate.wait()
                world.say(subject=subject)
                world.withdraw(subject)
        except BaseException as error:
            failed.append(error)
            gate.abort()

    threads = [threading.Thread(target=withdraw, args=(subject,)) for subject in (ANNA, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert world.damage() == []
