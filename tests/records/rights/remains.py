"""Byte scans: everything that could name or open a person, noted before, looked for afterwards in whole folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from discreet.storage.engine import Database
from tests.assistant.canaries import disguises
from tests.records.rights.people import Person

_NOTED = (
    ("wrapped key of a session", "SELECT wrapped FROM key.session_key WHERE conversation = %s"),
    ("wrapped key of the person", "SELECT wrapped FROM key.owner_key WHERE subject = %s"),
    (
        "wrapped key of a value",
        "SELECT k.wrapped FROM key.value_key k JOIN key.owner_key o ON o.id = k.owner_key WHERE o.subject = %s",
    ),
    ("sealed value", "SELECT sealed FROM vault.value WHERE subject = %s"),
    ("nonce of a value", "SELECT substring(sealed FROM 2 FOR 12) FROM vault.value WHERE subject = %s"),
    ("record", "SELECT record FROM conversation.turn WHERE conversation = %s"),
    ("nonce of a record", "SELECT substring(record FROM 3 FOR 12) FROM conversation.turn WHERE conversation = %s"),
    ("mac of the head", "SELECT mac FROM conversation.head WHERE conversation = %s"),
    ("sealed address", "SELECT sealed FROM channel.address WHERE conversation = %s"),
    ("sealed letter", "SELECT sealed FROM channel.outbox WHERE conversation = %s"),
    ("result of an action", "SELECT result FROM action.result WHERE subject = %s"),
    ("feedback", "SELECT text FROM shop.feedback WHERE subject = %s"),
    ("reason of a return", "SELECT reason FROM shop.returns WHERE subject = %s"),
    ("browser session", "SELECT session FROM conversation.web_session WHERE conversation = %s"),
    ("turn", "SELECT turn_id FROM conversation.turn WHERE conversation = %s AND turn_id IS NOT NULL"),
)
_LONGEST = 48
"""Bytes of a long value that are looked for, from its middle: a page of the database may cut it, TOAST does."""


def of(owner: Database, person: Person) -> dict[str, list[bytes]]:
    """What is looked for, by name."""
    noted: dict[str, list[bytes]] = {}
    with owner.transaction() as tx:
        for name, sql in _NOTED:
            found = [bytes(row[0]) for row in tx.execute(sql, person.subject)]
            assert found, name
            noted[name] = [_middle(value) for value in found]
    noted["conversation id"] = [person.subject]
    noted["pseudonym"] = [person.sender.encode()]
    noted["token"] = [token.encode() for token in person.tokens.values()]
    noted["value"] = [disguise for value in person.values.values() for disguise in disguises(value)]
    return noted


def found(folders: Iterable[Path], noted: dict[str, list[bytes]]) -> dict[str, set[str]]:
    """Names of what lies in which file."""
    hits: dict[str, set[str]] = {}
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if not file.is_file():
                continue
            try:
                content = file.read_bytes()
            except FileNotFoundError:  # the server removed it
                continue
            names = {name for name, values in noted.items() if any(value in content for value in values)}
            if names:
                hits[str(file.relative_to(folder))] = names
    return hits


def _middle(value: bytes) -> bytes:
    start = max(0, (len(value) - _LONGEST) // 2)
    return value[start : start + _LONGEST]
