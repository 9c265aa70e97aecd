"""What was refused, counted by channel and reason, in Prometheus' text format. Never by whom or what was said.

One process, in memory: a restart begins at zero, as Prometheus expects of a counter.
"""

from __future__ import annotations

import re
from collections import Counter

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_METRICS = (
    ("discreet_refusals_total", "counter", "Requests that were refused."),
    ("discreet_up", "gauge", "Whether the process answers."),
)
_refusals: Counter[tuple[str, str]] = Counter()


def refused(reason: str, channel: str = "web") -> None:
    """Counts one refusal. Both are constants of ours (docs/operate.md lists them); anything else is ``other``."""
    _refusals[_name(channel), _name(reason)] += 1


def samples(process: str) -> str:
    """The counters of this process, one a line, and that it is there."""
    return f'discreet_up{{process="{process}"}} 1\n' + "".join(
        f'discreet_refusals_total{{process="{process}",channel="{channel}",reason="{reason}"}} {count}\n'
        for (channel, reason), count in sorted(_refusals.items())
    )


def page(*of_processes: str) -> str:
    """What a collector reads: the samples of all processes, told what they are."""
    lines = sorted(line for samples in of_processes for line in samples.splitlines())
    shown = []
    for name, kind, about in _METRICS:
        shown += [f"# HELP {name} {about}", f"# TYPE {name} {kind}", *(line for line in lines if line.startswith(name))]
    return "\n".join(shown) + "\n"


def _name(given: str) -> str:
    return given if _NAME.match(given) else "other"
