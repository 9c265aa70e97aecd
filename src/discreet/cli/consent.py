"""``discreet consent``: what the data protection officer looks up, checks and does (docs/spec/consent.md)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from discreet.cli.database import owner_database, staff_snapshot
from discreet.cli.told import told
from discreet.crypto import jws, keyring
from discreet.crypto.canonical import utc
from discreet.crypto.identifiers import conversation_id
from discreet.errors import SettingsError
from discreet.policy import load_policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.consent.anchors import read_anchors, write_anchors
from discreet.records.consent.chain import Event
from discreet.records.consent.ledger import COLUMNS, event_of, events_of
from discreet.records.consent.receipt import verify_receipt
from discreet.records.consent.said import withdrawn_sentence
from discreet.records.consent.verify import damaged_notices, unchained, verify_ledger
from discreet.storage.engine import Transaction


@told
def run_history(state: Path, person: str, *, as_json: bool) -> int:
    """Prints what one person was asked and answered, oldest first. Returns 1 where there is nothing, else 0."""
    with staff_snapshot(state) as tx:
        chain = [event for event, _ in events_of(tx, subject_of(state, person))]
        for event in chain:
            print(json.dumps(_plain(event)) if as_json else _line(event))
        if not chain:
            print("Nothing was asked of that person.", file=sys.stderr)
        return 0 if chain else 1


@told
def run_export(state: Path) -> int:
    """Prints every event of everybody, one JSON object a line. Returns the exit code."""
    with staff_snapshot(state) as tx:
        for event in _everything(tx):
            print(json.dumps(_plain(event)))
        return 0


@told
def run_stats(state: Path, *, as_json: bool) -> int:
    """Prints, by purpose, how often each answer was given and how many hold now. Returns the exit code."""
    with staff_snapshot(state) as tx:
        counted: dict[str, dict[str, int]] = {}
        for purpose, status, count in tx.execute(
            "SELECT purpose, status, count(*) FROM consent.event GROUP BY 1, 2 ORDER BY 1, 2"
        ):
            counted.setdefault(purpose, {})[status] = int(count)
        for purpose, count in tx.execute(
            "SELECT purpose, count(*) FROM consent.state WHERE status = 'given'"
            " AND (expires_at IS NULL OR expires_at > now()) GROUP BY 1"
        ):
            counted.setdefault(purpose, {})["live"] = int(count)
        if as_json:
            print(json.dumps(counted))
            return 0
        for purpose, counts in counted.items():
            print(f"{purpose:<16} " + ", ".join(f"{count} {status}" for status, count in counts.items()))
        return 0


@told
def run_verify(state: Path, anchors: Path | None, *, as_json: bool) -> int:
    """Checks the whole ledger; with ``anchors`` also that nothing which they name is gone. Returns 1 for damage."""
    with staff_snapshot(state) as tx:
        keys = keyring.keys_for("officer", state / "keys")
        seen = read_anchors(anchors, keyring.key(keys, "consent_head")) if anchors is not None else {}
        people = events = erased = 0
        damage: list[dict[str, Any]] = []
        ends: dict[bytes, tuple[int, bytes]] = {}
        for person in verify_ledger(tx, keyring.key(keys, "consent_head"), anchors=seen):
            people, events = people + 1, events + person.events
            if person.events:
                ends[person.first] = (person.events, person.last)
                erased += person.erased
            damage += [{"person": d.subject.hex(), "event": d.seq, "what": d.what} for d in person.damage]
        damage += [{"notice": digest.hex(), "what": "a notice was changed"} for digest in damaged_notices(tx)]
        before = unchained(tx)
        if anchors is not None and not damage:
            write_anchors(anchors, ends, keyring.key(keys, "consent_head"))
        if as_json:
            print(
                json.dumps(
                    {"people": people, "erased": erased, "events": events, "unchained": before, "damage": damage}
                )
            )
        else:
            for one in damage:
                where = f" at event {one['event']}" if one.get("event") else ""
                print(f"{one.get('person') or 'notice ' + one['notice']}: {one['what']}{where}")
            print(
                f"{people} people, {erased} of them erased, {events} events verified, {len(damage)} damaged,"
                f" {before} from before the chain"
            )
        return 1 if damage else 0


@told
def run_verify_receipt(file: Path, public_key: Path, *, as_json: bool) -> int:
    """Checks a receipt offline: signature, fields, order. Returns 1 for one that is not the shop's, else 0."""
    record = verify_receipt(jws.from_pem(_read(public_key)), _read(file))
    if as_json:
        print(json.dumps(record))
        return 0
    print(f"The receipt is genuine, issued {record['issued_at']} for {record['pii_principal_id']}.")
    for event in record["events"]:
        print(f"{event['event_time']}  {event['purpose']:<16} {event['event_state'].removeprefix('dpv:')}")
    return 0


@told
def run_public_key(state: Path) -> int:
    """Prints the public key that receipts are checked with. Returns the exit code."""
    print(jws.public_pem(keyring.key(keyring.keys_for("officer", state / "keys"), "receipt_public")), end="")
    return 0


@told
def run_withdraw(project: Path, state: Path, person: str, purpose: str | None) -> int:
    """Withdraws in a person's name, as they asked the operator to. Returns 1 where there was nothing, else 0."""
    policy = load_policy(project / "privacy.yml")
    if purpose is not None:
        policy.purpose(purpose)
    consent = Consent(policy, keyring.key(keyring.keys_for("officer", state / "keys"), "consent_head"))
    with owner_database(state) as database, database.transaction() as tx:
        subject = subject_of(state, person)
        withdrawn = consent.withdraw(
            tx, subject, method="command line", turn_id=None, actor="operator",
            purposes=None if purpose is None else {purpose},
        )  # fmt: skip
        Audit("operator").append(tx, event="consent.withdraw", outcome="done", subject=subject, purpose=purpose)
    print(withdrawn_sentence(withdrawn, policy.languages[0]))
    return 0 if withdrawn else 1


def subject_of(state: Path, person: str) -> bytes:
    """The person's id: 32 hexadecimal digits as the ledger has it, or a sender id as Rasa knows it."""
    if len(person) == 32:
        try:
            return bytes.fromhex(person)
        except ValueError:
            pass
    return conversation_id(keyring.key(keyring.keys_for("officer", state / "keys"), "identity"), person)


def _everything(tx: Transaction) -> Iterator[Event]:
    after = 0
    while rows := tx.execute(
        f"SELECT id, {COLUMNS} FROM consent.event WHERE id > %s AND seq IS NOT NULL ORDER BY id LIMIT 1000",  # noqa: S608
        after,
    ):
        for _, *row in rows:
            yield event_of(tuple(row))[0]
        after = rows[-1][0]


def _plain(event: Event) -> dict[str, Any]:
    turn = None if event.turn_id is None else event.turn_id.hex()
    return {"subject": event.subject.hex(), "turn": turn, **event.content(), "hash": event.hash.hex()}


def _line(event: Event) -> str:
    return f"{utc(event.at)}  {event.purpose:<16} {event.status:<10} by {event.method}, policy {event.policy_version}"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{file.name} cannot be read") from None
