"""How long calls take, by the message and not by the machine's moods.

Ordinary messages: each one's median over several rounds, then percentiles over the messages. Hostile ones: processor
time of the thread, so that what else the machine does is not counted.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence

from bench import hostile

Call = Callable[[str], object]
HOSTILE_LENGTH = 10_000


def speed(call: Call, texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Messages a second over whole rounds, no clock in between, and percentiles of single calls in microseconds."""
    for text in texts[:200]:
        call(text)
    gc.collect()
    gc.freeze()
    per_second, singles = [], [[] for _ in texts]  # type: tuple[list[float], list[list[int]]]
    clock = time.perf_counter_ns
    for _ in range(rounds):
        begun = clock()
        for text in texts:
            call(text)
        per_second.append(len(texts) * 1e9 / (clock() - begun))
        for text, took in zip(texts, singles, strict=True):
            begun = clock()
            call(text)
            took.append(clock() - begun)
    gc.unfreeze()
    costs = sorted(statistics.median(took) / 1000 for took in singles)
    at = lambda share: costs[min(len(costs) - 1, int(share * len(costs)))]  # noqa: E731
    return {"per_second": statistics.median(per_second), "p50": at(0.5), "p99": at(0.99), "p99.9": at(0.999)}


def hostile_times(call: Call, length: int, rounds: int, names: Iterable[str] = hostile.PATTERNS) -> dict[str, float]:
    """Milliseconds a pattern, the median of the rounds."""
    return {name: _median_ms(call, hostile.message(name, length), rounds) for name in names}


def doublings(call: Call, rounds: int, *, floor_ms: float = 0.3) -> dict[str, float]:
    """What twice the length costs: from 4,000 to 8,000 and from 8,000 to 16,000 characters, the worse of both.

    Both lengths in turn, so that a busy machine slows both. Patterns that take less than ``floor_ms`` at the longer
    length are left out: there the clock and the call itself are what is measured.
    """
    ratios = {}
    gc.collect()
    gc.freeze()
    for name in hostile.PATTERNS:
        for shorter in (4_000, 8_000):
            texts = hostile.message(name, shorter), hostile.message(name, 2 * shorter)
            pairs = [(_once_ms(call, texts[0]), _once_ms(call, texts[1])) for _ in range(rounds)]
            first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
            if second >= floor_ms:
                ratios[name] = max(ratios.get(name, 0.0), second / first)
    gc.unfreeze()
    return ratios


def _median_ms(call: Call, text: str, rounds: int) -> float:
    return statistics.median(_once_ms(call, text) for _ in range(rounds))


def _once_ms(call: Call, text: str) -> float:
    begun = time.thread_time_ns()
    call(text)
    return (time.thread_time_ns() - begun) / 1e6
