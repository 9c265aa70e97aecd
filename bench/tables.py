"""What ``bench.redaction`` prints beside the figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bench.scoring import STRUCTURED, Score, Tally


def types(corpus: str, scores: Mapping[str, Score]) -> None:
    """Recall and precision, a row a type, a column a system."""
    ours = scores["discreet"]
    kinds = [kind for kind in sorted(ours.types, key=lambda k: (k not in STRUCTURED, k)) if ours.types[kind].marked]
    print(f"\n{corpus}: recall / precision" + "".join(f"{name:>19}" for name in scores))
    for kind in kinds:
        cells = (score.types[kind] for score in scores.values())
        row = "".join(f"{f'{tally.recall:.3f} / {tally.precision:.3f}':>19}" for tally in cells)
        print(f"  {kind:<19} {ours.types[kind].marked:>6}{' ' * max(0, len(corpus) - 8)}{row}")
    if any(kind in STRUCTURED for kind in kinds):
        print(f"  F2 of structured types    {''.join(f'{score.f2():>19.3f}' for score in scores.values())}")
    if ours.without:
        cells = "".join(f"{len(score.alarms):>19}" for score in scores.values())
        print(f"  marked of {ours.without:<6} without cause{cells}")


def families(corpus: str, ours: Score) -> None:
    """The families in which something was missed or marked wrongly; the others only by their number."""
    imperfect = {name: t for name, t in ours.families.items() if name and (t.hit < t.marked or t.right < t.found)}
    alarms: dict[str, int] = defaultdict(int)
    for sample, _ in ours.alarms:
        alarms[sample.family] += 1
    named = {name for name in ours.families if name}
    if not named:
        return
    perfect = len(named - set(imperfect) - set(alarms))
    print(f"{corpus}: {perfect} of {len(named)} families without a fault; the others (recall / precision of marked):")
    for name, tally in sorted(imperfect.items(), key=lambda item: item[1].recall):
        print(f"  {name:<28} {_cell(tally)}")
    for name, count in sorted(alarms.items(), key=lambda item: -item[1]):
        print(f"  {name or 'no family':<28} marked without cause: {count}")


def speeds(
    rows: Mapping[tuple[str, str], Mapping[str, float]],
    worst: Mapping[str, float],
    theirs: Mapping[str, Mapping[str, float]],
) -> None:
    """Times of clean and dense messages, and the slowest hostile ones."""
    print(f"\n{'messages':<10}{'system':<26}{'a second':>12}{'p50 us':>10}{'p99 us':>10}{'p99.9 us':>10}")
    for (name, system), row in rows.items():
        print(
            f"{name:<10}{system:<26}{row['per_second']:>12,.0f}{row['p50']:>10.1f}{row['p99']:>10.1f}{row['p99.9']:>10.1f}"
        )
    print("\nhostile messages of 10,000 characters, the slowest of each system, ms")
    for system, times in {"discreet": worst, **theirs}.items():
        top = sorted(times.items(), key=lambda item: -item[1])[:4]
        print(f"  {system:<26}" + "; ".join(f"{name} {value:,.1f}" for name, value in top))


def _cell(tally: Tally) -> str:
    return f"{tally.hit:>4} of {tally.marked:<4} / {tally.right:>4} of {tally.found:<4}"
