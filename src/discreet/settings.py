"""What one process was told at its start: one frozen value, read once from an inherited descriptor.

Passwords and keys come neither from the environment (children inherit it, crash reports print it) nor from a
file that other processes can read, but as JSON in an unlinked file whose descriptor number stands in
``DISCREET_SECRETS_FD``. ``DISCREET_SECRETS_FILE`` names a file instead, for installations with their own supervisor.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from discreet.crypto import keyring
from discreet.crypto.wrapping import KeyRing
from discreet.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """Settings of one process. ``run_dir`` holds Unix sockets; ``project_dir`` privacy.yml and the page."""

    role: str
    database_url: str = field(repr=False)
    run_dir: Path
    project_dir: Path
    keys: dict[str, Any] = field(repr=False)
    reread: Callable[[], dict[str, Any]] | None = field(default=None, repr=False)
    """Gives ``keys`` as they are now: rings grow while a process runs (docs/spec/keys.md)."""

    def key(self, name: str) -> bytes:
        """One key that this process holds. Raises SettingsError."""
        return keyring.key(self.keys, name)

    def ring(self, name: str) -> KeyRing:
        """One key ring that this process holds. Raises SettingsError."""
        return keyring.ring(self.keys, name, self.reread)

    @property
    def action_socket(self) -> Path:
        """Where the action server listens."""
        return self.run_dir / "actions" / "actions.sock"

    @property
    def payment_socket(self) -> Path:
        """Where the payment provider's stand-in listens."""
        return self.run_dir / "payment" / "payment.sock"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """This process's settings. Raises SettingsError naming what is missing, never a value."""
    env = os.environ if environment is None else environment
    return replace(_parse(_read(env)), reread=lambda: _parse(_read(env)).keys)


@lru_cache(maxsize=1)
def process_settings() -> Settings:
    """``load_settings()`` for classes that Rasa makes by class path and gives no arguments of ours."""
    return load_settings()


def _read(env: Mapping[str, str]) -> str:
    if "DISCREET_SECRETS_FD" in env:
        try:
            descriptor = int(env["DISCREET_SECRETS_FD"])
            # Locked, because a rotation writes it anew; pread, because worker processes share its position.
            fcntl.lockf(descriptor, fcntl.LOCK_SH)
            try:
                return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()
            finally:
                fcntl.lockf(descriptor, fcntl.LOCK_UN)
        except (OSError, ValueError):
            raise SettingsError("DISCREET_SECRETS_FD does not name a readable descriptor") from None
    if "DISCREET_SECRETS_FILE" in env:
        try:
            return Path(env["DISCREET_SECRETS_FILE"]).read_text()
        except OSError:
            raise SettingsError("the file named by DISCREET_SECRETS_FILE cannot be read") from None
    raise SettingsError("DISCREET_SECRETS_FD is not set: start this with `make run` or `discreet up`")


def _parse(text: str) -> Settings:
    try:
        raw = json.loads(text)
        return Settings(
            role=raw["role"],
            database_url=raw["database_url"],
            run_dir=Path(raw["run_dir"]),
            project_dir=Path(raw["project_dir"]),
            keys=raw["keys"],
        )
    except (ValueError, KeyError, TypeError):
        raise SettingsError("the settings handed to this process are incomplete") from None
