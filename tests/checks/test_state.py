"""Each fault of the state folder is found by its name: keys, who may read them, their age, models, the disk, TLS."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from discreet import models
from discreet.checks import Finding
from discreet.checks.state import CERTIFICATE_DAYS, examine, examine_model, examine_tls
from discreet.crypto import keyring
from tests.assistant import certificate
from tests.conftest import PROJECT

NOW = time.time()
DAY = 86400


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder without a fault."""
    keyring.create_keys(tmp_path / "keys")
    (tmp_path / "role-passwords.json").touch(mode=0o600)
    assert list(examine(tmp_path)) == []
    return tmp_path


def _aged(seconds: float) -> Callable[[Path], object]:
    def age(state: Path) -> None:
        file = state / "keys" / "conversation.json"
        ring = json.loads(file.read_text())
        ring["keys"][-1]["made"] -= seconds
        file.write_text(json.dumps(ring))

    return age


BROKEN: dict[str, tuple[Callable[[Path], object], str, bool]] = {
    "a key that others may read": (lambda s: (s / "keys" / "identity.json").chmod(0o644), "file_mode", True),
    "a folder that others may enter": (lambda s: (s / "keys").chmod(0o711), "file_mode", True),
    "passwords that others may read": (lambda s: (s / "role-passwords.json").chmod(0o640), "file_mode", True),
    "a key that is gone": (lambda s: (s / "keys" / "vault_seed.json").unlink(), "keys", True),
    "a ring that is gone": (lambda s: (s / "keys" / "conversation.json").unlink(), "keys", True),
    "a key that is cut": (lambda s: (s / "keys" / "identity.json").write_text("{"), "keys", True),
    "a key file with something else": (lambda s: (s / "keys" / "identity.json").write_text("{}"), "keys", True),
    "a ring of another time": (_aged(-3 * DAY), "clock", True),
    "an old ring": (_aged(400 * DAY), "key_age", False),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_is_found(state: Path, fault: str) -> None:
    break_it, code, stops = BROKEN[fault]
    break_it(state)
    (finding,) = [finding for finding in examine(state) if finding.code == code]
    assert finding.stops == stops
    assert finding.problem
    assert finding.remedy


def test_a_key_of_another_user_is_found(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They could exchange it. Root may be anybody, so it gives the file away; anybody else is taken for another."""
    key = state / "keys" / "identity.json"
    if os.geteuid() == 0:
        os.chown(key, 54321, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
    found = [finding for finding in examine(state) if finding.code == "file_owner"]
    assert "keys/identity.json" in " ".join(finding.problem for finding in found)
    assert all(finding.stops for finding in found)


def test_a_full_disk_is_found(state: Path) -> None:
    (finding,) = examine(state, least_free=2**62)
    assert finding.code == "disk"


def test_before_the_first_start_there_is_nothing_to_stop_for(tmp_path: Path) -> None:
    assert [finding.stops for finding in examine(tmp_path)] == [False]
    assert list(examine(tmp_path / "nothing")) == []


def test_models_are_signed_unchanged_and_fit(state: Path) -> None:
    seed = keyring.key(keyring.keys_for("trainer", state / "keys"), "model")
    (state / "models").mkdir()
    model = state / "models" / "a.tar.gz"
    model.write_bytes(b"a model")
    codes = lambda: [finding.code for finding in examine_model(PROJECT, state)]  # noqa: E731
    assert codes() == ["model_signature", "model"]
    models.sign(model, "trained from something else", seed)
    assert codes() == ["model"]
    models.sign(model, models.fingerprint(PROJECT), seed)
    assert codes() == []
    model.write_bytes(b"another model")
    assert codes() == ["model_signature", "model"]
    models.sign(model, models.fingerprint(PROJECT), bytes(32))
    assert codes() == ["model_signature", "model"]


def _tls(folder: Path, host: str = "localhost", *, now: float = NOW) -> list[Finding]:
    return list(examine_tls(folder / "chain.pem", folder / "key.pem", host, now=now))


def test_a_certificate_is_looked_over(tmp_path: Path) -> None:
    certificate.make(tmp_path, days=80)
    assert _tls(tmp_path) == []
    assert list(examine_tls(None, None, "localhost")) == []
    assert [finding.stops for finding in _tls(tmp_path, now=NOW + (81 - CERTIFICATE_DAYS) * DAY)] == [False]
    assert [finding.stops for finding in _tls(tmp_path, now=NOW + 81 * DAY)] == [True]
    assert "host" in _tls(tmp_path, "chat.example.com")[0].problem
    (tmp_path / "key.pem").chmod(0o644)
    assert "others" in _tls(tmp_path)[0].problem
    other = tmp_path / "other"
    other.mkdir()
    certificate.make(other)
    (tmp_path / "key.pem").write_bytes((other / "key.pem").read_bytes())
    (tmp_path / "key.pem").chmod(0o600)
    assert "not the certificate's" in _tls(tmp_path)[0].problem
    (tmp_path / "chain.pem").write_text("nonsense")
    assert "PEM" in _tls(tmp_path)[0].problem
