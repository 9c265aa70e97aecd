"""`make audit` is no clean bill unless every package was looked up and every finding was reviewed."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("audit", str(PROJECT / "tools" / "audit"))
    spec = importlib.util.spec_from_loader("audit", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def _package(name: str, *ids: str, aliases: tuple[str, ...] = (), skipped: bool = False) -> dict[str, Any]:
    if skipped:
        return {"name": name, "skip_reason": "not found"}
    return {"name": name, "version": "1", "vulns": [{"id": one, "aliases": list(aliases)} for one in ids]}


CLEAN, SKIPPED = _package("a"), _package("b", skipped=True)
REVIEWED = _package("c", "PYSEC-2024-1", aliases=("CVE-2024-3772",))
NEW = _package("d", "GHSA-aaaa-bbbb-cccc")


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({"osv": [CLEAN, REVIEWED]}, 0, "Every package was looked up"),
        ({"osv": None, "pypi": [CLEAN]}, 0, "Every package was looked up"),
        ({"osv": [CLEAN, NEW]}, 1, "not reviewed: d 1: GHSA-aaaa-bbbb-cccc (fixed in no version yet)"),
        ({"osv": [SKIPPED, NEW]}, 1, "not reviewed"),
        ({"osv": [CLEAN, SKIPPED], "pypi": [CLEAN, SKIPPED]}, 2, "NOT AUDITED"),
        ({"osv": [SKIPPED], "pypi": None}, 2, "looked up 0 of 1"),
        ({"osv": None, "pypi": None}, 2, "NOT AUDITED"),
    ],
)
def test_what_it_ends_with(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: dict[str, Any],
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(audit, "tools", lambda: None)
    monkeypatch.setattr(audit, "list_packages", lambda programs: None)
    monkeypatch.setattr(audit, "look_up", lambda programs, service: answers[service])
    assert audit.main() == code
    assert said in capsys.readouterr().out


def test_what_is_reviewed_is_locked_at_that_version() -> None:
    table = (PROJECT / "docs" / "limitations.md").read_text().partition("## What Rasa's pins leave open")[2]
    locked = dict(
        re.findall(r"^([\w-]+)==([\w.]+)", (PROJECT / "requirements" / "runtime.txt").read_text(), re.MULTILINE)
    )
    named = re.findall(
        r"\b([a-z][\w-]+) (\d+\.\d+[\d.]*)", "\n".join(row.split("|")[1] for row in table.splitlines() if "|" in row)
    )
    assert len(named) >= 8
    assert {name: version for name, version in named if locked.get(name) != version} == {}
