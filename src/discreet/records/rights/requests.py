"""Requests: asked, confirmed by their button, due in a month, with a log and an outcome (docs/spec/rights.md)."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from discreet.errors import NotAllowed
from discreet.policy import Policy
from discreet.storage.engine import Transaction

ANSWER_WITHIN = timedelta(minutes=30)
"""As long as the handle of its button works."""
REQUEST_ID = re.compile(r"rq_[a-z2-7]{26}\Z")
_COLUMNS = (
    "id, kind, purpose, category, state, via, asked_at, filed_at, due_at, extended_at, done_at, outcome, certificate"
)
_COVER = (
    "INSERT INTO rights.covered (request, subject, customer)"
    " SELECT %s, coalesce(o.subject, mine.subject), l.customer FROM (SELECT %s::bytea AS subject) mine"
    " LEFT JOIN identity.link l USING (subject) LEFT JOIN identity.link o ON o.customer = l.customer"
)
"""Who is linked now: "forget who I am" a moment later must leave nobody out, another customer's sign-in add none."""
OPEN, OVER = ("asked", "filed"), ("done", "partly", "refused", "cancelled", "expired")


class NotWaiting(NotAllowed):
    """The question was answered, took too long, was followed by a newer one, or is not this conversation's."""

    code = "not_waiting"
    sentence = "That question is no longer open. Please say again what you would like."


@dataclass(frozen=True)
class Request:
    """One request as anybody may see it: without its person."""

    id: str
    kind: str
    purpose: str | None
    category: str | None
    state: str
    via: str
    asked_at: datetime
    filed_at: datetime | None
    due_at: datetime | None
    extended_at: datetime | None
    done_at: datetime | None
    outcome: dict[str, Any]
    certificate: str | None


@dataclass(frozen=True)
class Confirmed:
    """A request that was just filed; ``token`` is that of a corrected value."""

    id: str
    kind: str
    purpose: str | None
    category: str | None
    token: str | None = field(repr=False)


class Requests:
    """As one actor: the name of this process. The transaction is the caller's; times are the database's."""

    def __init__(self, actor: str, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._actor = actor
        self._random = random

    def ask(
        self,
        tx: Transaction,
        subject: bytes,
        kind: str,
        *,
        via: str,
        purpose: str | None = None,
        category: str | None = None,
        token: str | None = None,
    ) -> str:
        """A request that waits for its button. Every older one of this conversation that waits can wait no longer."""
        self.supersede(tx, subject)
        request = "rq_" + base64.b32encode(self._random(16)).decode().rstrip("=").lower()
        tx.execute(
            "INSERT INTO rights.request (id, subject, kind, purpose, category, token, state, via, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, 'asked', %s, now() + %s)",
            request, subject, kind, purpose, category, token, via, ANSWER_WITHIN,
        )  # fmt: skip
        self.log(tx, request, "asked")
        return request

    def supersede(self, tx: Transaction, subject: bytes) -> None:
        """What waits for its button in this conversation waits no longer."""
        for (older,) in tx.execute(
            "UPDATE rights.request SET state = 'expired' WHERE subject = %s AND state = 'asked' RETURNING id", subject
        ):
            self.log(tx, older, "superseded")

    def confirm(self, tx: Transaction, subject: bytes, request: str, kind: str) -> Confirmed:
        """Files it, once. ``request`` may be anybody's words; ``subject`` comes from a verified call.

        Raises NotWaiting for any that does not wait here.
        """
        rows = tx.execute(
            "UPDATE rights.request SET state = 'filed', filed_at = now(), due_at = asked_at + interval '1 month'"
            " WHERE id = %s AND subject = %s AND kind = %s AND state = 'asked' AND expires_at > now()"
            " RETURNING id, kind, purpose, category, token",
            request if REQUEST_ID.match(request) else "", subject, kind,
        )  # fmt: skip
        if not rows:
            raise NotWaiting("no such request waits in this conversation")
        self.log(tx, request, "filed")
        if kind == "erasure":
            tx.execute(_COVER, request, subject)
        return Confirmed(*rows[0])

    def cancel(self, tx: Transaction, subject: bytes, request: str) -> None:
        """The person said no. Raises NotWaiting."""
        tx.execute(
            "UPDATE rights.request SET state = 'cancelled', done_at = now()"
            " WHERE id = %s AND subject = %s AND state = 'asked' AND expires_at > now()",
            request if REQUEST_ID.match(request) else "", subject,
        )  # fmt: skip
        if tx.rowcount != 1:
            raise NotWaiting("no such request waits in this conversation")
        self.log(tx, request, "cancelled")

    def waiting(self, tx: Transaction, subject: bytes) -> tuple[str, str] | None:
        """(id, kind) of the request that waits for its button in this conversation."""
        rows = tx.execute(
            "SELECT id, kind FROM rights.request WHERE subject = %s AND state = 'asked' AND expires_at > now()", subject
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def file(
        self,
        tx: Transaction,
        subject: bytes,
        kind: str,
        *,
        via: str,
        purpose: str | None = None,
        received: date | None = None,
    ) -> str:
        """A request that needs no button: an operator's, who has checked who asks. Its month runs from ``received``."""
        request = self.ask(tx, subject, kind, via=via, purpose=purpose)
        if received is not None:
            tx.execute("UPDATE rights.request SET asked_at = %s::date WHERE id = %s", received, request)
        return self.confirm(tx, subject, request, kind).id

    def close(self, tx: Transaction, request: str, state: str, outcome: dict[str, Any]) -> None:
        """Ends a filed request: done, partly (``outcome["kept"]`` says why) or refused."""
        tx.execute(
            "UPDATE rights.request SET state = %s, done_at = now(), outcome = %s::jsonb"
            " WHERE id = %s AND state = 'filed'",
            state, json.dumps(outcome), request,
        )  # fmt: skip
        if tx.rowcount != 1:
            raise NotWaiting("that request is not filed")
        self.log(tx, request, state)

    def extend(self, tx: Transaction, request: str, reason: str) -> datetime:
        """Two further months, once and within the first, with the reason that the person is told (GDPR art. 12(3)).

        Raises NotWaiting.
        """
        rows = tx.execute(
            "UPDATE rights.request SET extended_at = now(), due_at = due_at + interval '2 months',"
            " outcome = outcome || jsonb_build_object('extended', %s::text)"
            " WHERE id = %s AND state = 'filed' AND extended_at IS NULL AND due_at > now() RETURNING due_at",
            reason, request,
        )  # fmt: skip
        if not rows:
            raise NotWaiting("only a filed request can be extended, once, and before its month is over")
        self.log(tx, request, "extended", reason)
        due: datetime = rows[0][0]
        return due

    def expire(self, tx: Transaction) -> int:
        """Ends what was asked and never answered."""
        rows = tx.execute(
            "UPDATE rights.request SET state = 'expired' WHERE state = 'asked' AND expires_at <= now() RETURNING id"
        )
        for (request,) in rows:
            self.log(tx, request, "expired")
        return len(rows)

    def log(self, tx: Transaction, request: str, event: str, reason: str | None = None) -> None:
        """One row of its log. ``reason`` is the operator's sentence, never a person's."""
        tx.execute(
            "INSERT INTO rights.event (request, actor, event, reason) VALUES (%s, %s, %s, %s)",
            request, self._actor, event, reason,
        )  # fmt: skip


def forget_waiting(tx: Transaction, subject: bytes) -> None:
    """What somebody asked for in a conversation and has not confirmed or fetched yet is nobody's any more."""
    Requests("actions").supersede(tx, subject)
    tx.execute("DELETE FROM rights.copy WHERE subject = %s", subject)


def told(tx: Transaction, subjects: Sequence[bytes], policy: Policy) -> list[str]:
    """What a person hears of requests that an operator filed for them: until when, and why longer, or why not.

    GDPR art. 12(3), (4). The reasons are the operator's sentences.
    """
    rows = tx.execute(
        "SELECT kind, state, filed_at, due_at, outcome ->> 'extended', outcome -> 'kept' ->> 'all' FROM rights.request"
        " WHERE subject = ANY(%s) AND via = 'operator' AND state IN ('filed', 'refused') ORDER BY filed_at, id",
        list(subjects),
    )
    lines = []
    for kind, state, filed, due, longer, why in rows:
        said = f"Your request ({kind}) of {filed:%d %B %Y}"
        if state == "refused":
            lines.append(f"{said} was refused: {why}. {remedy(policy)}")
        else:
            lines.append(f"{said} is answered by {due:%d %B %Y}" + (f"; it takes longer: {longer}." if longer else "."))
    return lines


def remedy(policy: Policy) -> str:
    """What somebody can do whose request was refused, or in part (GDPR art. 12(4), 77, 79)."""
    authority = policy.controller.get("authority") or "the data protection authority"
    return f"Where you disagree, you can complain to {authority}, or go to court."


def find(tx: Transaction, request: str) -> Request | None:
    """The request of that id."""
    rows = tx.execute(f"SELECT {_COLUMNS} FROM rights.request WHERE id = %s", request)  # noqa: S608
    return Request(*rows[0]) if rows else None


def listed(tx: Transaction, *, everything: bool = False, most: int = 1000) -> list[Request]:
    """Open requests, what is due first first; with ``everything`` those that are over too."""
    where = "" if everything else "WHERE state IN ('asked', 'filed')"
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM rights.request {where} ORDER BY due_at NULLS LAST, asked_at LIMIT %s",  # noqa: S608
        most,
    )
    return [Request(*row) for row in rows]


def log_of(tx: Transaction, request: str) -> list[tuple[datetime, str, str, str | None]]:
    """(when, who, what, why) of each change, oldest first."""
    rows = tx.execute("SELECT at, actor, event, reason FROM rights.event WHERE request = %s ORDER BY id", request)
    return [(row[0], row[1], row[2], row[3]) for row in rows]
