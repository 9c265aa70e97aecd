"""``python -m discreet.cli``: works also where the environment's path is too long for a script's first line."""

from __future__ import annotations

import json
import sys

from discreet.checks import Finding
from discreet.cli import app


def main() -> None:
    """Runs a command. One that lacks a package says so in a sentence, and `doctor --json` says it to machines."""
    try:
        app(prog_name="discreet")
    except ImportError as error:
        if (error.name or "discreet").partition(".")[0] == "discreet":
            raise
        finding = Finding("packages", f"the package {error.name} is missing or damaged", "run `make setup`")
        if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:
            print(json.dumps({"findings": [vars(finding)]}))
        else:
            print(f"discreet: {finding}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
