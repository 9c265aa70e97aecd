"""The start-up check, on the running objects: each seam that is not held by what should hold it stops the start.

Before the model is loaded, which runs what stands in it: signature, options and endpoints. Afterwards: what Rasa has
really made of its files.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from ssl import TLSVersion
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa.core.channels.rest import RestInput
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.run import load_agent_on_start
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from discreet import logs, models
from discreet.crypto.signing import public_key_of
from discreet.errors import SettingsError
from discreet.policy import load_policy
from discreet.rasa.channels.telegram import TelegramChannel
from discreet.rasa.front import Front
from discreet.rasa.loading import require_safe_loading
from discreet.rasa.lock_store import PostgresLockStore
from discreet.rasa.startup import _problems
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.rasa.web import WebChannel
from tests.conftest import PROJECT, free_port

SEED = bytes(range(32))
MEMORY = InMemoryTrackerStore(Domain.empty())
POLICY = load_policy(PROJECT / "privacy.yml")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What Rasa has made, as it should be: its server, its agent and where this process logs."""
    store = object.__new__(EncryptedTrackerStore)
    TrackerStore.__init__(store, Domain.empty(), None)
    agent = SimpleNamespace(
        processor=object(),
        tracker_store=FailSafeTrackerStore(store),
        lock_store=object.__new__(PostgresLockStore),
        domain=Domain.load(PROJECT / "domain.yml"),
    )
    channels = [WebChannel(Front()), TelegramChannel("1:a", "secret")]
    app = SimpleNamespace(
        ctx=SimpleNamespace(input_channels=channels), name="rasa_core_no_api", state=SimpleNamespace(ssl=None)
    )
    handler = logging.StreamHandler()
    handler.setFormatter(logs.Formatter())
    log = SimpleNamespace(factory=logs.Record, root=SimpleNamespace(handlers=[handler]))
    monkeypatch.setattr(
        "discreet.rasa.startup.logging",
        SimpleNamespace(getLogRecordFactory=lambda: log.factory, getLogger=lambda: log.root),
    )
    monkeypatch.setattr(sys, "argv", ["rasa", "run", "--model", "m.tar.gz"])
    made = SimpleNamespace(app=app, agent=agent, log=log, telemetry=False)
    monkeypatch.setattr("rasa.telemetry.is_telemetry_enabled", lambda: made.telemetry)
    return made


def _set(path: str, value: Any) -> Callable[[SimpleNamespace], None]:
    def broken(server: SimpleNamespace) -> None:
        *way, name = path.split(".")
        place = server
        for part in way:
            place = getattr(place, part)
        setattr(place, name, value)

    return broken


BROKEN: dict[str, tuple[Callable[[SimpleNamespace], None], str]] = {
    "no model": (_set("agent.processor", None), "no model is loaded"),
    "a store in memory, as Rasa takes for a mistyped one": (
        _set("agent.tracker_store", FailSafeTrackerStore(MEMORY)), "EncryptedTrackerStore"),
    "a store without Rasa's wrapper": (_set("agent.tracker_store", MEMORY), "tracker_store"),
    "locks in memory": (_set("agent.lock_store", InMemoryLockStore()), "PostgresLockStore"),
    "Rasa's REST channel": (lambda s: s.app.ctx.input_channels.append(RestInput()), "the channel rest"),
    "Rasa's HTTP API": (_set("app.name", "rasa_core"), "HTTP API"),
    "CORS": (lambda s: sys.argv.extend(("--cors", "*")), "--cors"),
    "CORS by the beginning of its name": (lambda s: sys.argv.extend(("--cor", "*")), "--cors"),
    "an older TLS": (_set("app.state.ssl", SimpleNamespace(minimum_version=TLSVersion.TLSv1_2)), "older TLS"),
    "telemetry": (_set("telemetry", True), "telemetry"),
    "log records of another kind": (_set("log.factory", logging.LogRecord), "log format"),
    "a handler with a format of its own": (
        lambda s: s.log.root.handlers.append(logging.StreamHandler()), "log format"),
    "a slot that nobody declared": (
        lambda s: _set("agent.domain", Domain.from_dict(
            {"slots": {"shoe_size": {"type": "any", "mappings": [{"type": "custom"}]}}}))(s), "shoe_size"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_seam_that_is_open_is_a_problem(server: SimpleNamespace, fault: str) -> None:
    def problems() -> list[str]:
        return list(_problems(cast("Any", server.app), server.agent, POLICY))

    assert problems() == []
    break_it, said = BROKEN[fault]
    break_it(server)
    (problem,) = problems()
    assert said in problem


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """An archive, signed."""
    made = tmp_path / "models" / "m.tar.gz"
    made.parent.mkdir()
    made.write_bytes(b"what runs when it is loaded")
    models.sign(made, "trained from", SEED)
    return made


_apps = itertools.count()


def _app(*loads: Any) -> Sanic:
    """A server that calls these before it starts, as Rasa registers them."""
    app = Sanic(f"startup_{next(_apps)}", configure_logging=False)
    for listener in (print, *loads):
        app.register_listener(listener, "before_server_start")

    async def finish() -> None:
        app.signal_router.finalize()

    asyncio.run(finish())
    return app


def _load(path: Path | str, **endpoints: Any) -> Any:
    return partial(load_agent_on_start, str(path), AvailableEndpoints(**endpoints), None)


def test_a_signed_model_may_be_loaded_by_its_name_or_its_folder(model: Path) -> None:
    for path in (model, model.parent):
        require_safe_loading(_app(_load(path)), public_key_of(SEED))
    require_safe_loading(_app(_load(model.parent / "none.tar.gz")), public_key_of(SEED))


ELSEWHERE = EndpointConfig("https://evil.example")
UNSAFE: dict[str, tuple[Callable[[Path], Sanic], str]] = {
    "a model without a signature": (
        lambda m: (m.with_name("m.tar.gz.sig").unlink(), _app(_load(m)))[1], "not signed"),
    "a changed model": (lambda m: (m.write_bytes(b"evil"), _app(_load(m)))[1], "changed after"),
    "a model that somebody else signed": (
        lambda m: (models.sign(m, "x", bytes(32)), _app(_load(m)))[1], "not signed"),
    "a newer one in the folder": (
        lambda m: (m.with_name("n.tar.gz").write_bytes(b"evil"), os.utime(m, (0, 0)), _app(_load(m.parent)))[2],
        "not signed"),
    "models from a server": (lambda m: _app(_load(m, model=ELSEWHERE)), "models in endpoints.yml"),
    "an event broker": (lambda m: _app(_load(m, event_broker=ELSEWHERE)), "event_broker in endpoints.yml"),
    "understanding elsewhere": (lambda m: _app(_load(m, nlu=ELSEWHERE)), "nlu in endpoints.yml"),
    "replies made elsewhere": (lambda m: _app(_load(m, nlg=ELSEWHERE)), "nlg in endpoints.yml"),
    "a load that nobody knows": (lambda m: _app(), "not known here"),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNSAFE)
def test_what_is_not_safe_is_not_loaded(model: Path, fault: str) -> None:
    make, said = UNSAFE[fault]
    with pytest.raises(SettingsError, match=said):
        require_safe_loading(make(model), public_key_of(SEED))


def test_an_option_that_loads_from_elsewhere_comes_too_late_to_be_found_afterwards(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["rasa", "run", "--remote-stor", "aws"])
    with pytest.raises(SettingsError, match="--remote-storage"):
        require_safe_loading(_app(_load(model)), public_key_of(SEED))


@pytest.mark.servers
def test_rasa_itself_does_not_load_what_is_not_signed(tmp_path: Path) -> None:
    """``rasa run`` by hand, without ``discreet up`` in front: refused before the archive is opened."""
    model = tmp_path / "m.tar.gz"
    model.write_bytes(b"no archive: whoever opens it says so")
    hidden = tmp_path / "secrets.json"
    hidden.write_text(
        json.dumps(
            {
                "role": "rasa", "database_url": "postgresql://nobody@127.0.0.1:1/nothing", "run_dir": str(tmp_path),
                "project_dir": str(PROJECT),
                "keys": dict.fromkeys(("identity", "action", "handle", "model_public"), "A" * 43 + "="),
            }
        )
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "run", "--model", str(model), "--port", str(free_port()), "--debug"],
        cwd=PROJECT,
        env={**os.environ, **models.rasa_environment("DEBUG"), "DISCREET_SECRETS_FILE": str(hidden)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode != 0
    assert "the model m.tar.gz is not signed by this installation" in done.stderr, done.stderr
    opened = [line for line in done.stderr.splitlines() if "rasa.engine.storage" in line or "load_model" in line]
    assert opened == []
