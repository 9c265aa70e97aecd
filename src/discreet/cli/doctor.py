"""``discreet doctor``: looks over an installation and says what to do about each finding."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from discreet import models
from discreet.crypto import keyring
from discreet.errors import DiscreetError
from discreet.policy import load_policy


def run(project: Path, state: Path, *, as_json: bool) -> int:
    """Prints the findings. Returns 1 when there are any, else 0."""
    findings = list(_findings(project, state))
    if as_json:
        print(json.dumps({"findings": findings}))
    else:
        print("\n".join(f"- {finding}" for finding in findings) or "Nothing to complain about.")
    return 1 if findings else 0


def _findings(project: Path, state: Path) -> Iterator[str]:
    for check in (_policy, _keys, _model):
        try:
            yield from check(project, state)
        except DiscreetError as error:
            yield str(error)
    if sys.version_info[:2] != (3, 10):
        yield "this is not Python 3.10, the only version that Rasa 3.6 supports here; run `make setup`"


def _policy(project: Path, _state: Path) -> Iterator[str]:
    load_policy(project / "privacy.yml")
    yield from ()


def _keys(_project: Path, state: Path) -> Iterator[str]:
    folder = state / "keys"
    if not folder.exists():
        yield "there are no keys yet; `make run` makes them"
        return
    for role in ("rasa", "actions", "trainer"):
        keyring.keys_for(role, folder)
    for path in (folder, *folder.iterdir()):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"others may read {path.name}; take it from them with chmod go-rwx"


def _model(project: Path, state: Path) -> Iterator[str]:
    if not (state / "keys").exists():
        return
    public_key = keyring.key(keyring.keys_for("rasa", state / "keys"), "model_public")
    if models.fitting_model(project, state / "models", public_key) is None:
        yield "no signed model fits the training data; run `make train`"
