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
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), fullscreen=(self), geolocation=(), gyroscope=(), "
        "microphone=(), midi=(), payment=(), publickey-credentials-get=(self), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
_HSTS = "max-age=31536000"


def security_headers(host_sites: tuple[str, ...], *, https: bool) -> dict[str, str]:
    """What stands on every answer (OWASP Secure Headers); what people say and hear must not stay in a cache.

    ``host_sites`` may show the page in a frame.
    """
    ancestors = " ".join(host_sites) or "'none'"
    headers = {**_HEADERS, "Content-Security-Policy": f"{_POLICY}; frame-ancestors {ancestors}"}
    if not host_sites:
        headers["X-Frame-Options"] = "DENY"
    if https:
        headers["Strict-Transport-Security"] = _HSTS
    return headers


def add_page(app: Sanic, headers: dict[str, str]) -> None:
    """Adds the page to Rasa's server, and the headers to every answer. Raises SettingsError.

    A middleware, because Rasa holds the route ``/``.
    """
    dist = process_settings().project_dir / "web" / "dist"
    files = {path: (_content(dist / name), kind) for path, (name, kind) in _FILES.items() if _wanted(dist, name)}

    def page(request: Request) -> HTTPResponse | None:
        found = files.get(request.path)
        if found is None or request.method not in ("GET", "HEAD"):
            return None
        content, kind = found
        return raw(b"" if request.method == "HEAD" else content, content_type=kind)

    def add_headers(_request: Request, response: Any) -> None:
        own = response.headers.get("Content-Security-Policy")  # a page of another kind says its own
        response.headers.update(headers)
        if own:
            response.headers["Content-Security-Policy"] = own

    app.register_middleware(page, "request")
    app.register_middleware(add_headers, "response")


def _wanted(dist: Path, name: str) -> bool:
    return name != "icon.svg" or (dist / name).exists()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise SettingsError(
            f"the page is not built ({path.name} is missing); run `make run`, which builds it"
        ) from None
