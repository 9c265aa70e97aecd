"""How well found spans agree with marked ones.

A finding is right when a marked span of its type shares at least half of the characters of the longer of the two.
Types that a corpus does not mark are not judged on it: whether `ORG` was missed, or a security code found that nobody
marked, says nothing. In messages without any mark, whatever is found counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int, str]
STRUCTURED = ("CREDIT_CARD", "IBAN", "EMAIL", "PHONE", "NATIONAL_ID", "IP", "URL", "DATE_OF_BIRTH")
"""What a pattern with a validator can find without a model; the F2 goes over these."""
NOT_OURS = ("ORG", "OTHER", "DATE")
"""Marked in corpora, claimed by no recogniser of ours: left out of every figure."""
_ALSO = {"DATE_OF_BIRTH": "DATE"}
"""A peer that knows only dates is right about a date of birth; its other dates are no mistakes."""


@dataclass(frozen=True)
class Sample:
    """A message with its marked spans. ``target``: the only type that its corpus looked for, when it says so."""

    text: str
    spans: tuple[Span, ...]
    family: str = ""
    target: str = ""


@dataclass
class Tally:
    """Counts of one type."""

    marked: int = 0
    hit: int = 0
    found: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """Marked spans that were found; 1 where none is marked."""
        return self.hit / self.marked if self.marked else 1.0

    @property
    def precision(self) -> float:
        """Findings that were marked; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    def add(self, other: Tally) -> None:
        """Sums up."""
        self.marked += other.marked
        self.hit += other.hit
        self.found += other.found
        self.right += other.right


@dataclass
class Score:
    """One system on one corpus."""

    types: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    families: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    without: int = 0
    """Messages in which nothing is marked."""
    alarms: list[tuple[Sample, tuple[Span, ...]]] = field(default_factory=list)
    """Those of them in which something was found."""
    misses: list[tuple[Sample, tuple[Span, ...]]] = field(default_factory=list)
    """Messages with a marked span that was not found, or a finding that was wrong."""

    def f2(self) -> float:
        """Recall counts four times as much as precision: a value that leaks is worse than a word too many."""
        total = Tally()
        for kind in STRUCTURED:
            total.add(self.types[kind])
        wrong, missed = total.found - total.right, total.marked - total.hit
        return 5 * total.hit / (5 * total.hit + 4 * missed + wrong) if total.marked else 1.0


def score(samples: Sequence[Sample], findings: Iterable[Sequence[Span]]) -> Score:
    """Judges one finding list a sample."""
    result = Score()
    known = {kind for sample in samples for _, _, kind in sample.spans} - set(NOT_OURS)
    for sample, found in zip(samples, findings, strict=True):
        if not sample.spans and not sample.target:
            result.without += 1
            if any(kind not in NOT_OURS for _, _, kind in found):
                result.alarms.append((sample, tuple(found)))
        judged = {sample.target} & known if sample.target else known
        tally = _judge(sample, found, judged, result)
        result.families[sample.family].add(tally)
        if tally.hit < tally.marked or tally.right < tally.found:
            result.misses.append((sample, tuple(found)))
    return result


def _judge(sample: Sample, found: Sequence[Span], judged: set[str], result: Score) -> Tally:
    whole = Tally()
    for kind in judged:
        marked = [span for span in sample.spans if span[2] == kind]
        ours = [span for span in found if span[2] == kind]
        also = [span for span in found if span[2] == _ALSO.get(kind)]
        tally = Tally(
            marked=len(marked),
            hit=sum(any(shares_half(mark, span) for span in (*ours, *also)) for mark in marked),
            found=len(ours),
            right=sum(any(shares_half(mark, span) for mark in marked) for span in ours),
        )
        result.types[kind].add(tally)
        whole.add(tally)
    return whole


def shares_half(one: Span, other: Span) -> bool:
    """Whether two spans have at least half of the longer one's characters in common."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * common >= max(one[1] - one[0], other[1] - other[0])
