"""Chat messages of our own drawing, in which personal data hides as it does in real ones, and what only looks like it.

Every run with the same seed gives the same messages. Nothing is taken from a corpus: numbers are drawn and get their
check digits, words are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from bench.adversarial import addresses, bank, cards, ids, mail, negatives, network, people, phones, secrets
from bench.adversarial.wording import Family, Message, message

FAMILIES: dict[str, Family] = {
    **cards.FAMILIES,
    **bank.FAMILIES,
    **mail.FAMILIES,
    **phones.FAMILIES,
    **ids.FAMILIES,
    **network.FAMILIES,
    **people.FAMILIES,
    **addresses.FAMILIES,
    **secrets.FAMILIES,
    **negatives.FAMILIES,
}


def draw(seed: int, a_family: int) -> Iterator[Message]:
    """``a_family`` messages of each family; a family's messages do not depend on the other families."""
    for name, family in FAMILIES.items():
        rng = Random(f"{seed} {name}")
        for _ in range(a_family):
            yield message(name, family(rng))


__all__ = ["FAMILIES", "Message", "draw"]
