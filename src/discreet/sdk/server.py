"""The action server: one route on a Unix socket, signed calls only (docs/spec/action-call.md).

``python -m discreet.sdk.server``, started by ``discreet up``. Not rasa_sdk's own server, which answers whoever
reaches it, echoes requests in its errors and lists its actions.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import time
from pathlib import Path

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, text
from sanic.response import json as json_response

from discreet import logs, metrics
from discreet.crypto.derived import derived
from discreet.crypto.identifiers import conversation_id
from discreet.crypto.sealed import VaultPrivateKey
from discreet.crypto.signing import CORRELATION, ActionCall, verify_action_call
from discreet.errors import DiscreetError, NotAuthentic
from discreet.mail import Mailer, MemoryOutbox, SmtpDelivery
from discreet.policy import load_policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.results import Results
from discreet.records.vault import VaultReader
from discreet.sdk.action import GuardedAction
from discreet.sdk.bodies import Malformed, body_of
from discreet.sdk.calls import Calls
from discreet.sdk.desk import add_desk
from discreet.sdk.identity import apply_due_safely, identity_for, index_customers
from discreet.sdk.registry import load_actions
from discreet.sdk.turn import Services
from discreet.settings import Settings, load_settings
from discreet.shop.payments import PaymentProvider
from discreet.shop.postgres import PostgresShop
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Database

MAX_BODY = 256 * 1024
KEEP_UP_SECONDS = 60.0
ENDING_SECONDS = 8.0
"""So long a stopping server waits for actions that have begun; less than the supervisor waits for it."""
_ACTION_CALL = (("sender_id", str), ("next_action", str), ("tracker", dict))
_CORRELATION = re.compile(r"[0-9a-f]{16}\Z")
_log = logging.getLogger("discreet.sdk.server")  # also when run as a program


def services_for(settings: Settings) -> Services:
    """Everything that skills use, on this process's own keys and database role."""
    policy = load_policy(settings.project_dir / "privacy.yml")
    database = Database(settings.database_url, pool_size=8)
    ring = settings.ring("value")
    shop = PostgresShop(database, ring)
    mailer = Mailer(SmtpDelivery.of(settings.mail) if settings.mail else MemoryOutbox())
    return Services(
        database=database,
        statements=AsyncDatabase(settings.database_url),
        policy=policy,
        consent=Consent(policy, settings.key("consent_head")),
        vault=VaultReader(database, VaultPrivateKey(settings.key("vault_seed")), ring, policy),
        audit=Audit("actions"),
        results=Results(ring),
        shop=shop,
        refunds=PaymentProvider(settings.payment_socket),
        identity=identity_for(
            settings.key("vault_seed"), ring, shop, mailer, settings.page, has_links=settings.has_links
        ),
    )


def create_app(settings: Settings, services: Services, actions: dict[str, GuardedAction]) -> Sanic:
    """The Sanic application. Whatever is not a verified call gets 401 and no reason."""
    app = Sanic("discreet_actions", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.ACCESS_LOG = False
    action_key, identity_key = settings.key("action"), settings.key("identity")
    calls = Calls(services)
    mail_key = derived(settings.key("vault_seed"), "mail")

    @app.middleware("request")
    async def authenticate(request: Request) -> HTTPResponse | None:
        if request.path == "/health" and request.method == "GET":
            return json_response({})
        if request.path == "/metrics" and request.method == "GET":
            return text(metrics.samples("actions"))
        if request.path == "/mail" and request.method == "GET":
            return _letters(mail_key, services, request)
        try:
            call = verify_action_call(action_key, request.headers, request.body, int(time.time()))
        except (NotAuthentic, ValueError):
            return _unauthorised("bad_signature")
        if (request.path == "/webhook") != (call.fence > 0):
            # The signature covers no path: an action's call, recorded, is no question for what is shown once.
            return _unauthorised("bad_signature")
        request.ctx.call = call
        given = request.headers.get(CORRELATION) or ""
        logs.correlation_id.set(given if _CORRELATION.match(given) else "")
        return None

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        body = body_of(request.body, _ACTION_CALL, status=422)
        call: ActionCall = request.ctx.call
        channel = str(body["tracker"].get("latest_input_channel") or "")
        subject = conversation_id(identity_key, body["sender_id"])
        action = actions.get(body["next_action"])
        if action is None:
            metrics.refused("unknown_action", "actions")
            return json_response({"error": "unknown action"}, status=404)
        try:
            return json_response(await calls.answer(subject, call, action, body, channel))
        except NotAuthentic:
            return _unauthorised("older_holder")

    @app.before_server_stop
    async def let_end(_app: Sanic, _loop: object) -> None:
        await calls.ended(ENDING_SECONDS)

    add_desk(app, settings, services.policy)

    @app.post("/shown")
    async def shown(request: Request) -> HTTPResponse:
        """What the page fetches once, past the conversation (docs/spec/step-up.md)."""
        subject = conversation_id(identity_key, body_of(request.body, (("sender_id", str),))["sender_id"])
        return json_response(services.identity.shown.take(subject) or {})

    @app.post("/shown/link")
    async def shown_by_link(request: Request) -> HTTPResponse:
        """The same, for whoever has its link."""
        link = body_of(request.body, (("link", str),))["link"]
        return json_response(services.identity.shown.take_by(link) or {})

    @app.after_server_start
    async def begin(app: Sanic, _loop: object) -> None:
        app.add_task(_keep_up(services))

    async def failed(_request: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, SanicException) and error.status_code < 500:
            metrics.refused("bad_request", "actions")
            said = str(error) if isinstance(error, Malformed) else "bad request"
            return json_response({"error": said}, status=error.status_code)
        code = error.code if isinstance(error, DiscreetError) else "internal"
        _log.error("an action failed: %s", code, exc_info=(type(error), error, error.__traceback__))
        return json_response({"error": "internal"}, status=500)

    app.error_handler.add(Exception, failed)
    app.error_handler.add(SanicException, failed)
    return app


async def _keep_up(services: Services) -> None:
    """Makes changes whose waiting time is over, and new customers findable; what fails is tried at the next round."""
    while True:
        await asyncio.sleep(KEEP_UP_SECONDS)
        for work in (apply_due_safely, index_customers):
            try:
                await asyncio.to_thread(work, services.database, services.identity)
            except DiscreetError as error:
                _log.warning("%s failed: %s", work.__name__, error.code)


def _letters(key: bytes, services: Services, request: Request) -> HTTPResponse:
    """The outbox, for an operator who holds the state folder's keys, which Rasa's server does not."""
    try:
        verify_action_call(key, request.headers, b"", int(time.time()))
    except (NotAuthentic, ValueError):
        return _unauthorised("bad_signature")
    delivery = services.identity.mailer.delivery
    letters = delivery.letters(time.time()) if isinstance(delivery, MemoryOutbox) else None
    return json_response({"letters": None if letters is None else [vars(letter) for letter in letters]})


def _unauthorised(reason: str) -> HTTPResponse:
    """Without the reason, which is counted."""
    metrics.refused(reason, "actions")
    return json_response({"error": "unauthorised"}, status=401)


def main() -> None:
    """Serves until SIGTERM."""
    logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
    settings = load_settings()
    services = services_for(settings)
    sys.path.insert(0, str(settings.project_dir))
    actions = load_actions("actions", services.policy)
    socket = Path(settings.action_socket)
    socket.unlink(missing_ok=True)
    index_customers(services.database, services.identity)
    app = create_app(settings, services, actions)
    app.run(unix=str(socket), access_log=False)


if __name__ == "__main__":
    main()
