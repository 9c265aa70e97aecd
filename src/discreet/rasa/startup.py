"""The start-up check: refuses to serve unless every seam of Rasa is held by what should hold it.

Rasa replaces a store that fails to load by one in memory and a mistyped broker by none, with a warning. Whatever it
did, this looks at the objects that are really there, before the first request is answered.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from ssl import TLSVersion
from typing import Any

from rasa import telemetry
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from discreet import logs, models
from discreet.crypto.sealed import VaultPublicKey
from discreet.errors import SettingsError
from discreet.policy import Policy, load_policy
from discreet.rasa import options, speed
from discreet.rasa.action_endpoint import SignedEndpoint
from discreet.rasa.buttons import Buttons
from discreet.rasa.forgetting import keep_forgetting
from discreet.rasa.guard import Guard
from discreet.rasa.held import paragraphs
from discreet.rasa.lock_store import PostgresLockStore
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.rasa.understanding import Understanding, mint_token
from discreet.records.vault import VaultWriter
from discreet.redaction.redact import Redactor
from discreet.settings import Settings, process_settings

_log = logging.getLogger(__name__)


def prepare(app: Sanic, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Guard:
    """Checks the loaded server and returns its guard, one for all channels of the process.

    Raises SettingsError: Sanic then stops with the sentence.
    """
    made: Guard | None = getattr(app.ctx, "discreet_guard", None)
    if made is None:
        made = app.ctx.discreet_guard = _prepared(app, on_new_message)
    return made


def _prepared(app: Sanic, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Guard:
    settings = process_settings()
    agent: Agent = app.ctx.agent
    policy = load_policy(settings.project_dir / "privacy.yml")
    if agent.processor is not None:
        models.verify(Path(agent.processor.model_path), settings.key("model_public"))
    problems = list(_problems(app, agent, policy))
    if problems:
        for problem in problems:
            _log.critical("refusing to serve: %s", problem)
        raise SettingsError("; ".join(problems))
    endpoint = SignedEndpoint(settings.action_socket, settings.key("action"))
    agent.action_endpoint = endpoint
    agent.processor.action_endpoint = endpoint
    guard = _guard(agent, on_new_message, policy, settings)
    agent.processor.handle_reminder = guard.remind
    keep_forgetting(app, _store(agent))
    speed.apply()
    # A collection of the oldest generation walks half a million objects of the model: 0.2 s in the middle of a turn.
    gc.collect()
    gc.freeze()
    return guard


def _guard(
    agent: Agent, on_new_message: Callable[[UserMessage], Awaitable[Any]], policy: Policy, settings: Settings
) -> Guard:
    redactor = Redactor(policy, public=_public_texts(agent, policy))
    return Guard(
        agent=agent,
        on_new_message=on_new_message,
        store=_store(agent),
        locks=agent.lock_store,
        vault=VaultWriter(VaultPublicKey(settings.key("vault_public")), settings.ring("value"), policy),
        understanding=Understanding(policy, redactor, mint_token(policy)),
        buttons=Buttons(settings.key("handle")),
        identity_key=settings.key("identity"),
    )


def _problems(app: Sanic, agent: Agent, policy: Policy) -> Iterator[str]:
    if agent.processor is None:
        yield "no model is loaded; run `make train`"
        return
    if not isinstance(_store(agent), EncryptedTrackerStore):
        yield "endpoints.yml must name discreet.rasa.tracker_store.EncryptedTrackerStore under tracker_store"
    if not isinstance(agent.lock_store, PostgresLockStore):
        yield "endpoints.yml must name discreet.rasa.lock_store.PostgresLockStore under lock_store"
    for channel in app.ctx.input_channels:
        if not type(channel).__module__.startswith("discreet.rasa."):
            yield f"the channel {channel.name()} in credentials.yml is not guarded; remove it"
    if app.name != "rasa_core_no_api":
        yield "Rasa's HTTP API is enabled; start without --enable-api"
    for option, why in options.forbidden(sys.argv):
        yield f"Rasa runs with {option}, which {why}; start without it"
    if app.state.ssl is not None and app.state.ssl.minimum_version != TLSVersion.TLSv1_3:
        yield "the server would speak an older TLS than 1.3; serve the page by discreet.rasa.web.WebChannel"
    if telemetry.is_telemetry_enabled():
        yield "Rasa's telemetry is on; set RASA_TELEMETRY_ENABLED=false"
    if logging.getLogRecordFactory() is not logs.Record or not all(
        isinstance(handler.formatter, logs.Formatter) for handler in logging.getLogger().handlers
    ):
        yield "something has replaced the log format; messages would reach the log"
    undeclared = {slot.name for slot in agent.domain.slots} - _rasas_own_slots() - set(policy.slots)
    if undeclared:
        yield f"privacy.yml declares no category for the slots {', '.join(sorted(undeclared))}"


def _rasas_own_slots() -> set[str]:
    return {"requested_slot", "session_started_metadata"}


def _store(agent: Agent) -> Any:
    """The store behind the wrapper that Rasa puts around every store."""
    return getattr(agent.tracker_store, "_tracker_store", None)


def _public_texts(agent: Agent, policy: Policy) -> list[str]:
    """What the shop itself says passes the mask: responses, links to pictures included, and the controller's data."""
    said = list(_strings(list(agent.domain.responses.values())))
    return [*said, *(part for text in said for part in paragraphs(text)), *policy.controller.values()]


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _strings(part)
