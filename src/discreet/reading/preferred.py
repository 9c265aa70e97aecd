"""Which of some languages a person would rather read, by what their client says of itself.

A list of language ranges with weights, as in ``Accept-Language`` (RFC 9110, 12.5.4), or a single tag (BCP 47); matched
by lookup (RFC 4647, 3.4). What is no such list says nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LENGTH = 1000
"""Characters; browsers send fewer than 200. A longer list is not read."""
_RANGE = re.compile(
    r"[ \t]*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)"
    r"(?:[ \t]*;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?[ \t]*\Z"
)


@lru_cache(maxsize=256)
def preferred_language(said: str, languages: tuple[str, ...]) -> str:
    """One of ``languages``, which are the operator's: the first, unless ``said``, which is the client's, wants another.

    A language that ``said`` gives the weight 0 is taken only where there is no other.
    """
    ranges = _ranges(said)
    unwanted = {tag for tag, weight in ranges if not weight}
    offered = {language.lower(): language for language in languages if language.lower() not in unwanted}
    for tag, weight in sorted(ranges, key=lambda one: -one[1]):
        while weight and tag:
            if tag in offered:
                return offered[tag]
            tag = tag.rpartition("-")[0]  # no language ends in the single letter that may be left
    return next(iter(offered.values()), languages[0])


def _ranges(said: str) -> list[tuple[str, float]]:
    """Ranges in small letters and their weights, in the order of the list."""
    if len(said) > MAX_LENGTH:
        return []
    found = map(_RANGE.match, said.split(","))
    return [(match[1].lower(), float(match[2] or 1)) for match in found if match]
