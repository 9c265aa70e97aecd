"""Each patch of Rasa answers as what it replaces does, and none is applied to another Rasa."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from discreet.rasa import speed

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


NAMES = sorted({cls.type_name for cls in all_subclasses(Event)} | {"topic", "unheard of", ""})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("default", [None, Event])
def test_an_event_name_means_the_same_class(name: str, default: type[Event] | None) -> None:
    before = _outcome(lambda: speed._walk_classes(name, default))
    assert _outcome(lambda: speed.resolve_by_type(name, default)) == before


@pytest.fixture
def restored() -> Iterator[None]:
    check, resolve = RemoteAction._validate_action_result, Event.resolve_by_type
    yield
    RemoteAction._validate_action_result = check
    Event.resolve_by_type = staticmethod(resolve)


@pytest.mark.usefixtures("restored")
def test_they_apply_to_this_rasa() -> None:
    assert speed.apply()
    assert RemoteAction._validate_action_result is speed.validate_action_result
    assert Event.resolve_by_type is speed.resolve_by_type


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
