"""Whose account: a customer by e-mail address, through a blind index; a decoy where there is none."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

from discreet.storage.engine import Transaction


@dataclass(frozen=True)
class Account:
    """A customer, or what stands for one where there is none: ``decoy``. ``id`` is 16 bytes."""

    id: bytes
    decoy: bool = False


class Accounts:
    """``key`` is the step-up key, which only the action server derives: a stolen table confirms no address."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def remember(self, tx: Transaction, customer: bytes, email: str) -> None:
        """Makes the customer findable by this address, and by no other. Raises StorageConflict for one in use."""
        tx.execute(
            "INSERT INTO identity.mailbox (customer, address_index) VALUES (%s, %s)"
            " ON CONFLICT (customer) DO UPDATE SET address_index = EXCLUDED.address_index",
            customer, self._index(email),
        )  # fmt: skip

    def missing(self, tx: Transaction, customers: list[bytes]) -> list[bytes]:
        """Those of the customers that nothing is remembered of yet."""
        known = {bytes(row[0]) for row in tx.execute("SELECT customer FROM identity.mailbox")}
        return [customer for customer in customers if customer not in known]

    def find(self, tx: Transaction, email: str) -> Account:
        """The account of an address that anybody may have typed; a decoy where there is none."""
        index = self._index(email)
        rows = tx.execute("SELECT customer FROM identity.mailbox WHERE address_index = %s", index)
        return Account(bytes(rows[0][0])) if rows else Account(index[:16], decoy=True)

    def nobody(self, what: str) -> Account:
        """The decoy for something that was named and belongs to nobody, such as an order's number."""
        return Account(_keyed(self._key, b"nobody", what.encode())[:16], decoy=True)

    def _index(self, email: str) -> bytes:
        return _keyed(self._key, b"mailbox", unicodedata.normalize("NFKC", email).strip().casefold().encode())


def _keyed(key: bytes, label: bytes, message: bytes) -> bytes:
    return hmac.new(key, b"discreet " + label + b"\0" + message, hashlib.sha256).digest()
