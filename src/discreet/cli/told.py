"""How a command ends that could not do its work."""

from __future__ import annotations

import sys
from collections.abc import Callable

from discreet.errors import DiscreetError


def told(work: Callable[[], int]) -> int:
    """What ``work`` returns; 1 where it cannot be done, with the reason on standard error."""
    try:
        return work()
    except DiscreetError as error:
        print(f"discreet: {error}", file=sys.stderr)
        return 1
