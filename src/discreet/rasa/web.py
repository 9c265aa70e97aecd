"""The web channel: the page, its session and its messages over HTTP (docs/spec/web-channel.md).

``discreet.rasa.web.WebChannel`` in credentials.yml. Thin on purpose: it authenticates, checks the request's form,
hands the message to the guard, and turns errors into answers a person can act on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from discreet import logs
from discreet.errors import BadInput, DiscreetError, NotAllowed, NotAuthentic, StorageConflict, StorageError
from discreet.rasa.guard import Answer, Guard, Incoming
from discreet.rasa.page import add_page
from discreet.rasa.startup import prepare
from discreet.records.web_sessions import LIFETIME, WebSessions

COOKIE = "discreet_session"
PROTOCOL = 1
MAX_BODY = 16 * 1024
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_HANDLE = re.compile(r"[A-Za-z0-9_-]{16,4096}\Z")
_log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[HTTPResponse]]


class WebChannel(InputChannel):
    """Rasa's input channel for the page and for ``discreet chat``."""

    def __init__(self) -> None:
        self._guard: Guard | None = None

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """Called when Rasa has set up its own colourful logs, and before it can have a message to log."""
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        return cls()

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa's events."""
        return "web"

    def url_prefix(self) -> str:
        """An absolute path: Rasa would otherwise put ``/webhooks/`` in front."""
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. They answer 503 until the start-up check has passed."""
        blueprint = Blueprint("discreet_web")

        @blueprint.listener("before_server_start")
        async def configure(app: Sanic, _loop: Any) -> None:
            # Providers of messaging channels send more than a page does.
            app.config.REQUEST_MAX_SIZE = max(
                getattr(channel, "max_body", MAX_BODY) for channel in app.ctx.input_channels
            )
            app.config.FALLBACK_ERROR_FORMAT = "json"
            app.error_handler.add(SanicException, _plain_error)
            app.error_handler.add(Exception, _plain_error)
            add_page(app)

        @blueprint.listener("after_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            self._guard = prepare(app, on_new_message)

        for path, method, handler in (
            ("/ready", "GET", self._ready),
            ("/session", "POST", self._open_session),
            ("/session", "DELETE", self._end_session),
            ("/messages", "POST", self._message),
            ("/history", "GET", self._history),
        ):
            blueprint.add_route(_answering(handler), path, methods=[method], name=handler.__name__)
        return blueprint

    async def _ready(self, _request: Request) -> HTTPResponse:
        self._running()
        return json_response({"ready": True})

    async def _open_session(self, request: Request) -> HTTPResponse:
        guard = self._running()
        _same_origin(request)
        try:
            await _sender(guard, request.cookies.get(COOKIE))
            return json_response({"protocol": PROTOCOL})
        except NotAuthentic:
            cookie = await asyncio.to_thread(_open, guard)
        response = json_response({"protocol": PROTOCOL}, status=201)
        response.headers["Set-Cookie"] = _set_cookie(cookie, int(LIFETIME.total_seconds()), secure=_is_https(request))
        return response

    async def _end_session(self, request: Request) -> HTTPResponse:
        guard = self._running()
        _same_origin(request)
        cookie = request.cookies.get(COOKIE)
        if cookie:
            await asyncio.to_thread(_end, guard, cookie)
        response = empty(status=204)
        response.headers["Set-Cookie"] = _set_cookie("", 0, secure=_is_https(request))
        return response

    async def _message(self, request: Request) -> HTTPResponse:
        guard = self._running()
        _same_origin(request)
        incoming = _incoming(request)
        sender_id = await _sender(guard, request.cookies.get(COOKIE))
        answer: Answer = await guard.take(sender_id, incoming, self.name())
        return json_response({"id": incoming.message_id, "you": answer.shown, "replies": answer.replies})

    async def _history(self, request: Request) -> HTTPResponse:
        guard = self._running()
        sender_id = await _sender(guard, request.cookies.get(COOKIE))
        return json_response({"messages": await guard.history(sender_id)})

    def _running(self) -> Guard:
        if self._guard is None:
            raise StorageError("the start-up check has not passed yet")
        return self._guard


async def _sender(guard: Guard, cookie: str | None) -> str:
    return await guard.statements.run(WebSessions(guard.identity_key).require(cookie))


def _open(guard: Guard) -> str:
    with guard.database.transaction() as tx:
        return WebSessions(guard.identity_key).open(tx)


def _end(guard: Guard, cookie: str) -> None:
    with guard.database.transaction() as tx:
        WebSessions(guard.identity_key).end(tx, cookie)


def _incoming(request: Request) -> Incoming:
    """The message of a request, every part of which the client controls. Raises BadInput."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadInput("Please send JSON.", code="wrong_type")
    if len(request.body) > MAX_BODY:
        raise BadInput("That is too long for me.", code="too_long")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadInput("That message was not valid JSON.") from None
    if not isinstance(body, dict):
        raise BadInput("A message is a JSON object.")
    message_id, text, button = body.get("id"), body.get("text"), body.get("button")
    if not isinstance(message_id, str) or not _MESSAGE_ID.match(message_id):
        raise BadInput("A message needs an id of 16 to 64 letters, digits, - or _.")
    if isinstance(button, str) and text is None and _HANDLE.match(button):
        return Incoming(message_id, handle=button)
    if not isinstance(text, str) or button is not None:
        raise BadInput("A message has either a text or a button.")
    return Incoming(message_id, text=text)


def _same_origin(request: Request) -> None:
    """Refuses a request that another site's page made (OWASP CSRF). No Origin: not a browser's cross-site request."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise NotAllowed("wrong origin")


def _is_https(request: Request) -> bool:
    return bool(request.scheme == "https" or request.headers.get("x-forwarded-proto") == "https")


def _set_cookie(value: str, max_age: int, *, secure: bool) -> str:
    attributes = f"Path=/chat; HttpOnly; SameSite=Strict; Max-Age={max_age}" + ("; Secure" if secure else "")
    return f"{COOKIE}={value}; {attributes}"


def _answering(handler: Handler) -> Handler:
    """Turns our errors into the protocol's answers."""

    async def answer(request: Request) -> HTTPResponse:
        try:
            return await handler(request)
        except BadInput as error:
            status = {"too_long": 413, "wrong_type": 415, "stale_button": 409}.get(error.code, 400)
            return _error(status, error.code, error.sentence)
        except NotAuthentic:
            return _error(401, "no_session", "Your session has ended. Please start a new one.")
        except NotAllowed:
            return _error(403, "wrong_origin", "This chat can only be used from its own page.")
        except StorageConflict as error:
            return _error(503, "try_again", error.sentence, retry_after=1)
        except DiscreetError as error:
            _log.error("a request could not be served: %s", error.code)
            return _error(503, "try_again", error.sentence, retry_after=2)

    answer.__name__ = handler.__name__
    return answer


def _plain_error(_request: Request, error: Exception) -> HTTPResponse:
    """For whatever Sanic refuses itself: a status and a sentence, nothing of the request."""
    status = getattr(error, "status_code", 500)
    sentence = {
        404: "There is nothing at this address.",
        405: "That cannot be done here.",
        413: "That is too long for me.",
    }.get(status, "That request could not be served.")
    if status >= 500:
        _log.error("a request failed", exc_info=(type(error), error, error.__traceback__))
    return _error(status, {404: "not_found", 413: "too_long"}.get(status, "bad_request"), sentence)


def _error(status: int, code: str, message: str, retry_after: int | None = None) -> HTTPResponse:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)
