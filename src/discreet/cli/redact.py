"""``discreet redact``: what the recognisers find, for designers and for measuring."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from discreet.policy import load_policy
from discreet.redaction.find import MAX_TEXT, find
from discreet.redaction.redact import Redactor
from discreet.redaction.types import type_of


def run(project: Path, *, jsonl: bool) -> int:
    """Reads standard input to its end. Offsets are code points of the original text."""
    redactor = None if jsonl else Redactor(load_policy(project / "privacy.yml"))
    for line in sys.stdin:
        text = line.rstrip("\n")
        if redactor is not None:
            print(redactor.egress(text))
            continue
        spans = find(json.loads(text)["text"][:MAX_TEXT])
        print(json.dumps({"spans": [{"start": s.start, "end": s.end, "type": type_of(s.category)} for s in spans]}))
    return 0
