"""The state folder: keys and who may read them, their age, the model's signature, room on the disk, certificates."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from discreet import models
from discreet.checks import Finding
from discreet.crypto import keyring, rotation
from discreet.errors import DiscreetError, SettingsError

OLDEST_KEY_DAYS = 365
CERTIFICATE_DAYS = 14
LEAST_FREE_BYTES = 100 * 1024 * 1024
_SECRET_FILES = ("role-passwords.json", "rasa.json", "channels.yml", "postgres.password")


def examine(state: Path, *, now: float | None = None, least_free: int = LEAST_FREE_BYTES) -> Iterator[Finding]:
    """Everything about the state folder but the model. ``now`` is Unix time, ``least_free`` bytes."""
    moment = time.time() if now is None else now
    yield from _room(state, least_free)
    folder = state / "keys"
    if not folder.exists():
        if state.exists():
            yield Finding("keys", "there are no keys yet", "`make run` makes them", stops=False)
        return
    yield from _modes(state)
    yield from _keys(folder, store_alone=(state / "rasa.json").exists())
    yield from _ages(folder, moment)


def examine_model(project: Path, state: Path) -> Iterator[Finding]:
    """The models: signed, unchanged, and one of them trained from what the project holds now."""
    try:
        public_key = keyring.key(keyring.keys_for("rasa", state / "keys"), "model_public")
    except SettingsError:
        return
    for model in sorted((state / "models").glob("*.tar.gz")):
        try:
            models.verify(model, public_key)
        except SettingsError as error:
            yield Finding("model_signature", str(error), f"remove {model.name}, then run `make train`")
    if models.fitting_model(project, state / "models", public_key) is None:
        yield Finding("model", "no signed model fits the training data", "run `make train`")


def examine_tls(
    certificate: Path | None, key: Path | None, public_host: str, *, now: float | None = None
) -> Iterator[Finding]:
    """Certificate files that the page is served by; nothing where there are none."""
    if certificate is None or key is None:
        return
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        yield Finding("tls", f"{certificate.name} or {key.name} cannot be read as PEM", "name the right files")
        return
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("tls", f"others may read {key.name}", f"chmod go-rwx {key.name}")
    if _spki(private.public_key()) != _spki(loaded.public_key()):
        yield Finding("tls", "the key is not the certificate's", "name the files that belong together")
    moment = datetime.fromtimestamp(time.time() if now is None else now, timezone.utc)
    left = loaded.not_valid_after_utc - moment
    if left.total_seconds() < 0 or loaded.not_valid_before_utc > moment:
        yield Finding("tls", "the certificate is not valid now", "renew it, or set the clock")
    elif left.days < CERTIFICATE_DAYS:
        yield Finding("tls", f"the certificate ends in {left.days} days", "renew it and start again", stops=False)
    if public_host and not {public_host, f"*.{public_host.partition('.')[2]}"} & _names(loaded):
        yield Finding("tls", "the certificate does not name the host of public_url", "get one that does")


def _room(state: Path, least_free: int) -> Iterator[Finding]:
    existing = next(folder for folder in (state, *state.parents) if folder.exists())
    if shutil.disk_usage(existing).free < least_free:
        yield Finding("disk", f"the disk that holds {state.name} is full", "make room on it")


def _modes(state: Path) -> Iterator[Finding]:
    found = [state / "keys", *sorted((state / "keys").iterdir()), *(state / name for name in _SECRET_FILES)]
    for path in found:
        if not path.exists():
            continue
        seen = path.stat()
        if stat.S_IMODE(seen.st_mode) & 0o077:
            yield Finding("file_mode", f"others may read {path.relative_to(state)}", f"chmod go-rwx {path}")
        if seen.st_uid not in (os.geteuid(), 0):
            yield Finding("file_owner", f"{path.relative_to(state)} belongs to another user", f"chown it: {path}")


def _keys(folder: Path, *, store_alone: bool) -> Iterator[Finding]:
    for role in ("store",) if store_alone else ("rasa", "actions", "keeper", "trainer"):
        try:
            keyring.keys_for(role, folder)
        except DiscreetError as error:
            yield Finding("keys", str(error).partition(";")[0], "restore it from your backup")
            return
        except (KeyError, ValueError, TypeError):
            yield Finding("keys", "a key file is damaged", "restore the folder keys from your backup")
            return


def _ages(folder: Path, now: float) -> Iterator[Finding]:
    for name in keyring.RINGS:
        try:
            made = [entry.made for entry in rotation.entries(folder, name)][-1]
        except (DiscreetError, KeyError, IndexError, TypeError):
            continue
        if made is None:
            continue
        if made > now + 86400:
            yield Finding("clock", f"the key ring {name} was made in the future", "set the clock of this machine")
        elif now - made > OLDEST_KEY_DAYS * 86400:
            yield Finding(
                "key_age", f"the newest key of the ring {name} is over a year old", "run `discreet keys rotate`",
                stops=False,
            )  # fmt: skip


def _spki(public: Any) -> bytes:
    spki: bytes = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return spki


def _names(certificate: x509.Certificate) -> set[str]:
    """Hosts and addresses that the certificate names."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    hosts = {str(name) for name in names.get_values_for_type(x509.DNSName)}
    return hosts | {str(address) for address in names.get_values_for_type(x509.IPAddress)}
