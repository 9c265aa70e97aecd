"""The web channel: the page, its session and its messages over HTTP (docs/spec/web-channel.md).

``discreet.rasa.web.WebChannel`` in credentials.yml. Thin on purpose: it authenticates, checks the request's form,
hands the message to the guard, and turns errors into answers a person can act on.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from ssl import TLSVersion
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, text
from sanic.response import json as json_response

from discreet import logs, metrics
from discreet.defence import MAX_SIZE, Door
from discreet.defence.clamd import Clamd
from discreet.errors import BadInput, NotAuthentic, StorageError, TooMany
from discreet.rasa import copies, shown
from discreet.rasa.answers import answering, plain_error, refusal
from discreet.rasa.channels.webhook import content_type
from discreet.rasa.connections import Connections
from discreet.rasa.front import Front, came_through_proxy, languages
from discreet.rasa.guard import Answer, Guard, Incoming
from discreet.rasa.loading import require_safe_loading
from discreet.rasa.offers import add_offers
from discreet.rasa.page import add_page, security_headers
from discreet.rasa.page_requests import (
    MAX_BODY,
    Wish,
    bearer,
    cookie,
    incoming,
    message_id,
    withdrawn,
)
from discreet.rasa.sign_in import Verifier
from discreet.rasa.startup import prepare
from discreet.records.limits import Limits
from discreet.records.web_sessions import LIFETIME, WebSessions
from discreet.settings import process_settings
from discreet.storage.engine import Steps

COOKIE = "discreet_session"
PROTOCOL = 1
RESPONSE_SECONDS = 120
"""A turn goes on when its client is not waited for any longer; the client sends it again and gets its answer."""
_METRICS = "text/plain; version=0.0.4; charset=utf-8"
_log = logging.getLogger(__name__)


class WebChannel(InputChannel):
    """Rasa's input channel for the page and for ``discreet chat``."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._door = Door(Clamd(Path(front.attachments))) if front.attachments else None
        self.max_body = MAX_SIZE + 1 if self._door else MAX_BODY
        self._verifier: Verifier | None = None
        self._guard: Guard | None = None

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """Called when Rasa has set up its own colourful logs, and before it can have a message to log."""
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        return cls(Front.from_credentials(credentials))

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "web"

    def url_prefix(self) -> str:
        """An absolute path: Rasa would otherwise put ``/webhooks/`` in front."""
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. They answer 503 until the start-up check has passed."""
        blueprint = _Watched("discreet_web", Connections(self._front.is_near))

        @blueprint.listener("before_server_start")
        async def configure(app: Sanic, _loop: Any) -> None:
            require_safe_loading(app, process_settings().key("model_public"))
            # Providers of messaging channels send more than a page does.
            app.config.REQUEST_MAX_SIZE = max(
                channel.max_body for channel in app.ctx.input_channels if hasattr(channel, "max_body")
            )
            app.config.RESPONSE_TIMEOUT = RESPONSE_SECONDS
            app.config.FALLBACK_ERROR_FORMAT = "json"
            app.error_handler.add(SanicException, plain_error)
            app.error_handler.add(Exception, plain_error)
            if app.state.ssl is not None:
                app.state.ssl.minimum_version = TLSVersion.TLSv1_3
            https = self._front.is_https(tls=app.state.ssl is not None)
            add_page(app, security_headers(self._front.host_sites, https=https))

        @blueprint.listener("after_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            if self._front.sign_in is not None:
                self._verifier = Verifier(self._front.sign_in, process_settings().project_dir)
            guard = prepare(app, on_new_message)
            if self._door is not None:
                guard.require_attachments()
            guard.public_url, guard.add_offers = self._front.public_url, add_offers
            self._guard = guard

        for path, method, handler in (
            ("/ready", "GET", self._ready),
            ("/session", "POST", self._open_session),
            ("/session", "DELETE", self._end_session),
            ("/messages", "POST", self._message),
            ("/attachments", "POST", self._attachment),
            ("/history", "GET", self._history),
            ("/withdraw", "POST", self._withdraw),
            ("/receipt", "GET", self._receipt),
            ("/metrics", "GET", self._metrics),
        ):
            blueprint.add_route(answering(handler), path, methods=[method], name=handler.__name__)
        copies.add_routes(blueprint, self._let_in, lambda guard, request: _sender(guard, self._credential(request)))
        shown.add_routes(blueprint, self._let_in, self._in_session)
        return blueprint

    async def _ready(self, _request: Request) -> HTTPResponse:
        self._running()
        return json_response({"ready": True})

    async def _open_session(self, request: Request) -> HTTPResponse:
        guard = await self._let_in(request, lambda limits, address: limits.opening(address))
        wish = Wish.of(request)
        given = self._credential(request)
        customer = await self._customer(guard, wish.sign_in) if wish.sign_in else None
        if customer is None:
            try:
                await _sender(guard, given)
                return self._session(request, 200, given)
            except NotAuthentic:
                pass
        credential = await _open(guard, customer, given)
        if wish.token:
            return json_response({**self._greeting(), "token": credential}, status=201)
        return self._session(request, 201, credential)

    def _greeting(self) -> dict[str, Any]:
        return {"protocol": PROTOCOL, **({"attachments": True} if self._door else {})}

    def _session(self, request: Request, status: int, credential: str | None) -> HTTPResponse:
        """The answer for a browser, whose cookie lives as long as the session does from here."""
        response = json_response(self._greeting(), status=status)
        if credential and not bearer(request):
            response.headers["Set-Cookie"] = self._set_cookie(request, credential, int(LIFETIME.total_seconds()))
        return response

    async def _end_session(self, request: Request) -> HTTPResponse:
        given = self._credential(request)
        guard = await self._let_in(request, lambda limits, address: limits.message(given, address))
        if given:
            await _leave(guard, given)
            await asyncio.to_thread(_end, guard, given)
        response = empty(status=204)
        response.headers["Set-Cookie"] = self._set_cookie(request, "", 0)
        return response

    async def _message(self, request: Request) -> HTTPResponse:
        guard, sender_id = await self._in_session(request)
        said = incoming(request)
        answer: Answer = await guard.take(sender_id, said, self.name())
        return json_response({"id": said.message_id, "you": answer.shown, "replies": answer.replies})

    async def _attachment(self, request: Request) -> HTTPResponse:
        if self._door is None:
            raise NotFound("attachments are off")
        guard, sender_id = await self._in_session(request, query=("id", "type", "name"))
        if content_type(request.headers) != "application/octet-stream":
            raise BadInput("Please send the bytes of the file.", code="wrong_type")
        named = message_id(request.args.get("id"))
        admitted = await self._door.admit(
            request.body, claimed_type=request.args.get("type", ""), claimed_name=request.args.get("name", "")
        )
        said = Incoming(named, attachment=admitted, languages=languages(request.headers))
        answer = await guard.take(sender_id, said, self.name())
        return json_response({"id": named, "you": answer.shown, "replies": answer.replies})

    async def _history(self, request: Request) -> HTTPResponse:
        guard, sender_id = await self._in_session(request)
        return json_response({"messages": await guard.history(sender_id)})

    async def _withdraw(self, request: Request) -> HTTPResponse:
        """Beside every turn: no lock of the conversation, no action that runs is waited for."""
        guard, sender_id = await self._in_session(request)
        purpose = withdrawn(request)
        spoken = languages(request.headers)
        return json_response(await guard.consent_desk("withdraw", sender_id, spoken, purpose=purpose))

    async def _receipt(self, request: Request) -> HTTPResponse:
        """A file for the person's own keeping; nothing in between keeps a copy."""
        guard, sender_id = await self._in_session(request)
        answer = await guard.consent_desk("receipt", sender_id)
        if answer["receipt"] is None:
            return refusal(404, "no_consent", "I have not asked you for any consent yet.")
        disposition = 'attachment; filename="consent-receipt.json"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": disposition}
        return text(answer["receipt"], content_type="application/json", headers=headers)

    async def _metrics(self, request: Request) -> HTTPResponse:
        """For a collector on this machine: to anybody else the page is not there."""
        guard = self._running()
        if not self._front.is_on_this_machine(request.ip, request.headers):
            raise NotFound("metrics are for this machine")
        return text(metrics.page(metrics.samples("rasa"), await guard.actions.metrics()), content_type=_METRICS)

    async def _in_session(self, request: Request, query: tuple[str, ...] = ()) -> tuple[Guard, str]:
        """The guard, and whose live session asks. Raises as ``_let_in``, and NotAuthentic."""
        guard, limits, address = self._from_own_page(request, query)
        sessions = WebSessions(guard.identity_key)
        return guard, await guard.statements.run(sessions.require_within(limits, self._credential(request), address))

    async def _let_in(self, request: Request, rate: Callable[[Limits, str | None], Steps[None]]) -> Guard:
        """The guard, for a request of our own page, within its limits. Raises NotAllowed, BadInput, TooMany."""
        guard, limits, address = self._from_own_page(request)
        await guard.statements.run(rate(limits, address))
        return guard

    def _from_own_page(self, request: Request, query: tuple[str, ...] = ()) -> tuple[Guard, Limits, str | None]:
        """The guard, the limits and the client's address, for a request whose own address says nothing but ``query``.

        Raises NotAllowed, BadInput.
        """
        guard = self._running()
        headers = request.headers
        self._front.require_own_page(headers.get("host", ""), headers.get("origin"))
        if request.query_string and not (query and set(request.args) <= set(query)):
            raise BadInput("Nothing is said behind a question mark here.")
        through_proxy = came_through_proxy(headers)
        if through_proxy and not self._front.is_proxy(request.ip):
            _unknown_proxy()
        forwarded = headers.getall("x-forwarded-for", [])
        address = self._front.address(request.ip, forwarded, through_proxy=through_proxy)
        return guard, Limits(guard.identity_key, self._front.rates), address

    def _running(self) -> Guard:
        if self._guard is None:
            raise StorageError("the start-up check has not passed yet")
        return self._guard

    async def _customer(self, guard: Guard, token: str) -> str:
        """Who signs in by the host site's token, which counts once. Raises BadInput, StorageUnavailable."""
        if self._verifier is None:
            raise BadInput("Signing in is not switched on here.", code="sign_in_failed")
        customer = await self._verifier.customer(token)
        try:
            limits = Limits(guard.identity_key, self._front.rates)
            await guard.statements.run(limits.once("sign_in", customer.token, customer.seconds))
        except TooMany:
            raise BadInput("That sign-in was used before. Please sign in again.", code="sign_in_failed") from None
        return customer.name

    def _credential(self, request: Request) -> str | None:
        """What the client shows for its session: an app's bearer token, else the browser's cookie."""
        token = bearer(request)
        return token if token is not None else cookie(request, self._cookie_name(request))

    def _cookie_name(self, request: Request) -> str:
        return f"__Host-{COOKIE}" if self._front.is_https(tls=request.conn_info.ssl) else COOKIE

    def _set_cookie(self, request: Request, value: str, max_age: int) -> str:
        name = self._cookie_name(request)
        where = "Path=/; Secure" if name != COOKIE else "Path=/chat"
        return f"{name}={value}; {where}; HttpOnly; SameSite=Strict; Max-Age={max_age}"


class _Watched(Blueprint):
    """A blueprint that has its server's connections watched."""

    def __init__(self, name: str, connections: Connections) -> None:
        super().__init__(name)
        self.ctx.connections = connections

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Sanic's own, at the only moment when the server is known and has not started yet."""
        super().register(app, options)
        self.ctx.connections.watch(app)


async def _sender(guard: Guard, credential: str | None) -> str:
    return await guard.statements.run(WebSessions(guard.identity_key).require(credential))


async def _open(guard: Guard, customer: str | None, given: str | None) -> str:
    if given:
        await asyncio.to_thread(_end, guard, given)  # nobody goes on with what was there before somebody signed in
    return await guard.statements.run(WebSessions(guard.identity_key).open(customer))


async def _leave(guard: Guard, credential: str) -> None:
    """What was volunteered and never agreed to goes now; where nobody can be told, half an hour after it came."""
    with suppress(NotAuthentic, StorageError):
        await guard.consent_desk("end", await _sender(guard, credential))


def _end(guard: Guard, credential: str) -> None:
    with guard.database.transaction() as tx:
        WebSessions(guard.identity_key).end(tx, credential)


@lru_cache(maxsize=1)
def _unknown_proxy() -> None:
    """Once: it would be said of every request."""
    _log.warning("a proxy that trusted_proxies in credentials.yml does not name passes requests on: one client for all")
