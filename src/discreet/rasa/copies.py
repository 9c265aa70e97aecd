"""How a copy and a certificate reach their person: the page's own routes, and links for other channels.

docs/spec/rights.md, "Copy". The action server opened the values; here the conversation's own words are added, which
only this process reads, and the archive is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
from discreet.records.conversations import Conversations
from discreet.records.limits import Limits
from discreet.records.rights import archive, copies
from discreet.records.rights.copies import LINK, PASSPHRASE, NoCopy
from discreet.records.rights.requests import REQUEST_ID
from discreet.settings import process_settings
from discreet.storage.engine import Steps

FILE_NAME = "discreet-copy.zip"
MAX_CONVERSATIONS = 200
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_LANDING = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Your copy</title><style>body{font:18px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;"
    "padding:0 1rem}button{font:inherit;padding:.5rem 1rem}</style><h1>Your copy</h1><p>It can be fetched once. It is "
    "an age file: open it with the passphrase from the chat, for example by "
    "<code>age -d discreet-copy.zip.age &gt; discreet-copy.zip</code>.</p>"
    '<form method="post"><button>Fetch my copy</button></form></html>'
)
_SAFE = {"Content-Security-Policy": _POLICY}


class Rates(Protocol):
    """The web channel's own check of a request: our page, within its limits."""

    def __call__(self, request: Request, rate: Callable[[Limits, str | None], Steps[None]]) -> Awaitable[Guard]: ...


def add_routes(blueprint: Blueprint, let_in: Rates, sender: Callable[[Guard, Request], Awaitable[str]]) -> None:
    """``sender`` is who the request's session is. Raises NotAuthentic without one."""

    async def own_copy(request: Request) -> HTTPResponse:
        """The newest copy of the conversation whose session asks; the page's button."""
        guard = await let_in(request, lambda limits, address: limits.opening(address))
        subject = conversation_id(guard.identity_key, await sender(guard, request))
        content = await _taken(guard, subject=subject)
        return _file(await asyncio.to_thread(_packed, guard, content), FILE_NAME, "application/zip")

    async def landing(request: Request, link: str) -> HTTPResponse:  # noqa: ARG001
        """The same for every link: it takes nothing and tells nothing."""
        await let_in(request, lambda limits, address: limits.opening(address))
        return html(_LANDING, headers=_SAFE)

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
        saved = {"Content-Disposition": 'attachment; filename="certificate.jws"', **_SAFE}
        return text(f"{rows[0][0]}\n", headers=saved)

    for path, method, handler in (
        ("/copy", "POST", own_copy),
        ("/copy/<link>", "GET", landing),
        ("/copy/<link>", "POST", linked_copy),
        ("/certificate/<request_id>", "GET", certificate),
    ):
        blueprint.add_route(answering(handler), path, methods=[method], name=f"rights_{handler.__name__}")


def add_offers(
    messages: Sequence[dict[str, Any]], replies: list[dict[str, Any]], channel: str, public_url: str
) -> None:
    """Puts what a person needs to fetch something into their replies: after the mask, which would hide it.

    ``messages`` are the action server's. The page gets no secret, because its session is one; other channels get a
    link, and for a copy the passphrase.
    """
    for message, reply in zip(messages, replies, strict=True):
        offer = (message.get("custom") or {}).get("rights")
        if not isinstance(offer, dict):
            continue
        reply["custom"].pop("rights", None)
        copy, certificate = str(offer.get("copy", "")), str(offer.get("certificate", ""))
        passphrase = str(offer.get("passphrase", ""))
        if LINK.match(copy) and PASSPHRASE.match(passphrase):
            if channel == "web":
                reply["custom"]["rights"] = {"copy": True}
            elif public_url:
                _append(reply, f"Your copy: {public_url}/chat/copy/{copy}\nIts passphrase: {passphrase}")
            else:
                _append(reply, "It can be fetched on our chat page only; please ask there.")
        if REQUEST_ID.match(certificate):
            if channel == "web":
                reply["custom"]["rights"] = {"certificate": certificate}
            elif public_url:
                _append(reply, f"Your certificate: {public_url}/chat/certificate/{certificate}")
        if not reply["custom"]:
            del reply["custom"]


def _append(reply: dict[str, Any], line: str) -> None:
    reply["text"] = f"{reply.get('text', '')}\n{line}".strip()


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
