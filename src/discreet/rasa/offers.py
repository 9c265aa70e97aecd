"""What a person needs to fetch something, put into their replies after the mask, which would hide it.

The page gets no secret, because its session is one; other channels get a link to a page of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discreet.records.rights.copies import LINK, PASSPHRASE
from discreet.records.rights.requests import REQUEST_ID

_OFFERS = ("rights", "show")
_ON_THE_PAGE = "It can be fetched on our chat page only; please ask there."


def add_offers(
    messages: Sequence[dict[str, Any]], replies: list[dict[str, Any]], channel: str, public_url: str
) -> None:
    """``messages`` are the action server's, ``replies`` their masked forms, one each. ``public_url``: of the page."""
    for message, reply in zip(messages, replies, strict=True):
        custom = message.get("custom") or {}
        if not any(name in custom for name in _OFFERS):
            continue
        page, line = _offer(custom, public_url)
        kept = {name: value for name, value in reply.pop("custom").items() if name not in _OFFERS}
        if channel == "web":
            kept |= page
        elif line:
            reply["text"] = f"{reply.get('text', '')}\n{line}".strip()
        if kept:
            reply["custom"] = kept


def _offer(custom: dict[str, Any], public_url: str) -> tuple[dict[str, Any], str]:
    """What the page is given, and what is said elsewhere; nothing for what has not the form of an offer."""
    rights = custom["rights"] if isinstance(custom.get("rights"), dict) else {}
    show, copy, passphrase, certificate = (
        str(value) for value in (custom.get("show"), *map(rights.get, ("copy", "passphrase", "certificate")))
    )
    if LINK.match(show):
        said = f"Open this within five minutes; it works once: {public_url}/chat/shown/{show}"
        return {"show": True}, said if public_url else _ON_THE_PAGE
    if LINK.match(copy) and PASSPHRASE.match(passphrase):
        said = f"Your copy: {public_url}/chat/copy/{copy}\nIts passphrase: {passphrase}"
        return {"rights": {"copy": True}}, said if public_url else _ON_THE_PAGE
    if REQUEST_ID.match(certificate):
        said = f"Your certificate: {public_url}/chat/certificate/{certificate}"
        return {"rights": {"certificate": certificate}}, said if public_url else ""
    return {}, ""
