"""What every messaging channel does: verify, read, one turn, letters in its commit (docs/spec/channels.md).

A channel is a subclass that says how its provider signs, what it sends and how it is called. It never sees the guard.
"""

from __future__ import annotations

import asyncio
import logging
import os
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from discreet import logs
from discreet.crypto.identifiers import conversation_id, pseudonym, receipt_id
from discreet.defence import Door
from discreet.errors import (
    BadInput,
    DiscreetError,
    NotAuthentic,
    SettingsError,
    StorageConflict,
    StorageError,
    TooMany,
    Unscanned,
)
from discreet.metrics import refused
from discreet.rasa.channels.patience import with_patience
from discreet.rasa.channels.postman import Courier, Postman
from discreet.rasa.channels.webhook import Webhook
from discreet.rasa.guard import Guard, Incoming
from discreet.rasa.loading import require_safe_loading
from discreet.rasa.startup import prepare
from discreet.reading import no_text
from discreet.records.limits import Limits, Rates
from discreet.records.outbox import Outbox, Recipient, Reply
from discreet.settings import process_settings
from discreet.storage.engine import Transaction

MAX_BODY = 256 * 1024
TEXT_ONLY_READ = "I have read your words. The attachment I cannot open, and I do not keep it."
STALE = "That button no longer works. Please type what you would like to do."
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteFile:
    """A file that lies at the provider. All of it is what the provider says of it, or the person."""

    reference: str
    claimed_type: str = ""
    claimed_name: str = ""
    size: int = 0


@dataclass(frozen=True)
class Arrival:
    """One message of a person, read from a verified request.

    ``person`` is whom the provider says it is from, in one string; ``address`` is what replying to them needs.
    A message has a text, or the reference of a button, or neither; ``unread``: something in it is no text;
    ``kind``: which of ``reading.kinds.KINDS`` that is;
    ``first`` goes out before the turn's replies; ``languages``: what the provider says they would rather read.
    """

    message_id: str
    person: str = field(repr=False)
    address: dict[str, Any] = field(repr=False)
    text: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)
    unread: bool = False
    kind: str = ""
    file: RemoteFile | None = field(default=None, repr=False)
    first: tuple[Reply, ...] = field(default=(), repr=False)
    languages: str = field(default="", repr=False)


class Connector(InputChannel, Courier):
    """A messaging channel. Made by Rasa from credentials.yml; secrets come from ``channels.yml`` (settings)."""

    max_body = MAX_BODY
    content_types: tuple[str, ...] = (JSON,)
    secrets: tuple[str, ...] = ()
    """Names of the secrets that the channel cannot do without."""
    options: tuple[str, ...] = ("api",)
    """What may stand under the class path in credentials.yml."""
    needed: tuple[str, ...] = ()
    """Which of the options it cannot do without."""
    sends_again = True
    """Whether the provider sends again what was answered with an error."""
    numbered = False
    """Whether a bare number presses a button of the last reply."""

    def __init__(self) -> None:
        self._guard: Guard | None = None
        self._outbox: Outbox | None = None
        self._postman: Postman | None = None
        self._door: Door | None = None
        self._forged = logs.Seldom()

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> Connector:
        """Raises SettingsError naming what is missing or unknown, never a value."""
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        options = {str(name): str(value) for name, value in (credentials or {}).items()}
        unknown = sorted(set(options) - set(cls.options))
        if unknown:
            raise SettingsError(
                f"credentials.yml has {', '.join(unknown)} under the channel {cls.name()}, which takes "
                f"{', '.join(cls.options)}; secrets belong into channels.yml in the state folder"
            )
        absent = [name for name in cls.needed if not options.get(name)]
        if absent:
            raise SettingsError(f"credentials.yml needs {', '.join(absent)} under the channel {cls.name()}")
        given = process_settings().channels.get(cls.name(), {})
        missing = [name for name in cls.secrets if not given.get(name)]
        if missing:
            raise SettingsError(
                f"channels.yml in the state folder needs {', '.join(missing)} under {cls.name()}: "
                "see docs/howto/messaging.md"
            )
        return cls(**{name: given[name] for name in cls.secrets}, **options)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The webhook, where Rasa's own connector of that name has it. 503 until the start-up check has passed."""
        blueprint = Blueprint(f"discreet_{self.name()}")

        @blueprint.listener("before_server_start")
        async def configure(app: Sanic, _loop: Any) -> None:
            require_safe_loading(app, process_settings().key("model_public"))
            app.config.REQUEST_MAX_SIZE = max(
                channel.max_body for channel in app.ctx.input_channels if hasattr(channel, "max_body")
            )

        @blueprint.listener("after_server_start")
        async def start(app: Sanic, _loop: Any) -> None:
            self.serve(prepare(app, on_new_message), Postman.of(app))

        @blueprint.listener("before_server_stop")
        async def stop(app: Sanic, _loop: Any) -> None:
            await Postman.of(app).stop()

        for method in ("POST", "GET"):
            handler = self._posted if method == "POST" else self._asked
            blueprint.add_route(
                self._answering(handler), "/webhook", methods=[method], name=f"{method.lower()}_webhook"
            )
        return blueprint

    def serve(self, guard: Guard, postman: Postman) -> None:
        """From here on messages are taken and letters delivered."""
        if self._door is not None:
            guard.require_attachments()
        self._outbox = Outbox(process_settings().ring("value"))
        self._postman = postman
        self._guard = guard
        guard.late_posts[self.name()] = self._late
        postman.start(guard.statements, self._outbox)
        postman.employ(self)

    @abstractmethod
    async def verify(self, hook: Webhook) -> None:
        """Raises NotAuthentic unless the provider made the request."""

    @abstractmethod
    def read(self, hook: Webhook) -> list[Arrival]:
        """The messages of persons in a verified request, in order; [] where nothing concerns us. Raises BadInput."""

    @abstractmethod
    def written(self, reply: Reply) -> list[dict[str, Any]]:
        """A reply as calls of the provider, in order. Its buttons have a title, a reference and a number."""

    async def fetch(self, file: RemoteFile) -> bytes:
        """A file's bytes, not more than the door takes. Raises Unscanned where they cannot be had."""
        raise Unscanned("this channel fetches no files")

    def answer(self, hook: Webhook) -> HTTPResponse:
        """What the provider hears once everything is committed."""
        return empty(status=200)

    async def ask(self, hook: Webhook) -> HTTPResponse:
        """The answer to ``GET``, by which some providers check the address. Raises NotAuthentic."""
        raise NotAuthentic("this channel is not asked")

    async def _posted(self, request: Request) -> HTTPResponse:
        guard, hook = self._running(), _webhook(request)
        if hook.content_type not in self.content_types:
            raise BadInput("This channel takes another content type.", code="wrong_type")
        if len(hook.body) > MAX_BODY:
            raise BadInput("That request is too long.", code="too_long")
        await self.verify(hook)
        for arrival in self.read(hook):
            await self._take(guard, arrival)
        return self.answer(hook)

    async def _asked(self, request: Request) -> HTTPResponse:
        return await self.ask(_webhook(request))

    async def _take(self, guard: Guard, arrival: Arrival) -> None:
        """One message, from whoever it says it is: the request was verified."""
        assert self._outbox is not None  # _running refuses before it is made
        assert self._postman is not None
        sender_id = pseudonym(guard.identity_key, self.name(), arrival.person)
        conversation = conversation_id(guard.identity_key, sender_id)
        receipt = receipt_id(guard.identity_key, sender_id, arrival.message_id)
        number = arrival.text.strip() if self.numbered else ""
        known = await guard.statements.run(
            self._outbox.look(
                receipt,
                conversation,
                reference=arrival.reference,
                number=int(number) if number.isascii() and number.isdigit() and len(number) <= 3 else 0,
            )
        )
        if known.taken:
            refused("repeated", self.name())
            return
        to = Recipient(self.name(), conversation, receipt, arrival.address)
        limits = Limits(guard.identity_key, Rates())
        try:
            await guard.statements.run(limits.message(sender_id, None))
        except TooMany as error:
            await self._slow_down(guard, sender_id, to, limits, error)
        else:
            try:
                await self._turn(guard, sender_id, arrival, known.handle, to)
            except TooMany as error:
                if error.scope == "server" and self.sends_again:
                    raise
                await self._slow_down(guard, sender_id, to, limits, error)
        self._postman.wake()

    async def _slow_down(self, guard: Guard, sender_id: str, to: Recipient, limits: Limits, error: TooMany) -> None:
        """Says so once a minute, and drops the rest: a provider that must send again keeps everybody else waiting."""
        refused(f"limit_{error.scope}", self.name())
        with suppress(TooMany):
            await guard.statements.run(limits.once("slow_down", sender_id, 60.0))
            await asyncio.to_thread(self._note, guard, to, [{"text": error.sentence}], keeps_buttons=True)

    async def _turn(self, guard: Guard, sender_id: str, arrival: Arrival, handle: str | None, to: Recipient) -> None:
        assert self._outbox is not None
        outbox, posted = self._outbox, False
        door = self._door if arrival.file is not None else None
        unread = arrival.unread and door is None
        first: list[Reply] = [*arrival.first, *([{"text": TEXT_ONLY_READ}] if unread else [])]

        def post(tx: Transaction, replies: list[Reply]) -> None:
            nonlocal posted
            outbox.post(tx, to, list(plain_replies([*first, *replies])), self.written)
            posted = True

        try:
            attachment = None
            if door is not None and arrival.file is not None:
                attachment = await door.admit(
                    await self.fetch(arrival.file),
                    claimed_type=arrival.file.claimed_type,
                    claimed_name=arrival.file.claimed_name,
                )
            elif handle is None and arrival.reference:
                raise BadInput(STALE, code="stale_button")
            elif handle is None and not arrival.text:
                raise BadInput(no_text(arrival.kind), code="no_text")
            text = None if handle is not None else arrival.text
            incoming = Incoming(to.receipt.hex(), text, handle, attachment, languages=arrival.languages)
            answer = await with_patience(lambda: guard.take(sender_id, incoming, self.name(), post))
        except (BadInput, Unscanned) as error:
            refused(error.code, self.name())
            await asyncio.to_thread(
                self._note, guard, to, [*arrival.first, {"text": error.sentence}], keeps_buttons=True
            )
        else:
            if not posted:
                # The same button again, in a message of its own: the first press's replies again.
                await asyncio.to_thread(self._note, guard, to, [*first, *answer.replies])

    def _note(self, guard: Guard, to: Recipient, replies: list[Reply], *, keeps_buttons: bool = False) -> None:
        """Owes replies that no turn's commit owes. Another delivery of the same message may have been first."""
        assert self._outbox is not None
        try:
            with guard.database.transaction() as tx:
                owed = list(plain_replies(replies))
                self._outbox.post(tx, to, owed, self.written, keeps_buttons=keeps_buttons)
        except StorageConflict:
            with guard.database.transaction() as tx:
                if not tx.run(self._outbox.look(to.receipt, to.conversation)).taken:
                    raise

    def _late(self, tx: Transaction, conversation: bytes, replies: list[Reply]) -> None:
        """Owes what nobody's message asked for, such as a reminder."""
        assert self._outbox is not None
        self._outbox.owe(tx, self.name(), conversation, list(plain_replies(replies)), self.written)

    def _running(self) -> Guard:
        if self._guard is None:
            raise StorageError("the start-up check has not passed yet")
        return self._guard

    def _answering(self, handler: Callable[[Request], Awaitable[HTTPResponse]]) -> Any:
        """Turns our errors into answers to a provider. A function, because Sanic takes no bound method for a route."""

        async def answer(request: Request) -> HTTPResponse:
            try:
                return await handler(request)
            except NotAuthentic as error:
                if times := self._forged.due():
                    _log.warning("%d requests to %s were refused, the last one: %s", times, self.name(), error)
                return self._refuse(401, error.code)
            except BadInput as error:
                return self._refuse({"too_long": 413, "wrong_type": 415}.get(error.code, 400), error.code)
            except TooMany as error:
                refused(f"limit_{error.scope}", self.name())
                wait = {"Retry-After": str(ceil(error.seconds))}
                return json_response({"error": {"code": "try_again"}}, status=503, headers=wait)
            except DiscreetError as error:
                _log.error("a request of %s could not be served: %s", self.name(), error.code)
                return json_response({"error": {"code": "try_again"}}, status=503, headers={"Retry-After": "2"})

        answer.__name__ = f"{self.name()}{handler.__name__}"
        return answer

    def _refuse(self, status: int, code: str) -> HTTPResponse:
        """Counted. Every way of not being authentic looks the same outside."""
        refused(code, self.name())
        return json_response({"error": {"code": code}}, status=status)


def plain_replies(replies: Sequence[Reply]) -> Iterator[Reply]:
    """Replies without elements: each of those is a reply of its own, as where Rasa's own channels know none."""
    for reply in replies:
        custom = dict(reply.get("custom") or {})
        elements = custom.pop("elements", [])
        yield {**reply, "custom": custom}
        for element in elements:
            lines = [str(element[name]) for name in ("title", "subtitle") if element.get(name)]
            shown = {"text": "\n".join(lines), "buttons": element.get("buttons", [])}
            yield {**shown, "image": element["image_url"]} if element.get("image_url") else shown


def attachment_text(attachment: Any) -> str:
    """An attachment of a response where a channel has no form of its own for it: its title and address."""
    if not isinstance(attachment, dict):
        return str(attachment)
    payload = attachment.get("payload")
    parts = {**attachment, **(payload if isinstance(payload, dict) else {})}
    return "\n".join(str(parts[name]) for name in ("title", "text", "src", "url") if parts.get(name))


def api_address(address: str) -> str:
    """A provider's base address as configured, without a slash at its end. Raises SettingsError unless it is https."""
    parts = urlsplit(address)
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1")):
        raise SettingsError("the address of a provider must begin with https:// (http:// only on this machine)")
    return address.rstrip("/")


def pieces(text: str, limit: int) -> list[str]:
    """A text in parts of at most ``limit`` characters, broken at a line or a space where there is one."""
    parts, rest = [], text.strip()
    while len(rest) > limit:
        window = rest[: limit + 1]
        cut = max(window.rfind("\n"), 0) or max(window.rfind(" "), 0) or limit
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _webhook(request: Request) -> Webhook:
    return Webhook(request.headers, request.body, request.query_string)
