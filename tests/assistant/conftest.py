"""What the tests of the whole assistant share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.provider import StandIn, stand_in
from tests.conftest import prepared_state, removed_state


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    """Whoever stands in for the providers of messaging channels."""
    with stand_in() as standing:
        yield standing


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder of one's own."""
    folder = prepared_state()
    yield folder
    removed_state(folder)
