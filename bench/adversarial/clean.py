"""Messages without personal data: those of this repository that carry no annotation."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

PROJECT = Path(__file__).parent.parent.parent


@cache
def clean_chat() -> tuple[str, ...]:
    """Every distinct training and unseen example without an entity, in the order of the files."""
    texts: dict[str, None] = {}
    for folder in ("data/nlu", "tests/unseen"):
        for file in sorted((PROJECT / folder).glob("*.yml")):
            for block in yaml.safe_load(file.read_text())["nlu"]:
                if "intent" in block:
                    lines = (line.strip()[2:] for line in block["examples"].splitlines() if line.strip())
                    texts |= dict.fromkeys(line for line in lines if "[" not in line)
    return tuple(texts)
