"""Serves the built page and puts the security headers on every answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from discreet.errors import SettingsError
from discreet.settings import process_settings

_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/chat/assets/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/chat/assets/app.css": ("app.css", "text/css; charset=utf-8"),
    "/chat/assets/icon.svg": ("icon.svg", "image/svg+xml"),
}
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""OWASP Secure Headers; what people say and hear must not stay in a cache."""


def add_page(app: Sanic) -> None:
    """Adds the page to Rasa's server. A middleware, because Rasa holds the route ``/``. Raises SettingsError."""
    dist = process_settings().project_dir / "web" / "dist"
    files = {path: (_content(dist / name), kind) for path, (name, kind) in _FILES.items() if _wanted(dist, name)}

    async def page(request: Request) -> HTTPResponse | None:
        found = files.get(request.path)
        if found is None or request.method not in ("GET", "HEAD"):
            return None
        content, kind = found
        return raw(b"" if request.method == "HEAD" else content, content_type=kind)

    async def headers(_request: Request, response: Any) -> None:
        response.headers.update(SECURITY_HEADERS)

    app.register_middleware(page, "request")
    app.register_middleware(headers, "response")


def _wanted(dist: Path, name: str) -> bool:
    return name != "icon.svg" or (dist / name).exists()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise SettingsError(
            f"the page is not built ({path.name} is missing); run `make run`, which builds it"
        ) from None
