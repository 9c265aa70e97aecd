"""Dialogues twice: undisturbed, and with every action call lost once after its effects, when its result is kept."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from discreet.assistant import Assistant
from discreet.client import Chat, ChatUnavailable, Turn
from discreet.crypto import keyring
from discreet.rasa.codec import TurnBody
from discreet.records.conversations import Conversations
from discreet.storage.engine import Database
from tests.assistant.fetching import fetched
from tests.records.identity.codes_of import totp_at
from tests.records.identity.passkey_of import SoftPasskey
from tests.smtp import Inbox

ORIGIN = "http://localhost"
STEP = 30
TRIES = 12
_CODE = re.compile(r"Your code: (\d{4}) (\d{4})")
_VARIES = re.compile(r"\b[RT]-\w+|\d{4}-\d\d-\d\d \d\d:\d\d|\d\d? [A-Z][a-z]+ \d{4}")
# What a message holds is sealed, and opened, with each attempt: both counts say so (docs/limitations.md).
_COUNT = re.compile(r"(?<=Sealed: )\d+|(?<=kept before \()\d+|\d+(?= × to )")
# A sequence's value survives the rollback that the error causes; calls come one after the other, so one value will do.
_LOSE_FIRST = """
CREATE SEQUENCE public.lost;
CREATE FUNCTION public.lose_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE call bigint := 1 + abs(hashtextextended(encode(NEW.turn_id, 'hex') || NEW.ordinal, 0) % (1::bigint << 60));
BEGIN
    IF call = (SELECT last_value FROM public.lost) THEN RETURN NEW; END IF;
    PERFORM setval('public.lost', call);
    RAISE EXCEPTION 'lost';
END $$;
CREATE TRIGGER lose_once BEFORE INSERT ON action.result FOR EACH ROW EXECUTE FUNCTION public.lose_once();
ALTER TABLE action.result DISABLE TRIGGER lose_once;
CREATE TABLE public.was_customers AS TABLE shop.customers;
CREATE TABLE public.was_orders AS TABLE shop.orders;
CREATE TABLE public.was_mailbox AS TABLE identity.mailbox;
"""
_AS_IT_WAS = """
DELETE FROM shop.returns; DELETE FROM shop.feedback; DELETE FROM shop.tickets;
DELETE FROM identity.challenge; DELETE FROM identity.attempts; DELETE FROM identity.guesses;
DELETE FROM identity.link; DELETE FROM identity.authenticator; DELETE FROM identity.change;
DELETE FROM identity.mailbox;
INSERT INTO identity.mailbox TABLE public.was_mailbox;
UPDATE shop.customers c SET name = w.name, email = w.email, address = w.address FROM public.was_customers w
 WHERE w.id = c.id;
UPDATE shop.orders o SET delivery_address = w.delivery_address FROM public.was_orders w WHERE w.number = o.number;
"""
_HELD = {
    "returns": "SELECT status, card_last4, refund_reference IS NULL FROM shop.returns ORDER BY id",
    "kept": "SELECT (SELECT count(*) FROM shop.feedback), (SELECT count(*) FROM shop.tickets)",
    "orders": "SELECT number FROM shop.orders WHERE delivery_address IS NOT NULL ORDER BY 1",
    "mailboxes": "SELECT w.customer, w.address_index = m.address_index FROM public.was_mailbox w"
    " JOIN identity.mailbox m USING (customer) ORDER BY 1",
    "consent": "SELECT status, purpose, method, actor FROM consent.event WHERE subject = %(s)s ORDER BY id",
    "states": "SELECT purpose, status FROM consent.state WHERE subject = %(s)s ORDER BY 1",
    "notices": "SELECT purpose, resume, answered_at IS NULL FROM consent.operation WHERE subject = %(s)s"
    " ORDER BY created_at",
    "challenge": "SELECT customer, decoy, action, asks, level, methods, new_address, passed_at IS NULL, used_by IS NULL"
    " FROM identity.challenge",
    "attempts": "SELECT scope, failures, mails, locked_until IS NULL FROM identity.attempts ORDER BY 1, 2, 3",
    "guesses": "SELECT kind, wrong FROM identity.guesses ORDER BY 1",
    "linked": "SELECT customer FROM identity.link",
    "proofs": "SELECT kind, active, locked FROM identity.authenticator ORDER BY 1, id",
    "changes": "SELECT kind, proved, value IS NULL FROM identity.change ORDER BY 1",
    "requests": "SELECT kind, state, purpose, category, via FROM rights.request WHERE subject = %(s)s"
    " ORDER BY asked_at, filed_at",
    "copies": "SELECT count(*) FROM rights.copy WHERE subject = %(s)s",
    "frozen": "SELECT count(*) FROM rights.restriction WHERE subject = %(s)s",
    "objected": "SELECT purpose FROM rights.objection WHERE subject = %(s)s",
    # Opening is audited each time, as it happens each time.
    "audit": "SELECT event, outcome, purpose FROM audit.event WHERE subject = %(s)s AND actor = 'actions'"
    " AND event NOT IN ('reveal', 'rectify', 'export') ORDER BY id",
}
Dialogue = Callable[["Talk"], None]


@dataclass
class Repeating:
    """A running assistant whose letters come to ``inbox``, and its database as the owner."""

    assistant: Assistant
    inbox: Inbox
    owner: Database

    def seen(self, dialogue: Dialogue, *, lost: bool) -> Talk:
        """The dialogue, from the same beginning; ``lost``: each of its action calls fails once."""
        with self.owner.transaction() as tx:
            tx.execute(_AS_IT_WAS)
            tx.execute(f"ALTER TABLE action.result {'ENABLE' if lost else 'DISABLE'} TRIGGER lose_once")
        talk = Talk(self)
        dialogue(talk)
        talk.letters = [(to, str(letter["Subject"])) for to, letter in self.letters(talk.first_letter)]
        return talk

    def letters(self, first: int) -> list[Any]:
        """Those after the first so many, once no more come for a while."""
        before = -1
        while before != len(self.inbox.envelopes):
            before = len(self.inbox.envelopes)
            time.sleep(0.2)
        return self.inbox.envelopes[first:]


@contextmanager
def losing(assistant: Assistant, inbox: Inbox) -> Iterator[Repeating]:
    """Makes the assistant's database lose results on demand."""
    assert assistant.postgres is not None
    owner = Database(assistant.postgres.url, pool_size=2)
    with owner.transaction() as tx:
        tx.execute(_LOSE_FIRST)
    yield Repeating(assistant, inbox, owner)
    owner.close()


@dataclass
class Talk:
    """One person's side of a dialogue, and everything of it that must not depend on what was lost."""

    world: Repeating
    chat: Chat = field(init=False)
    heard: list[dict[str, Any]] = field(default_factory=list)
    letters: list[Any] = field(default_factory=list)
    ran: set[str] = field(default_factory=set)
    sent_again: int = 0
    first_letter: int = 0
    last: Turn | None = None
    _conversation: bytes | None = None
    _step: int = 0

    def __post_init__(self) -> None:
        self.chat = Chat(self.world.assistant.address, sleep=self._soon).open()
        self.first_letter = len(self.world.letters(0))
        self._others = self._conversations()

    def say(self, text: str) -> Turn:
        """A text."""
        return self._sent(text, {"text": text})

    def press(self, title: str) -> Turn:
        """A button of the newest replies."""
        assert self.last is not None
        assert title in self.last.buttons, (title, self.last.texts)
        return self._sent(f"[{title}]", {"button": self.last.buttons[title]})

    def passkey(self, answer: str) -> Turn:
        """What the browser answers for a passkey."""
        return self._sent("(passkey)", {"passkey": json.loads(answer)})

    def code(self) -> str:
        """The newest code by mail."""
        found = [_CODE.search(str(letter.get_payload())) for _, letter in self.world.letters(self.first_letter)]
        return "".join([one for one in found if one][-1].groups())

    def shown(self) -> dict[str, Any]:
        """What the page fetches beside the conversation."""
        content = json.loads(fetched(self.world.assistant, "POST", "/chat/shown", cookie=self.chat.cookie)[2])
        return dict(content)

    def totp(self, secret: str) -> str:
        """A code of the app, of a step that was not used yet: one ahead is taken."""
        self._step = max(int(time.time()) // STEP, self._step + 1)
        return totp_at(secret.replace(" ", ""), self._step * STEP)

    def destroyed(self, category: str) -> None:
        """Waits until the keeper has done what was filed."""
        for _ in range(300):
            with self.world.owner.transaction() as tx:
                if not tx.execute(
                    "SELECT 1 FROM vault.value WHERE subject = %s AND category = %s", self._conversation, category
                ):
                    return
            time.sleep(0.1)
        raise AssertionError("the keeper did not destroy it")

    def _soon(self, _seconds: float) -> None:
        self.sent_again += 1
        time.sleep(0.02)

    def _sent(self, what: str, content: dict[str, Any]) -> Turn:
        message_id = secrets.token_urlsafe(18)
        for _ in range(TRIES):
            try:
                self.last = self.chat._message(content, message_id)
                break
            except ChatUnavailable:
                continue
        else:
            raise AssertionError(f"no answer to {what}")
        self._look(re.sub(r"\d{6,}|[0-9a-z]{5}(-[0-9a-z]{5}){3}", "(code)", what))
        return self.last

    def _look(self, what: str) -> None:
        assert self.last is not None
        texts = [_VARIES.sub("(varies)", _COUNT.sub("(count)", text)) for text in self.last.texts]
        customs = [_keys(reply["custom"]) for reply in self.last.replies if "custom" in reply]
        held: dict[str, Any] = {}
        with self.world.owner.transaction() as tx:
            self._conversation = self._conversation or next(iter(self._conversations() - self._others))
            for name, query in _HELD.items():
                sql = query.replace("%(s)s", "%s")
                rows = tx.execute(sql, *([self._conversation] * query.count("%(s)s")))
                held[name] = [[_plain(value) for value in row] for row in rows]
        self._ran()
        self.heard.append(
            {"said": what, "shown": self.last.shown, "heard": texts, "customs": customs,
             "buttons": sorted(self.last.buttons), **held}
        )  # fmt: skip

    def _conversations(self) -> set[bytes]:
        with self.world.owner.transaction() as tx:
            return {bytes(row[0]) for row in tx.execute("SELECT conversation FROM conversation.head")}

    def _ran(self) -> None:
        """Which actions ran, from the stored events: forms' validations run with their form."""
        assistant = self.world.assistant
        ring = keyring.ring(keyring.keys_for("rasa", assistant.keys), "conversation")
        with self.world.owner.transaction() as tx:
            self.ran |= {
                row[0]
                for row in tx.execute(
                    "SELECT action FROM identity.challenge WHERE used_by IS NOT NULL OR passed_at IS NOT NULL"
                )
            }
            loaded = tx.run(Conversations(ring).load(self._conversation or b""))
        for record in loaded[1] if loaded else []:
            for event in TurnBody.decode(record.body).events:
                if event["event"] == "action":
                    self.ran.add(event["name"])
                elif event["event"] == "active_loop" and event.get("name"):
                    self.ran.add(f"validate_{event['name']}")
                elif event.get("value") == "consent_answer":
                    self.ran.add("action_ask_consent_answer")


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, memoryview) else value


def _keys(custom: Any) -> Any:
    """The shape of what a reply carries besides text, without its secrets."""
    return {key: _keys(value) for key, value in custom.items()} if isinstance(custom, dict) else type(custom).__name__


def new_passkey(talk: Talk) -> SoftPasskey:
    """Makes the passkey that was asked for."""
    made = SoftPasskey()
    talk.passkey(made.made(talk.shown()["options"], ORIGIN))
    return made
