"""A provider's request, every part of which anybody may have made until the channel has verified it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from discreet.errors import BadInput

MAX_FIELDS = 200
"""Fields of a form."""


@dataclass(frozen=True)
class Webhook:
    """One request. ``headers`` are case-insensitive; ``query`` is what stands after the question mark, as sent."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    query: str = field(default="", repr=False)

    @property
    def content_type(self) -> str:
        """Without its parameters; empty when there is none."""
        return content_type(self.headers)

    def header(self, name: str) -> bytes:
        """A header's bytes, for a comparison in constant time; empty when it is missing."""
        return self.headers.get(name, "").encode(errors="replace")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadInput."""
        return json_object(self.body)

    def form(self) -> dict[str, str]:
        """The body as a form; of a repeated field the last value. Raises BadInput."""
        return _fields(self.body.decode(errors="replace"))

    def parameters(self) -> dict[str, str]:
        """The query as fields. Raises BadInput."""
        return _fields(self.query)


def content_type(headers: Mapping[str, str]) -> str:
    """A body's media type in small letters, without its parameters; empty when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def json_object(content: bytes | str) -> dict[str, Any]:
    """A JSON object in UTF-8, read in the one way that all parsers agree on (RFC 8259, 7493).

    Raises BadInput for anything else, however deep: another encoding, a byte order mark, a name twice, NaN.
    """
    try:
        text = content.decode() if isinstance(content, bytes) else content
        parsed = _JSON.decode(text)
    except (ValueError, RecursionError):
        raise BadInput("That message was not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise BadInput("A message is a JSON object.")
    return parsed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def at(value: Any, *path: str | int) -> Any:
    """What lies under a path of keys and places, None where it does not lead anywhere."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def each(value: Any, *path: str | int) -> list[Any]:
    """The list under a path; [] where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def text_at(value: Any, *path: str | int) -> str:
    """The string or number under a path, as text; empty where there is neither."""
    found = at(value, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _fields(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise BadInput("That request has too many fields.") from None
