"""Invented people with everything that the registry knows of, on a real database."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from discreet.crypto.identifiers import conversation_id, pseudonym
from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey, seal_column
from discreet.crypto.wrapping import KeyRing
from discreet.policy import Policy
from discreet.records.consent import Consent
from discreet.records.conversations import Conversations
from discreet.records.keys import OwnerKeys
from discreet.records.rights.erasing import Erasing
from discreet.records.rights.ledger import Ledger
from discreet.records.rights.requests import Requests
from discreet.records.vault import Finding, VaultReader, VaultWriter
from discreet.records.web_sessions import WebSessions
from discreet.redaction.tokens import mint
from discreet.shop.postgres import PostgresShop
from discreet.storage.engine import Database

IDENTITY, SEED = bytes(range(32)), bytes(range(1, 33))
PRIVATE = VaultPrivateKey(bytes(range(2, 34)))
CONVERSATION_RING = KeyRing({"conversation-1": bytes(32)})
VALUE_RING = KeyRing({"value-1": bytes(range(3, 35))})


@dataclass
class Person:
    """One conversation, and the values that lie in it."""

    name: str
    credential: str
    values: dict[str, str] = field(repr=False)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        """Rasa's sender id."""
        return pseudonym(IDENTITY, "web", self.credential)

    @property
    def subject(self) -> bytes:
        return conversation_id(IDENTITY, self.sender)


def live(owner: Database, policy: Policy, name: str) -> Person:
    """A person who has said, sealed, agreed, returned and been promised something."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    values = {
        "payment_card": f"4111 11{number % 100:02d} {number % 9973:04d} {number % 8999:04d}",
        "email": f"{name}.{number}@post.example",
        "delivery_address": f"{number % 997} {name.capitalize()} Crescent, Netherwallop",
        "feedback_text": f"the parcel of {name} smelled of liquorice {number}",
    }
    conversations = Conversations(CONVERSATION_RING)
    writer = VaultWriter(VaultPublicKey(PRIVATE.public_bytes()), VALUE_RING, policy)
    consent, shop = Consent(policy, bytes(32)), PostgresShop(owner, VALUE_RING)
    with owner.transaction() as tx:
        credential = tx.run(WebSessions(IDENTITY).open())
        person = Person(name, credential, values)
        turn = hashlib.sha256(b"turn" + name.encode()).digest()[:16]
        position = tx.run(conversations.begin(person.subject, f"{person.sender} said hello".encode(), turn_id=turn))
        tx.run(conversations.append(position, b"again", new_session=True))
        findings = [
            Finding(category, mint(policy.category(category), value), value) for category, value in values.items()
        ]
        person.tokens = {finding.category: finding.token for finding in findings}
        writer.seal(tx, subject=person.subject, turn_id=turn, findings=findings)
        writer.confirm(tx, turn)
        _, key = OwnerKeys(VALUE_RING).get_or_create(tx, person.subject)
        sealed = seal_column(key, column="x", owner=person.subject, value=values["email"])
        tx.execute("INSERT INTO action.result VALUES (%s, 0, %s, %s)", turn, person.subject, sealed)
        tx.execute("INSERT INTO action.step VALUES (%s, 1, 0, %s, %s)", turn, person.subject, sealed)
        tx.execute("INSERT INTO action.fence VALUES (%s, 1, %s)", person.subject, turn)
        tx.execute("INSERT INTO vault.discard VALUES (%s, 'iban')", person.subject)
        tx.execute("INSERT INTO channel.address VALUES (%s, 'telegram', %s)", person.subject, sealed)
        tx.execute(
            "INSERT INTO channel.outbox (conversation, channel, sealed) VALUES (%s, 'telegram', %s)",
            person.subject,
            sealed,
        )
        operation = consent.ask(tx, person.subject, "refunds", resume="x", turn_id=turn).operation
        consent.answer(tx, person.subject, operation, given=True, method="button", turn_id=turn)
        tx.execute(
            "INSERT INTO audit.event (actor, event, outcome, subject, turn_id)"
            " VALUES ('t', 'reveal', 'opened', %s, %s)",
            person.subject, turn,
        )  # fmt: skip
    shop.keep_feedback(values["feedback_text"], subject=person.subject, effect_key=_effect(name, "f"))
    shop.hand_off(subject=person.subject, effect_key=_effect(name, "t"))
    _returned(owner, shop, person, number)
    _proves(owner, person)
    return person


def goes_on(owner: Database, person: Person) -> None:
    """And what not everybody has: they showed who they are, sent a file, were shown a button, asked for a copy."""
    with owner.transaction() as tx:
        tx.execute("INSERT INTO identity.link VALUES (%s, %s)", person.subject, customer_of(person))
        tx.execute(
            "INSERT INTO vault.attachment VALUES (%s, %s)", person.tokens["email"], b"\1" + secrets.token_bytes(4124)
        )
        tx.execute(
            "INSERT INTO channel.button VALUES (%s, %s, 1, true, %s)",
            person.subject, secrets.token_bytes(16), secrets.token_bytes(80),
        )  # fmt: skip
        tx.execute(
            "INSERT INTO rights.copy VALUES (%s, %s, 'rq', %s, now() + interval '1 hour')",
            secrets.token_bytes(16), person.subject, secrets.token_bytes(300),
        )  # fmt: skip


def _proves(owner: Database, person: Person) -> None:
    """The customer has an authenticator, a change that waits, and is asked for a proof in this conversation."""
    customer, digest = customer_of(person), hashlib.sha256(person.name.encode()).digest()
    with owner.transaction() as tx:
        _, key = OwnerKeys(VALUE_RING).get_or_create(tx, customer)
        sealed = seal_column(key, column="x", owner=customer, value="a secret")
        tx.execute("INSERT INTO identity.mailbox VALUES (%s, %s)", customer, digest)
        tx.execute(
            "INSERT INTO identity.authenticator (customer, kind, secret, active) VALUES (%s, 'totp', %s, true)",
            customer, sealed,
        )  # fmt: skip
        tx.execute(
            "INSERT INTO identity.change (customer, kind, value, due_at) VALUES (%s, 'email', %s, now())",
            customer, sealed,
        )  # fmt: skip
        tx.execute(
            "INSERT INTO identity.challenge (subject, customer, operation, action, asks, expires_at)"
            " VALUES (%s, %s, %s, 'x', 1, now())",
            person.subject, customer, digest,
        )  # fmt: skip
        for scope, whose in (("conversation", person.subject), ("customer", customer)):
            tx.execute("INSERT INTO identity.attempts (scope, id) VALUES (%s, %s)", scope, whose)
        tx.execute("INSERT INTO identity.guesses (id, kind, wrong) VALUES (%s, 'totp', 3)", customer)


def _returned(owner: Database, shop: PostgresShop, person: Person, number: int) -> None:
    order, customer = f"DS-{number % 100000:05d}", hashlib.sha256(person.name.encode()).digest()[:16]
    with owner.transaction() as tx:
        shop.add_customer(tx, customer, name=person.name, email=person.values["email"], address="1 Long Road")
        tx.execute(
            "INSERT INTO shop.orders VALUES (%s, %s, 'delivered', current_date - 9, current_date - 2, NULL)",
            order, customer,
        )  # fmt: skip
        tx.execute("INSERT INTO shop.order_lines (number, product, price_cents) VALUES (%s, 'tent', 100)", order)
    opened = shop.open_return(
        order, "tent", person.values["feedback_text"], subject=person.subject, effect_key=_effect(person.name, "r")
    )
    shop.refunded(opened.reference, refund_reference="P-1", card_last4="1111")


def _effect(name: str, what: str) -> bytes:
    return hashlib.sha256(f"{what}{name}".encode()).digest()


def customer_of(person: Person) -> bytes:
    """The shop's customer of an invented person."""
    return hashlib.sha256(person.name.encode()).digest()[:16]


@contextmanager
def erasing(pool: Database, folder: Path, actor: str = "keeper") -> Iterator[Erasing]:
    """What carries out erasures, with a ledger in that folder."""
    yield Erasing(pool, Ledger(folder, SEED), SEED, actor, clock=lambda: 1_800_000_000.0)


def file(pool: Database, person: Person, kind: str = "erasure") -> str:
    """A request that this person filed two minutes ago."""
    with pool.transaction() as tx:
        request = Requests("actions").file(tx, person.subject, kind, via="web")
        tx.execute("UPDATE rights.request SET filed_at = filed_at - interval '2 minutes' WHERE id = %s", request)
    return request


def readable(owner: Database, policy: Policy, person: Person) -> bool:
    """Whether everything of theirs still opens and is what it was."""
    reader = VaultReader(owner, PRIVATE, VALUE_RING, policy)
    with owner.transaction() as tx:
        loaded = tx.run(Conversations(CONVERSATION_RING).load(person.subject, whole=True))
        kept = reader.export(tx, [person.subject], turn_id=bytes(16), audit=lambda *_, **__: None)
    return loaded is not None and len(loaded[1]) == 2 and {k.category: k.value for k in kept} == person.values
