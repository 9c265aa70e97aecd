"""Requests of providers, made by hand."""

from __future__ import annotations

import json
from typing import Any

from sanic.compat import Header

from discreet.rasa.channels.webhook import Webhook


def hook(body: Any, headers: dict[str, str] | None = None, query: str = "") -> Webhook:
    """A request; ``body`` is bytes, or what becomes JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Webhook(Header({"Content-Type": "application/json", **(headers or {})}), raw, query)
