"""The assistant under attack: all channels, a host site that signs customers in, a victim, and who attacks them."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ed25519

from discreet.assistant import Assistant
from discreet.client import Chat, Turn
from discreet.crypto import keyring
from discreet.crypto.identifiers import conversation_id, pseudonym
from discreet.rasa.buttons import Buttons
from discreet.storage.engine import Database
from tests.assistant.more_phones import PHONES
from tests.assistant.phones import Request, channels_of
from tests.assistant.provider import StandIn, stand_in
from tests.attacks.attack import ORIGIN, Pair, Reply, exchange, http
from tests.conftest import named_mail_server, prepared_state, project_with, running_assistant

COOKIE = "__Host-discreet_session"
ISSUER, AUDIENCE = "https://www.example.com", "chat"
JSON: Pair = ("Content-Type", "application/json")
_STATE = """
SELECT (SELECT count(*) FROM channel.outbox),
       (SELECT count(*) FROM conversation.turn),
       (SELECT count(*) FROM conversation.turn WHERE conversation = %s),
       (SELECT count(*) FROM conversation.web_session),
       (SELECT count(*) FROM conversation.web_session WHERE ended_at IS NOT NULL),
       (SELECT count(*) FROM vault.value) + (SELECT count(*) FROM key.value_key),
       (SELECT count(*) FROM consent.event) + (SELECT count(*) FROM consent.operation WHERE answered_at IS NOT NULL),
       (SELECT count(*) FROM action.result) + (SELECT coalesce(sum(fence), 0) FROM action.fence),
       (SELECT count(*) FROM audit.event),
       (SELECT count(*) FROM channel.receipt),
       (SELECT count(*) FROM channel.address) + (SELECT count(*) FROM channel.button),
       (SELECT count(*) FROM identity.link),
       (SELECT count(*) FROM shop.returns) + (SELECT count(*) FROM shop.feedback) + (SELECT count(*) FROM shop.tickets)
"""
_NAMES = (
    "turns",
    "victim",
    "sessions",
    "ended",
    "values",
    "consent",
    "effects",
    "audit",
    "receipts",
    "people",
    "links",
    "shop",
)


class Site:
    """What an attacker can reach, and what the tests see of it from inside."""

    def __init__(self, assistant: Assistant, provider: StandIn, signer: ed25519.Ed25519PrivateKey) -> None:
        assert assistant.postgres is not None
        self.assistant, self.provider, self.signer = assistant, provider, signer
        self.port = int(assistant.address.rpartition(":")[2])
        self.doors: dict[str, int | str] = {
            "web": self.port,
            "actions": str(assistant.run / "actions" / "actions.sock"),
        }
        self.keys = keyring.keys_for("rasa", assistant.keys)
        self.action_key = keyring.key(self.keys, "action")
        self.people = itertools.count(1)
        self._owner = Database(assistant.postgres.url, pool_size=1)
        self.logged = {file: file.stat().st_size for file in assistant.logs.glob("*.log")}
        self.victim = Chat(assistant.address).open()
        self.victim.send("hello")
        self._victim = self.conversation(self.victim)
        self.attacker = self.victim

    def close(self) -> None:
        """Lets the database go."""
        self._owner.close()

    # What an attacker has.

    def appear(self) -> None:
        """Another attacker, with a session of their own."""
        self.attacker = Chat(self.assistant.address).open()

    @property
    def cookie(self) -> Pair:
        """The attacker's own."""
        return ("Cookie", self.attacker.cookie or "")

    @property
    def value(self) -> str:
        """Of the attacker's own cookie."""
        return (self.attacker.cookie or "").partition("=")[2]

    def web(
        self, body: Any = None, *headers: Pair, path: str = "/chat/messages", method: str = "POST", **change: Any
    ) -> bytes:
        """A request of the attacker's browser. ``body``: bytes as they are, else what becomes JSON; a text by default.

        ``change`` changes the message. Without a Cookie or Authorization among the headers it has the attacker's.
        """
        content = self.message(**change) if body is None else body
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        names = {name.lower() for name, _ in headers}
        own = [] if names & {"cookie", "authorization"} else [self.cookie]
        typed = [] if "content-type" in names else [JSON]
        return http(method, path, *typed, *own, *headers, body=raw if method != "GET" else b"")

    def message(self, text: str = "tell me a joke", **change: Any) -> dict[str, Any]:
        """A message of the page, changed."""
        return {"id": secrets.token_hex(10), "text": text, **change}

    def phone(self, channel: str) -> Any:
        """Somebody new at a messaging channel."""
        return PHONES[channel](self.assistant, self.provider, next(self.people))

    def hook(self, channel: str, request: Request, *more: Pair, method: str = "POST", query: str = "") -> bytes:
        """A webhook's request, with more headers before its own."""
        headers = [*more, *request.headers.items()]
        return http(method, f"/webhooks/{channel}/webhook{query}", *headers, body=request.body)

    def exchange(self, raw: bytes, door: str = "web") -> Reply:
        """One connection."""
        return exchange(self.doors[door], raw)

    def sign_in_token(self, key: Any = None, algorithm: str = "EdDSA", header: Any = None, **claims: Any) -> str:
        """A host site's token; a claim of None is left out."""
        now = self.now()
        made = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "anna",
            "jti": secrets.token_hex(8),
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            **claims,
        }
        kept = {name: value for name, value in made.items() if value is not None}
        named = {name: value for name, value in {"kid": "1", **(header or {})}.items() if value is not None}
        return jwt.encode(kept, key or self.signer, algorithm, named)

    def handle(self, chat: Chat, payload: str, age: int = 0) -> str:
        """A button's handle, as the server makes them."""
        return Buttons(keyring.key(self.keys, "handle")).handle(
            self.conversation(chat), "Yes", payload, self.now() - age
        )

    # What nobody outside sees.

    def now(self) -> int:
        """Unix time, by the database."""
        with self._owner.transaction() as tx:
            return int(tx.execute("SELECT extract(epoch FROM now())::float8")[0][0])

    def sql(self, statement: str, *params: Any) -> Any:
        """As the database's owner."""
        with self._owner.transaction() as tx:
            return tx.execute(statement, *params)

    def conversation(self, chat: Chat) -> bytes:
        """The id of a chat's conversation."""
        identity = keyring.key(self.keys, "identity")
        return conversation_id(identity, pseudonym(identity, "web", (chat.cookie or "").partition("=")[2]))

    def state(self) -> Counter[str]:
        """Everything that an attack could change, by number: conversations, sessions, consent, effects, letters."""
        deadline = time.monotonic() + 30
        while True:
            ((waiting, *numbers),) = self.sql(_STATE, self._victim)
            if not waiting:
                break
            assert time.monotonic() < deadline, "letters were left"
            time.sleep(0.01)
        return Counter({**dict(zip(_NAMES, map(int, numbers), strict=True)), "letters": len(self.provider.received)})

    def counted(self) -> Counter[tuple[str, str]]:
        """The refusals so far, by channel and reason."""
        said = self.exchange(http("GET", "/chat/metrics", host="localhost")).body.decode()
        found: Counter[tuple[str, str]] = Counter()
        for line in said.splitlines():
            if line.startswith("discreet_refusals_total{"):
                labels = dict(part.split("=") for part in line[line.index("{") + 1 : line.index("}")].split(","))
                found[labels["channel"].strip('"'), labels["reason"].strip('"')] += int(line.rpartition(" ")[2])
        return found

    def log(self) -> Iterator[tuple[str, list[str]]]:
        """What the processes have logged since the attacks began, by process."""
        for file, size in self.logged.items():
            yield file.stem, file.read_bytes()[size:].decode().splitlines()


def said(turn: Turn) -> str:
    """All of a turn's replies."""
    return "\n".join(turn.texts)


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """One boot for all attacks."""
    state = named_mail_server(prepared_state())
    signer = ed25519.Ed25519PrivateKey.generate()
    sign_in = {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "EdDSA", "keys": "keys.json"}
    web = {"public_url": ORIGIN, "host_sites": [ISSUER], "sign_in": sign_in}
    with stand_in() as provider:
        channels = channels_of(PHONES.values(), provider, state)
        project = project_with(folder, {"discreet.rasa.web.WebChannel": web, **channels})
        listed = jwt.algorithms.OKPAlgorithm.to_jwk(signer.public_key(), as_dict=True)
        (project / "keys.json").write_text(json.dumps({"keys": [{**listed, "kid": "1"}]}))
        with running_assistant(state=state, project=project) as assistant:
            site = Site(assistant, provider, signer)
            try:
                yield site
            finally:
                site.close()
