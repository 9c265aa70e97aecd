"""The tracker store among very many conversations, beside an empty database: ``make bench-scale``.

``python -m bench.scale``. Records are sealed as the store seals them and copied in; what is measured goes through
the store, and the operators' work through the code that their commands call.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from rasa.shared.core.domain import Domain

from bench.bot import CONVERSATION
from bench.fill import fill
from bench.report import Figure, report
from bench.sides import KEY, OURS, Happening, Turn, say, size, store_on
from bench.turns import recorded
from discreet.crypto.identifiers import conversation_id
from discreet.crypto.wrapping import KeyRing
from discreet.records.audit import Audit
from discreet.records.erasure import erase
from discreet.records.retention import Retention, Rule
from discreet.records.rewrap import rewrap
from discreet.records.verify import verify
from discreet.storage.engine import Database, connect
from tests.conftest import PROJECT, throwaway_postgres

SAMPLES = 200
DAYS = timedelta(days=90)


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=200_000)
    parser.add_argument("--turns", type=int, default=30)
    arguments = parser.parse_args()
    turns = [json.loads(body)["e"] for body in recorded([CONVERSATION])[0]]
    domain = Domain.load(str(PROJECT / "domain.yml"))
    with throwaway_postgres(durable=True) as postgres:
        admin = connect(postgres.url, autocommit=True)
        admin.cursor().execute("CREATE DATABASE small")
        admin.close()
        urls = {"large": postgres.url, "empty": postgres.url.replace("/discreet?", "/small?")}
        stores = {side: store_on(url, domain) for side, url in urls.items()}
        played = list(islice(cycle(turns), arguments.turns))
        begun = time.perf_counter()
        people = {
            "large": fill(urls["large"], played, arguments.conversations),
            "empty": fill(urls["empty"], played, SAMPLES),
        }
        _tell(f"filled in {time.perf_counter() - begun:.0f} s")
        on_disk = {side: size(url, OURS) for side, url in urls.items()}
        gc.collect()
        gc.freeze()
        took = asyncio.run(_speed(stores, people, turns, domain))
        count = arguments.conversations * arguments.turns
        figures = [
            _ratio("retrieve_large_over_empty", took, "retrieve"),
            _ratio("save_large_over_empty", took, "save"),
            Figure("gigabytes", on_disk["large"] / 1e9, "GB"),
            Figure("bytes_a_turn", on_disk["large"] / count, "bytes"),
            *_operators(Database(urls["large"], pool_size=1, statement_timeout_ms=600_000), people["large"]),
        ]
    return report("scale", figures, {"conversations": arguments.conversations, "turns": arguments.turns, "n": SAMPLES})


async def _speed(
    stores: dict[str, Any], people: dict[str, list[str]], turns: list[Turn], domain: Domain
) -> dict[tuple[str, str], list[float]]:
    """Cold retrieve and save of one turn, each time somebody else's conversation, the two databases in turn."""
    took: dict[tuple[str, str], list[float]] = {}
    happening, said = Happening(), cycle(turns[1:])
    chosen = {side: cycle(names[:: max(1, len(names) // SAMPLES)]) for side, names in people.items()}
    for number in range(SAMPLES + 10):
        turn = happening.now(next(said))
        for side, store in stores.items():
            sender = next(chosen[side])
            begun = time.perf_counter()
            tracker = await store.retrieve(sender)
            retrieved = time.perf_counter()
            say(tracker, turn, domain)
            before_save = time.perf_counter()
            await store.save(tracker)
            saved = time.perf_counter()
            if number >= 10:
                took.setdefault(("retrieve", side), []).append(1000 * (retrieved - begun))
                took.setdefault(("save", side), []).append(1000 * (saved - before_save))
    return took


def _operators(owner: Database, people: list[str]) -> list[Figure]:
    """What an operator and the keeper wait for."""
    ring = KeyRing({"conversation-1": KEY})
    ids = [conversation_id(KEY, name) for name in people]
    erased = iter(ids[1 :: max(2, len(ids) // 20)])

    def erase_one() -> None:
        with owner.transaction() as tx:
            erase(tx, next(erased), Audit("bench"))

    def rotate() -> None:
        for progress in rewrap(
            owner, "conversation", KeyRing({"conversation-1": KEY, "conversation-2": secrets.token_bytes(32)})
        ):
            if progress.rewrapped % 20_000 == 0:
                _tell(f"{progress.rewrapped} keys rewrapped")

    def verify_all() -> None:
        for number, verdict in enumerate(verify(owner, ring)):
            assert not verdict.damaged
            if number % 20_000 == 0:
                _tell(f"{number} conversations verified")

    retention = Retention(owner, ring, Rule(DAYS, DAYS))
    return [
        Figure("erase_one_person_ms", statistics.median(1000 * _seconds(erase_one) for _ in range(9)), "ms"),
        Figure("retention_round_ms", statistics.median(1000 * _seconds(retention.run_once) for _ in range(9)), "ms"),
        Figure("verify_everything_s", _seconds(verify_all), "s"),
        Figure("rotate_all_keys_s", _seconds(rotate), "s"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _ratio(name: str, took: dict[tuple[str, str], list[float]], what: str) -> Figure:
    medians = {side: statistics.median(took[what, side]) for side in ("large", "empty")}
    return Figure(
        name, medians["large"] / medians["empty"], "ratio", {f"{k}_ms": round(v, 3) for k, v in medians.items()}
    )


def _tell(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
