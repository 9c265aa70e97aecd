"""The fields of a consent record and receipt: our own table of ISO/IEC TS 27560:2023, and its check.

The names are the technical specification's. ``REQUIRED`` holds what it makes mandatory and what the GDPR makes
necessary beside (lawful basis, methods, rights, authority: art. 7(1), 13); everything else is optional.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

CONFORMS_TO = (
    "https://w3id.org/dpv/schema/dpv-27560#receipt",
    "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr",
)
SCHEMA_VERSION = "ISO/IEC TS 27560:2023 discreet/1"
STATES = {
    "requested": "dpv:ConsentRequested",
    "given": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired",
}
RENEWED = "dpv:RenewedConsentGiven"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
_DURATION = re.compile(r"P(?:\d+D)?(?:T\d+[MS])?\Z")
_HASH = re.compile(r"sha-256:[0-9a-f]{64}\Z")

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _like(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


def _one_of(*values: str) -> Check:
    return lambda value: value in values


def _texts(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(map(_text, value))


def _maybe_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _objects(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(one, dict) for one in value)


REQUIRED: dict[str, dict[str, Check]] = {
    "header": {
        "dct:conformsTo": lambda value: value == list(CONFORMS_TO),
        "receipt_id": _text,
        "schema_version": _one_of(SCHEMA_VERSION),
        "record_id": _text,
        "pii_principal_id": _text,
        "pii_processing": _objects,
        "party_identification": _objects,
        "events": _objects,
    },
    "pii_processing": {
        "privacy_notice": _like(_HASH),
        "language": _text,
        "purpose": _text,
        "purpose_type": _text,
        "lawful_basis": _one_of("eu-gdpr:A6-1-a"),
        "pii_information": _objects,
        "pii_controllers": _texts,
        "collection_method": _text,
        "processing_method": _text,
        "storage_locations": _texts,
        "retention_period": _like(_DURATION),
        "jurisdiction": _text,
        "recipient_third_parties": _maybe_texts,
        "withdrawal_method": _text,
        "privacy_rights": _texts,
        "authority_party": _text,
    },
    "pii_information": {"pii_type": _text},
    "party_identification": {
        "party_id": _text,
        "party_name": _text,
        "party_address": _text,
        "party_contact": _text,
        "party_type": _text,
    },
    "events": {
        "purpose": _text,
        "event_time": _like(_TIME),
        "validity_duration": _like(_DURATION),
        "entity_id": _text,
        "event_type": _text,
        "event_state": _one_of(*STATES.values(), RENEWED),
    },
}
"""By the part in which a field stands: ``header`` is the receipt itself, the others are entries of its lists."""


def problems(receipt: dict[str, Any]) -> list[str]:
    """What is missing or malformed, one sentence each; [] for a receipt that has every field."""
    return list(_of("header", "the receipt", receipt))


def _of(part: str, where: str, content: dict[str, Any]) -> Iterator[str]:
    for name, good in REQUIRED[part].items():
        if name not in content:
            yield f"{where} has no {name}"
        elif not good(content[name]):
            yield f"{where} has a malformed {name}"
        elif name in REQUIRED:
            for number, entry in enumerate(content[name], 1):
                yield from _of(name, f"{name} {number} of {where}", entry)
