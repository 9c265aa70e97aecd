"""Outcomes of an action's steps as JSON, and back: plain values and records of ours, by a table and never by a name.

Never a value of the vault, a code or a secret: what is kept here stands under the person's key, which the Rasa server
holds as well.
"""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from discreet.records.consent import Operation
from discreet.records.erasure import Scope
from discreet.records.identity.accounts import Account
from discreet.records.identity.challenges import Outcome, Proof, Result, Waiting
from discreet.records.rights.copies import Ticket
from discreet.records.rights.requests import Confirmed

_RECORDS: dict[str, type[Any]] = {
    cls.__name__: cls for cls in (Account, Confirmed, Operation, Proof, Result, Scope, Ticket, Waiting)
}
_ENUMS: dict[str, type[Enum]] = {cls.__name__: cls for cls in (Outcome,)}


def as_json(value: Any) -> Any:
    """What ``json`` can write. Raises TypeError, which names the type and never the value."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, list):
        return [as_json(one) for one in value]
    name = type(value).__name__
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if type(value) in (tuple, frozenset):
        return {name: [as_json(one) for one in value]}
    if isinstance(value, dict):
        return {"dict": [[as_json(key), as_json(one)] for key, one in value.items()]}
    if _ENUMS.get(name) is type(value):
        return {name: value.value}
    if _RECORDS.get(name) is type(value):
        return {name: [as_json(getattr(value, field.name)) for field in fields(value)]}
    raise TypeError(f"a step of an action gives plain values, as it is kept until the action has ended; not a {name}")


def of_json(read: Any) -> Any:
    """What ``as_json`` was given, from authenticated JSON."""
    if isinstance(read, list):
        return [of_json(one) for one in read]
    if not isinstance(read, dict):
        return read
    ((name, held),) = read.items()
    if name == "bytes":
        return bytes.fromhex(held)
    if name in ("tuple", "frozenset"):
        return {"tuple": tuple, "frozenset": frozenset}[name](of_json(one) for one in held)
    if name == "dict":
        return {of_json(key): of_json(one) for key, one in held}
    return _ENUMS[name](held) if name in _ENUMS else _RECORDS[name](*(of_json(one) for one in held))
