"""The whole bot over HTTP, beside stock Rasa: the same model, messages and skills, on the same Postgres, alternating.

``python -m bench.bot``. Ours: page's channel, Guard, vault, encrypted store, signed action calls; once with and once
without the patches of ``discreet.rasa.speed``. Stock: REST channel, SQLTrackerStore, action server without
authentication.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable

from bench.report import Figure, report
from bench.stock.server import StockChat, stock_rasa
from discreet.client import Chat
from tests.conftest import running_assistant

CONVERSATION = (
    "hello",
    "what can you do",
    "is this chat encrypted",
    "where is my order",
    "DS-10601",
    "thanks",
    "who can read this",
    "how long do you keep my data",
    "tell me a joke",
    "where is order DS-10482",
    "my mail is tom.berger@post.example",
    "are you a bot",
    "what are my rights",
    "what is the status of DS-10517",
    "how does consent work",
    "why is my card number hidden",
    "is this message from you",
    "track order DS-10702",
    "thank you",
    "bye",
)
"""Twenty messages: four reach custom actions through a form, one holds personal data."""

Send = Callable[[str], list[str]]
Opener = Callable[[], Send]


class Side:
    """What one side took: latencies in milliseconds, and messages a second of each round."""

    def __init__(self, opener: Opener) -> None:
        self.open = opener
        self.latencies: list[float] = []
        self.rates: list[float] = []
        self._lock = threading.Lock()

    def round(self, users: int, conversations: int) -> None:
        """``users`` at once, each holding so many conversations one after the other."""
        failures: list[BaseException] = []

        def talk() -> None:
            try:
                for _ in range(conversations):
                    self._converse()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=talk) for _ in range(users)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        self.rates.append(users * conversations * len(CONVERSATION) / (time.perf_counter() - begun))

    def _converse(self) -> None:
        send = self.open()
        taken = []
        for text in CONVERSATION:
            begun = time.perf_counter()
            replies = send(text)
            taken.append(1000 * (time.perf_counter() - begun))
            if not replies:
                raise RuntimeError(f"no reply to: {text}")
        with self._lock:
            self.latencies += taken

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1]

    @property
    def rate(self) -> float:
        """The median round's messages a second."""
        return statistics.median(self.rates)

    @property
    def spread(self) -> list[float]:
        """The slowest and the fastest round's messages a second."""
        return [round(min(self.rates), 1), round(max(self.rates), 1)]


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    figures: list[Figure] = []
    unpatched = (("DISCREET_SPEED_PATCHES", "off"),)
    with (
        running_assistant(durable=True, log_level="INFO") as ours,
        running_assistant(durable=True, log_level="INFO", environment=unpatched) as plain,
    ):
        assert ours.postgres is not None
        with stock_rasa(ours.postgres.url, ours.model()) as port:
            for users in (1, 8):
                openers = {"": _ours(ours.address), "_unpatched": _ours(plain.address), "stock": _stock(port)}
                figures += _compare(users, arguments.rounds, openers)
    conditions = {"rounds": arguments.rounds, "messages_a_conversation": len(CONVERSATION), "synchronous_commit": "on"}
    return report("bot", figures, conditions)


def _ours(address: str) -> Opener:
    def opened() -> Send:
        chat = Chat(address).open()
        return lambda text: chat.send(text).texts

    return opened


def _stock(port: int) -> Opener:
    return lambda: StockChat(port).send


def _compare(users: int, rounds: int, openers: dict[str, Opener]) -> list[Figure]:
    """Figures of each of our sides over stock; the sides take turns, and who begins changes every round."""
    sides = {name: Side(opener) for name, opener in openers.items()}
    for number in range(rounds + 1):
        order = list(sides.values())
        first = number % len(order)
        for side in order[first:] + order[:first]:
            side.round(users, conversations=2 if users == 1 else 1)
            if number == 0:  # warm-up
                side.latencies.clear()
                side.rates.clear()
        print(f"  {users} user(s), round {number} of {rounds}", file=sys.stderr, flush=True)
    stock = sides.pop("stock")
    label = "1_user" if users == 1 else f"{users}_users"
    return [figure for name, side in sides.items() for figure in _figures(label, name, side, stock)]


def _figures(label: str, name: str, ours: Side, stock: Side) -> list[Figure]:
    figures = []
    for percent in (50, 95):
        mine, peer = ours.percentile(percent), stock.percentile(percent)
        more = {"ours_ms": round(mine, 2), "stock_ms": round(peer, 2), "n": len(ours.latencies)}
        figures.append(Figure(f"{label}_p{percent}{name}_over_stock", mine / peer, "ratio", more))
    rates = {"ours": round(ours.rate, 1), "stock": round(stock.rate, 1), "n": len(ours.rates)}
    spread = {"ours_spread": ours.spread, "stock_spread": stock.spread}
    more_rate = {**rates, **spread}
    return [*figures, Figure(f"{label}_throughput{name}_over_stock", ours.rate / stock.rate, "ratio", more_rate)]


if __name__ == "__main__":
    sys.exit(main())
