"""What must be true before anything serves, and what to do where it is not. ``discreet doctor`` prints it all.

Each check looks at what is there (files, processes, the database), not at what was meant, and yields findings. None
changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from discreet.errors import SettingsError


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be. ``code`` is stable; ``stops``: nothing must serve until it is put right.

    Neither ``problem`` nor ``remedy`` ever holds a value of a person, a key or a password.
    """

    code: str
    problem: str
    remedy: str
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.problem}: {self.remedy}"


def require(findings: Iterable[Finding]) -> None:
    """Raises SettingsError with everything that must stop a start."""
    stopping = [str(finding) for finding in findings if finding.stops]
    if stopping:
        raise SettingsError("\n  ".join(["this installation must not serve yet.", *stopping]))
