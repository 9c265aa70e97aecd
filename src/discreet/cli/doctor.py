"""``discreet doctor``: looks over an installation and says what to do about each finding."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from discreet.checks import Finding, audit, channels, database, erasures, mail, project, running, state
from discreet.cli.database import owner_url
from discreet.errors import DiscreetError, SettingsError
from discreet.settings import load_settings, own_file
from discreet.storage.engine import Database
from discreet.storage.migrations import ROLES, default_logins, kept_passwords


def run(folder: Path, state_folder: Path, *, as_json: bool) -> int:
    """Prints the findings. Returns 1 when one of them must stop a start, else 0."""
    findings = list(examine(folder, state_folder))
    if as_json:
        print(json.dumps({"findings": [vars(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(f"{'STOP' if finding.stops else 'note'}  {finding.code}: {finding.problem}\n      {finding.remedy}")
        if not findings:
            print("Nothing to complain about.")
    return 1 if any(finding.stops for finding in findings) else 0


def examine(folder: Path, state_folder: Path) -> Iterator[Finding]:
    """All checks on the project and its state folder."""
    alone = own_file(state_folder).exists()
    yield from project.examine(folder, store_alone=alone)
    yield from state.examine(state_folder)
    if not alone:
        yield from state.examine_model(folder, state_folder)
        yield from channels.examine(folder / "credentials.yml", state_folder)
        yield from _transport(folder, state_folder)
        yield from running.examine(state_folder / "running")
    yield from _database(state_folder, alone=alone)


def _transport(folder: Path, state_folder: Path) -> Iterator[Finding]:
    try:
        front = project.web_entry(folder / "credentials.yml")
    except SettingsError:
        return  # said already, of credentials.yml
    certificate, key = (os.environ.get(name) for name in ("DISCREET_TLS_CERTIFICATE", "DISCREET_TLS_KEY"))
    host = urlsplit(front.public_url).hostname or ""
    interface = os.environ.get("DISCREET_INTERFACE") or "127.0.0.1"
    yield from mail.examine(state_folder, interface=interface, public_url=front.public_url)
    yield from state.examine_tls(Path(certificate) if certificate else None, Path(key) if key else None, host)
    if front.public_url.startswith("https://") and not front.trusted_proxies and not certificate:
        yield Finding(
            "proxy", "public_url is https, but nobody here is known to speak TLS",
            "name the proxy in trusted_proxies, or start with --tls-certificate (docs/howto/behind-a-proxy.md)",
            stops=False,
        )  # fmt: skip


def _database(state_folder: Path, *, alone: bool) -> Iterator[Finding]:
    own = "DISCREET_DATABASE_URL" in os.environ
    try:
        if alone:
            yield from database.examine_store(load_settings({"DISCREET_STATE": str(state_folder)}).database_url)
        elif own or (state_folder / "postgres.password").exists():
            with owner_url(state_folder) as url:
                owner = Database(url, pool_size=1)
                try:
                    urls = _role_urls(state_folder, url)
                    # The embedded one is started by its own settings, which say what it waits for.
                    yield from database.examine(owner, urls, state_folder / "keys", durable=own)
                    yield from erasures.examine(owner, state_folder)
                    yield from audit.examine(owner, state_folder)
                finally:
                    owner.close()
    except DiscreetError as error:
        yield Finding("database", str(error), "start it, or correct DISCREET_DATABASE_URL")


def _role_urls(state_folder: Path, url: str) -> dict[str, str]:
    kept = state_folder / "role-passwords.json"
    urls = (
        {role: login.url(url) for role, login in default_logins(kept_passwords(kept)).items()} if kept.exists() else {}
    )
    given = {role: os.environ.get(f"DISCREET_{role.upper()}_DATABASE_URL", "") for role in ROLES}
    return {**urls, **{role: one for role, one in given.items() if one}}
