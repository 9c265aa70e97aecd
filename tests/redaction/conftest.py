"""What the redactor does not find yet, by name: ``open.txt`` only ever gets shorter.

A test named there is expected to fail, and fails the run when it passes: then its line must go.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_OPEN = frozenset((Path(__file__).parent / "open.txt").read_text(encoding="utf-8").splitlines())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the open ones."""
    for item in items:
        if item.name in _OPEN:
            item.add_marker(pytest.mark.xfail(strict=True, reason="not found yet: tests/redaction/open.txt"))
