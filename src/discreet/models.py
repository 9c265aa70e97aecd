"""Trained models: fitting the training data and the recognisers, and signed, or not loaded.

A model names classes that are imported when it is loaded, so an unsigned one is code of a stranger. Beside
``<model>.tar.gz`` lies ``<model>.tar.gz.sig``: JSON with the archive's SHA-256, the fingerprint of what it was
trained from, and an Ed25519 signature (RFC 8032) over both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from discreet.errors import SettingsError
from discreet.redaction.values import recogniser_hash

_SOURCES = ("config.yml", "domain.yml", "data")
_HINT = "train it with `make train`, which signs it"


def fingerprint(project: Path) -> str:
    """SHA-256 (hex) of the training data, the pipeline and the recognisers."""
    digest = hashlib.sha256(recogniser_hash().encode())
    for source in _SOURCES:
        path = project / source
        for file in [path] if path.is_file() else sorted(path.rglob("*.yml")):
            digest.update(str(file.relative_to(project)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def fitting_model(project: Path, folder: Path, public_key: bytes) -> Path | None:
    """The newest signed model that was trained from what the project holds now."""
    wanted = fingerprint(project)
    for model in sorted(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime, reverse=True):
        try:
            if verify(model, public_key) == wanted:
                return model
        except SettingsError:
            continue
    return None


def train(project: Path, folder: Path, seed: bytes, *, log: Path) -> Path:
    """Runs ``rasa train`` and signs the result. ``seed`` is the 32-byte Ed25519 key. Raises SettingsError."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = fingerprint(project)
    name = f"discreet-{wanted[:12]}"
    command = [sys.executable, "-m", "rasa", "train", "--out", str(folder), "--fixed-model-name", name]
    environment = {**os.environ, **rasa_environment()}
    with log.open("ab") as output:
        result = subprocess.run(command, cwd=project, env=environment, stdout=output, stderr=output)
    model = folder / f"{name}.tar.gz"
    if result.returncode != 0 or not model.exists():
        raise SettingsError(f"training failed; `rasa data validate` may say why, and the log is {log}")
    sign(model, wanted, seed)
    return model


def sign(model: Path, trained_from: str, seed: bytes) -> None:
    """Writes the signature beside the model."""
    content = {"version": 1, "sha256": _sha256(model), "fingerprint": trained_from}
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_message(content))
    sidecar = {**content, "signature": base64.b64encode(signature).decode()}
    _sidecar(model).write_text(json.dumps(sidecar, indent=1) + "\n")


def verify(model: Path, public_key: bytes) -> str:
    """The fingerprint that the model was trained from. Raises SettingsError unless it is exactly what was signed."""
    try:
        sidecar = json.loads(_sidecar(model).read_text())
        signature = base64.b64decode(sidecar.pop("signature"))
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _message(sidecar))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        raise SettingsError(f"the model {model.name} is not signed by this installation: {_HINT}") from None
    if sidecar["sha256"] != _sha256(model):
        raise SettingsError(f"the model {model.name} was changed after it was signed: {_HINT}")
    return str(sidecar["fingerprint"])


def rasa_environment(log_level: str = "INFO") -> dict[str, str]:
    """What Rasa's commands need in their environment: telemetry off, TensorFlow quiet, no device looked for."""
    return {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "LOG_LEVEL": log_level,
    }


def _message(content: dict[str, object]) -> bytes:
    return b"discreet model\0" + json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _sidecar(model: Path) -> Path:
    return model.with_name(f"{model.name}.sig")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
