"""People of messaging channels: what their provider sends to the assistant when they write or press something."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from discreet.assistant import Assistant
from discreet.storage.engine import Database
from tests.assistant.provider import Call, StandIn
from tests.conftest import prepared_state, running_assistant


@dataclass(frozen=True)
class Request:
    """A webhook's request, ready to be sent, and to be sent again."""

    body: bytes
    headers: dict[str, str]


@dataclass
class Said:
    """What the provider was given for the person: texts, and buttons by title."""

    texts: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.texts)


class Phone(ABC):
    """One person of one channel."""

    channel = ""
    PATH = ""
    """The channel's class, as credentials.yml names it."""
    SECRETS: dict[str, str] = {}

    def __init__(self, assistant: Assistant, provider: StandIn, number: int) -> None:
        self.assistant, self.provider, self.number = assistant, provider, number
        self._ids = itertools.count(number * 1000)

    @staticmethod
    def options(provider: StandIn) -> dict[str, Any]:
        """What stands under the channel's class path in credentials.yml."""
        return {"api": provider.address}

    @property
    @abstractmethod
    def canaries(self) -> dict[str, str]:
        """Their address, which must be found nowhere."""

    @abstractmethod
    def writes(self, text: str) -> Request:
        """A text of theirs."""

    @abstractmethod
    def presses(self, reference: str, title: str) -> Request:
        """A press of theirs."""

    @abstractmethod
    def sends_a_sticker(self) -> Request:
        """Something that is no text."""

    @abstractmethod
    def heard(self, call: Call, said: Said) -> None:
        """Adds what a call gives to the person, if it is for them."""

    def say(self, text: str) -> Said:
        """Writes, and hears the replies."""
        return self.after(self.writes(text))

    def press(self, said: Said, title: str) -> Said:
        """Presses a button, and hears the replies."""
        return self.after(self.presses(said.buttons[title], title))

    def after(self, request: Request) -> Said:
        """The replies to a request."""
        before = len(self.provider.received)
        assert self.send(request)[0] == 200
        self.wait_for_the_postman()
        return self.all_heard(before)

    def all_heard(self, before: int = 0) -> Said:
        """Everything that the provider was given for them, from that call on."""
        said = Said()
        for call in self.provider.received[before:]:
            self.heard(call, said)
        return said

    def send(self, request: Request, method: str = "POST", path: str | None = None) -> tuple[int, bytes]:
        """Sends a request to the webhook."""
        connection = http.client.HTTPConnection(self.assistant.address.removeprefix("http://"), timeout=60)
        try:
            connection.request(method, path or f"/webhooks/{self.channel}/webhook", request.body, request.headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_for_the_postman(self, seconds: float = 30) -> None:
        """Until nothing is owed."""
        deadline = time.monotonic() + seconds
        while rows(self.assistant, "SELECT count(*) FROM channel.outbox") != [(0,)]:
            assert time.monotonic() < deadline, "letters were left"
            time.sleep(0.05)


def channels_of(phones: Iterable[type[Phone]], provider: StandIn, state: Path) -> dict[str, dict[str, Any]]:
    """Their channels' entries of credentials.yml; the secrets go to channels.yml in the state folder."""
    secrets = state / "channels.yml"
    secrets.touch(mode=0o600)
    secrets.write_text(yaml.safe_dump({phone.channel: phone.SECRETS for phone in phones}))
    return {phone.PATH: phone.options(provider) for phone in phones}


@contextmanager
def reachable_by(
    *phones: type[Phone],
    provider: StandIn,
    state: Path | None = None,
    web: Mapping[str, Any] = {},
    channels: Mapping[str, Any] = {},
) -> Iterator[Assistant]:
    """The running assistant with its page and these people's channels; ``web`` and ``channels`` are their settings."""
    state = state or prepared_state()
    entries = {path: {**entry, **channels} for path, entry in channels_of(phones, provider, state).items()}
    entries["discreet.rasa.web.WebChannel"] = dict(web)
    credentials = state / "credentials.yml"
    credentials.write_text(yaml.safe_dump(entries))
    with running_assistant(state=state, credentials=str(credentials)) as assistant:
        yield assistant


def rows(assistant: Assistant, sql: str) -> list[tuple[Any, ...]]:
    """Rows as the database's owner sees them."""
    assert assistant.postgres is not None
    database = Database(assistant.postgres.url, pool_size=1)
    try:
        with database.transaction() as tx:
            return tx.execute(sql)
    finally:
        database.close()


class TelegramPhone(Phone):
    """A private chat."""

    channel = "telegram"
    PATH = "discreet.rasa.channels.telegram.TelegramChannel"
    SECRETS = {"token": "123456:telegram-token", "secret_token": "telegram_secret-1"}

    @property
    def canaries(self) -> dict[str, str]:
        return {"chat": str(self._chat)}

    @property
    def _chat(self) -> int:
        return 7_103_552_000 + self.number

    def update(self, **content: Any) -> Request:
        """An update of the Bot API."""
        return self.signed({"update_id": next(self._ids), **content})

    def signed(self, update: dict[str, Any]) -> Request:
        """With the secret that Telegram was given."""
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.SECRETS["secret_token"]}
        return Request(json.dumps(update).encode(), headers)

    def message(self, **content: Any) -> dict[str, Any]:
        """A message of this person."""
        who = {"id": self._chat, "is_bot": False, "first_name": "Wilhelmina", "username": "wilhelmina_a"}
        chat = {"id": self._chat, "type": "private", "first_name": "Wilhelmina"}
        return {"message_id": next(self._ids), "date": 1_790_000_000, "from": who, "chat": chat, **content}

    def writes(self, text: str) -> Request:
        return self.update(message=self.message(text=text))

    def presses(self, reference: str, title: str) -> Request:
        message = self.message(text="the bot's")
        query = {"id": str(next(self._ids)), "from": message["from"], "message": message, "data": reference}
        return self.update(callback_query=query)

    def sends_a_sticker(self) -> Request:
        return self.update(message=self.message(sticker={"file_id": "x", "width": 1, "height": 1}))

    def heard(self, call: Call, said: Said) -> None:
        assert call.path.startswith(f"/bot{self.SECRETS['token']}/")
        if call.content.get("chat_id") != str(self._chat) or "text" not in call.content:
            return
        said.texts.append(call.content["text"])
        for row in call.content.get("reply_markup", {}).get("inline_keyboard", []):
            said.buttons.update({button["text"]: button["callback_data"] for button in row})
