"""A world a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discreet.policy import Policy
from tests.conftest import TestDatabase
from tests.consent.world import World


@pytest.fixture
def world(database: TestDatabase, policy: Policy) -> Iterator[World]:
    made = World(database, policy)
    yield made
    made.close()
