"""What skills need of a shop and of a payment provider; adapters stand beside this file.

Every effect takes an ``effect_key``: the same key again has no second effect and returns the first result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from discreet.errors import DiscreetError


class ShopError(DiscreetError):
    """The shop says no, in a sentence for the customer."""

    code = "shop"


class UnknownOrder(ShopError):
    """No order has this number."""

    code = "unknown_order"
    sentence = "I cannot find an order with that number. It looks like DS-12345 and stands in your confirmation."


class NotPossible(ShopError):
    """The order's state does not allow it. ``sentence`` says why."""

    code = "not_possible"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class PaymentFailed(DiscreetError):
    """The payment provider refused or did not answer; the refund may be tried again with the same key."""

    code = "payment_failed"
    sentence = "The payment provider did not accept that card. Nothing was refunded; please check the number."


@dataclass(frozen=True)
class OrderLine:
    """One article of an order. ``returned``: a return is open or refunded."""

    id: int
    product: str
    price_cents: int
    returned: bool


@dataclass(frozen=True)
class Order:
    """What anybody with the number may hear: no personal data."""

    number: str
    status: str
    placed_on: date
    delivered_on: date | None
    lines: tuple[OrderLine, ...]

    def line(self, product: str) -> OrderLine | None:
        """The line whose product the customer means."""
        wanted = product.casefold().strip()
        return next((line for line in self.lines if line.product in wanted or wanted in line.product), None)


@dataclass(frozen=True)
class Return:
    """An opened return."""

    reference: str
    amount_cents: int
    status: str


@dataclass(frozen=True)
class Kept:
    """What the shop keeps that began in this conversation, by count."""

    returns: int
    feedback: int
    tickets: int


class Shop(Protocol):
    """The shop's back end. Calls block; run them off the event loop. Each may raise StorageError."""

    def find_order(self, number: str) -> Order:
        """Raises UnknownOrder."""

    def require_returnable(self, number: str, product: str) -> OrderLine:
        """The line that may come back. Raises UnknownOrder, NotPossible: ask before asking a customer for more."""

    def open_return(self, number: str, product: str, reason: str, *, subject: bytes, effect_key: bytes) -> Return:
        """Opens a return and keeps the reason sealed: a customer may write anything there.

        ``reason`` at most 60,000 bytes. Raises UnknownOrder, NotPossible.
        """

    def refunded(self, reference: str, *, refund_reference: str, card_last4: str) -> None:
        """Notes that the money for a return is on its way."""

    def reject_return(self, reference: str) -> None:
        """Closes a return whose refund failed, so that the line can be returned again."""

    def require_changeable(self, number: str) -> None:
        """The order has not left. Raises UnknownOrder, NotPossible: ask before asking a customer for an address."""

    def change_delivery_address(self, number: str, address: str) -> None:
        """Raises UnknownOrder, NotPossible once the parcel has left."""

    def keep_feedback(self, text: str, *, subject: bytes, effect_key: bytes) -> None:
        """Keeps feedback, sealed."""

    def hand_off(self, *, subject: bytes, effect_key: bytes) -> str:
        """Opens a ticket for a person and returns its reference."""

    def kept_of(self, subject: bytes) -> Kept:
        """What is kept that began in this conversation."""

    def copy_of(self, subjects: Sequence[bytes], customers: Sequence[bytes]) -> dict[str, Any]:
        """Everything that belongs to these conversations and identified customers, for their person's copy."""

    def correct(self, customer: bytes, category: str, value: str) -> bool:
        """Puts a new value in place of an identified customer's; False where the shop keeps none of that category."""


class Customers(Protocol):
    """Who the shop's customers are, for showing who somebody is. Calls block; each may raise StorageError.

    No skill ever says what it gets here.
    """

    def owner_of(self, number: str) -> bytes | None:
        """The customer, 16 bytes, who placed the order; None for a number that is no order's."""

    def everybody(self) -> list[bytes]:
        """Every customer."""

    def email_of(self, customer: bytes) -> str | None:
        """The address on file; None for nobody, and for somebody who was erased."""

    def change_email(self, customer: bytes, email: str) -> None:
        """Writes another address down. ``email`` at most 254 characters."""


class Refunds(Protocol):
    """The payment provider. Calls block."""

    def refund(self, card_number: str, amount_cents: int, *, key: bytes) -> Refund:
        """Sends money to a card, once a key. Raises PaymentFailed; an error never carries the number."""


@dataclass(frozen=True)
class Refund:
    """What may be kept of a refund (PCI DSS 3.4): the provider's reference and the last four digits."""

    reference: str = field()
    card_last4: str = field()
