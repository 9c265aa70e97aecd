"""The question that a conversation waits to have answered, and what answers it (docs/spec/step-up.md, "Challenge").

Everything is decided in the caller's transaction, under the lock of the conversation's row and of its counters. Times
are the database's, but for TOTP, whose time is an argument.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from discreet.records.identity import attempts, codes, guesses, links
from discreet.records.identity.accounts import Account
from discreet.records.identity.attempts import CONVERSATION, CUSTOMER
from discreet.records.identity.authenticators import Authenticators
from discreet.storage.engine import Transaction

LIFETIME = timedelta(minutes=30)
CODE_LIFETIME = timedelta(minutes=10)
PASSKEY_LIFETIME = timedelta(minutes=5)
_TO_NEW_ADDRESS = b"\0new address"
"""So that the codes of one call to two mailboxes are two."""
_OPEN = "passed_at IS NULL AND expires_at > now()"


class Outcome(Enum):
    """What became of an answer."""

    PASSED = "passed"
    MORE = "more"
    WRONG = "wrong"
    GONE = "gone"


@dataclass(frozen=True)
class Waiting:
    """The open challenge of a conversation. ``account`` None: it is still asked whose account it is."""

    action: str
    operation: bytes
    asks: int
    account: Account | None
    methods: tuple[str, ...]
    new_address: bool


@dataclass(frozen=True)
class Result:
    """``locked``, ``closed``: this wrong answer was the one that locks the account for a while, or the kind of code for
    good, of which its customer must be told."""

    outcome: Outcome
    account: Account | None = None
    locked: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Proof:
    """A step-up that was taken: by which customer, how, and to which level."""

    customer: bytes
    methods: tuple[str, ...]
    level: int
    new_address: bool = False
    """The code went to an address that is not on file yet, and nothing else was taken."""
    passkey: int | None = None
    """Which passkey was shown."""


class Challenges:
    """``key`` is the step-up key.

    ``drawn``, wherever a code is made: 32 bytes that name the call, so that the same call comes by the same code again
    and nobody keeps it; random ones by default.
    """

    def __init__(self, key: bytes, authenticators: Authenticators) -> None:
        self._key = key
        self._authenticators = authenticators

    def ask_whose(self, tx: Transaction, subject: bytes, operation: bytes, action: str, asks: int) -> None:
        """Begins a challenge of which it must first be asked whose account it is about."""
        self._begin(tx, subject, None, operation, action, asks)

    def begin(
        self, tx: Transaction, subject: bytes, account: Account, operation: bytes, action: str, asks: int
    ) -> None:
        """Begins a challenge for an account, a decoy or not, in place of any other of this conversation."""
        self._begin(tx, subject, account, operation, action, asks)

    def begin_for_address(
        self,
        tx: Transaction,
        subject: bytes,
        customer: bytes,
        operation: bytes,
        action: str,
        *,
        drawn: bytes | None = None,
    ) -> str:
        """Begins a challenge that only a code to a new address answers; that code, to be mailed there once."""
        self._begin(tx, subject, Account(customer), operation, action, 1, new_address=True)
        attempts.mailed(tx, CONVERSATION, subject)
        attempts.mailed(tx, CUSTOMER, customer)
        return self._fresh_code(tx, subject, operation, drawn, _TO_NEW_ADDRESS)

    def name(self, tx: Transaction, subject: bytes, account: Account) -> bool:
        """Says whose account the open challenge is about, once; whether one waited for that."""
        tx.execute(
            "UPDATE identity.challenge SET customer = %s, decoy = %s"  # noqa: S608
            f" WHERE subject = %s AND customer IS NULL AND {_OPEN}",
            account.id, account.decoy, subject,
        )  # fmt: skip
        return tx.rowcount == 1

    def waiting(self, tx: Transaction, subject: bytes) -> Waiting | None:
        """The open challenge, locked until the transaction ends."""
        rows = tx.execute(
            "SELECT action, operation, asks, customer, decoy, methods, new_address FROM identity.challenge"  # noqa: S608
            f" WHERE subject = %s AND {_OPEN} FOR UPDATE",
            subject,
        )
        if not rows:
            return None
        action, operation, asks, customer, decoy, methods, new_address = rows[0]
        account = None if customer is None else Account(bytes(customer), decoy)
        return Waiting(action, bytes(operation), asks, account, tuple(methods), new_address)

    def code_of(self, drawn: bytes, *, new_address: bool = False) -> str:
        """The code that ``new_code`` or ``begin_for_address`` made of the same bytes."""
        return codes.mail_code(self._key, drawn + (_TO_NEW_ADDRESS if new_address else b""))

    def new_code(self, tx: Transaction, subject: bytes, *, drawn: bytes | None = None) -> tuple[str, Account] | None:
        """A new code for the open challenge, to be mailed to its account; the one before it no longer works.

        None where none is open. Raises TooManyMails and Closed. A decoy gets a code as well, which opens nothing.
        """
        waiting = self.waiting(tx, subject)
        if waiting is None or waiting.account is None or waiting.new_address:
            return None
        attempts.mailed(tx, CONVERSATION, subject)
        attempts.mailed(tx, CUSTOMER, waiting.account.id)
        guesses.require_open(tx, waiting.account.id, codes.MAIL)
        return self._fresh_code(tx, subject, waiting.operation, drawn), waiting.account

    def answer(self, tx: Transaction, subject: bytes, code: str, now: float) -> Result:
        """Takes a code that anybody may have typed. ``now`` is Unix time in seconds, for TOTP.

        Raises Locked or Closed before anything is compared. The caller commits what comes back: a wrong guess counts.
        """
        waiting = self.require_unlocked(tx, subject)
        if waiting is None or waiting.account is None:
            return Result(Outcome.GONE)
        kind = codes.kind_of(code)
        if waiting.new_address and kind != codes.MAIL:
            kind = None
        if kind is not None:
            guesses.require_open(tx, waiting.account.id, kind)
        right = kind is not None and self._is_right(tx, subject, waiting, kind, code, now)
        if not right or kind is None or waiting.account.decoy:
            return self._wrong(tx, subject, waiting.account, kind)
        return self._proved(tx, subject, waiting, kind)

    def passed_by(self, tx: Transaction, subject: bytes, passkey: int) -> Result:
        """A passkey, of that id here, that the caller has verified itself, for the open challenge."""
        waiting = self.waiting(tx, subject)
        if waiting is None or waiting.account is None or waiting.account.decoy or waiting.new_address:
            return Result(Outcome.GONE)
        tx.execute("UPDATE identity.challenge SET shown = %s WHERE subject = %s", passkey, subject)
        return self._proved(tx, subject, waiting, codes.PASSKEY)

    def require_unlocked(self, tx: Transaction, subject: bytes) -> Waiting | None:
        """The open challenge, if anything may be compared for it. Raises Locked."""
        waiting = self.waiting(tx, subject)
        if waiting is not None and waiting.account is not None:
            attempts.require(tx, CONVERSATION, subject)
            attempts.require(tx, CUSTOMER, waiting.account.id)
        return waiting

    def failed(self, tx: Transaction, subject: bytes) -> Result:
        """A factor that the caller found wrong: it counts as a wrong code does."""
        waiting = self.waiting(tx, subject)
        if waiting is None or waiting.account is None:
            return Result(Outcome.GONE)
        return self._wrong(tx, subject, waiting.account)

    def passkey_question(self, tx: Transaction, subject: bytes) -> bytes | None:
        """32 random bytes for a passkey to sign, good once for five minutes; None where no challenge is open."""
        question = secrets.token_bytes(32)
        tx.execute(
            "UPDATE identity.challenge SET passkey = %s, passkey_until = now() + %s"  # noqa: S608
            f" WHERE subject = %s AND {_OPEN}",
            question, PASSKEY_LIFETIME, subject,
        )  # fmt: skip
        return question if tx.rowcount == 1 else None

    def take_passkey_question(self, tx: Transaction, subject: bytes) -> bytes | None:
        """The question that waits; it is gone with this."""
        rows = tx.execute(
            "WITH asked AS (SELECT passkey FROM identity.challenge WHERE subject = %s AND passkey_until > now()"  # noqa: S608
            f" AND {_OPEN} FOR UPDATE) UPDATE identity.challenge c SET passkey = NULL, passkey_until = NULL FROM asked"
            " WHERE c.subject = %s RETURNING asked.passkey",
            subject, subject,
        )  # fmt: skip
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    def registration_question(self, tx: Transaction, subject: bytes, used_by: bytes) -> bytes | None:
        """The same for a new passkey, on the strength of the step-up that this call has used."""
        question = secrets.token_bytes(32)
        tx.execute(
            "UPDATE identity.challenge SET passkey = %s, passkey_until = now() + %s"
            " WHERE subject = %s AND used_by = %s",
            question, PASSKEY_LIFETIME, subject, used_by,
        )  # fmt: skip
        return question if tx.rowcount == 1 else None

    def take_registration_question(self, tx: Transaction, subject: bytes, action: str) -> tuple[bytes, bytes] | None:
        """That question and its customer; the step-up it came from is over with this."""
        rows = tx.execute(
            "DELETE FROM identity.challenge WHERE subject = %s AND action = %s AND used_by IS NOT NULL"
            " AND passkey_until > now() RETURNING passkey, customer",
            subject, action,
        )  # fmt: skip
        return (bytes(rows[0][0]), bytes(rows[0][1])) if rows and rows[0][0] is not None else None

    def take(
        self,
        tx: Transaction,
        subject: bytes,
        operation: bytes,
        *,
        customer: bytes | None,
        level: int,
        fresh: timedelta,
        used_by: bytes,
    ) -> Proof | None:
        """Uses up the step-up of exactly this operation in this conversation, None where there is none.

        ``customer`` None: whoever it is. ``used_by``: 32 bytes that name the call; the same call may come again.
        """
        rows = tx.execute(
            "UPDATE identity.challenge SET used_by = %s WHERE subject = %s AND operation = %s AND NOT decoy"
            " AND (%s::bytea IS NULL OR customer = %s) AND level >= %s AND passed_at > now() - %s"
            " AND (used_by IS NULL OR used_by = %s) RETURNING customer, methods, level, new_address, shown",
            used_by, subject, operation, customer, customer, level, fresh, used_by,
        )  # fmt: skip
        return Proof(bytes(rows[0][0]), tuple(rows[0][1]), *rows[0][2:]) if rows else None

    def end(self, tx: Transaction, subject: bytes) -> bool:
        """Forgets the conversation's challenge, whatever its state; whether there was one."""
        tx.execute("DELETE FROM identity.challenge WHERE subject = %s", subject)
        return tx.rowcount == 1

    def end_of(self, tx: Transaction, customer: bytes) -> None:
        """Forgets every challenge about a customer, in whatever conversation.

        And how far unfinished calls came there: one that comes again must not go on by what it had shown.
        """
        tx.execute(
            "DELETE FROM action.step WHERE subject IN (SELECT subject FROM identity.challenge WHERE customer = %s"
            " UNION SELECT subject FROM identity.link WHERE customer = %s)",
            customer, customer,
        )  # fmt: skip
        tx.execute("DELETE FROM identity.challenge WHERE customer = %s", customer)

    def _begin(
        self,
        tx: Transaction,
        subject: bytes,
        account: Account | None,
        operation: bytes,
        action: str,
        asks: int,
        *,
        new_address: bool = False,
    ) -> None:
        self.end(tx, subject)
        tx.execute(
            "INSERT INTO identity.challenge"
            " (subject, customer, decoy, operation, action, asks, new_address, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, now() + %s)",
            subject, account.id if account else None, bool(account and account.decoy), operation, action, asks,
            new_address, LIFETIME,
        )  # fmt: skip

    def _fresh_code(
        self, tx: Transaction, subject: bytes, operation: bytes, drawn: bytes | None, label: bytes = b""
    ) -> str:
        code = codes.mail_code(self._key, (drawn or secrets.token_bytes(32)) + label)
        tx.execute(
            "UPDATE identity.challenge SET code_mac = %s, code_until = now() + %s WHERE subject = %s",
            codes.mail_code_mac(self._key, subject, operation, code), CODE_LIFETIME, subject,
        )  # fmt: skip
        return code

    def _is_right(self, tx: Transaction, subject: bytes, waiting: Waiting, kind: str, code: str, now: float) -> bool:
        assert waiting.account is not None  # asked of by the caller
        if kind == codes.MAIL:
            return self._is_mailed(tx, subject, waiting.operation, code)
        if kind == codes.TOTP:
            return self._authenticators.take_totp(tx, waiting.account.id, code, now)
        return self._authenticators.take_recovery(tx, waiting.account.id, code)

    def _is_mailed(self, tx: Transaction, subject: bytes, operation: bytes, code: str) -> bool:
        rows = tx.execute("SELECT code_mac FROM identity.challenge WHERE subject = %s AND code_until > now()", subject)
        kept = bytes(rows[0][0]) if rows and rows[0][0] is not None else bytes(32)
        if not hmac.compare_digest(kept, codes.mail_code_mac(self._key, subject, operation, code)):
            return False
        tx.execute("UPDATE identity.challenge SET code_mac = NULL, code_until = NULL WHERE subject = %s", subject)
        return True

    def _proved(self, tx: Transaction, subject: bytes, waiting: Waiting, kind: str) -> Result:
        assert waiting.account is not None  # asked of by the callers
        methods = (*waiting.methods, kind)
        level = 2 if codes.PASSKEY in methods or len(set(methods)) > 1 else 1
        passed = level >= waiting.asks
        guesses.right(tx, waiting.account.id, kind)
        if level > 1:
            guesses.reopen(tx, waiting.account.id)
        tx.execute(
            "UPDATE identity.challenge SET methods = %s, level = %s, passed_at = CASE WHEN %s THEN now() END,"
            " passkey = NULL, passkey_until = NULL WHERE subject = %s",
            list(methods), level, passed, subject,
        )  # fmt: skip
        if not passed:
            return Result(Outcome.MORE, waiting.account)
        for scope, id in ((CONVERSATION, subject), (CUSTOMER, waiting.account.id)):
            attempts.cleared(tx, scope, id)
        links.link(tx, subject, waiting.account.id)
        return Result(Outcome.PASSED, waiting.account)

    def _wrong(self, tx: Transaction, subject: bytes, account: Account, kind: str | None = None) -> Result:
        if attempts.failed(tx, CONVERSATION, subject):
            tx.execute("UPDATE identity.challenge SET code_mac = NULL, code_until = NULL WHERE subject = %s", subject)
        locked = attempts.failed(tx, CUSTOMER, account.id)
        return Result(Outcome.WRONG, account, locked, guesses.wrong(tx, account.id, kind))
