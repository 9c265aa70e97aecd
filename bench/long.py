"""What a message costs at the end of a long conversation, over what it costs at its beginning; beside stock Rasa.

``python -m bench.long``. One conversation a side, the same twenty messages over and over, the sides taking turns
message by message. Ours: the page's channel with everything behind it, the tracker lent from turn to turn.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from bench import wire
from bench.bot import CONVERSATION
from bench.guard import credentials
from bench.report import Figure, report
from bench.stock.server import StockChat, stock_rasa
from discreet.client import Chat
from tests.conftest import running_assistant

ROUNDS = 26
"""Of the twenty messages; the first warms up, the second and third are the beginning, the last two the end."""


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with (
        tempfile.TemporaryDirectory(prefix="discreet-bench-") as folder,
        running_assistant(durable=True, log_level="INFO", credentials=str(credentials(Path(folder)))) as ours,
    ):
        assert ours.postgres is not None
        with stock_rasa(ours.postgres.url, ours.model()) as port:
            took = _converse({"ours": _ours(ours.address), "stock": _stock(port)}, rounds)
    figures = [_growth(side, times) for side, times in took.items()]
    return report("long", figures, {"messages": rounds * len(CONVERSATION), "synchronous_commit": "on"})


def _converse(sides: dict[str, Callable[[str], float]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every message of each side."""
    took: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(rounds):
        for text in CONVERSATION:
            for side, send in sides.items():
                took[side].append(send(text))
        print(f"  round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return took


def _growth(side: str, took: list[float]) -> Figure:
    """The median of the growth of each of the twenty messages, whose costs differ among each other."""
    each = len(CONVERSATION)
    beginning, end = took[each : 3 * each], took[-2 * each :]
    pairs = [(min(end[n::each]), min(beginning[n::each])) for n in range(each)]
    more = {
        "beginning_ms": round(statistics.median(beginning), 2),
        "end_ms": round(statistics.median(end), 2),
        "worst_message": round(max(late / early for late, early in pairs), 2),
    }
    return Figure(
        f"message_{len(took) - each}_over_{2 * each}_{side}", statistics.median(a / b for a, b in pairs), "ratio", more
    )


def _ours(address: str) -> Callable[[str], float]:
    cookie, port = Chat(address).open().cookie or "", urlsplit(address).port or 0

    def send(text: str) -> float:
        answer = wire.post(port, "/chat/messages", {"id": secrets.token_hex(12), "text": text}, cookie)
        if answer.status != 200 or not answer.body["replies"]:
            raise RuntimeError(f"no reply to: {text} ({answer.status})")
        return answer.ms

    return send


def _stock(port: int) -> Callable[[str], float]:
    chat = StockChat(port)

    def send(text: str) -> float:
        begun = time.perf_counter()
        if not chat.send(text):
            raise RuntimeError(f"no reply to: {text}")
        return 1000 * (time.perf_counter() - begun)

    return send


if __name__ == "__main__":
    sys.exit(main())
