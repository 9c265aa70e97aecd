"""Bodies of signed calls, checked before anything reads them. Whoever holds the key can still be wrong."""

from __future__ import annotations

import json
from typing import Any

from sanic.exceptions import SanicException


class Malformed(SanicException):
    """A call that is signed and is none of its address. Its text says what is, and nothing of what came."""

    quiet = True


def body_of(content: bytes, parts: tuple[tuple[str, type], ...], *, status: int = 400) -> dict[str, Any]:
    """The JSON object with these parts. Raises Malformed with ``status`` for anything else.

    400 everywhere but for Rasa's own calls: to Rasa that is an action that rejects to run.
    """
    refused = Malformed("this address takes another JSON object: see docs/spec/action-call.md", status_code=status)
    try:
        body = json.loads(content)
        if not isinstance(body, dict) or not all(isinstance(body.get(name), kind) for name, kind in parts):
            raise refused
        for name, kind in parts:
            if kind is str:
                body[name].encode()
    except (ValueError, RecursionError):
        raise refused from None
    return body
