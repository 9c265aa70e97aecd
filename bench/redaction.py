"""The redactor's quality and speed, beside its peers: ``python -m bench.redaction``.

Without anything else it is scored on drawn messages of our own (bench/adversarial). ``CORPORA=<folder>`` scores every
file of {text, spans} lines there too. ``PEERS=1`` installs the peers by hash in throw-away environments and runs them
on the same texts. Exits with 1 where a target of bench/targets.toml is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import corpora, rivals, timing
from bench.redactor import both_ways, typed
from bench.report import Figure, report
from bench.scoring import NOT_OURS, STRUCTURED, Sample, Score, score
from bench.tables import families, speeds, types
from discreet.redaction.find import find


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261201)
    parser.add_argument("--count", type=int, default=12, help="drawn messages of each family")
    parser.add_argument("--rounds", type=int, default=5, help="how often each time is taken")
    parser.add_argument("--misses", type=Path, help="writes what was missed or marked wrongly to this file")
    parser.add_argument("--quality-only", action="store_true", help="no times, in seconds")
    arguments = parser.parse_args()
    sets, others = corpora.own(arguments.seed, arguments.count), []
    if os.environ.get("CORPORA"):
        more, others = corpora.folder(Path(os.environ["CORPORA"]))
        sets |= more
    asked = rivals.Asked.of(sets, times=not arguments.quality_only)
    peers, missing = rivals.run(asked) if os.environ.get("PEERS") else ([], {})
    figures: list[Figure] = []
    for name, samples in sets.items():
        scores = {"discreet": score(samples, map(typed, (sample.text for sample in samples)))}
        scores |= {rival.name: score(samples, rival.found[name]) for rival in peers}
        figures += _quality(name, scores)
        types(name, scores)
        families(name, scores["discreet"])
        if arguments.misses:
            _write(arguments.misses, name, scores["discreet"])
    if not arguments.quality_only:
        figures += _times(sets, peers, arguments.rounds)
    for name, why in missing.items():
        print(f"peer left out: {name}: {why}")
    if others:
        print(f"not scored, no {{text, spans}} lines: {', '.join(others)}")
    print(f"marked in some corpora, claimed by no recogniser, left out: {', '.join(NOT_OURS)}\n")
    conditions = {
        "seed": arguments.seed,
        "messages": {name: len(samples) for name, samples in sets.items()},
        "rounds": arguments.rounds,
        "match": "same type, at least half of the longer span's characters shared",
        "left_out": NOT_OURS,
        "peers": {rival.name: rival.version for rival in peers},
        "peers_not_installed": missing,
    }
    return report("redaction", figures, conditions)


def _quality(corpus: str, scores: dict[str, Score]) -> list[Figure]:
    ours = scores["discreet"]

    def figure(name: str, value: float, unit: str, of: Any) -> Figure:
        peers = {rival: round(of(other), 4) for rival, other in scores.items() if rival != "discreet"}
        return Figure(f"{corpus}_{name}".lower(), value, unit, {"peers": peers} if peers else {})

    figures = []
    for kind in sorted(ours.types, key=lambda kind: (kind not in STRUCTURED, kind)):
        tally = ours.types[kind]
        if tally.marked:
            more = {"marked": tally.marked, "found": tally.found}
            recall = figure(f"{kind}_recall", tally.recall, "share", lambda o, kind=kind: o.types[kind].recall)
            right = figure(f"{kind}_precision", tally.precision, "share", lambda o, kind=kind: o.types[kind].precision)
            figures += [Figure(f.name, f.value, f.unit, {**f.more, **more}) for f in (recall, right)]
    if any(ours.types[kind].marked for kind in STRUCTURED):
        figures.append(figure("structured_f2", ours.f2(), "F2", lambda o: o.f2()))
    if ours.without:
        marked = figure("marked_without_cause", len(ours.alarms), "messages", lambda o: len(o.alarms))
        figures.append(Figure(marked.name, marked.value, marked.unit, {**marked.more, "of": ours.without}))
    if corpus == corpora.OWN:
        figures += _own(ours)
    return figures


def _own(ours: Score) -> list[Figure]:
    regions = {name: tally for name, tally in ours.families.items() if name.startswith("phone_national_")}
    found, marked = sum(t.hit for t in regions.values()), sum(t.marked for t in regions.values())
    more = {
        "regions": len(regions),
        "worst": dict(sorted((n, round(t.recall, 2)) for n, t in regions.items() if t.recall < 0.8)),
    }
    share = len(ours.alarms) / ours.without
    return [
        Figure("own_phone_national_recall", found / marked, "share", more),
        Figure("own_hard_negatives_marked", share, "share", {"of": ours.without}),
    ]


def _times(sets: dict[str, list[Sample]], peers: Sequence[rivals.Rival], rounds: int) -> list[Figure]:
    clean, dense = corpora.clean_and_dense(sets)
    figures, rows = [], {}
    for name, chosen in (("clean", clean), ("dense", dense)):
        ours = timing.speed(find, [sample.text for sample in sets[chosen]], rounds)
        rows[name, "discreet"] = ours
        theirs = {rival.name: rival.speed[chosen] for rival in peers}
        rows |= {(name, rival): row for rival, row in theirs.items()}
        for key, unit in (("per_second", "messages/s"), ("p50", "us"), ("p99", "us"), ("p99.9", "us")):
            more = {"corpus": chosen, "peers": {rival: round(row[key], 1) for rival, row in theirs.items()}}
            figures.append(Figure(f"{name}_{key}", ours[key], unit, more))
    ways = timing.speed(both_ways, [sample.text for sample in sets[dense]], max(1, rounds // 2))
    figures.append(Figure("dense_both_ways_p50", ways["p50"], "us", {"what": "ingress with tokens, then egress"}))
    worst = timing.hostile_times(find, timing.HOSTILE_LENGTH, rounds)
    theirs = {rival.name: rival.hostile for rival in peers}
    speeds(rows, worst, theirs)
    figures.append(_worst("hostile_worst_ms", worst, "ms", {n: max(t.values()) for n, t in theirs.items() if t}))
    ways_worst = timing.hostile_times(both_ways, timing.HOSTILE_LENGTH, rounds)
    figures.append(_worst("hostile_both_ways_worst_ms", ways_worst, "ms", {}))
    figures.append(_worst("hostile_doubling", timing.doublings(find, 4 * rounds + 1), "ratio", {}))
    return figures


def _worst(name: str, values: dict[str, float], unit: str, theirs: dict[str, float]) -> Figure:
    if not values:
        return Figure(name, 0.0, unit)
    pattern = max(values, key=lambda key: values[key])
    top = dict(sorted(values.items(), key=lambda item: -item[1])[:5])
    more = {"pattern": pattern, "top": {key: round(value, 3) for key, value in top.items()}}
    return Figure(name, values[pattern], unit, {**more, "peers": theirs} if theirs else more)


def _write(path: Path, corpus: str, ours: Score) -> None:
    with path.open("a") as file:
        for sample, found in (*ours.misses, *ours.alarms):
            row = {
                "corpus": corpus,
                "family": sample.family,
                "text": sample.text,
                "marked": sample.spans,
                "found": found,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
