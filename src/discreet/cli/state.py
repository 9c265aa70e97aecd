"""The state folder: where it lies, and who holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discreet.errors import SettingsError


def state_folder(project: Path) -> Path:
    """Where keys, models, logs and the embedded database of this project lie."""
    return Path(os.environ.get("DISCREET_STATE") or project / ".discreet").resolve()


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Holds the state folder. One assistant each: a second would stop the first one's database as a stale one.

    Raises SettingsError while somebody else holds it.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError("The assistant is running already. Stop it first, or set DISCREET_STATE.") from None
        yield
