"""What somebody who is not the customer tries, each attempt by its name (docs/spec/step-up.md).

The honest ways in are tried in ``test_honest``: a test of refusals that refuses everybody proves nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from tests.records.identity import attacks_on_authenticators, attacks_on_changes, attacks_on_codes
from tests.records.identity.conftest import World

ATTACKS: list[Callable[[World], object]] = [
    attack
    for module in (attacks_on_codes, attacks_on_authenticators, attacks_on_changes)
    for _, attack in inspect.getmembers(module, inspect.isfunction)
    if attack.__module__ == module.__name__
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nothing_is_gained_by(world: World, attack: Callable[[World], object]) -> None:
    assert attack(world) in (None, False, 0)


def test_there_are_so_many() -> None:
    assert len(ATTACKS) >= 55
