"""The desk for consent: what a person does beside any turn (docs/spec/consent.md).

A withdrawal from the page, a receipt, the end of a session. It has threads and connections of its own, so that no
action that runs or hangs holds it up, and takes no conversation's lock. Only signed calls reach it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from discreet import metrics
from discreet.crypto.identifiers import conversation_id
from discreet.errors import NotAllowed
from discreet.policy import Policy
from discreet.records.consent import Consent
from discreet.records.consent.receipt import signed_receipt
from discreet.records.consent.said import withdrawn_sentence
from discreet.sdk.bodies import body_of
from discreet.settings import Settings
from discreet.storage.engine import Database

THREADS = 4


class Desk:
    """One method a wish; each is a transaction of its own and is done when it answers."""

    def __init__(self, database: Database, consent: Consent, policy: Policy, receipt_seed: bytes) -> None:
        self._database = database
        self._consent = consent
        self._policy = policy
        self._seed = receipt_seed

    def withdraw(self, subject: bytes, body: dict[str, Any]) -> dict[str, Any]:
        """Takes back every yes, or that to ``purpose``: no later reveal on any server opens anything for it."""
        wanted = body.get("purpose")
        purposes = None if wanted is None else {str(wanted)}
        with self._database.transaction() as tx:
            withdrawn = self._consent.withdraw(tx, subject, method="page", turn_id=None, purposes=purposes)
        languages, spoken = self._policy.languages, body.get("language")
        text = withdrawn_sentence(withdrawn, spoken if spoken in languages else languages[0])
        return {"withdrawn": [purpose.name for purpose in withdrawn], "message": text}

    def receipt(self, subject: bytes, _body: dict[str, Any]) -> dict[str, Any]:
        """The signed receipt; None for somebody who was never asked."""
        try:
            with self._database.transaction() as tx:
                return {"receipt": signed_receipt(tx, subject, self._seed, random=secrets.token_bytes(16))}
        except NotAllowed:
            return {"receipt": None}

    def end(self, subject: bytes, _body: dict[str, Any]) -> dict[str, Any]:
        """Has destroyed what the person volunteered in this session and never agreed to."""
        with self._database.transaction() as tx:
            return {"discarded": self._consent.end_session(tx, subject)}


def add_desk(app: Sanic, settings: Settings, policy: Policy) -> None:
    """The route; the server's middleware has verified each call's signature before."""
    consent = Consent(policy, settings.key("consent_head"))
    desk = Desk(Database(settings.database_url, pool_size=THREADS), consent, policy, settings.key("receipt"))
    wishes: dict[str, Callable[[bytes, dict[str, Any]], dict[str, Any]]] = {
        "withdraw": desk.withdraw,
        "receipt": desk.receipt,
        "end": desk.end,
    }
    threads = ThreadPoolExecutor(THREADS, "desk")
    identity = settings.key("identity")

    @app.post("/desk")
    async def at_the_desk(request: Request) -> HTTPResponse:
        body = body_of(request.body, (("sender_id", str), ("desk", str)))
        wish = wishes.get(body["desk"])
        if wish is None:
            metrics.refused("unknown_action", "actions")
            return json_response({"error": "unknown wish"}, status=404)
        subject = conversation_id(identity, body["sender_id"])
        return json_response(await asyncio.get_running_loop().run_in_executor(threads, wish, subject, body))
