"""A turn's language: the assistant's slot, what the guard says of the client, the policy's first; never another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from discreet.crypto.signing import ActionCall
from discreet.policy import Policy
from discreet.sdk.turn import CallContext, Services, Turn, current_call

SAID: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "en"),
    "no metadata": ({"latest_message": {"metadata": None}}, "en"),
    "German by the client": ({"latest_message": {"metadata": {"language": "de"}}}, "de"),
    "German by the slot": ({"slots": {"language": "de"}}, "de"),
    "English by the slot, German by the client": (
        {"slots": {"language": "en"}, "latest_message": {"metadata": {"language": "de"}}},
        "en",
    ),
    "Klingon by the slot, German by the client": (
        {"slots": {"language": "tlh"}, "latest_message": {"metadata": {"language": "de"}}},
        "de",
    ),
    "Klingon by the client": ({"latest_message": {"metadata": {"language": "tlh"}}}, "en"),
    "something that is no text": ({"latest_message": {"metadata": {"language": ["de"]}}}, "en"),
}


@pytest.mark.parametrize("name", SAID)
def test_the_language_of_a_turn(policy: Policy, name: str) -> None:
    tracker, language = SAID[name]
    services = cast("Services", SimpleNamespace(policy=policy))
    token = current_call.set(CallContext(services, ActionCall(b"t" * 16, 1, 0), b"s" * 16))
    try:
        assert Turn(tracker, "rights", (), "action_x").language == language
    finally:
        current_call.reset(token)
