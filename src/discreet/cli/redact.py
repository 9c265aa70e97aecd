"""``discreet redact``: what the recognisers find, for designers and for measuring."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from random import Random

from discreet.policy import load_policy
from discreet.redaction.find import Span
from discreet.redaction.redact import Redactor
from discreet.redaction.surrogates import Surrogates
from discreet.redaction.types import type_of


def run(project: Path, *, jsonl: bool, surrogates: int | None = None) -> int:
    """Reads standard input to its end, and writes a line for each of its lines.

    Lines come out redacted, or with invented values in place of the personal ones (``surrogates`` is the seed), or as
    ``{"spans": [{start, end, type}]}`` for ``{"text"}`` objects, offsets in code points of the original. A line that is
    no such object is answered with ``{"error"}``; then the result is 1. A line ends in LF; what else it holds, also
    bytes that are no UTF-8, comes out as it came. A reader that closes its end of the pipe ends the run.
    """
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        return _each_line(project, jsonl=jsonl, surrogates=surrogates)
    except BrokenPipeError:
        # Python would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _each_line(project: Path, *, jsonl: bool, surrogates: int | None) -> int:
    redactor = Redactor(load_policy(project / "privacy.yml"))
    invented = None if surrogates is None else Surrogates(Random(surrogates))  # noqa: S311  the seed is asked for
    failed = 0
    for line in sys.stdin:
        text = line.rstrip("\n")
        if jsonl:
            answer = _spans(redactor, text)
            failed |= "error" in answer
            print(json.dumps(answer))
        elif invented is not None:
            print(invented.in_place(text, redactor.found(text)))
        else:
            print(redactor.egress(text))
    sys.stdout.flush()
    return failed


def _spans(redactor: Redactor, line: str) -> dict[str, object]:
    try:
        text = json.loads(line.removeprefix("\ufeff"))["text"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {"error": 'each line must be a JSON object with a "text"'}
    if not isinstance(text, str):
        return {"error": '"text" must be a string'}
    return {"spans": [_row(span) for span in redactor.found(text)]}


def _row(span: Span) -> dict[str, object]:
    return {"start": span.start, "end": span.end, "type": type_of(span.category)}
