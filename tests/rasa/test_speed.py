"""Each patch of Rasa answers as what it replaces does, and none is applied to another Rasa."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from discreet.rasa import speed
from discreet.rasa.action_endpoint import SignedEndpoint, stripped
from tests.rasa import dialogues
from tests.rasa.dialogues import Dialogue
from tests.rasa.patches import restored_afterwards

ACTION = RemoteAction("action_x", None)
SLOT = {"event": "slot", "name": "item", "value": None, "timestamp": None}
RESULTS: list[Any] = [
    {},
    {"events": [], "responses": []},
    {"events": [SLOT, {"event": "followup", "name": "action_y", "timestamp": 1.0}], "responses": [{"text": "hi"}]},
    {"events": [{"event": "user", "text": "x", "parse_data": {}, "timestamp": 1.0}]},
    {"events": None},
    {"events": [{"event": "slot"}]},
    {"events": [{"event": "unheard of"}]},
    {"responses": ["text"]},
    {"responses": {}},
    [],
    "text",
    None,
]


def _outcome(call: Callable[[], Any]) -> tuple[Any, ...]:
    try:
        return ("returned", call())
    except Exception as error:
        return ("raised", type(error), str(error))


@pytest.mark.parametrize("result", RESULTS, ids=str)
def test_an_action_servers_answer_is_judged_as_before(result: Any) -> None:
    before = _outcome(lambda: speed._check_result(ACTION, result))
    assert _outcome(lambda: speed.validate_action_result(ACTION, result)) == before


def test_both_verdicts_occur_above() -> None:
    assert {_outcome(lambda r=r: speed.validate_action_result(ACTION, r))[0] for r in RESULTS} == {"returned", "raised"}


DOMAIN = Domain.from_yaml(dialogues.DOMAIN)
SIGNED = SignedEndpoint(Path("nowhere"), bytes(32))


@pytest.mark.parametrize("seed", range(8))
def test_an_action_is_called_with_what_it_was_called_with_before(seed: int) -> None:
    action, tracker, trailing = RemoteAction("action_x", SIGNED), DialogueStateTracker("x", DOMAIN.slots), set()
    for step in Dialogue(seed).steps(60):
        for event in step:
            tracker.update(event)
            before = stripped(speed._action_call(action, tracker, DOMAIN))
            assert stripped(speed.action_call(action, tracker, DOMAIN)) == before
            trailing.add(len(before["tracker"]["events"]))
    assert {0, 1, 2} <= trailing


def test_another_endpoint_gets_every_event() -> None:
    action, tracker = RemoteAction("action_x", EndpointConfig("http://actions")), DialogueStateTracker("x", [])
    for step in Dialogue(0).steps(9):
        for event in step:
            tracker.update(event)
    assert speed.action_call(action, tracker, DOMAIN) == speed._action_call(action, tracker, DOMAIN)


NAMES = sorted({cls.type_name for cls in all_subclasses(Event)} | {"topic", "unheard of", ""})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("default", [None, Event])
def test_an_event_name_means_the_same_class(name: str, default: type[Event] | None) -> None:
    before = _outcome(lambda: speed._walk_classes(name, default))
    assert _outcome(lambda: speed.resolve_by_type(name, default)) == before


class Adds(GraphComponent):  # type: ignore[misc]
    """A node of a graph: notes that it ran, and adds its number to what it is given."""

    ran: ClassVar[list[str]] = []

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, **__: Any) -> Adds:
        return cls(config)

    def add(self, left: int, right: int = 0) -> int:
        self.ran.append(self._config["name"])
        if left + right == self._config.get("fails_at"):
            raise self._config["with"]
        return left + right + int(self._config["number"])


def _node(name: str, number: int, needs: dict[str, str], **more: Any) -> SchemaNode:
    config = {"name": name, "number": number, **more}
    return SchemaNode(needs=needs, uses=Adds, fn="add", constructor_name="create", config=config)


def _runner(storage: Path) -> DaskGraphRunner:
    nodes = {
        "both": _node("both", 100, {"left": "first", "right": "second"}),
        "second": _node("second", 10, {"left": "first"}, fails_at=8, **{"with": InvalidConfigException("eight")}),
        "first": _node("first", 1, {"left": "message"}, fails_at=3, **{"with": RuntimeError("three")}),
        "apart": _node("apart", 1000, {"left": "other"}),
    }
    schema = GraphSchema({**nodes, "both": dataclasses.replace(nodes["both"], is_target=True)})
    return DaskGraphRunner.create(schema, LocalModelStorage(storage), ExecutionContext(schema))


@pytest.mark.parametrize(
    "targets", [None, ["both"], ["first", "second"], ["second", "first"], ["apart"], ["unheard of"]]
)
@pytest.mark.parametrize(
    "inputs",
    [
        *({"message": given} for given in (1, 3, 7, "text", "first", None)),
        *({"message": 1, "other": 2}, {"other": 2}, {"first": 5}, {}, None),
    ],
    ids=str,
)
def test_a_graph_runs_as_before(targets: list[str] | None, inputs: dict[str, Any] | None, tmp_path: Path) -> None:
    runner, outcomes = _runner(tmp_path), []
    for run in (speed._run_with_dask, speed.run_graph, speed.run_graph):
        Adds.ran.clear()
        outcomes.append((_outcome(lambda run=run: list(run(runner, inputs, targets).items())), sorted(Adds.ran)))
    assert outcomes[1:] == outcomes[:1] * 2


def test_the_outcomes_above_are_of_every_kind(tmp_path: Path) -> None:
    runner = _runner(tmp_path)
    assert speed.run_graph(runner, {"message": 1}) == {"both": 114}
    for number, kind in ((3, GraphComponentException), (7, InvalidConfigException)):
        with pytest.raises(kind):
            speed.run_graph(runner, {"message": number})
    assert speed._plan(runner, ("both",), ("message",)) is not None
    assert speed._plan(runner, ("both",), ("other",)) is None


@pytest.fixture
def restored() -> Iterator[None]:
    with restored_afterwards():
        yield


@pytest.mark.usefixtures("restored")
def test_they_apply_to_this_rasa() -> None:
    assert speed.apply()
    for cls, name, ours in speed.PATCHES:
        assert vars(cls)[name] is ours


@pytest.mark.usefixtures("restored")
def test_another_rasa_stays_as_it_is() -> None:
    before = RemoteAction._validate_action_result
    assert not speed.apply("3.6.22")
    assert RemoteAction._validate_action_result is before


@pytest.mark.usefixtures("restored")
def test_they_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCREET_SPEED_PATCHES", "off")
    before = RemoteAction._validate_action_result
    assert not speed.apply()
    assert RemoteAction._validate_action_result is before
