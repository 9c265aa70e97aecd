"""A client of the web channel (docs/spec/web-channel.md): what ``discreet chat``, tests and benchmarks talk with."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from discreet.errors import BadInput, DiscreetError, NotAuthentic

MAX_TRIES = 6


class ChatUnavailable(DiscreetError):
    """The assistant did not answer, however often the same message was sent."""

    code = "chat_unavailable"
    sentence = "The assistant does not answer. Is it running? Start it with `make run`."


@dataclass(frozen=True)
class Turn:
    """A committed turn: the person's message as kept, masked, and the replies."""

    shown: str
    replies: list[dict[str, Any]]

    @property
    def texts(self) -> list[str]:
        """The replies' texts."""
        return [reply["text"] for reply in self.replies if "text" in reply]

    @property
    def buttons(self) -> dict[str, str]:
        """Handles by title."""
        return {button["title"]: button["handle"] for reply in self.replies for button in reply.get("buttons", [])}


class Chat:
    """One session. The cookie lives in memory only.

    ``sleep`` waits between tries; a message keeps its id over all of them, so that it is taken once. ``languages`` is
    what the person would rather read, as in ``Accept-Language``.
    """

    def __init__(
        self,
        url: str,
        *,
        cookie: str | None = None,
        languages: str = "",
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = urlsplit(url)
        self._timeout = timeout
        self._sleep = sleep
        self.cookie = cookie
        self.languages = languages

    def open(self) -> Chat:
        """Opens the session, or goes on with the one whose cookie was given. Raises ChatUnavailable."""
        self._call("POST", "/chat/session", {})
        return self

    def send(self, text: str, message_id: str | None = None) -> Turn:
        """Sends a text. Raises BadInput for one that is refused, NotAuthentic when the session is over."""
        return self._message({"text": text}, message_id)

    def press(self, handle: str, message_id: str | None = None) -> Turn:
        """Presses a button."""
        return self._message({"button": handle}, message_id)

    def history(self) -> list[dict[str, Any]]:
        """The running session, masked, oldest first."""
        messages: list[dict[str, Any]] = self._call("GET", "/chat/history", None)["messages"]
        return messages

    def withdraw(self, purpose: str | None = None) -> dict[str, Any]:
        """Takes back every consent, or that of one purpose, without waiting for a turn."""
        answer: dict[str, Any] = self._call("POST", "/chat/withdraw", {"purpose": purpose})
        return answer

    def receipt(self) -> dict[str, Any]:
        """The signed receipt of consent. Raises BadInput where nothing was ever asked."""
        answer: dict[str, Any] = self._call("GET", "/chat/receipt", None)
        return answer

    def end(self) -> None:
        """Ends the session for good."""
        self._call("DELETE", "/chat/session", None)

    def _message(self, content: dict[str, str], message_id: str | None) -> Turn:
        answer = self._call("POST", "/chat/messages", {"id": message_id or secrets.token_urlsafe(18), **content})
        return Turn(answer["you"], answer["replies"])

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        for attempt in range(MAX_TRIES):
            try:
                status, headers, content = self._once(method, path, body)
            except (OSError, http.client.HTTPException):
                self._sleep(min(0.2 * 2**attempt, 3.0))
                continue
            if status in (429, 503):
                self._sleep(min(float(headers.get("Retry-After") or 1), 5.0))
                continue
            return _understood(status, content)
        raise ChatUnavailable("the assistant did not answer")

    def _once(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, Any, bytes]:
        kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._address.hostname or "127.0.0.1", self._address.port, timeout=self._timeout)
        said = {"Cookie": self.cookie, "Accept-Language": self.languages}
        headers = {"Content-Type": "application/json", **{name: value for name, value in said.items() if value}}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if cookie := response.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return response.status, response.headers, content


def _understood(status: int, content: bytes) -> Any:
    answer = json.loads(content) if content else {}
    if status < 400:
        return answer
    error = answer.get("error", {})
    if status == 401:
        raise NotAuthentic("the session is over")
    raise BadInput(str(error.get("message", "refused")), code=str(error.get("code", "refused")))
