"""One plain request to a running assistant's page."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from discreet.assistant import Assistant


def fetched(
    assistant: Assistant, method: str, path: str, *, cookie: str | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and content."""
    connection = http.client.HTTPConnection(urlsplit(assistant.address).netloc, timeout=60)
    try:
        sent = {**headers, **({"Cookie": cookie} if cookie else {})}
        connection.request(method, path, b"" if method == "POST" else None, sent)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()
