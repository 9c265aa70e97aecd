"""``discreet up`` and ``discreet train``."""

from __future__ import annotations

import itertools
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from discreet.assistant import Assistant, Options
from discreet.cli.state import only_one, state_folder
from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.migrations import ROLES
from discreet.storage.places import forget_outside

EXIT_INTERRUPTED = 130
LOG_SECONDS = 60
"""Between two looks at the logs' size and age."""
_started = time.monotonic()


@told
def run(project: Path, port: int, *, interface: str = "127.0.0.1", tls: tuple[Path, Path] | None = None) -> int:
    """Serves until Ctrl-C or SIGTERM. Returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    options = replace(_options(project, port), interface=interface, tls=tls)
    try:
        with only_one(state_folder(project)), Assistant(options, _say) as assistant:
            print(f"\n  Ready: {assistant.address}\n\n  Ctrl-C stops it. Logs: {assistant.logs}", flush=True)
            try:
                for second in itertools.count():
                    time.sleep(1.0)
                    assistant.supervisor.require_all()
                    assistant.hand_out_rings()
                    if second % LOG_SECONDS == 0:
                        assistant.rotate_logs(time.time())
            except KeyboardInterrupt:
                _say("Stopping ...")
    except KeyboardInterrupt:
        _say("Stopped before it was ready.")
        return EXIT_INTERRUPTED
    return 0


def _interrupt(*_: object) -> None:
    """Ends whatever runs, training included. Once: a second Ctrl-C must not interrupt the stopping."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


@told
def train_only(project: Path) -> int:
    """Trains and signs where no fitting model exists. Returns the exit code."""
    assistant = Assistant(_options(project, 0), _say)
    try:
        keyring.create_keys(assistant.keys)
        print(f"The model is {assistant.model()}")
    finally:
        assistant.stop()
    return 0


@told
def forget_database(project: Path) -> int:
    """Stops a Postgres that a killed start left behind and removes what lies outside the state folder."""
    state = state_folder(project)
    with only_one(state):
        EmbeddedPostgres(state, state).stop()
        forget_outside(state)
    return 0


def _options(project: Path, port: int) -> Options:
    given = tuple((role, os.environ.get(f"DISCREET_{role.upper()}_DATABASE_URL", "")) for role in ROLES)
    return Options(
        project=project,
        state=state_folder(project),
        port=port,
        database_url=os.environ.get("DISCREET_DATABASE_URL", ""),
        role_urls=tuple((role, url) for role, url in given if url),
        log_level=os.environ.get("LOG_LEVEL", "INFO"),
        vault_kem=os.environ.get("DISCREET_VAULT_KEM", "x-wing"),
    )


def _say(sentence: str) -> None:
    print(f"  {time.monotonic() - _started:5.1f} s  {sentence}", flush=True)
