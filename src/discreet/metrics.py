"""What was refused, counted by channel and reason, in Prometheus' text format. Never by whom or what was said.

One process, in memory: a restart begins at zero, as Prometheus expects of a counter.
"""

from __future__ import annotations

import re
from collections import Counter

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_refusals: Counter[tuple[str, str]] = Counter()


def refused(reason: str, channel: str = "web") -> None:
    """Counts one refusal. Both are constants of ours (docs/operate.md lists them); anything else is ``other``."""
    _refusals[_name(channel), _name(reason)] += 1


def samples(process: str) -> str:
    """The counters of this process, one a line."""
    return "".join(
        f'discreet_refusals_total{{process="{process}",channel="{channel}",reason="{reason}"}} {count}\n'
        for (channel, reason), count in sorted(_refusals.items())
    )


def page(*of_processes: str) -> str:
    """What a collector reads: the samples of all processes, told what they are."""
    about = "# HELP discreet_refusals_total Requests that were refused.\n# TYPE discreet_refusals_total counter\n"
    return about + "".join(of_processes)


def _name(given: str) -> str:
    return given if _NAME.match(given) else "other"
