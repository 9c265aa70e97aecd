"""The consent record of a person in the shape of ISO/IEC TS 27560, as a signed receipt (docs/spec/consent.md)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from discreet.crypto import jws
from discreet.crypto.canonical import hash_of, utc
from discreet.errors import IntegrityError, NotAllowed, NotAuthentic
from discreet.records.consent.chain import Event
from discreet.records.consent.fields import CONFORMS_TO, RENEWED, SCHEMA_VERSION, STATES, problems
from discreet.records.consent.ledger import events_of
from discreet.storage.engine import Transaction

TYP = "consent-receipt+json"
_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
}
_RIGHTS = [f"eu-gdpr:A{article}" for article in ("7-3", "15", "16", "17", "18", "20", "21", "77")]
_ASK = "ask the controller"
_WITHDRAWAL = "write “I withdraw my consent” in the conversation, use the page's button, or write to the controller"


def record_of(tx: Transaction, subject: bytes, *, now: datetime, receipt_id: str) -> dict[str, Any]:
    """Everything that was asked of and answered by a person, of purposes on consent.

    Raises NotAllowed for somebody who was never asked, IntegrityError where a notice is gone.
    """
    chain = events_of(tx, subject)
    asked = [event for event, _ in chain if event.status in STATES]
    if not asked:
        raise NotAllowed("nothing was ever asked of this person")
    rows = tx.execute(
        "SELECT hash, content FROM consent.notice WHERE hash = ANY(%s)", [event.notice_hash for event in asked]
    )
    notices = {bytes(row[0]): json.loads(row[1]) for row in rows}
    # What was answered last is what holds; earlier notices are in the ledger by their hash.
    newest = {event.purpose: event.notice_hash for event in asked}
    if set(newest.values()) - set(notices):
        raise IntegrityError("a notice that the ledger names is missing")
    contents = {purpose: notices[digest] for purpose, digest in newest.items()}
    return {
        "@context": _CONTEXT,
        "dct:conformsTo": list(CONFORMS_TO),
        "schema_version": SCHEMA_VERSION,
        "receipt_id": receipt_id,
        "issued_at": utc(now),
        "record_id": f"urn:discreet:consent:{subject.hex()}",
        "pii_principal_id": f"urn:discreet:subject:{subject.hex()}",
        "pii_processing": [_processing(contents[name], newest[name]) for name in sorted(contents)],
        "party_identification": list(_parties(list(contents.values()))),
        "events": list(_events(asked)),
        "ledger": [event.content() for event, _ in chain],
    }


def signed_receipt(tx: Transaction, subject: bytes, seed: bytes, *, random: bytes) -> str:
    """The record as a signed receipt; ``random``: 16 bytes that name it. Raises NotAllowed, IntegrityError."""
    ((now,),) = tx.execute("SELECT clock_timestamp()")
    name = base64.b32encode(random).decode().rstrip("=").lower()
    return jws.sign(seed, record_of(tx, subject, now=now, receipt_id=f"urn:discreet:receipt:{name}"), TYP)


def verify_receipt(public_key: bytes, text: str) -> dict[str, Any]:
    """The record of a receipt that the shop signed; needs nothing but the public key. ``text`` is anybody's.

    Raises NotAuthentic where the signature does not verify, a field of the specification is missing, or the events do
    not follow each other.
    """
    record = jws.verify(public_key, text, TYP)
    found = problems(record)
    if found:
        raise NotAuthentic(f"the receipt is incomplete: {'; '.join(found[:3])}")
    _require_chain(record)
    return record


def _require_chain(record: dict[str, Any]) -> None:
    previous = bytes(32).hex()
    told: list[tuple[str, str, str]] = []
    for seq, content in enumerate(record.get("ledger") or [], 1):
        if content.get("seq") != seq or content.get("previous") != previous:
            raise NotAuthentic("the receipt's events do not follow each other")
        previous = hash_of(content).hex()
        if content.get("status") in STATES:
            told.append((content["purpose"], content["at"], content["status"]))
    states = {state: status for status, state in STATES.items()} | {RENEWED: "given"}
    if told != [(event["purpose"], event["event_time"], states[event["event_state"]]) for event in record["events"]]:
        raise NotAuthentic("the receipt's events are not those of its ledger")


def _processing(notice: dict[str, Any], digest: bytes) -> dict[str, Any]:
    controller = notice["controller"]
    place = controller.get("storage") or controller.get("jurisdiction") or _ASK
    return {
        "privacy_notice": f"sha-256:{digest.hex()}",
        "privacy_notice_text": f"{notice['text']}\n{notice['details']}",
        "language": notice["language"],
        "purpose": notice["notice"],
        "purpose_id": notice["purpose"],
        "purpose_type": f"dpv:{notice['dpv'] or 'Purpose'}",
        "lawful_basis": "eu-gdpr:A6-1-a",
        "pii_information": [
            {"pii_type": label, "pii_attribute_id": name, "pii_optional": True}
            for name, label in notice["data"].items()
        ],
        "pii_controllers": ["controller"],
        "collection_method": "dpv:DataCollectedFromDataSubject in a conversation",
        "processing_method": "dpv:AutomatedProcessing, sealed, opened for this purpose only",
        "storage_locations": [place],
        "processing_locations": [place],
        "retention_period": _duration(timedelta(seconds=notice["keep_seconds"])),
        "jurisdiction": controller.get("jurisdiction") or _ASK,
        "recipient_third_parties": [_party_id(name) for name in notice["recipients"]],
        "withdrawal_method": _WITHDRAWAL,
        "on_withdrawal": notice["on_withdrawal"],
        "privacy_rights": _RIGHTS,
        "authority_party": "authority",
    }  # fmt: skip


def _parties(notices: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    controller = notices[-1]["controller"]
    yield _party(
        "controller", controller.get("name"), "dpv:DataController", controller.get("address"), controller.get("contact")
    )
    if controller.get("dpo"):
        yield _party(
            "dpo", controller.get("name"), "dpv:DataProtectionOfficer", controller.get("address"), controller["dpo"]
        )
    yield _party(
        "authority", controller.get("authority"), "dpv:DataProtectionAuthority", controller.get("authority"), None
    )
    for name in dict.fromkeys(name for notice in notices for name in notice["recipients"]):
        yield _party(_party_id(name), name, "dpv:Recipient", None, None)


def _party(party_id: str, name: str | None, kind: str, address: str | None, contact: str | None) -> dict[str, str]:
    return {
        "party_id": party_id,
        "party_name": name or _ASK,
        "party_address": address or _ASK,
        "party_contact": contact or _ASK,
        "party_type": kind,
    }


def _party_id(name: str) -> str:
    return "recipient: " + name


def _events(asked: list[Event]) -> Iterator[dict[str, Any]]:
    given: set[str] = set()
    for event in asked:
        state = RENEWED if event.status == "given" and event.purpose in given else STATES[event.status]
        if event.status == "given":
            given.add(event.purpose)
        elif event.status != "requested":
            given.discard(event.purpose)
        lasts = timedelta(0) if event.expires_at is None else event.expires_at - event.at
        yield {
            "purpose": event.purpose,
            "event_time": utc(event.at),
            "validity_duration": _duration(lasts),
            "entity_id": f"urn:discreet:subject:{event.subject.hex()}" if event.actor == "subject" else "controller",
            "event_type": "dpv:ExplicitlyExpressedConsent" if event.status == "given" else "dpv:Consent",
            "event_state": state,
            "method": event.method,
        }


def _duration(span: timedelta) -> str:
    """An ISO 8601 duration of days, or of minutes."""
    return f"P{span.days}D" if span.days else f"PT{int(span.total_seconds() // 60)}M"
