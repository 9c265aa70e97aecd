"""How a copy and a certificate are fetched: the page's own routes, and those behind links for other channels.

docs/spec/rights.md, "Copy". The action server opened the values; here the conversation's own words are added, which
only this process reads, and the archive is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any, Protocol

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw, text

from discreet.crypto.identifiers import conversation_id
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError
from discreet.rasa.answers import answering
from discreet.rasa.codec import TurnBody
from discreet.rasa.guard import Guard
from discreet.rasa.plain_page import SAFE, plain_page
from discreet.records.conversations import Conversations
from discreet.records.limits import Limits
from discreet.records.rights import archive, copies
from discreet.records.rights.copies import NoCopy
from discreet.records.rights.requests import REQUEST_ID
from discreet.settings import process_settings
from discreet.storage.engine import Steps

FILE_NAME = "discreet-copy.zip"
MAX_CONVERSATIONS = 200
_LANDING = plain_page(
    "Your copy",
    "<p>It can be fetched once. It is an age file: open it with the passphrase from the chat, for example by "
    "<code>age -d discreet-copy.zip.age &gt; discreet-copy.zip</code>.</p>"
    '<form method="post"><button>Fetch my copy</button></form>',
)


class Rates(Protocol):
    """The web channel's own check of a request: our page, within its limits."""

    def __call__(self, request: Request, rate: Callable[[Limits, str | None], Steps[None]]) -> Awaitable[Guard]: ...


def add_routes(blueprint: Blueprint, let_in: Rates, sender: Callable[[Guard, Request], Awaitable[str]]) -> None:
    """The addresses of copies. ``sender`` says whose a request's session is, and raises NotAuthentic without one."""

    async def own_copy(request: Request) -> HTTPResponse:
        """The newest copy of the conversation whose session asks; the page's button."""
        guard = await let_in(request, lambda limits, address: limits.opening(address))
        subject = conversation_id(guard.identity_key, await sender(guard, request))
        content = await _taken(guard, subject=subject)
        return _file(await asyncio.to_thread(_packed, guard, content), FILE_NAME, "application/zip")

    async def landing(request: Request, link: str) -> HTTPResponse:  # noqa: ARG001
        """The same for every link: it takes nothing and tells nothing."""
        await let_in(request, lambda limits, address: limits.opening(address))
        return html(_LANDING, headers=SAFE)

    async def linked_copy(request: Request, link: str) -> HTTPResponse:
        guard = await let_in(request, lambda limits, address: limits.opening(address))
        content = await _taken(guard, link=link)
        passphrase = str(content["passphrase"])
        zipped = await asyncio.to_thread(_packed, guard, content)
        sealed = await asyncio.to_thread(archive.for_passphrase, zipped, passphrase)
        return _file(sealed, f"{FILE_NAME}.age", "application/octet-stream")

    async def certificate(request: Request, request_id: str) -> HTTPResponse:
        """Of a finished erasure, to whoever knows its id; it names nobody."""
        guard = await let_in(request, lambda limits, address: limits.opening(address))
        rows = await guard.statements.run(_certificate(request_id if REQUEST_ID.match(request_id) else ""))
        if not rows or rows[0][0] is None:
            raise NotFound("there is no such certificate")
        saved = {"Content-Disposition": 'attachment; filename="certificate.jws"', **SAFE}
        return text(f"{rows[0][0]}\n", headers=saved)

    for path, method, handler in (
        ("/copy", "POST", own_copy),
        ("/copy/<link>", "GET", landing),
        ("/copy/<link>", "POST", linked_copy),
        ("/certificate/<request_id>", "GET", certificate),
    ):
        blueprint.add_route(answering(handler), path, methods=[method], name=f"rights_{handler.__name__}")


async def _taken(guard: Guard, *, link: str | None = None, subject: bytes | None = None) -> dict[str, Any]:
    def take() -> dict[str, Any]:
        with guard.database.transaction() as tx:
            return copies.take(tx, _value_ring(), link=link, subject=subject)

    try:
        return await asyncio.to_thread(take)
    except NoCopy:
        raise NotFound("there is no such copy") from None


def _value_ring() -> KeyRing:
    return process_settings().ring("value")


def _packed(guard: Guard, content: dict[str, Any]) -> bytes:
    """The archive, with what was said in these conversations as it is kept: masked."""
    subjects = [bytes.fromhex(subject) for subject in content.pop("subjects")][:MAX_CONVERSATIONS]
    content.pop("passphrase")
    return archive.packed({**content, "conversations": [said for s in subjects if (said := _said(guard, s))]})


def _said(guard: Guard, conversation: bytes) -> list[dict[str, Any]]:
    conversations = Conversations(process_settings().ring("conversation"))
    try:
        with guard.database.autocommit() as tx:
            loaded = tx.run(conversations.load(conversation, whole=True))
    except IntegrityError:
        return [{"from": "nobody", "text": "This conversation is damaged and cannot be read."}]
    said: list[dict[str, Any]] = []
    for record in loaded[1] if loaded else []:
        body = TurnBody.decode(record.body)
        if body.shown is not None:
            said.append({"from": "you", "text": body.shown, "at": int(record.at)})
        said.extend({"from": "bot", "text": reply.get("text", ""), "at": int(record.at)} for reply in body.replies)
    return said


def _certificate(request_id: str) -> Steps[list[tuple[Any, ...]]]:
    return (yield "SELECT certificate FROM rights.request WHERE id = %s AND state IN ('done', 'partly')", (request_id,))


def _file(content: bytes, name: str, kind: str) -> HTTPResponse:
    return raw(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{escape(name)}"'})
