"""The file keyring: made on the first start, one file a key, owner-readable only, handed out process by process."""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from discreet.crypto.sealed import VaultPrivateKey
from discreet.crypto.signing import public_key_of
from discreet.crypto.wrapping import KEY_SIZE, KeyRing
from discreet.errors import SettingsError

_SINGLE = ("identity", "action", "handle", "vault_seed", "model", "consent_head", "receipt", "rights")
LATER = ("consent_head", "receipt", "rights")
"""Of these, such as came after the first installations. Lost and made anew they open nothing: what they authenticated
refuses, and says so."""
RINGS = ("conversation", "value")
"""Rings of key-encryption keys: what they wrap lies in the database, and they rotate (``crypto.rotation``)."""
_GRANTED = {
    "rasa": ("identity", "action", "handle", "vault_public", "model_public", "conversation", "value"),
    "actions": ("identity", "action", "vault_seed", "value", "consent_head", "receipt"),
    "keeper": ("conversation", "consent_head", "rights"),
    "officer": ("identity", "consent_head", "receipt_public", "rights_public"),
    "payment": (),
    "trainer": ("model",),
    "store": ("identity", "conversation"),
}
"""Which process receives which key; docs/threat-model.md says what follows when one falls."""


def create_keys(folder: Path) -> None:
    """Makes whatever key is missing under ``folder`` (mode 0700, files 0600). Never replaces one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _SINGLE:
        _create_single(folder, name)
    for name in RINGS:
        _create(folder / f"{name}.json", {"keys": [new_entry(f"{name}-1", int(time.time()))]})


def create_later_keys(folder: Path, *, but: tuple[str, ...] = ()) -> None:
    """Makes what an installation from before these keys lacks, beside the keys that it has.

    ``but``: names of those whose work is there already, so that they were not missing but got lost.
    """
    for name in LATER:
        if name not in but:
            _create_single(folder, name)


def keys_for(role: str, folder: Path, *, kem: str = "x-wing") -> dict[str, Any]:
    """The keys that a process of that role may hold, as JSON-ready values; ``kem`` is how the vault seals.

    Raises SettingsError if one is missing.
    """
    return {name: _read(folder, name, kem) for name in _GRANTED[role]}


def key(keys: dict[str, Any], name: str) -> bytes:
    """One key out of ``keys_for``'s value. Raises SettingsError when this process does not hold it."""
    return _bytes(_held(keys, name))


def ring(keys: dict[str, Any], name: str, reread: Callable[[], dict[str, Any]] | None = None) -> KeyRing:
    """One key ring out of ``keys_for``'s value; ``reread`` gives that anew. Raises SettingsError when not held."""
    if reread is None:
        return KeyRing(_ring_keys(keys, name))
    return KeyRing(_ring_keys(keys, name), reread=lambda: _ring_keys(reread(), name))


def _ring_keys(keys: dict[str, Any], name: str) -> dict[str, bytes]:
    return {entry["id"]: _bytes(entry["key"]) for entry in _held(keys, name)}


def _held(keys: dict[str, Any], name: str) -> Any:
    if name not in keys:
        raise SettingsError(f"this process was not given the key {name!r}")
    return keys[name]


def _read(folder: Path, name: str, kem: str) -> Any:
    if name == "vault_public":
        return _text(VaultPrivateKey(_bytes(_read(folder, "vault_seed", kem))).public_bytes(kem))
    if name in ("model_public", "receipt_public", "rights_public"):
        return _text(public_key_of(_bytes(_read(folder, name.removesuffix("_public"), kem))))
    path = folder / f"{name}.json"
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        raise SettingsError(f"the key file {path.name} is missing or damaged; restore it from your backup") from None
    return content["keys"] if name in RINGS else content["key"]


def new_entry(key_id: str, made: int) -> dict[str, Any]:
    """A fresh key as it stands in a ring file; ``made`` is Unix time in seconds."""
    return {"id": key_id, "key": _text(secrets.token_bytes(KEY_SIZE)), "made": made}


def write_draft(path: Path, content: dict[str, Any]) -> Path:
    """A file beside ``path`` (mode 0600), whole and on the disk, to be given its name: no kill leaves half a key."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _create_single(folder: Path, name: str) -> None:
    _create(folder / f"{name}.json", {"key": _text(secrets.token_bytes(KEY_SIZE))})


def _create(path: Path, content: dict[str, Any]) -> None:
    draft = write_draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
