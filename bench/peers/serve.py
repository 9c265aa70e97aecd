"""Runs one peer over the texts on standard input; nothing of Discreet is imported here but the clock and the patterns.

Its answer goes to standard output as JSON; whatever the peer itself prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time

from bench import hostile, timing

HOSTILE_SECONDS = 120
"""A peer that is held longer than this by hostile messages is asked no more of them."""


def main() -> None:
    """``python -m bench.peers.serve <peer>``."""
    question = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        peer = importlib.import_module(f"bench.peers.{sys.argv[1]}")
        find = peer.load()
        answer = {
            "version": peer.version(),
            "found": {name: [find(text) for text in texts] for name, texts in question["texts"].items()},
            "speed": {name: timing.speed(find, texts, 3) for name, texts in question["timed"].items()},
            "hostile": _hostile(find) if question["hostile"] else {},
        }
    json.dump(answer, sys.stdout)


def _hostile(find: timing.Call) -> dict[str, float]:
    times, begun = {}, time.monotonic()
    for name in hostile.PATTERNS:
        if time.monotonic() - begun > HOSTILE_SECONDS:
            break
        times |= timing.hostile_times(find, timing.HOSTILE_LENGTH, 1, (name,))
    return times


if __name__ == "__main__":
    main()
