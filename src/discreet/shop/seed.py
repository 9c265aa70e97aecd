"""Invented customers and orders for the demonstration; made once, when the shop is empty."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from discreet.crypto.wrapping import KeyRing
from discreet.shop.postgres import PostgresShop
from discreet.storage.engine import Database, Transaction

_CUSTOMERS = (
    ("Ottilie Brandvold", "ottilie.brandvold@post.example", "18 Lantern Row, 5003 Bergen"),
    ("Casimir Oyelaran", "casimir.oyelaran@post.example", "7 Weaver Court, Leeds LS1 4AB"),
    ("Imke Sandoval", "imke.sandoval@post.example", "Lindenhof 22, 50667 Köln"),
)
# number, customer, status, days since it was placed, days since it was delivered, (product, cents) ...
_ORDERS = (
    ("DS-10482", 0, "delivered", 12, 6, (("rain jacket", 8900), ("wool jumper", 6400))),
    ("DS-10517", 0, "shipped", 3, None, (("hiking boots", 13900),)),
    ("DS-10563", 1, "packing", 1, None, (("two-person tent", 24900), ("head torch", 3400))),
    ("DS-10231", 1, "delivered", 75, 70, (("sleeping bag", 11900),)),
    ("DS-10601", 2, "delivered", 9, 4, (("trail backpack", 9900), ("water bottle", 1900))),
    ("DS-10622", 2, "packing", 0, None, (("walking poles", 5900),)),
    ("DS-10644", 0, "delivered", 20, 15, (("fleece", 5400), ("wool socks", 1600))),
    ("DS-10659", 1, "cancelled", 6, None, (("camping stove", 7200),)),
    ("DS-10683", 2, "delivered", 8, 2, (("down jacket", 18900),)),
    ("DS-10702", 0, "shipped", 2, None, (("sun hat", 2900), ("linen shirt", 4900))),
    ("DS-10718", 1, "delivered", 14, 9, (("walking trousers", 7900),)),
    ("DS-10745", 2, "packing", 1, None, (("picnic blanket", 3900),)),
)


def seed_if_empty(database: Database, ring: KeyRing) -> bool:
    """Fills an empty shop; False when there is something in it already."""
    shop = PostgresShop(database, ring)
    with database.transaction() as tx:
        if tx.execute("SELECT 1 FROM shop.orders LIMIT 1"):
            return False
        for index, (name, email, address) in enumerate(_CUSTOMERS):
            shop.add_customer(tx, _customer_id(index), name=name, email=email, address=address)
        for order in _ORDERS:
            _add_order(tx, *order)
    return True


def _add_order(
    tx: Transaction,
    number: str,
    customer: int,
    status: str,
    placed: int,
    delivered: int | None,
    lines: tuple[tuple[str, int], ...],
) -> None:
    tx.execute(
        "INSERT INTO shop.orders (number, customer, status, placed_on, delivered_on)"
        " VALUES (%s, %s, %s, current_date - %s, current_date - %s::interval)",
        number, _customer_id(customer), status, placed, None if delivered is None else timedelta(days=delivered),
    )  # fmt: skip
    for product, cents in lines:
        tx.execute(
            "INSERT INTO shop.order_lines (number, product, price_cents) VALUES (%s, %s, %s)", number, product, cents
        )


def _customer_id(index: int) -> bytes:
    return hashlib.sha256(b"discreet demonstration customer" + bytes((index,))).digest()[:16]
