"""Folders of {text, spans} files, as ``CORPORA`` names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.adversarial import draw
from bench.adversarial.clean import clean_chat
from bench.scoring import Sample

OWN, OWN_CLEAN = "own", "own_clean"


def own(seed: int, a_family: int) -> dict[str, list[Sample]]:
    """Our own drawn messages, and this repository's messages without personal data."""
    drawn = [Sample(found.text, found.spans, found.family) for found in draw(seed, a_family)]
    return {OWN: drawn, OWN_CLEAN: [Sample(text, ()) for text in clean_chat()]}


def folder(path: Path) -> tuple[dict[str, list[Sample]], list[str]]:
    """Every file of JSON lines with ``text`` and ``spans``, by its name; and the files that hold something else.

    Raises ValueError for a folder without a single file to score.
    """
    corpora, others = {}, []
    for file in sorted(path.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
        if all("text" in row and "spans" in row for row in rows):
            corpora[file.stem] = [_sample(row) for row in rows]
        else:
            others.append(file.name)
    if not corpora:
        raise ValueError("the folder holds no .jsonl file of {text, spans} lines")
    return corpora, others


def _sample(row: dict[str, Any]) -> Sample:
    spans = tuple((span["start"], span["end"], span["type"]) for span in row["spans"])
    family = str(row.get("family", ""))
    return Sample(row["text"], spans, family, str(row.get("target", "")))


def clean_and_dense(sets: dict[str, list[Sample]]) -> tuple[str, str]:
    """The sets that speed is measured on: the largest without a mark, the largest with marks in most messages.

    What ``CORPORA`` holds comes before our own.
    """
    theirs = {name: samples for name, samples in sets.items() if name not in (OWN, OWN_CLEAN)}
    clean = {name for name, samples in theirs.items() if not any(sample.spans for sample in samples)}
    dense = {n for n, samples in theirs.items() if 2 * sum(bool(s.spans) for s in samples) > len(samples)}
    largest = lambda names, own: max(names, key=lambda name: len(theirs[name]), default=own)  # noqa: E731
    return largest(clean, OWN_CLEAN), largest(dense, OWN)
