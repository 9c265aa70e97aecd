"""The archive of a copy: the same content twice, as JSON and as a page that a person can read (GDPR art. 15, 20)."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from html import escape
from typing import Any

import pyrage

FORMAT = "discreet-copy/1"
_HEAD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'\"><title>Your data</title>"
    "<style>body{font:16px/1.5 system-ui,sans-serif;"
    "max-width:46rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{"
    "border-bottom:1px solid #ccc;"
    "padding:.3rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}</style></head><body><h1>Your data</h1>"
)
_TITLES = {
    "controller": "Who is responsible", "rights": "What you can do",
    "purposes": "What it is used for, and why that is allowed",
    "values": "Values that are kept sealed", "consent": "What you were asked and answered",
    "requests": "Your requests", "uses": "When it was opened, and what for",
    "shop": "In the shop", "conversations": "What was said, as it is kept",
}  # fmt: skip
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def packed(content: dict[str, Any]) -> bytes:
    """A zip archive of ``data.json``, ``index.html`` and files. Nothing in ``content`` but files' names is trusted."""
    told = {name: part for name, part in content.items() if name != "files"}
    files = {file["name"]: base64.b64decode(file["content"]) for file in content.get("files", []) if "content" in file}
    texts = {"data.json": json.dumps(told, indent=2, ensure_ascii=False), "index.html": page(told)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**{n: t.encode("utf-8", errors="replace") for n, t in texts.items()}, **files}.items():
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.external_attr = 0o600 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part)
    return target.getvalue()


def for_passphrase(archive: bytes, passphrase: str) -> bytes:
    """The archive as an age file (age-encryption.org/v1, scrypt). Takes about a second of work, on purpose."""
    sealed: bytes = pyrage.passphrase.encrypt(archive, passphrase)
    return sealed


def page(content: dict[str, Any]) -> str:
    """Everything as text: whatever a person wrote stays what it is, and never becomes part of the page."""
    parts = [_HEAD, f"<p>Made {_text(content.get('made'))}. The same stands in data.json, for programs.</p>"]
    for name, title in _TITLES.items():
        if content.get(name):
            parts += [f"<h2>{title}</h2>", *_shown(content[name])]
    return "".join([*parts, "</body></html>"])


def _shown(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield "<table>"
        for name, inner in value.items():
            yield f"<tr><th>{_text(name)}</th><td>"
            yield from _shown(inner)
            yield "</td></tr>"
        yield "</table>"
    elif isinstance(value, list):
        for inner in value:
            yield from _shown(inner)
    else:
        yield f"<p>{_text(value)}</p>"


def _text(value: Any) -> str:
    return escape("" if value is None else str(value), quote=True)
