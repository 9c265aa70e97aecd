"""Signatures: over each call of the action server (docs/spec/action-call.md), and the key that signs models."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from discreet.errors import NotAuthentic

MAX_SKEW_SECONDS = 30
CORRELATION = "X-Discreet-Correlation"
"""The header that names the turn in log lines. Not signed: it decides nothing."""


@dataclass(frozen=True)
class ActionCall:
    """Which call of which turn this is. ``fence`` grows with each holder of the conversation's lock."""

    turn_id: bytes
    fence: int
    ordinal: int


def sign_action_call(key: bytes, call: ActionCall, body: bytes, now: int) -> dict[str, str]:
    """The headers to send. ``now`` is Unix time in seconds."""
    headers = {
        "X-Discreet-Time": str(now),
        "X-Discreet-Turn": call.turn_id.hex(),
        "X-Discreet-Fence": str(call.fence),
        "X-Discreet-Ordinal": str(call.ordinal),
    }
    return {**headers, "X-Discreet-Signature": _signature(key, headers, body)}


def verify_action_call(key: bytes, headers: Mapping[str, str], body: bytes, now: int) -> ActionCall:
    """The call that these headers and exactly this body were signed for.

    Everything but ``key`` and ``now`` is the caller's. Raises NotAuthentic for a missing or wrong header, a
    wrong signature, or a time further than MAX_SKEW_SECONDS from ours.
    """
    names = ("X-Discreet-Time", "X-Discreet-Turn", "X-Discreet-Fence", "X-Discreet-Ordinal")
    values = {name: headers.get(name) or "" for name in names}
    signature = headers.get("X-Discreet-Signature") or ""
    if not hmac.compare_digest(_signature(key, values, body).encode(), signature.encode()):
        raise NotAuthentic("an action call's signature does not verify")
    time, turn, fence, ordinal = values.values()
    if abs(now - int(time)) > MAX_SKEW_SECONDS:
        raise NotAuthentic("an action call is too old")
    return ActionCall(bytes.fromhex(turn), int(fence), int(ordinal))


def public_key_of(seed: bytes) -> bytes:
    """The public half (32 bytes) of an Ed25519 key, from its 32-byte seed (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _signature(key: bytes, headers: Mapping[str, str], body: bytes) -> str:
    message = "\n".join(("discreet-action/1", *headers.values(), hashlib.sha256(body).hexdigest()))
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()
