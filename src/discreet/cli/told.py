"""How a command ends that could not do its work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from discreet.errors import DiscreetError

Given = ParamSpec("Given")


def told(work: Callable[Given, int]) -> Callable[Given, int]:
    """A command that returns what ``work`` does; 1 where that cannot be done, with the reason on standard error."""

    @wraps(work)
    def command(*given: Given.args, **named: Given.kwargs) -> int:
        try:
            return work(*given, **named)
        except DiscreetError as error:
            print(f"discreet: {error}", file=sys.stderr)
            return 1

    return command
