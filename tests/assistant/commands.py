"""Commands of ``discreet``, as an operator types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import PROJECT


def discreet(
    state: Path,
    *arguments: str,
    project: Path = PROJECT,
    environment: Mapping[str, str] | None = None,
    python: Sequence[str] = (sys.executable,),
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, whatever that is; ``environment`` is added to ours."""
    return subprocess.run(
        [*python, "-m", "discreet.cli", *arguments, "--project", str(project)],
        env={**os.environ, "DISCREET_STATE": str(state), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def doctor(state: Path, project: Path = PROJECT) -> tuple[int, list[dict[str, Any]]]:
    """Its exit code and findings."""
    done = discreet(state, "doctor", "--json", project=project)
    return done.returncode, json.loads(done.stdout)["findings"]
