"""Patches of Rasa that make it faster and change nothing else; the only module that replaces code of Rasa.

Guarded by the exact version; ``DISCREET_SPEED_PATCHES=off`` switches them off; each falls back to what it replaces
for whatever is not the plain case. No promise of safety rests on one: without them everything holds, more slowly.
"""

from __future__ import annotations

import os
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any

import rasa
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.action_endpoint import BriefTracker, SignedEndpoint
from discreet.rasa.codec import event_classes
from discreet.rasa.history import history_of
from discreet.rasa.lookback import prediction_states

RASA_VERSION = "3.6.21"
_check_result = RemoteAction._validate_action_result
_action_call = RemoteAction._action_call_format
_walk_classes = Event.resolve_by_type
_run_with_dask = DaskGraphRunner.run
_walk_applied = DialogueStateTracker.applied_events
_replay = DialogueStateTracker.copy
_PLANS = "_discreet_plans"


def apply(version: str = rasa.__version__) -> bool:
    """Puts the patches in place. False, and nothing done, for another Rasa or where they are switched off."""
    if version != RASA_VERSION or os.environ.get("DISCREET_SPEED_PATCHES") == "off":
        return False
    for cls, name, ours in PATCHES:
        setattr(cls, name, ours)
    return True


def validate_action_result(action: RemoteAction, result: dict[str, Any]) -> bool:
    """Rasa's check of an action server's answer. Rasa's own checks the schema itself anew each time: 16 ms a call."""
    return True if _validator().is_valid(result) else bool(_check_result(action, result))


def action_call(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What an action is called with. Rasa's own writes out every event, of which our endpoint sends the last few."""
    brief = isinstance(action.action_endpoint, SignedEndpoint)
    return dict(_action_call(action, BriefTracker(tracker) if brief else tracker, domain))


def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """An event's class. Rasa's own walks all subclasses for every event."""
    found = event_classes().get(type_name)
    return found if found is not None else _walk_classes(type_name, default)


def applied_events(tracker: DialogueStateTracker) -> list[Event]:
    """The events that were not reverted. Rasa's own walks them all, seven times a message."""
    history = history_of(tracker)
    return list(_walk_applied(tracker)) if history is None else history.applied()


def copy_tracker(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A tracker that has replayed the same events. Rasa's own replays them for every action."""
    history = history_of(tracker)
    return _replay(tracker) if history is None else history.copy_of(tracker)


def run_graph(
    runner: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """The outputs of a model's nodes. Rasa's own plans the same few anew for every message: a seventh of a turn."""
    given = inputs or {}
    wanted = targets or runner._graph_schema.target_names
    plan = _plan(runner, tuple(wanted), tuple(given))
    if plan is None or any(isinstance(value, str) for value in given.values()):
        return dict(_run_with_dask(runner, inputs, targets))
    made = {name: (name, value) for name, value in given.items()}
    try:
        for name, node, needs in plan:
            made[name] = node(*map(made.__getitem__, needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(made[name] for name in wanted)


_Plan = list[tuple[str, Any, tuple[str, ...]]]


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...], inputs: tuple[str, ...]) -> _Plan | None:
    """Nodes after what they need, remembered on the runner. None where an input is missing or is called like a node."""
    plans = runner.__dict__.setdefault(_PLANS, {})
    if (targets, inputs) not in plans:
        plans[targets, inputs] = _planned(runner, targets, inputs)
    plan: _Plan | None = plans[targets, inputs]
    return plan


def _planned(runner: DaskGraphRunner, targets: tuple[str, ...], inputs: tuple[str, ...]) -> _Plan | None:
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
    missing = {need for of_one in needs.values() for need in of_one} - {*needs, *inputs}
    if missing or {*needs} & {*inputs}:
        return None
    order = TopologicalSorter({name: [need for need in of_one if need in needs] for name, of_one in needs.items()})
    return [(name, runner._instantiated_nodes[name], needs[name]) for name in order.static_order()]


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


PATCHES: tuple[tuple[type, str, Any], ...] = (
    (RemoteAction, "_validate_action_result", validate_action_result),
    (RemoteAction, "_action_call_format", action_call),
    (Event, "resolve_by_type", staticmethod(resolve_by_type)),
    (DaskGraphRunner, "run", run_graph),
    (DialogueStateTracker, "applied_events", applied_events),
    (DialogueStateTracker, "copy", copy_tracker),
    (MemoizationPolicy, "_prediction_states", prediction_states),
)
"""What is put in place of what."""
