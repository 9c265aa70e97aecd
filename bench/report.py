"""What every part of the bench prints and writes: figures, each with its target where one stands in targets.toml."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import tomli

FOLDER = Path(__file__).parent.parent / "build" / "bench"


@dataclass(frozen=True)
class Figure:
    """One measured value. ``more``: the peer's value, n, spread."""

    name: str
    value: float
    unit: str
    more: dict[str, Any] = field(default_factory=dict)


def report(part: str, figures: list[Figure], conditions: dict[str, Any]) -> int:
    """Prints a table, writes ``build/bench/<part>.json``, and returns 1 where a target is missed, else 0."""
    targets = tomli.loads((Path(__file__).parent / "targets.toml").read_text()).get(part, {})
    rows = [_judged(figure, targets.get(figure.name)) for figure in figures]
    for row in rows:
        verdict = {None: "", True: "holds", False: "MISSED"}[row["holds"]]
        target = row["target"] or ""
        print(f"{row['name']:<34} {row['value']:>10.3f} {row['unit']:<12} {target:>10} {verdict}", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    about = {"when": datetime.now(timezone.utc).isoformat(timespec="seconds"), "machine": machine}
    (FOLDER / f"{part}.json").write_text(json.dumps({"figures": rows, "conditions": {**about, **conditions}}, indent=1))
    return 1 if any(row["holds"] is False for row in rows) else 0


def _judged(figure: Figure, target: str | None) -> dict[str, Any]:
    holds: bool | None = None
    if target is not None:
        sign, bound = target.split()
        holds = figure.value >= float(bound) if sign == ">=" else figure.value <= float(bound)
    judged = {"name": figure.name, "value": figure.value, "unit": figure.unit, "target": target, "holds": holds}
    return {**judged, **figure.more}
