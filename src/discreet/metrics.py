"""What was refused, and what became of letters, counted in Prometheus' text format. Never by whom or what was said.

One process, in memory: a restart begins at zero, as Prometheus expects of a counter.
"""

from __future__ import annotations

import re
from collections import Counter

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_METRICS = (
    ("discreet_refusals_total", "counter", "Requests that were refused."),
    ("discreet_deliveries_total", "counter", "Letters to messaging providers that were tried."),
    ("discreet_up", "gauge", "Whether the process answers."),
)
_refusals: Counter[tuple[str, str]] = Counter()
_deliveries: Counter[tuple[str, str]] = Counter()


def refused(reason: str, channel: str = "web") -> None:
    """Counts one refusal. Both are constants of ours (docs/operate.md lists them); anything else is ``other``."""
    _refusals[_name(channel), _name(reason)] += 1


def tried(outcome: str, channel: str) -> None:
    """Counts one try to deliver a letter: ``delivered``, ``later``, ``refused`` or ``erased``."""
    _deliveries[_name(channel), _name(outcome)] += 1


def samples(process: str) -> str:
    """The counters of this process, one a line, and that it is there."""
    lines = [f'discreet_up{{process="{process}"}} 1']
    for name, label, counted in (
        ("discreet_refusals_total", "reason", _refusals),
        ("discreet_deliveries_total", "outcome", _deliveries),
    ):
        lines += [
            f'{name}{{process="{process}",channel="{channel}",{label}="{what}"}} {count}'
            for (channel, what), count in sorted(counted.items())
        ]
    return "\n".join(lines) + "\n"


def page(*of_processes: str) -> str:
    """What a collector reads: the samples of all processes, told what they are."""
    lines = sorted(line for samples in of_processes for line in samples.splitlines())
    shown = []
    for name, kind, about in _METRICS:
        shown += [f"# HELP {name} {about}", f"# TYPE {name} {kind}", *(line for line in lines if line.startswith(name))]
    return "\n".join(shown) + "\n"


def _name(given: str) -> str:
    return given if _NAME.match(given) else "other"
