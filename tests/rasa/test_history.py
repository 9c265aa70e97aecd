"""What is remembered of a conversation is what Rasa finds by walking all of it: over many drawn dialogues."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.memoization import AugmentedMemoizationPolicy, MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, EntitiesAdded, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates, TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data import loading
from rasa.shared.core.training_data.structures import StoryGraph

from discreet.rasa import history, lookback, speed
from tests.rasa import dialogues
from tests.rasa.dialogues import Dialogue
from tests.rasa.patches import applied_patches

DOMAIN = Domain.from_yaml(dialogues.DOMAIN)
OTHER = Domain.from_yaml(dialogues.DOMAIN.replace("entities: [item, place]", "entities: [item]"))
RULE_ONLY = {"rule_only_slots": ["known"], "rule_only_loops": ["address_form"]}
SEEDS = range(40)
STEPS = 25


class Stock(DialogueStateTracker):  # type: ignore[misc]
    """A tracker that is left to Rasa, and so are all that Rasa makes of it."""

    def init_copy(self) -> Stock:
        return Stock(self.sender_id, self.slots.values(), self._max_event_history, is_rule_tracker=self.is_rule_tracker)


@pytest.fixture(scope="module", autouse=True)
def patched() -> Iterator[None]:
    """Also for conversations that are shorter than it takes."""
    with applied_patches(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "SHORT", 0)
        yield


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MemoizationPolicy]:
    """Trained on rules and stories that the dialogues now and then follow."""
    folder: Path = tmp_path_factory.mktemp("policies")
    (folder / "rules.yml").write_text(dialogues.TRAINING)
    graph = StoryGraph(loading.load_data_from_files([str(folder / "rules.yml")], DOMAIN))
    trackers = TrainingDataGenerator(graph, DOMAIN, augmentation_factor=0).generate()
    made: dict[str, tuple[Any, dict[str, Any]]] = {
        "rules": (RulePolicy, {}),
        "stories": (MemoizationPolicy, {}),
        "windows": (MemoizationPolicy, {"max_history": 2}),
        "uncompressed": (MemoizationPolicy, {"enable_feature_string_compression": False}),
        "truncating": (AugmentedMemoizationPolicy, {"max_history": 3}),
    }
    trained = {}
    for name, (cls, more) in made.items():
        config, context = {**cls.get_default_config(), **more}, ExecutionContext(GraphSchema({}))
        trained[name] = cls(config, LocalModelStorage(folder), Resource(name), context)
        trained[name].train(trackers, DOMAIN)
    return trained


def both(seed: int) -> tuple[DialogueStateTracker, Stock]:
    name = f"somebody {seed}"
    return DialogueStateTracker(name, DOMAIN.slots), Stock(name, DOMAIN.slots)


def told(trackers: Iterable[DialogueStateTracker], step: list[Event]) -> None:
    """Each has events of its own: some change others."""
    for tracker in trackers:
        for event in copy.deepcopy(step):
            tracker.update(event)


def looks(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Everything that a tracker holds."""
    message = tracker.latest_message
    return {
        "events": [event.as_dict() for event in tracker.events],
        "slots": {name: (type(slot), slot.value, slot.has_been_set) for name, slot in tracker.slots.items()},
        "message": message and (undated(message), message.use_text_for_featurization),
        "bot": tracker.latest_bot_utterance and undated(tracker.latest_bot_utterance),
        "loop": tracker.active_loop and dataclasses.asdict(tracker.active_loop),
        **{
            name: value
            for name, value in vars(tracker).items()
            if name not in {"events", "slots", "latest_message", "latest_bot_utterance", "active_loop"}
            and name != history._HISTORY
        },
    }


def undated(event: Event) -> dict[str, Any]:
    """An empty one, which a new tracker has, is dated by the clock."""
    return {**event.as_dict(), "timestamp": None}


def positions(tracker: DialogueStateTracker) -> list[int]:
    """Which of its events apply, by their place."""
    places = {id(event): place for place, event in enumerate(tracker.events)}
    return [places[id(event)] for event in tracker.applied_events()]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_applied_events_are_those_of_rasa(seed: int) -> None:
    trackers, draw = both(seed), random.Random(seed)
    for step in Dialogue(seed).steps(STEPS * 4):
        told(trackers, step)
        if draw.random() < 0.7:
            ours, stock = map(positions, trackers)
            assert ours == stock


@pytest.mark.parametrize("seed", SEEDS)
def test_a_copy_is_what_a_replay_makes_and_lives_by_itself(seed: int) -> None:
    trackers, draw = both(seed), random.Random(seed)
    aside = iter(list(Dialogue(seed + 1000).steps(STEPS * 4)))
    for step in Dialogue(seed).steps(STEPS):
        told(trackers, step)
        if draw.random() < 0.2:
            for tracker in trackers:
                tracker.clear_followup_action()  # as Rasa does, past the events
        if draw.random() < 0.5:
            copies = tuple(tracker.copy() for tracker in trackers)
            for _ in range(draw.randrange(3)):
                ours, stock = map(looks, copies)
                assert ours == stock
                told(copies, next(aside, []))
                assert positions(copies[0]) == positions(copies[1])
                if draw.random() < 0.5:
                    copies = tuple(tracker.copy() for tracker in copies)
        ours, stock = map(looks, trackers)
        assert ours == stock


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [1, 4, 30])
def test_the_last_states_are_those_of_rasa(seed: int, most: int) -> None:
    trackers, draw = both(seed), random.Random(seed)
    for step in Dialogue(seed).steps(STEPS):
        told(trackers, step)
        if draw.random() < 0.5:
            hide = draw.random() < 0.6
            found = history.history_of(trackers[0])
            assert found is not None
            look = (draw.choice((DOMAIN, OTHER)), draw.choice((most, 7)), draw.choice((RULE_ONLY, None)))
            stock = trackers[1].past_states(look[0], ignore_rule_only_turns=hide, rule_only_data=look[2])
            ours = found.last_states(trackers[0], *look, hide)
            assert ours == stock[-look[1] :]
            for part in (part for state in ours for part in state.values()):
                part.clear()  # featurizers change what they are given


def test_policies_predict_as_before(policies: dict[str, MemoizationPolicy]) -> None:
    predicted: Counter[str] = Counter()
    for seed in SEEDS:
        trackers, draw = both(seed), random.Random(seed)
        for step in Dialogue(seed).steps(STEPS):
            told(trackers, step)
            if draw.random() < 0.6:
                for name, policy in policies.items():
                    only = policies["rules"]._get_rule_only_data()
                    ours, stock = (policy.predict_action_probabilities(one, DOMAIN, only) for one in trackers)
                    assert ours == stock, name
                    predicted[f"{name} {max(ours.probabilities) > 0.5}"] += 1
    assert min(predicted[f"{name} {known}"] for name in policies for known in (True, False)) >= 10, predicted


def test_a_policy_that_memorised_the_last_states_is_not_misled(policies: dict[str, MemoizationPolicy]) -> None:
    """Whatever it memorised, what matches all states of a short dialogue must not match the end of a longer one."""
    policy = copy.copy(policies["stories"])
    for step in range(8):
        trackers = both(step)
        for events in [ordinary_turn("thank", "utter_thank")] * 4:
            told(trackers, events)
        states = lookback._all_states(policy, trackers[1], DOMAIN)[-1 - step :]
        policy.lookup = {policy._create_feature_key(states): "utter_done"}
        policy.__dict__.pop(lookback._LONGEST, None)
        ours, stock = (policy.predict_action_probabilities(one, DOMAIN) for one in trackers)
        assert ours == stock


def test_unlikely_intents_are_left_out_before_states_are_counted(policies: dict[str, MemoizationPolicy]) -> None:
    trackers = both(0)
    told(trackers, [ActionExecuted("action_listen"), *ordinary_turn("ask", "utter_answer")])
    told(trackers, [message("ask"), *[ActionExecuted("action_unlikely_intent")] * 20])
    ours, stock = (policies["stories"].predict_action_probabilities(one, DOMAIN) for one in trackers)
    assert ours == stock
    assert DOMAIN.action_names_or_texts[ours.max_confidence_index] == "action_look"


@pytest.mark.parametrize(
    "made",
    [
        lambda slots: DialogueStateTracker("x", slots, max_event_history=7),
        lambda slots: DialogueStateTracker("x", None),
        lambda slots: TrackerWithCachedStates("x", slots, domain=DOMAIN),
    ],
    ids=["bounded", "any slot", "of training"],
)
def test_a_tracker_of_another_kind_is_left_to_rasa(made: Callable[..., DialogueStateTracker]) -> None:
    tracker, stock = made(DOMAIN.slots), made(DOMAIN.slots)
    told((tracker, stock), ordinary_turn("ask", "utter_answer") * 2)
    assert history.history_of(tracker) is None
    assert [event.as_dict() for event in tracker.applied_events()] == [e.as_dict() for e in speed._walk_applied(stock)]
    assert looks(tracker.copy())["slots"] == looks(speed._replay(stock))["slots"]


def test_events_that_change_others_are_left_to_rasa() -> None:
    trackers = both(0)
    told(trackers, ordinary_turn("ask", "utter_answer"))
    assert history.history_of(trackers[0]) is not None
    told(trackers, [message("ask"), EntitiesAdded([{"entity": "item", "value": "x"}]), ActionExecuted("utter_done")])
    assert history.history_of(trackers[0]) is None
    assert positions(trackers[0]) == positions(trackers[1])
    assert looks(trackers[0].copy()) == looks(trackers[1].copy())


def test_events_that_did_not_only_grow_are_walked_anew() -> None:
    trackers = both(0)
    told(trackers, ordinary_turn("ask", "utter_answer") * 3)
    assert positions(trackers[0]) == positions(trackers[1])
    for change in (deque.pop, lambda events: events.rotate(3), deque.clear):
        for tracker in trackers:
            change(tracker.events)
        told(trackers, ordinary_turn("thank", "utter_thank"))
        assert positions(trackers[0]) == positions(trackers[1])
    for tracker in trackers:
        tracker.events = deque(tracker.events)
    told(trackers, [SlotSet("item", "x")])
    assert positions(trackers[0]) == positions(trackers[1])


def test_a_turn_walks_only_what_is_new(policies: dict[str, MemoizationPolicy], monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: events applied and turned into states by a plain turn and by a turn of a form."""
    work: Counter[str] = Counter()

    def counting(cls: type, name: str) -> None:
        real = getattr(cls, name)
        monkeypatch.setattr(cls, name, lambda *given, **named: (work.update([name]), real(*given, **named))[1])

    counting(ActionExecuted, "apply_to")
    counting(Domain, "get_active_state")
    costs = {}
    tracker = DialogueStateTracker("x", DOMAIN.slots)
    for turn in range(120):
        in_form = turn % 20 >= 15
        events = (
            form_turn(first=turn % 20 == 15, last=turn % 20 == 19) if in_form else ordinary_turn("ask", "utter_stop")
        )
        work.clear()
        for event in events:
            tracker.update(event)
            if isinstance(event, (UserUttered, ActionExecuted)):
                for policy in policies.values():
                    if policy is not policies["truncating"]:
                        policy.predict_action_probabilities(tracker, DOMAIN)
                tracker.copy()
        costs[turn] = work.total()
    early, late = ({turn % 20: costs[turn] for turn in range(begin, begin + 20)} for begin in (20, 100))
    assert late == early


def message(intent: str) -> UserUttered:
    return UserUttered(intent, {"name": intent, "confidence": 0.9}, [])


def ordinary_turn(intent: str, action: str) -> list[Event]:
    return [message(intent), ActionExecuted(action), ActionExecuted("action_listen")]


def form_turn(*, first: bool, last: bool) -> list[Event]:
    begins = [ActiveLoop("order_form")] if first else []
    ends = [ActiveLoop(None)] if last else [SlotSet("requested_slot", "item")]
    return [message("inform"), ActionExecuted("order_form"), *begins, *ends, ActionExecuted("action_listen")]


def test_a_short_conversation_is_left_to_rasa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SHORT", 3)
    tracker = DialogueStateTracker("somebody", DOMAIN.slots)
    for number in range(3):
        assert history.history_of(tracker) is None, number
        tracker.update(UserUttered("hello"))
    assert history.history_of(tracker) is not None
