"""How far back a policy looks that predicts by what it memorised: one state more than the longest memory holds.

Stock Rasa gives RulePolicy and MemoizationPolicy every state of the session. A rule's states are compared with as
many of the last ones; a story's with all of them, so that one more than any story has is as good as all.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from typing import Any

from rasa.core.featurizers.tracker_featurizers import MaxHistoryTrackerFeaturizer
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RULES_NOT_IN_STORIES, RulePolicy
from rasa.shared.core.constants import ACTION_UNLIKELY_INTENT_NAME, PREVIOUS_ACTION
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.rasa.history import History, State, history_of

_LONGEST = "_discreet_longest"
_OF_RULES = (RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RULES_NOT_IN_STORIES)
_all_states = Policy._prediction_states


def prediction_states(
    policy: MemoizationPolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """As many of the last states as the policy can tell apart; all of them for a policy or tracker of another kind."""
    history = history_of(tracker) if _is_plain(policy) else None
    if history is not None:
        tracker = _Last(history, tracker, max(_longest(policy) + 1, policy.featurizer.max_history or 0))
    states: list[State] = _all_states(policy, tracker, domain, use_text_for_last_user_input, rule_only_data)
    return states


def _is_plain(policy: MemoizationPolicy) -> bool:
    return type(policy) in (RulePolicy, MemoizationPolicy) and type(policy.featurizer) is MaxHistoryTrackerFeaturizer


class _Last:
    """A tracker as a featurizer sees it, whose past begins a few states ago."""

    def __init__(self, history: History, tracker: DialogueStateTracker, most: int) -> None:
        self._history, self._tracker, self._most = history, tracker, most

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        if not omit_unset_slots:
            states = self._history.last_states(
                self._tracker, domain, self._most, rule_only_data, ignore_rule_only_turns
            )
            if not any(_is_left_out(state) for state in states):
                return states
        all_of_them: list[State] = self._tracker.past_states(
            domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data
        )
        return all_of_them


def _is_left_out(state: State) -> bool:
    """By some featurizers, after these states were taken: then fewer would be left."""
    return state.get(PREVIOUS_ACTION, {}).get("action_name") == ACTION_UNLIKELY_INTENT_NAME


def _longest(policy: MemoizationPolicy) -> int:
    """No memory of the policy has more states. Counted once: what was trained stays."""
    if _LONGEST not in policy.__dict__:
        policy.__dict__[_LONGEST] = max(_lengths(policy), default=0)
    return int(policy.__dict__[_LONGEST])


def _lengths(policy: MemoizationPolicy) -> Iterable[int]:
    if isinstance(policy, RulePolicy):
        return (_states_in_rule(key) for part in _OF_RULES for key in policy.lookup.get(part, ()))
    compressed = policy.config["enable_feature_string_compression"]
    return (_most_states_in_story(_decompressed(key) if compressed else key) for key in policy.lookup)


def _states_in_rule(key: str) -> int:
    try:
        return len(json.loads(key))
    except (ValueError, TypeError):
        return 0  # the name of one of Rasa's own rules


def _most_states_in_story(key: str) -> int:
    """JSON without its quotes is read no more; every state but the first names the action before it."""
    return 1 + key.count(f"{PREVIOUS_ACTION}: {{")


def _decompressed(key: str) -> str:
    return zlib.decompress(base64.b64decode(key)).decode()
