"""What customers prove themselves with besides a code by e-mail. Secrets are sealed under the customer's own key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

from discreet.crypto.sealed import open_column, seal_column
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError
from discreet.records.identity import codes, guesses
from discreet.records.keys import OwnerKeys
from discreet.storage.engine import Transaction

_COLUMN = "authenticator.secret"
_SETTING_UP = timedelta(minutes=30)
_USABLE = "customer = %s AND active AND NOT locked"


@dataclass(frozen=True)
class Passkey:
    """A registered passkey. ``public_key`` is COSE; ``counter`` what its authenticator counted last."""

    id: int
    customer: bytes
    credential_id: bytes
    public_key: bytes = field(repr=False)
    counter: int


class Authenticators:
    """``ring`` wraps customers' keys. Every method works in the caller's transaction."""

    def __init__(self, ring: KeyRing) -> None:
        self._owner_keys = OwnerKeys(ring)

    def kinds(self, tx: Transaction, customer: bytes) -> frozenset[str]:
        """Which kinds the customer has, locked ones too: a lock must not make a mailbox enough."""
        rows = tx.execute("SELECT DISTINCT kind FROM identity.authenticator WHERE customer = %s AND active", customer)
        return frozenset(row[0] for row in rows)

    def are_locked(self, tx: Transaction, customer: bytes) -> bool:
        """Whether somebody said that it was not them."""
        return bool(tx.execute("SELECT 1 FROM identity.authenticator WHERE customer = %s AND locked LIMIT 1", customer))

    def prepare_totp(self, tx: Transaction, customer: bytes) -> str:
        """A new secret, which counts only once ``confirm_totp`` has seen a code of it; one that waits is dropped."""
        secret = codes.new_totp_secret()
        tx.execute("DELETE FROM identity.authenticator WHERE customer = %s AND kind = 'totp' AND NOT active", customer)
        tx.execute(
            "INSERT INTO identity.authenticator (customer, kind, secret) VALUES (%s, 'totp', %s)",
            customer, self._sealed(tx, customer, secret),
        )  # fmt: skip
        return secret

    def confirm_totp(self, tx: Transaction, customer: bytes, code: str, now: float) -> bool:
        """Whether the code is one of the secret that waits; that is then in use, in place of any before it."""
        row = self._totp(tx, customer, active=False)
        step = codes.totp_step(row[1], code, now) if row else None
        if row is None or step is None:
            return False
        tx.execute("DELETE FROM identity.authenticator WHERE customer = %s AND kind = 'totp' AND active", customer)
        tx.execute("UPDATE identity.authenticator SET active = true, counter = %s WHERE id = %s", step, row[0])
        guesses.right(tx, customer, codes.TOTP)
        return True

    def take_totp(self, tx: Transaction, customer: bytes, code: str, now: float) -> bool:
        """Whether the code is right and its step was not used before; it is used now."""
        row = self._totp(tx, customer, active=True)
        if row is None:
            self._owner_keys.find(tx, customer)  # the work of opening one: the time tells nobody who has an app
        step = codes.totp_step(row[1] if row else _NOBODYS_SECRET, code, now)
        if row is None or step is None:
            return False
        tx.execute("UPDATE identity.authenticator SET counter = %s WHERE id = %s AND counter < %s", step, row[0], step)
        return tx.rowcount == 1

    def new_recovery_codes(self, tx: Transaction, customer: bytes) -> list[str]:
        """Ten codes to show once; those before them no longer work. Takes about a second."""
        made = codes.new_recovery_codes()
        tx.execute("DELETE FROM identity.authenticator WHERE customer = %s AND kind = 'recovery'", customer)
        for code in made:
            tx.execute(
                "INSERT INTO identity.authenticator (customer, kind, finder, secret, active)"
                " VALUES (%s, 'recovery', %s, %s, true)",
                customer, codes.recovery_finder(code), codes.recovery_hash(code),
            )  # fmt: skip
        return made

    def take_recovery(self, tx: Transaction, customer: bytes, code: str) -> bool:
        """Whether the code is one of the customer's; it is gone then. One argon2id, whatever is there."""
        rows = tx.execute(
            f"SELECT id, secret FROM identity.authenticator WHERE {_USABLE} AND kind = 'recovery' AND finder = %s",  # noqa: S608
            customer, codes.recovery_finder(code),
        )  # fmt: skip
        if not codes.recovery_matches(bytes(rows[0][1]) if rows else None, code):
            return False
        tx.execute("DELETE FROM identity.authenticator WHERE id = %s", rows[0][0])
        return tx.rowcount == 1

    def add_passkey(
        self, tx: Transaction, customer: bytes, credential_id: bytes, public_key: bytes, counter: int
    ) -> None:
        """Registers a passkey that was just verified. Raises StorageConflict for one that somebody has already."""
        secret = json.dumps({"id": credential_id.hex(), "key": public_key.hex()})
        tx.execute(
            "INSERT INTO identity.authenticator (customer, kind, finder, secret, counter, active)"
            " VALUES (%s, 'passkey', %s, %s, %s, true)",
            customer, _found_by(credential_id), self._sealed(tx, customer, secret), counter,
        )  # fmt: skip

    def passkey(self, tx: Transaction, customer: bytes, credential_id: bytes) -> Passkey | None:
        """The customer's passkey of that id, locked until the transaction ends; None where it is not theirs."""
        rows = tx.execute(
            f"SELECT id, secret, counter FROM identity.authenticator WHERE {_USABLE} AND kind = 'passkey'"  # noqa: S608
            " AND finder = %s FOR UPDATE",
            customer, _found_by(credential_id),
        )  # fmt: skip
        if not rows:
            return None
        secret = json.loads(self._opened(tx, customer, bytes(rows[0][1])))
        return Passkey(rows[0][0], customer, bytes.fromhex(secret["id"]), bytes.fromhex(secret["key"]), rows[0][2])

    def passkey_ids(self, tx: Transaction, customer: bytes) -> list[bytes]:
        """The ids of the customer's passkeys, so that one is not registered twice."""
        rows = tx.execute(
            "SELECT secret FROM identity.authenticator WHERE customer = %s AND kind = 'passkey'", customer
        )
        return [bytes.fromhex(json.loads(self._opened(tx, customer, bytes(row[0])))["id"]) for row in rows]

    def used_passkey(self, tx: Transaction, passkey: Passkey, counter: int) -> None:
        """Keeps what its authenticator counts."""
        tx.execute("UPDATE identity.authenticator SET counter = %s WHERE id = %s", counter, passkey.id)

    def remove(self, tx: Transaction, customer: bytes, kind: str, *, but: int | None = None) -> int:
        """Removes what the customer has of that kind, but for the one of that id; how many."""
        tx.execute(
            "DELETE FROM identity.authenticator WHERE customer = %s AND kind = %s AND id IS DISTINCT FROM %s",
            customer, kind, but,
        )  # fmt: skip
        removed = tx.rowcount
        guesses.right(tx, customer, kind)
        return removed

    def lock(self, tx: Transaction, customer: bytes) -> int:
        """Locks every one of the customer's; how many."""
        tx.execute("UPDATE identity.authenticator SET locked = true WHERE customer = %s", customer)
        return tx.rowcount

    def unlock(self, tx: Transaction, customer: bytes) -> None:
        """Takes them into use again."""
        tx.execute("UPDATE identity.authenticator SET locked = false WHERE customer = %s", customer)

    def _totp(self, tx: Transaction, customer: bytes, *, active: bool) -> tuple[int, str] | None:
        rows = tx.execute(
            "SELECT id, secret FROM identity.authenticator WHERE customer = %s AND kind = 'totp' AND active = %s"
            " AND NOT locked AND (active OR created_at > now() - %s) FOR UPDATE",
            customer, active, _SETTING_UP,
        )  # fmt: skip
        return (rows[0][0], self._opened(tx, customer, bytes(rows[0][1]))) if rows else None

    def _sealed(self, tx: Transaction, customer: bytes, value: str) -> bytes:
        _, key = self._owner_keys.get_or_create(tx, customer)
        return seal_column(key, column=_COLUMN, owner=customer, value=value)

    def _opened(self, tx: Transaction, customer: bytes, sealed: bytes) -> str:
        found = self._owner_keys.find(tx, customer)
        if found is None:
            raise IntegrityError("the person's key is gone")
        return open_column(found[1], column=_COLUMN, owner=customer, sealed=sealed)


_NOBODYS_SECRET = "A" * codes.TOTP_SECRET
"""So that the same is computed where there is no secret."""


def _found_by(credential_id: bytes) -> bytes:
    return hashlib.sha256(b"discreet passkey\0" + credential_id).digest()
