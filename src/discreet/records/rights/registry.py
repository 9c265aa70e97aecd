"""Every table and file that holds personal data: whose it is, how it leaves with a copy, how it is erased.

The only such list. A table or file that is neither here nor in ``NOTHING_PERSONAL`` fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Erasure(Enum):
    """What erasing a person does to the rows that are theirs."""

    KEYS = "keys destroyed"
    DELETE = "rows deleted"
    WITH = "deleted with the rows that they belong to"
    PSEUDONYM = "kept as evidence under a new random id"
    BLANK = "kept by law, without what the law does not ask for"


@dataclass(frozen=True)
class Held:
    """One table. ``whose`` is the column with the 16 bytes of a conversation, subject or customer; ``by`` says which,
    or the row of which other table says whose it is: ``INDIRECT``.

    ``copied``: the part of a copy that shows it, or, in brackets, why it is in none. ``blank``: what BLANK writes.
    """

    table: str
    whose: str
    what: str
    copied: str
    erased: Erasure
    keep: str
    key: str
    by: str = "subject"
    blank: str = ""
    why: str = ""


@dataclass(frozen=True)
class HeldFile:
    """Files of the state folder, as a pattern from there."""

    pattern: str
    what: str
    erased: str


INDIRECT = ("value", "event")
_SESSION, _OWNER, _NONE = "key of the session", "key of the person", "none: nothing readable"
_LAW = "bookkeeping law obliges the shop to keep what was paid back (invoices, GDPR art. 17(3)(b))"
_ORDERS = "bookkeeping law obliges the shop to keep orders and their invoices (GDPR art. 17(3)(b))"

HELD: tuple[Held, ...] = (
    # Keys first; a conversation's head before its records: a writer that waits for its row finds none.
    Held(
        "conversation.head",
        "conversation",
        "where the conversation stands",
        "(technical)",
        Erasure.DELETE,
        "session.idle, or transcript.keep",
        _SESSION,
    ),
    Held(
        "key.session_key", "conversation", "wrapped keys of sessions", "(a key)", Erasure.KEYS, "as its session", "ring"
    ),
    Held(
        "key.value_key", "token", "wrapped keys of values", "(a key)", Erasure.WITH, "as its value", _OWNER, by="value"
    ),
    Held(
        "key.owner_key", "subject", "the wrapped key of the person", "(a key)", Erasure.KEYS, "as what it opens", "ring"
    ),
    Held(
        "conversation.turn",
        "conversation",
        "what was said, with tokens",
        "conversations",
        Erasure.DELETE,
        "session.idle, or transcript.keep",
        _SESSION,
    ),
    Held(
        "conversation.web_session",
        "conversation",
        "keyed hashes of browser sessions",
        "(a credential)",
        Erasure.DELETE,
        "24 hours after the last use",
        _NONE,
    ),
    Held(
        "channel.address",
        "conversation",
        "the address on a messaging channel",
        "(the channel's own)",
        Erasure.DELETE,
        "as its conversation",
        _OWNER,
    ),
    Held("channel.outbox", "conversation", "replies on their way", "conversations", Erasure.WITH, "24 hours", _OWNER),
    Held("channel.button", "conversation", "handles of buttons", "(technical)", Erasure.WITH, "1 hour", _OWNER),
    Held(
        "vault.confirmed_turn",
        "turn_id",
        "turns whose values count",
        "(technical)",
        Erasure.WITH,
        "as its values",
        _NONE,
        by="value",
    ),
    Held(
        "vault.value",
        "subject",
        "values: cards, addresses, names ...",
        "values",
        Erasure.DELETE,
        "max_age of the category",
        _OWNER,
    ),
    Held("vault.attachment", "token", "files", "files", Erasure.WITH, "as its value", _OWNER, by="value"),
    Held("vault.discard", "subject", "categories that were refused", "(seconds)", Erasure.DELETE, "seconds", _NONE),
    Held("action.result", "subject", "results of action calls", "(answers again)", Erasure.DELETE, "24 hours", _OWNER),
    Held(
        "action.step", "subject", "how far unfinished calls came", "(answers again)", Erasure.DELETE, "24 hours", _OWNER
    ),
    Held(
        "action.fence", "subject", "the newest turn that acted", "(technical)", Erasure.DELETE, "until erasure", _NONE
    ),
    Held("consent.operation", "subject", "notices that wait for an answer", "consent", Erasure.DELETE, "a day", _NONE),
    Held("consent.state", "subject", "the newest answer a purpose", "consent", Erasure.DELETE, "until erasure", _NONE),
    Held(
        "consent.event",
        "subject",
        "what was asked and answered",
        "consent",
        Erasure.PSEUDONYM,
        "evidence (art. 7(1))",
        _NONE,
    ),
    Held(
        "consent.chain", "subject", "where a ledger ends", "consent", Erasure.PSEUDONYM, "evidence (art. 7(1))", _NONE
    ),
    Held(
        "audit.event",
        "subject",
        "who opened what for which purpose",
        "uses",
        Erasure.PSEUDONYM,
        "evidence (art. 5(2))",
        _NONE,
    ),
    Held(
        "audit.link",
        "event",
        "the chain over it",
        "(evidence)",
        Erasure.PSEUDONYM,
        "evidence (art. 5(2))",
        _NONE,
        by="event",
    ),
    Held(
        "identity.link",
        "subject",
        "conversations of one customer",
        "conversations",
        Erasure.DELETE,
        "until unlinked",
        _NONE,
    ),
    # Whose account a conversation is about, before it is shown that it is theirs; so it goes with either of them.
    Held("identity.challenge", "subject", "a proof that is asked for", "(seconds)", Erasure.DELETE, "a day", _NONE),
    Held("identity.challenge", "customer", "the same", "(seconds)", Erasure.DELETE, "a day", _NONE, by="customer"),
    Held("identity.attempts", "id", "wrong guesses, mails sent", "(counts)", Erasure.DELETE, "2 days", _NONE),
    Held("identity.attempts", "id", "the same", "(counts)", Erasure.DELETE, "2 days", _NONE, by="customer"),
    Held(
        "identity.guesses",
        "id",
        "wrong codes of one kind, one after the other",
        "(counts)",
        Erasure.DELETE,
        "until a right one",
        _NONE,
        by="customer",
    ),
    Held(
        "identity.authenticator",
        "customer",
        "what somebody proves it with",
        "(a credential)",
        Erasure.DELETE,
        "until removed",
        _OWNER,
        by="customer",
    ),
    Held(
        "identity.mailbox",
        "customer",
        "a keyed hash of the e-mail address",
        "(the address is in the shop's part)",
        Erasure.DELETE,
        "as the customer",
        _NONE,
        by="customer",
    ),
    Held(
        "identity.change",
        "customer",
        "a change that waits",
        "(days)",
        Erasure.DELETE,
        "step_up.waiting",
        _OWNER,
        by="customer",
    ),
    Held("rights.copy", "subject", "a copy that waits to be fetched", "(itself)", Erasure.DELETE, "30 minutes", _OWNER),
    Held(
        "rights.restriction", "subject", "a restriction", "requests", Erasure.DELETE, "90 days, or until lifted", _NONE
    ),
    Held("rights.objection", "subject", "an objection", "requests", Erasure.DELETE, "until erasure", _NONE),
    Held(
        "rights.request",
        "subject",
        "requests and their outcome",
        "requests",
        Erasure.BLANK,
        "evidence (art. 5(2))",
        _NONE,
        blank="subject = NULL, token = NULL",
    ),
    Held(
        "rights.covered",
        "subject",
        "whom a filed erasure covers",
        "(technical)",
        Erasure.DELETE,
        "until it is done",
        _NONE,
    ),
    # The shop: one adapter's tables; another shop has its own.
    Held("shop.feedback", "subject", "feedback", "shop", Erasure.DELETE, "feedback.keep", _OWNER),
    Held(
        "shop.tickets", "subject", "references for a person of the shop", "shop", Erasure.DELETE, "until erasure", _NONE
    ),
    Held(
        "shop.returns",
        "subject",
        "returns: reason, last four digits of the card",
        "shop",
        Erasure.BLANK,
        "invoices.keep",
        _OWNER,
        blank="subject = %(other)s, reason = NULL, card_last4 = NULL, effect_key = sha256(effect_key || %(other)s)",
        why=_LAW,
    ),
    Held(
        "shop.customers",
        "id",
        "name, e-mail and address of a customer",
        "shop",
        Erasure.BLANK,
        "invoices.keep",
        _OWNER,
        by="customer",
        blank="name = NULL, email = NULL, address = NULL",
        why=_ORDERS,
    ),
    Held(
        "shop.orders",
        "customer",
        "orders; another delivery address",
        "shop",
        Erasure.BLANK,
        "invoices.keep",
        _OWNER,
        by="customer",
        blank="delivery_address = NULL",
    ),
)

NOTHING_PERSONAL: dict[str, str] = {
    "audit.head": "where the audit log ends, signed",
    "consent.notice": "what notices say, the same for everybody",
    "channel.receipt": "keyed hashes of providers' message ids, for 7 days; they lead to no conversation",
    "defence.bucket": "how fast requests come, by keyed hash, for a minute; empty after a crash",
    "rights.event": "what became of a request, without a person or a value",
    "rights.ledger": "number and hash of the newest erasure",
    "shop.order_lines": "articles and prices",
    "public.alembic_version": "which migrations ran",
}

FILES: tuple[HeldFile, ...] = (
    HeldFile(
        "postgres/**", "the database's files: all of the above", "by table; `discreet db scrub` for what is left of it"
    ),
    HeldFile("erasures/**", "ids of destroyed keys", "stays: it names nobody"),
    HeldFile("audit/**", "where the audit log ended, signed", "stays: it names nobody"),
    HeldFile(
        "payment/**",
        "the stand-in of a payment provider: reference, last four digits, amount",
        "the provider's own; told of an erasure by hand (art. 19)",
    ),
    HeldFile("logs/**", "no value, no address, no id of a person (src/discreet/logs.py)", "nothing to erase"),
    HeldFile("keys/**", "keys of this installation, nobody's own", "nothing to erase"),
    HeldFile("models/**", "trained on invented sentences", "nothing to erase"),
    HeldFile("running/**", "which processes run", "nothing to erase"),
    HeldFile("lock", "empty", "nothing to erase"),
    HeldFile("outside", "where the database's folder lies", "nothing to erase"),
    HeldFile("*.json", "passwords of database roles, settings", "nothing to erase"),
    HeldFile("postgres.password", "the database owner's password", "nothing to erase"),
    HeldFile("mail.yml", "the mail server's password", "nothing to erase"),
    HeldFile("channels.yml", "secrets of messaging channels", "nothing to erase"),
    HeldFile(".gitignore", "keeps all of this out of a repository", "nothing to erase"),
)
