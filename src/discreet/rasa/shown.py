"""What no conversation may hold, shown once: to the page of its session, or behind a link (docs/spec/step-up.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, html
from sanic.response import json as json_response

from discreet.rasa.answers import answering
from discreet.rasa.copies import Rates
from discreet.rasa.guard import Guard
from discreet.rasa.plain_page import SAFE, plain_page

_TITLE = "For your eyes"
_LANDING = plain_page(
    _TITLE,
    "<p>It is shown once. See that nobody looks over your shoulder.</p>"
    '<form method="post"><button>Show</button></form>',
)


def add_routes(
    blueprint: Blueprint, let_in: Rates, in_session: Callable[[Request], Awaitable[tuple[Guard, str]]]
) -> None:
    """``in_session``: the guard and whose session asks. Both raise as the web channel's other routes do."""

    async def shown(request: Request) -> HTTPResponse:
        guard, sender_id = await in_session(request)
        return json_response(await guard.actions.shown_once(sender_id))

    async def landing(request: Request, link: str) -> HTTPResponse:  # noqa: ARG001
        """The same for every link: programs that preview links take nothing and learn nothing."""
        await let_in(request, lambda limits, address: limits.opening(address))
        return html(_LANDING, headers=SAFE)

    async def behind_link(request: Request, link: str) -> HTTPResponse:
        guard = await let_in(request, lambda limits, address: limits.opening(address))
        body = _as_text(await guard.actions.shown_by_link(link))
        if not body:
            raise NotFound("there is nothing to show, or it was shown already")
        return html(plain_page(_TITLE, body), headers={**SAFE, "Cache-Control": "no-store"})

    for path, method, handler in (
        ("/shown", "POST", shown),
        ("/shown/<link>", "GET", landing),
        ("/shown/<link>", "POST", behind_link),
    ):
        blueprint.add_route(answering(handler), path, methods=[method], name=f"shown_{handler.__name__}")


def _as_text(shown: dict[str, Any]) -> str:
    """HTML for what can be shown as text; empty for the rest."""
    if shown.get("kind") == "totp":
        return (
            "<p>Type this key into your authenticator app, then write in the chat the code of 6 digits that it shows:"
            f"</p><p><code>{escape(shown['secret'])}</code></p>"
            f'<p>Is the app on this device? <a href="{escape(shown["uri"])}">Open it</a></p>'
        )
    if shown.get("kind") == "recovery":
        rows = "".join(f"<li><code>{escape(code)}</code></li>" for code in shown["codes"])
        return f"<p>Your recovery codes. Each works once: please keep them somewhere safe.</p><ul>{rows}</ul>"
    return ""
