"""The postman, with a real database and a courier that does as the test says."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest

from discreet import metrics
from discreet.crypto.wrapping import KeyRing
from discreet.rasa.channels.postman import DELIVERED, REFUSED, Courier, Outcome, Postman, delay_after
from discreet.records.audit import Audit
from discreet.records.erasure import erase
from discreet.records.outbox import Outbox, Recipient
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Database
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16


class Round(Courier):
    """Delivers as it is told to."""

    def __init__(self, behave: Callable[[str], Outcome]) -> None:
        self.taken: list[str] = []
        self._behave = behave

    @classmethod
    def name(cls) -> str:
        return "telegram"

    async def deliver(self, http: aiohttp.ClientSession, address: dict[str, Any], content: dict[str, Any]) -> Outcome:
        outcome = self._behave(content["text"])
        if outcome == DELIVERED:
            self.taken.append(content["text"])
        return outcome


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(KeyRing({"value-1": bytes(32)}))


@pytest.fixture
def rasa(database: TestDatabase) -> Iterator[Database]:
    pool = database.open("rasa")
    yield pool
    pool.close()


def _post(rasa: Database, outbox: Outbox, who: bytes, number: int, *texts: str) -> None:
    to = Recipient("telegram", who, number.to_bytes(16, "big"), {"chat": "1"})
    with rasa.transaction() as tx:
        outbox.post(tx, to, [{"text": text} for text in texts], lambda reply: [{"text": reply["text"]}])


def _deliver(database: TestDatabase, outbox: Outbox, courier: Courier, until: Callable[[], bool]) -> None:
    async def play() -> None:
        postman, statements = Postman(), AsyncDatabase(database.url("rasa"))
        postman.start(statements, outbox)
        postman.employ(courier)
        for _ in range(600):
            if until():
                break
            await asyncio.sleep(0.02)
        await postman.stop()
        statements.close()
        assert until()

    asyncio.run(play())


def _left(database: TestDatabase) -> int:
    with database.open("owner").transaction() as tx:
        return int(tx.execute("SELECT count(*) FROM channel.outbox")[0][0])


def test_everything_arrives_once_and_in_order(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    courier = Round(lambda text: DELIVERED)
    texts = [str(number) for number in range(12)]
    _post(rasa, outbox, ANNA, 1, *texts)
    _deliver(database, outbox, courier, lambda: _left(database) == 0)
    assert courier.taken == texts


def test_a_failure_is_tried_again_before_what_comes_after_it(
    database: TestDatabase, rasa: Database, outbox: Outbox
) -> None:
    failures = iter([Outcome("later"), aiohttp.ClientConnectionError(), asyncio.TimeoutError()])

    def behave(text: str) -> Outcome:
        failure = next(failures, DELIVERED) if text == "one" else DELIVERED
        if isinstance(failure, Exception):
            raise failure
        return failure

    courier = Round(behave)
    _post(rasa, outbox, ANNA, 1, "one", "two")
    _post(rasa, outbox, BEN, 2, "uno")
    _deliver(database, outbox, courier, lambda: _hurried(database) == 0)
    assert [text for text in courier.taken if text != "uno"] == ["one", "two"]
    assert "uno" in courier.taken


def _hurried(database: TestDatabase) -> int:
    """Makes what waits due now."""
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE channel.outbox SET due_at = now() WHERE due_at < now() + interval '59 s'")
    return _left(database)


def test_what_is_refused_for_good_is_dropped(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    courier = Round(lambda text: REFUSED if text == "one" else DELIVERED)
    _post(rasa, outbox, ANNA, 1, "one", "two")
    before = _tried()
    _deliver(database, outbox, courier, lambda: _left(database) == 0)
    assert courier.taken == ["two"]
    assert _tried() - before == Counter({"refused": 1, "delivered": 1})


def _tried() -> Counter[str]:
    """What became of telegram's letters so far, as the metrics tell it."""
    told = re.findall(r'deliveries_total{process="x",channel="telegram",outcome="(\w+)"} (\d+)', metrics.samples("x"))
    return Counter({outcome: int(count) for outcome, count in told})


def test_a_courier_that_breaks_keeps_the_letter(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    def behave(text: str) -> Outcome:
        raise RuntimeError

    _post(rasa, outbox, ANNA, 1, "one")
    broken = Round(behave)
    waited = "SELECT count(*) FROM channel.outbox WHERE attempts = 1 AND due_at < now() + interval '10 s'"

    def tried() -> bool:
        with database.open("owner").transaction() as tx:
            return bool(tx.execute(waited)[0][0])

    _deliver(database, outbox, broken, tried)
    assert _left(database) == 1


def test_an_erased_person_gets_nothing(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one")
    with database.open("owner").transaction() as tx:
        erase(tx, ANNA, Audit("operator"))
    courier = Round(lambda text: DELIVERED)
    _post(rasa, outbox, BEN, 2, "uno")
    _deliver(database, outbox, courier, lambda: _left(database) == 0)
    assert courier.taken == ["uno"]


def test_a_person_whose_key_is_gone_holds_nothing_up(database: TestDatabase, rasa: Database, outbox: Outbox) -> None:
    _post(rasa, outbox, ANNA, 1, "one")
    with database.open("owner").transaction() as tx:
        tx.execute("DELETE FROM key.owner_key")
    courier = Round(lambda text: DELIVERED)
    _deliver(database, outbox, courier, lambda: _left(database) == 0)
    assert courier.taken == []


@pytest.mark.parametrize(
    ("attempt", "asked", "delay"),
    [(1, 0, 1), (2, 0, 2), (4, 0, 8), (9, 0, 256), (10, 0, 300), (5000, 0, 300), (1, 30, 30), (10, 30, 300),
     (1, 99999, 3600)],
)  # fmt: skip
def test_delays_grow_and_end(attempt: int, asked: float, delay: float) -> None:
    assert delay_after(attempt, asked) == delay
