"""``discreet rights``: what people asked for, when it is due, what became of it; for the data protection officer."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime, timezone
from pathlib import Path

from discreet.checks.erasures import folder, ledger_of, prepared_folder
from discreet.cli.database import owner_database, staff_snapshot
from discreet.cli.told import told
from discreet.crypto import jws, keyring
from discreet.crypto.identifiers import conversation_id
from discreet.crypto.signing import public_key_of
from discreet.errors import SettingsError
from discreet.policy import load_policy
from discreet.records.audit import Audit
from discreet.records.rights import standing
from discreet.records.rights.erasing import CERTIFICATE, Erasing, scope_of
from discreet.records.rights.requests import Request, Requests, find, listed, log_of
from discreet.storage.engine import Database, Transaction

KINDS = ("erasure", "restriction", "lifting", "objection")
"""What an operator may file for somebody; copies and corrections are made where the values are: in the conversation."""


@told
def run_list(state: Path, *, everything: bool, as_json: bool) -> int:
    """Prints requests, what is due first first. Returns 0."""
    with staff_snapshot(state) as tx:
        found = listed(tx, everything=everything)
        if as_json:
            print(json.dumps({"requests": [_plain(request) for request in found]}))
            return 0
        for request in found:
            print(f"{request.id}  {request.kind:<13} {request.state:<9} due {_day(request.due_at)}")
        if not found:
            print("Nothing is open.")
        return 0


@told
def run_show(state: Path, request_id: str, *, as_json: bool) -> int:
    """Prints one request with its log. Returns 1 for an unknown one."""
    with staff_snapshot(state) as tx:
        request = _known(tx, request_id)
        log = [
            {"at": at.isoformat(), "actor": who, "event": what, "reason": why}
            for at, who, what, why in log_of(tx, request_id)
        ]
        if as_json:
            print(json.dumps({**_plain(request), "log": log}))
            return 0
        for name, value in _plain(request).items():
            if value not in (None, {}) and name != "certificate":
                print(f"{name:<12} {json.dumps(value) if isinstance(value, dict) else value}")
        for row in log:
            print(
                f"  {str(row['at'])[:19]}  {row['actor']:<9} {row['event']}"
                + (f": {row['reason']}" if row["reason"] else "")
            )
        return 0


@told
def run_certificate(state: Path, request_id: str, *, as_json: bool) -> int:
    """Checks and prints the certificate of an erasure. Returns 1 where there is none or it does not verify."""
    with staff_snapshot(state) as tx:
        request = _known(tx, request_id)
        if request.certificate is None:
            raise SettingsError(f"that request has no certificate: it is {request.state}")
        stated = jws.verify(public_key_of(_seed(state)), request.certificate, CERTIFICATE)
        if as_json:
            print(json.dumps({"certificate": request.certificate, "states": stated}))
            return 0
        print(f"{request.certificate}\n\nThe signature verifies. It states:\n{json.dumps(stated, indent=2)}")
        return 0


@told
def run_file(
    project: Path, state: Path, kind: str, sender_id: str, purpose: str | None, received: date | None = None
) -> int:
    """Files a request for a person whose identity the operator has checked. Prints its id.

    ``received``: the day it came, from which its month runs (GDPR art. 12(3)); today by default.
    """
    if kind not in KINDS:
        raise SettingsError(f"a request is one of {', '.join(KINDS)}")
    if received is not None and received > datetime.now(timezone.utc).date():
        raise SettingsError("--received is the day on which the request came; it cannot be ahead")
    if kind == "objection":
        declared = load_policy(project / "privacy.yml").purposes.get(purpose or "")
        if declared is None or declared.basis != "legitimate_interest":
            raise SettingsError("--purpose must name one that rests on legitimate interest (GDPR art. 21)")
    subject = conversation_id(_identity(state), sender_id)
    with owner_database(state) as database, database.transaction() as tx:
        if not is_known(tx, subject):
            raise SettingsError("nothing is kept under that sender id")
        request = Requests("operator").file(
            tx, subject, kind, via="operator", purpose=purpose, received=received
        )  # fmt: skip
        print(request)
    return 0


@told
def run_request(state: Path, request_id: str) -> int:
    """Carries out a filed request now. Returns 1 where it is not filed."""
    with owner_database(state) as database:
        with database.transaction() as tx:
            request = _known(tx, request_id)
        if request.state != "filed":
            raise SettingsError(f"only a filed request can be run; this one is {request.state}")
        if request.kind == "erasure":
            return _erase(database, state, request_id)
        with database.transaction() as tx:
            print(_carry_out(tx, request))
    return 0


@told
def run_extend(state: Path, request_id: str, reason: str) -> int:
    """Two further months, once, with the reason that the person is told."""
    with owner_database(state) as database, database.transaction() as tx:
        _known(tx, request_id)
        due = Requests("operator").extend(tx, request_id, reason)
        print(f"due {_day(due)}; the chat says why when it is asked. Write to the person too, within the month.")
    return 0


@told
def run_refuse(state: Path, request_id: str, reason: str) -> int:
    """Ends a filed request with the reason why nothing is done (GDPR art. 12(4))."""
    with owner_database(state) as database, database.transaction() as tx:
        _known(tx, request_id)
        Requests("operator").close(tx, request_id, "refused", {"kept": {"all": reason}})
    print("refused")
    return 0


def erase_now(database: Database, state: Path, subject: bytes) -> int:
    """Files and carries out an erasure as the operator: ``discreet db erase``."""
    with database.transaction() as tx:
        request = Requests("operator").file(tx, subject, "erasure", via="operator")
    return _erase(database, state, request)


def _erase(database: Database, state: Path, request: str) -> int:
    seed = _seed(state)
    if not folder(state).exists():
        prepared_folder(state)
    done = Erasing(database, ledger_of(state), seed, "operator").run(request)
    if done is None:
        raise SettingsError("somebody else is carrying that request out")
    erased = done.erased
    print(f"erased: {erased.keys} keys, {erased.records} records, {erased.values} values, {erased.results} results")
    for table, why in erased.kept.items():
        print(f"kept of {table}: {why}")
    print(f"certificate: discreet rights certificate {request}")
    return 0


def _carry_out(tx: Transaction, request: Request) -> str:
    ((subject,),) = tx.execute("SELECT subject FROM rights.request WHERE id = %s FOR UPDATE", request.id)
    subjects = scope_of(tx, bytes(subject)).subjects
    if request.kind == "restriction":
        standing.restrict(tx, subjects, request.id)
    elif request.kind == "lifting":
        standing.lift(tx, subjects)
    elif request.kind == "objection" and request.purpose:
        standing.object_to(tx, subjects, request.purpose, request.id)
    else:
        raise SettingsError(f"a request of kind {request.kind} is carried out in the conversation")
    Audit("operator").append(tx, event=request.kind, outcome="done", subject=bytes(subject), purpose=request.purpose)
    Requests("operator").close(tx, request.id, "done", {"conversations": len(subjects)})
    return f"done for {len(subjects)} conversation{'s' if len(subjects) > 1 else ''}"


def is_known(tx: Transaction, subject: bytes) -> bool:
    """Whether anything is kept of that conversation."""
    rows = tx.execute(
        "SELECT 1 WHERE EXISTS (SELECT FROM conversation.head WHERE conversation = %s)"
        " OR EXISTS (SELECT FROM key.owner_key WHERE subject = %s)",
        subject, subject,
    )  # fmt: skip
    return bool(rows)


def _known(tx: Transaction, request_id: str) -> Request:
    request = find(tx, request_id)
    if request is None:
        raise SettingsError("there is no request of that id; `discreet rights list --all` names them")
    return request


def _plain(request: Request) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(request).items()
    }


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else moment.strftime("%Y-%m-%d")


def _seed(state: Path) -> bytes:
    return keyring.key(keyring.keys_for("keeper", state / "keys"), "rights")


def _identity(state: Path) -> bytes:
    return keyring.key(keyring.keys_for("rasa", state / "keys"), "identity")
