"""A small page without scripts: what a link of ours opens in whatever browser the person has."""

from __future__ import annotations

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
SAFE = {"Content-Security-Policy": _POLICY}
"""Headers that go with one."""


def plain_page(title: str, body: str) -> str:
    """The page. ``body`` is HTML: what comes from elsewhere is escaped already."""
    return (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>body{{font:18px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;"
        "padding:0 1rem}button{font:inherit;padding:.5rem 1rem}code{overflow-wrap:anywhere}</style>"
        f"<h1>{title}</h1>{body}</html>"
    )
