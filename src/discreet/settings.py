"""What one process was told at its start: one frozen value, read once from an inherited descriptor.

Passwords and keys come neither from the environment (children inherit it, crash reports print it) nor from a
file that other processes can read, but as JSON in an unlinked file whose descriptor number stands in
``DISCREET_SECRETS_FD``. ``DISCREET_SECRETS_FILE`` names a file instead, for installations with their own supervisor.
A bot that takes the tracker store alone and is started by Rasa's own commands has the file that
``discreet db migrate`` made in its state folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from discreet.crypto import keyring
from discreet.crypto.wrapping import KeyRing
from discreet.errors import SettingsError

CHANNELS_FILE, MAIL_FILE = "channels.yml", "mail.yml"
STORE = "store"
"""The role of a bot that takes the tracker store and the lock store, and nothing else of ours."""


@dataclass(frozen=True)
class Settings:
    """Settings of one process. ``run_dir`` holds Unix sockets; ``project_dir`` privacy.yml and the page."""

    role: str
    database_url: str = field(repr=False)
    run_dir: Path
    project_dir: Path
    keys: dict[str, Any] = field(repr=False)
    channels: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """The secrets of messaging channels, by the channel's name."""
    mail: dict[str, Any] = field(default_factory=dict, repr=False)
    """The mail server, of the process that writes to customers; {}: letters stay in its memory."""
    page: str = ""
    """The page's origin, to which passkeys are bound."""
    has_links: bool = False
    """Whether people elsewhere can reach the page: credentials.yml says by which address."""
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


def own_file(state: Path) -> Path:
    """Where ``discreet db migrate`` writes what a bot with the store alone needs; its keys lie beside it."""
    return state / "rasa.json"


def channel_secrets(state: Path) -> dict[str, dict[str, str]]:
    """What ``channels.yml`` in the state folder says (docs/howto/messaging.md), {} without it. Raises SettingsError."""
    file = state / CHANNELS_FILE
    content = _private_yaml(file)
    if not isinstance(content, dict) or not all(isinstance(secrets, dict) for secrets in content.values()):
        raise SettingsError(f"{file.name} needs a section for each channel, such as `telegram:`")
    # A secret that was left out is none, and not the word None, which anybody could guess.
    return {
        str(name): {str(key): "" if secret is None else str(secret) for key, secret in secrets.items()}
        for name, secrets in content.items()
    }


def mail_settings(state: Path) -> dict[str, Any]:
    """What ``mail.yml`` in the state folder says (docs/howto/step-up.md), {} without it. Raises SettingsError."""
    content = _private_yaml(state / MAIL_FILE)
    if not isinstance(content, dict):
        raise SettingsError(f"{MAIL_FILE} holds no mapping")
    return content


def _private_yaml(file: Path) -> Any:
    """What a file says that only we may read; {} where there is no such file."""
    if not file.exists():
        return {}
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise SettingsError(f"others may read {file.name}; take it from them with chmod go-rwx")
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        raise SettingsError(f"{file.name} cannot be read as YAML") from None
    return content


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """This process's settings. Raises SettingsError naming what is missing, never a value."""
    env = os.environ if environment is None else environment
    return replace(_parse(_read(env)), reread=lambda: _parse(_read(env)).keys)


@lru_cache(maxsize=1)
def process_settings() -> Settings:
    """``load_settings()`` for classes that Rasa makes by class path and gives no arguments of ours."""
    return load_settings()


def _read(env: Mapping[str, str]) -> dict[str, Any]:
    if "DISCREET_SECRETS_FD" in env:
        try:
            descriptor = int(env["DISCREET_SECRETS_FD"])
            # Locked, because a rotation writes it anew; pread, because worker processes share its position.
            fcntl.lockf(descriptor, fcntl.LOCK_SH)
            try:
                return _json(os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode())
            finally:
                fcntl.lockf(descriptor, fcntl.LOCK_UN)
        except (OSError, ValueError):
            raise SettingsError("DISCREET_SECRETS_FD does not name a readable descriptor") from None
    if "DISCREET_SECRETS_FILE" in env:
        return _read_file(Path(env["DISCREET_SECRETS_FILE"]), "the file named by DISCREET_SECRETS_FILE")
    file = own_file(Path(env.get("DISCREET_STATE") or ".discreet"))
    if not file.exists():
        raise SettingsError(
            "DISCREET_SECRETS_FD is not set: start this with `make run` or `discreet up`. A bot of your own that takes "
            f"the tracker store alone needs {file.parent.name}/{file.name}: run `discreet db migrate` in its folder, "
            "and Rasa from there too"
        )
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise SettingsError(f"others may read {file.name}; take it from them with chmod go-rwx")
    return _read_file(file, f"the settings file {file.name}")


def _read_file(file: Path, called: str) -> dict[str, Any]:
    """A settings file. Where it holds no keys of its own, they are the files in the folder ``keys`` beside it."""
    try:
        raw = _json(file.read_text())
    except OSError:
        raise SettingsError(f"{called} cannot be read") from None
    folder = file.resolve().parent
    defaults: dict[str, Any] = {"run_dir": str(folder), "project_dir": str(folder.parent)}
    if "keys" not in raw and raw.get("role") == STORE:
        defaults["keys"] = keyring.keys_for(STORE, folder / "keys")
    return {**defaults, **raw}


def _json(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except ValueError:
        raw = None
    if not isinstance(raw, dict):
        raise SettingsError("the settings handed to this process are incomplete")
    return raw


def _parse(raw: dict[str, Any]) -> Settings:
    try:
        return Settings(
            role=raw["role"],
            database_url=raw["database_url"],
            run_dir=Path(raw["run_dir"]),
            project_dir=Path(raw["project_dir"]),
            keys=raw["keys"],
            channels=raw.get("channels", {}),
            mail=raw.get("mail", {}),
            page=raw.get("page", ""),
            has_links=raw.get("has_links") is True,
        )
    except (KeyError, TypeError):
        raise SettingsError("the settings handed to this process are incomplete") from None
