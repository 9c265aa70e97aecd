"""Byte scans: everything that could name or open a person, noted before, looked for afterwards in whole folders."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

from discreet.storage.engine import Database
from tests.assistant.canaries import disguises
from tests.records.rights.people import Person, customer_of

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
    ("sealed button", "SELECT sealed FROM channel.button WHERE conversation = %s"),
    ("sealed copy", "SELECT sealed FROM rights.copy WHERE subject = %s"),
    (
        "sealed file",
        "SELECT a.content FROM vault.attachment a JOIN vault.value v ON v.token = a.token WHERE v.subject = %s",
    ),
    ("salt of a consent", "SELECT salt FROM consent.event WHERE subject = %s"),
    (
        "salt of the audit log",
        "SELECT l.salt FROM audit.link l JOIN audit.event e ON e.id = l.event WHERE e.subject = %s",
    ),
    ("mac of a consent", "SELECT mac FROM consent.state WHERE subject = %s"),
    ("sealed letter", "SELECT sealed FROM channel.outbox WHERE conversation = %s"),
    ("result of an action", "SELECT result FROM action.result WHERE subject = %s"),
    ("step of an action", "SELECT sealed FROM action.step WHERE subject = %s"),
    ("feedback", "SELECT text FROM shop.feedback WHERE subject = %s"),
    ("reason of a return", "SELECT reason FROM shop.returns WHERE subject = %s"),
    ("browser session", "SELECT session FROM conversation.web_session WHERE conversation = %s"),
    ("turn", "SELECT turn_id FROM conversation.turn WHERE conversation = %s AND turn_id IS NOT NULL"),
)
_OF_CUSTOMER = (
    ("wrapped key of the customer", "SELECT wrapped FROM key.owner_key WHERE subject = %s"),
    ("sealed name", "SELECT name FROM shop.customers WHERE id = %s"),
    ("sealed e-mail address", "SELECT email FROM shop.customers WHERE id = %s"),
    ("sealed address of a customer", "SELECT address FROM shop.customers WHERE id = %s"),
    ("authenticator", "SELECT secret FROM identity.authenticator WHERE customer = %s"),
    ("change that waits", "SELECT value FROM identity.change WHERE customer = %s"),
    ("mailbox", "SELECT address_index FROM identity.mailbox WHERE customer = %s"),
)
_LONGEST = 48
"""Bytes of a long value that are looked for, from its middle: a page of the database may cut it, TOAST does."""


def of(owner: Database, person: Person) -> dict[str, list[bytes]]:
    """What is looked for, by name: of everything there must be something."""
    noted = recorded(owner, person.subject, customer_of(person))
    assert [name for name, values in noted.items() if not values] == []
    noted["conversation id"] = [person.subject]
    noted["pseudonym"] = [person.sender.encode()]
    noted["token"] = [token.encode() for token in person.tokens.values()]
    noted["value"] = [disguise for value in person.values.values() for disguise in disguises(value)]
    return noted


def recorded(owner: Database, subject: bytes, customer: bytes | None = None) -> dict[str, list[bytes]]:
    """What the database holds of a conversation, and of a customer, by name."""
    asked = [(name, sql, subject) for name, sql in _NOTED]
    if customer is not None:
        asked += [(name, sql, customer) for name, sql in _OF_CUSTOMER]
    with owner.transaction() as tx:
        return {
            name: [_middle(bytes(row[0])) for row in tx.execute(sql, whose) if row[0]] for name, sql, whose in asked
        }


def written(noted: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    """The same as a text would hold it too: dumps, exports and logs write bytes in hexadecimal or base64."""
    return {
        name: [form for value in values for form in (value, value.hex().encode(), base64.b64encode(value).rstrip(b"="))]
        for name, values in noted.items()
    }


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
