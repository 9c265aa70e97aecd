"""What a person is told is kept of them, and what stands in their copy (GDPR art. 15)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from discreet.policy import Policy, Purpose
from discreet.records.attachments import CATEGORY, opened_file
from discreet.records.pending import pending
from discreet.records.rights.archive import FORMAT
from discreet.records.rights.uses import uses
from discreet.records.vault import Kept
from discreet.storage.engine import Transaction

MAX_FILES = 10 * 1024 * 1024
"""Bytes of all files in one copy."""
_BASIS = {
    "contract": "needed for your order (GDPR art. 6(1)(b))",
    "legal_obligation": "required by law (GDPR art. 6(1)(c))",
    "consent": "only with your yes (GDPR art. 6(1)(a))",
    "legitimate_interest": "our legitimate interest, to which you may object (GDPR art. 6(1)(f))",
}
_COMPELLING = "our legitimate interest, on compelling grounds (GDPR art. 6(1)(f), 21(1))"


def basis_of(purpose: Purpose) -> str:
    """Why a purpose is allowed, in words."""
    return _COMPELLING if purpose.compelling else _BASIS[purpose.basis]


YOUR_RIGHTS = (
    "You can have any of this corrected, deleted or frozen, object to its use, and take your consent back, at any time:"
    " say so in the chat. You can also complain to {authority}."
)
"""GDPR art. 15(1)(e), (f)."""


def recipients(policy: Policy) -> list[str]:
    """Who else gets what, in words (GDPR art. 15(1)(c))."""
    found, spoken = [], policy.languages[0]
    for purpose in policy.purposes.values():
        if purpose.recipients:
            data = " or ".join(policy.category(name).label[spoken] for name in purpose.data)
            names = ", ".join(recipient[spoken] for recipient in purpose.recipients)
            found.append(f"{names}: your {data}, to {purpose.notice[spoken]}")
    return found


@dataclass(frozen=True)
class Count:
    """How many values of one category are kept, until when the last of them stays, and how many wait for a yes."""

    category: str
    number: int
    until: datetime
    waiting: int


def counts(tx: Transaction, policy: Policy, subjects: Sequence[bytes]) -> list[Count]:
    """Of these conversations, by category; nothing is opened."""
    rows = tx.execute(
        "SELECT category, count(*), max(expires_at) FROM vault.value WHERE subject = ANY(%s) AND expires_at > now()"
        " GROUP BY category ORDER BY category",
        list(subjects),
    )
    return [Count(name, number, until, _waiting(tx, policy, subjects, name)) for name, number, until in rows]


def _waiting(tx: Transaction, policy: Policy, subjects: Sequence[bytes], category: str) -> int:
    waits = pending(policy, category)
    if waits is None:
        return 0
    condition, params = waits
    of_them = "SELECT count(*) FROM vault.value v WHERE v.subject = ANY(%s) AND v.expires_at > now()"
    ((number,),) = tx.execute(f"{of_them} AND {condition}", list(subjects), *params)
    return int(number)


def content(
    tx: Transaction, policy: Policy, subjects: Sequence[bytes], values: Sequence[Kept], shop: dict[str, Any]
) -> dict[str, Any]:
    """The whole copy but for the conversations' own words, which only the Rasa server can read."""
    files = _files(tx, values)
    return {
        "format": FORMAT,
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "controller": policy.controller,
        "rights": YOUR_RIGHTS.format(authority=policy.controller.get("authority") or "the data protection authority"),
        "purposes": [_purpose(policy, name) for name in policy.purposes],
        "values": [
            {
                "category": policy.category(kept.category).label[policy.languages[0]],
                "value": files[kept.token]["name"] if kept.token in files else kept.value,
                "since": kept.since.isoformat(timespec="seconds"),
                "until": kept.until.isoformat(timespec="seconds"),
                "purposes": [purpose.name for purpose in policy.purposes_covering(kept.category)],
                "source": "you wrote it in this chat",
            }
            for kept in values
        ],
        "consent": [
            {"purpose": purpose, "status": status, "at": at.isoformat(timespec="seconds"), "policy_version": version}
            for purpose, status, at, version in tx.execute(
                "SELECT purpose, status, at, policy_version FROM consent.event WHERE subject = ANY(%s) ORDER BY id",
                list(subjects),
            )
        ],
        "requests": [
            {"id": request, "kind": kind, "state": state, "at": at.isoformat(timespec="seconds")}
            for request, kind, state, at in tx.execute(
                "SELECT id, kind, state, asked_at FROM rights.request WHERE subject = ANY(%s) ORDER BY asked_at",
                list(subjects),
            )
        ],
        "uses": uses(tx, policy, subjects),
        "shop": shop,
        "files": list(files.values()),
        "subjects": [subject.hex() for subject in subjects],
    }


def _files(tx: Transaction, values: Sequence[Kept]) -> dict[str, dict[str, str]]:
    """The files among the values, by token: name in the archive, and content in base64, the newest first."""
    files: dict[str, dict[str, str]] = {}
    room = MAX_FILES
    for kept in reversed([kept for kept in values if kept.category == CATEGORY]):
        media_type, content = opened_file(tx, kept.token, kept.value)
        if len(content) > room:
            files[kept.token] = {"name": "a file that is too large for this copy; please ask us for it"}
            continue
        room -= len(content)
        name = f"files/{len(files) + 1}.{media_type.rpartition('/')[2]}"
        files[kept.token] = {"name": name, "content": base64.b64encode(content).decode()}
    return files


def _purpose(policy: Policy, name: str) -> dict[str, Any]:
    purpose, spoken = policy.purpose(name), policy.languages[0]
    return {
        "name": name,
        "what": purpose.notice[spoken],
        "basis": basis_of(purpose),
        "why": purpose.why[spoken],
        "kept_for_days": purpose.keep.days,
        "data": [policy.category(category).label[spoken] for category in purpose.data],
        "recipients": [recipient[spoken] for recipient in purpose.recipients],
    }
