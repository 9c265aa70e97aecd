"""Pools of a test's own database, by whose they are, given back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from discreet.storage.engine import Database
from tests.conftest import TestDatabase


@pytest.fixture
def owner(database: TestDatabase) -> Iterator[Database]:
    with closing(database.open("owner")) as pool:
        yield pool


@pytest.fixture
def keeper(database: TestDatabase) -> Iterator[Database]:
    with closing(database.open("keeper")) as pool:
        yield pool


@pytest.fixture
def actions(database: TestDatabase) -> Iterator[Database]:
    with closing(database.open("actions")) as pool:
        yield pool


@pytest.fixture
def rasa(database: TestDatabase) -> Iterator[Database]:
    with closing(database.open("rasa")) as pool:
        yield pool
