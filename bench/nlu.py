"""How well the assistant understands: cross-validation on the training data, and messages it was never trained on.

``python -m bench.nlu --folds 5``. Exits with 1 where a target of bench/targets.toml is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import guarded_nlu
from bench.report import Figure, report

PROJECT = Path(__file__).parent.parent
FREE = ("person_name", "delivery_address")
"""Entities that only the model can find; the others have a form that a rule knows."""


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--model", type=Path, required=True, help="folder with the trained model")
    parser.add_argument("--smoke", action="store_true", help="only the unseen messages, in seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        crossed, unseen = Path(folder, "crossed"), Path(folder, "unseen")
        _rasa("--nlu", "tests/unseen", "--model", str(arguments.model), "--out", str(unseen))
        if arguments.smoke:
            unseen_f1 = Figure("intent_f1_unseen", _intents(unseen), "weighted F1")
            return report("nlu_smoke", [unseen_f1, *guarded_nlu.figures(arguments.model, ["tests/unseen"])], {})
        _rasa("--cross-validation", "--folds", str(arguments.folds), "--nlu", "data/nlu", "--out", str(crossed))
        intents, unseen_intents = _intents(crossed), _intents(unseen)
        figures = [
            Figure("intent_f1_cross_validation", intents, "weighted F1"),
            Figure("intent_f1_unseen", unseen_intents, "weighted F1"),
            Figure("intent_f1_unseen_gap", max(0.0, intents - unseen_intents), "weighted F1"),
            Figure("entity_f1_cross_validation", _entities(crossed, lambda name: name not in FREE), "micro F1"),
            *(Figure(f"entity_f1_{name}", _entities(crossed, name.__eq__), "micro F1") for name in FREE),
            *guarded_nlu.figures(arguments.model, ["tests/unseen", "data/nlu"]),
        ]
    return report("nlu", figures, {"folds": arguments.folds})


def _rasa(*arguments: str) -> None:
    command = [sys.executable, "-m", "rasa", "test", "nlu", "--no-plot", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr[-2000:])


def _intents(folder: Path) -> float:
    return float(json.loads((folder / "intent_report.json").read_text())["weighted avg"]["f1-score"])


def _entities(folder: Path, wanted: Any) -> float:
    """F1 over entities, each judged by the extractor that is the best at it: what the pipeline as a whole gives."""
    best: dict[str, dict[str, float]] = {}
    for file in folder.glob("*Extractor_report.json"):
        for name, row in json.loads(file.read_text()).items():
            if isinstance(row, dict) and "avg" not in name and wanted(name):
                best[name] = max(row, best.get(name, row), key=lambda figures: figures["f1-score"])
    support = sum(row["support"] for row in best.values())
    return sum(row["f1-score"] * row["support"] for row in best.values()) / support if support else 0.0


if __name__ == "__main__":
    sys.exit(main())
