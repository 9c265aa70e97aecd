"""What ``discreet doctor`` says of the way from a browser to the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from discreet.cli.doctor import _transport

WEB = "discreet.rasa.web.WebChannel"
HTTPS = "public_url: https://chat.example.com"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCREET_TLS_CERTIFICATE", "DISCREET_TLS_KEY", "DISCREET_INTERFACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("{}", False),
        ("{public_url: http://localhost:5005}", False),
        (f"{{{HTTPS}}}", True),
        (f"{{{HTTPS}, trusted_proxies: [127.0.0.1]}}", False),
    ],
)
def test_https_that_nobody_is_known_to_speak_is_noted(tmp_path: Path, entry: str, found: bool) -> None:
    (tmp_path / "credentials.yml").write_text(f"{WEB}: {entry}\n")
    findings = [finding for finding in _transport(tmp_path, tmp_path) if finding.code == "proxy"]
    assert bool(findings) == found
    assert all(not finding.stops and "trusted_proxies" in finding.remedy for finding in findings)


def test_a_certificate_of_ones_own_speaks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "credentials.yml").write_text(f"{WEB}: {{{HTTPS}}}\n")
    monkeypatch.setenv("DISCREET_TLS_CERTIFICATE", str(tmp_path / "chain.pem"))
    monkeypatch.setenv("DISCREET_TLS_KEY", str(tmp_path / "key.pem"))
    assert {finding.code for finding in _transport(tmp_path, tmp_path)} >= {"tls"}
    assert "proxy" not in {finding.code for finding in _transport(tmp_path, tmp_path)}
