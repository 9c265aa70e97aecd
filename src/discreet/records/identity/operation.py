"""What a step-up is bound to: one action with exactly these parameters (docs/spec/step-up.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def operation_hash(action: str, parameters: Mapping[str, Any]) -> bytes:
    """32 bytes. ``parameters`` are slots' values, tokens where they are personal; anybody may have chosen them."""
    canonical = rfc8785.dumps({name: _plain(value) for name, value in parameters.items()})
    return hashlib.sha256(b"discreet operation/1\n" + action.encode() + b"\n" + canonical).digest()


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else repr(value)
