"""Prints messages as JSON lines of {id, family, text, spans}: ``python -m bench.adversarial --seed 7 --count 3``."""

from __future__ import annotations

import argparse
import json

from bench.adversarial import draw


def main() -> None:
    """A file of them is what ``CORPORA`` reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12, help="messages of each family")
    arguments = parser.parse_args()
    for index, found in enumerate(draw(arguments.seed, arguments.count)):
        spans = [{"start": start, "end": end, "type": kind} for start, end, kind in found.spans]
        print(json.dumps({"id": f"own-{index}", "family": found.family, "text": found.text, "spans": spans}))


if __name__ == "__main__":
    main()
