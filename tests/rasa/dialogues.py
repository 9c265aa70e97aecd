"""Dialogues drawn at random, as Rasa logs them and as it never would: for what must answer as Rasa does to any."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

DOMAIN = """
version: "3.1"
intents: [greet, thank, inform, ask, order, address, stop]
entities: [item, place]
slots:
  item: {type: text, mappings: [{type: from_entity, entity: item}]}
  place: {type: text, mappings: [{type: from_entity, entity: place}]}
  known: {type: bool, initial_value: false, mappings: [{type: custom}]}
  mood: {type: categorical, values: [good, bad], mappings: [{type: custom}]}
  many: {type: list, mappings: [{type: custom}]}
  note: {type: any, mappings: [{type: custom}]}
forms:
  order_form: {required_slots: [item]}
  address_form: {required_slots: [place, note]}
responses:
  utter_greet: [{text: hello}]
  utter_thank: [{text: welcome}]
  utter_answer: [{text: so it is}]
  utter_done: [{text: done}]
  utter_stop: [{text: stopped}]
actions: [action_look]
"""
TRAINING = """
version: "3.1"
rules:
- rule: greeting
  conversation_start: true
  steps: [{intent: greet}, {action: utter_greet}]
- rule: thanks
  steps: [{intent: thank}, {action: utter_thank}]
- rule: begin
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: end
  condition: [{active_loop: order_form}]
  steps:
  - action: order_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_done
- rule: question within
  condition: [{active_loop: order_form}]
  steps: [{intent: ask}, {action: utter_answer}, {action: order_form}, {active_loop: order_form}]
- rule: stop within
  condition: [{active_loop: order_form}]
  steps: [{intent: stop}, {action: utter_stop}, {action: action_deactivate_loop}, {active_loop: null}]
- rule: known
  condition: [{slot_was_set: [{known: true}]}]
  steps: [{intent: stop}, {action: action_look}]
- rule: look and tell
  steps: [{intent: inform}, {action: action_look}, {action: utter_done}]
- rule: beginning with an address
  steps: [{intent: address}, {action: address_form}, {active_loop: address_form}]
stories:
- story: asked twice
  steps:
  - {intent: ask}
  - {action: utter_answer}
  - {intent: ask}
  - {action: action_look}
  - {intent: stop}
  - {action: utter_done}
- story: asked about a mood
  steps:
  - {slot_was_set: [{mood: good}]}
  - {intent: ask}
  - {action: utter_greet}
  - {intent: stop}
  - {action: utter_stop}
"""
FORMS = ("order_form", "address_form")
_SLOTS: dict[str, list[Any]] = {
    "item": [None, "shoes", "sealed:1"],
    "place": [None, "Linz"],
    "known": [None, True, False],
    "mood": [None, "good", "bad", "neither"],
    "many": [None, [], ["a", "b"]],
    "note": [None, 1, {"deep": [1]}],
    "requested_slot": [None, "item", "place"],
}
_UTTERED = ("utter_greet", "utter_thank", "utter_answer", "utter_done", "utter_stop", "action_look")


class Dialogue:
    """One dialogue, the same for the same seed; each step is what Rasa logs without looking at the tracker between."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._clock = 1_700_000_000.0
        self._form: str | None = None
        self._soup = seed % 4 == 3

    def steps(self, count: int) -> Iterator[list[Event]]:
        for _ in range(count):
            kinds = [self._turn] * 12 + [self._special] * 2 + [self._anything] * (12 if self._soup else 0)
            for step in self._random.choice(kinds)():
                for event in step:
                    self._clock += 1
                    event.timestamp = self._clock
                yield step

    def _turn(self) -> Iterator[list[Event]]:
        draw = self._random
        yield [self._message(), *self._slots(0.2)]
        featurized = [DefinePrevUserUtteredFeaturization(False)]
        if self._form and draw.random() < 0.35:  # an unhappy path
            yield [ActionExecutionRejected(self._form)]
            if draw.random() < 0.8:
                yield [*featurized, *self._action(draw.choice(_UTTERED))]
                featurized = []
            if draw.random() < 0.3:
                yield [*self._action("action_deactivate_loop"), ActiveLoop(None)]
                self._form = None
            elif draw.random() < 0.7:
                interrupted = [LoopInterrupted(True)] if draw.random() < 0.5 else []
                yield [*featurized, *interrupted, *self._form_runs()]
        elif self._form or draw.random() < 0.3:
            yield [*([] if draw.random() < 0.5 else featurized), *self._form_runs()]
        else:
            for _ in range(draw.choice((1, 1, 1, 2))):
                yield [*featurized, *self._action(draw.choice(_UTTERED))]
                featurized = []
        if draw.random() < 0.97:
            yield [ActionExecuted(ACTION_LISTEN_NAME)]

    def _form_runs(self) -> list[Event]:
        draw = self._random
        began = [] if self._form else [ActiveLoop(draw.choice(FORMS))]
        form = self._form = self._form or began[0].name
        asked = [SlotSet("requested_slot", draw.choice(("item", "place"))), BotUttered("which?")]
        done = draw.random() < 0.25
        if done:
            self._form = None
            asked = [SlotSet("requested_slot", None), ActiveLoop(None)]
        return [ActionExecuted(form, hide_rule_turn=draw.random() < 0.4), *began, *self._slots(0.5), *asked]

    def _action(self, name: str) -> list[Event]:
        draw = self._random
        events: list[Event] = [ActionExecuted(name, hide_rule_turn=draw.random() < 0.4), BotUttered(name, {}, {})]
        return events + self._slots(0.2) + ([FollowupAction("action_look")] if draw.random() < 0.1 else [])

    def _special(self) -> Iterator[list[Event]]:
        draw = self._random
        kind = draw.randrange(7)
        if kind == 0:
            self._form = None
            yield [ActionExecuted("action_restart"), Restarted()]
        if kind in (0, 1):
            self._form = None
            yield [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *self._slots(0.5)]
            yield [ActionExecuted(ACTION_LISTEN_NAME)]
        elif kind == 2:  # a step back
            yield [self._message()]
            yield [DefinePrevUserUtteredFeaturization(False), ActionExecuted("action_back")]
            yield [UserUtteranceReverted(), UserUtteranceReverted()]
            yield [ActionExecuted(ACTION_LISTEN_NAME)]
        elif kind == 3:
            yield [ActionReverted()]
        elif kind == 4:
            yield [self._reminder()]
        elif kind == 5:
            yield [UserUttered.create_external("ask", [])]
        else:
            yield [AllSlotsReset()]

    def _anything(self) -> Iterator[list[Event]]:
        draw = self._random
        yield [self._any_event() for _ in range(draw.choice((1, 1, 2, 5)))]

    def _any_event(self) -> Event:
        draw = self._random
        made: Event = draw.choice(
            (
                self._message,
                lambda: ActionExecuted(draw.choice((*_UTTERED, *FORMS)), hide_rule_turn=draw.random() < 0.5),
                lambda: ActionExecuted(draw.choice(FORMS)),
                lambda: ActionExecuted(ACTION_LISTEN_NAME),
                lambda: ActiveLoop(draw.choice((*FORMS, None))),
                lambda: ActionExecutionRejected(draw.choice(FORMS)),
                lambda: LoopInterrupted(draw.random() < 0.5),
                lambda: BotUttered("bot"),
                lambda: draw.choice((ConversationPaused, ConversationResumed, ActionReverted, UserUtteranceReverted))(),
                lambda: FollowupAction("utter_greet"),
                self._reminder,
                lambda: SlotSet(*self._slot()),
            )
        )()
        return made

    def _message(self) -> UserUttered:
        draw = self._random
        intent = draw.choice(("greet", "thank", "inform", "ask", "order", "address", "stop"))
        entities = [{"entity": name, "value": name} for name in ("item", "place") if draw.random() < 0.2]
        if draw.random() < 0.1:
            entities.append({"entity": "item", "value": "shoes", "role": "new", "group": "1"})
        return UserUttered(f"say {intent}", {"name": intent, "confidence": 0.9}, entities)

    def _slots(self, chance: float) -> list[Event]:
        return [SlotSet(*self._slot())] if self._random.random() < chance else []

    def _slot(self) -> tuple[str, Any]:
        name = self._random.choice(sorted(_SLOTS))
        return name, copy.deepcopy(self._random.choice(_SLOTS[name]))

    def _reminder(self) -> ReminderScheduled:
        return ReminderScheduled("ask", datetime(2026, 1, 1, tzinfo=timezone.utc), name="soon")
