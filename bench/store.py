"""The tracker store beside Rasa's SQLTrackerStore: the same turns, the same Postgres, alternating, in one process.

``python -m bench.store``. Both commit durably (``synchronous_commit=on``). Ratios are of medians.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import cycle
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bench.bot import CONVERSATION
from bench.report import Figure, report
from bench.turns import recorded
from discreet.crypto.compression import NEWEST_DICTIONARY, compress
from discreet.crypto.envelope import padded_length
from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.policy import load_policy
from discreet.rasa.codec import body_of, tracker_from
from discreet.rasa.tracker_store import EncryptedTrackerStore
from discreet.records.vault import Finding, VaultWriter
from discreet.redaction.tokens import mint
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import connect
from discreet.storage.migrations import ROLES, default_logins, migrate
from tests.conftest import PROJECT, throwaway_postgres

LENGTHS = (10, 100, 1000)
DISK_CONVERSATIONS, DISK_TURNS = 100, 20
Turn = list[dict[str, Any]]


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=25)
    arguments = parser.parse_args()
    turns = [json.loads(body)["e"] for body in recorded([CONVERSATION])[0]]
    with throwaway_postgres(durable=True) as postgres:
        bench = _Bench(postgres, turns)
        gc.collect()
        gc.freeze()
        # The disk part comes first: its conversations are what the measured one lies among.
        disk = asyncio.run(bench.disk())
        figures = asyncio.run(bench.speed(arguments.repetitions)) + disk
    events = sum(map(len, turns)) / len(turns)
    conditions = {
        "repetitions": arguments.repetitions,
        "events_a_turn": round(events, 1),
        "bytes_of_json_a_turn": round(statistics.mean(len(json.dumps(turn)) for turn in turns)),
        "synchronous_commit": "on",
    }
    return report("store", figures, conditions)


class _Bench:
    """One database for each side on one server; ``ours`` and ``other`` are two processes' stores."""

    def __init__(self, postgres: EmbeddedPostgres, turns: list[Turn]) -> None:
        self.turns = turns
        self._clock = 1_700_000_000.0
        self._url = postgres.url
        self.domain = Domain.load(str(PROJECT / "domain.yml"))
        self._configure()
        self.ours, self.other = EncryptedTrackerStore(self.domain), EncryptedTrackerStore(self.domain)
        admin = connect(self._url, autocommit=True)
        admin.cursor().execute("CREATE DATABASE stock")
        admin.close()
        self.stock = SQLTrackerStore(self.domain, host=self._url.replace("/discreet?", "/stock?"))

    def _configure(self) -> None:
        passwords = {role: secrets.token_urlsafe(16) for role in ROLES}
        migrate(self._url, default_logins(passwords), shop=True)
        rest = self._url.partition("@")[2]
        key = base64.b64encode(bytes(range(32))).decode()
        settings = {
            "role": "rasa",
            "database_url": f"postgresql://discreet_rasa:{passwords['rasa']}@{rest}",
            "run_dir": "",
            "project_dir": str(PROJECT),
            "keys": {"identity": key, "conversation": [{"id": "conversation-1", "key": key}]},
        }
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            json.dump(settings, file)
        os.environ["DISCREET_SECRETS_FILE"] = file.name

    async def speed(self, repetitions: int) -> list[Figure]:
        """Retrieve and save at each length."""
        took: dict[tuple[str, int], list[float]] = {}
        for length in LENGTHS:
            await self._measure(length, repetitions, took)
            print(f"  {length} turns measured", file=sys.stderr, flush=True)

        def median(what: str, length: int) -> float:
            return statistics.median(took[what, length])

        def ratio(name: str, above: tuple[str, int], below: tuple[str, int]) -> Figure:
            more = {
                side: {"ms": round(median(*key), 3), "p10_p90": _spread(took[key]), "n": len(took[key])}
                for side, key in ((f"{above[0]}_{above[1]}", above), (f"{below[0]}_{below[1]}", below))
            }
            return Figure(name, median(*above) / median(*below), "ratio", more)

        return [
            ratio("cold_retrieve_100_stock_over_ours", ("stock retrieve", 100), ("ours cold", 100)),
            ratio("warm_retrieve_100_stock_over_ours", ("stock retrieve", 100), ("ours warm", 100)),
            ratio("save_100_stock_over_ours", ("stock save", 100), ("ours save", 100)),
            ratio("save_1000_over_10_ours", ("ours save", 1000), ("ours save", 10)),
            ratio("warm_retrieve_1000_over_10_ours", ("ours warm", 1000), ("ours warm", 10)),
            ratio("cold_retrieve_1000_stock_over_ours", ("stock retrieve", 1000), ("ours cold", 1000)),
            ratio("save_1000_stock_over_ours", ("stock save", 1000), ("ours save", 1000)),
        ]

    async def _measure(self, length: int, repetitions: int, took: dict[tuple[str, int], list[float]]) -> None:
        sender = secrets.token_hex(16)
        for store in (self.ours, self.stock):
            await self._fill(store, sender, length)
        self._sizes()  # vacuums: both planners know their tables
        turns = cycle(self.turns[1:])
        for number in range(repetitions + 2):
            timed = took if number >= 2 else {}  # two rounds to warm up
            turn = self._fresh(next(turns))
            # What another process has just written, then what this one has.
            await self._append(self.other, sender, turn)
            await self._timed(timed, ("ours cold", length), self.ours, lambda: self.ours.retrieve(sender))
            await self._append(self.stock, sender, turn)
            await self._timed(timed, ("stock retrieve", length), self.stock, lambda: self.stock.retrieve(sender))
            turn = self._fresh(next(turns))
            for side, store in (("ours", self.ours), ("stock", self.stock)):
                tracker = await store.retrieve(sender)
                assert tracker is not None
                _say(tracker, turn, self.domain)
                await self._timed(timed, (f"{side} save", length), store, partial(store.save, tracker))
            await self._timed(timed, ("ours warm", length), self.ours, lambda: self.ours.retrieve(sender))
            await self._timed(timed, ("stock retrieve", length), self.stock, lambda: self.stock.retrieve(sender))

    async def _fill(self, store: TrackerStore, sender: str, length: int) -> None:
        tracker = tracker_from(sender, self._fresh(self.turns[0]), self.domain.slots)
        await store.save(tracker)
        turns = cycle(self.turns[1:])
        tracker = await store.retrieve(sender)
        for _ in range(length - 1):
            _say(tracker, self._fresh(next(turns)), self.domain)
            if isinstance(store, EncryptedTrackerStore):
                await store.save(tracker)
        await store.save(tracker)

    async def _append(self, store: TrackerStore, sender: str, turn: Turn) -> None:
        tracker = await store.retrieve(sender)
        assert tracker is not None
        _say(tracker, turn, self.domain)
        await store.save(tracker)

    async def _timed(
        self,
        took: dict[tuple[str, int], list[float]],
        key: tuple[str, int],
        store: TrackerStore,
        call: Callable[[], Awaitable[Any]],
    ) -> None:
        """One call, right after a turn of somebody else's short conversation, as a server that is in use has it.

        Without that turn the caches hold what measuring the other side left there, the more the longer the
        conversation. What the call returns is freed after the clock has stopped.
        """
        bystander = secrets.token_hex(16)
        await store.save(tracker_from(bystander, self._fresh(self.turns[0]), self.domain.slots))
        await self._append(store, bystander, self._fresh(self.turns[1]))
        begun = time.perf_counter()
        returned = await call()
        took.setdefault(key, []).append(1000 * (time.perf_counter() - begun))
        del returned

    def _fresh(self, turn: Turn) -> Turn:
        events = []
        for event in turn:
            self._clock += 0.01
            events.append({**event, "timestamp": self._clock})
            if event["event"] == "user":
                events[-1]["message_id"] = secrets.token_hex(16)
        return events

    async def disk(self) -> list[Figure]:
        """Bytes a turn, tables and indexes, after a vacuum; saved turn by turn as a running assistant does."""
        before = self._sizes()
        for _ in range(DISK_CONVERSATIONS):
            sender = secrets.token_hex(16)
            for number in range(DISK_TURNS):
                turn = self._fresh(self.turns[number % len(self.turns)])
                for store in (self.ours, self.stock):
                    if number == 0:
                        await store.save(tracker_from(sender, turn, self.domain.slots))
                    else:
                        await self._append(store, sender, turn)
        after = self._sizes()
        count = DISK_CONVERSATIONS * DISK_TURNS
        ours, stock = (int((after[side] - before[side]) / count) for side in ("ours", "stock"))
        bodies = [body_of(_events(turn), "", first=False).encode() for turn in self.turns]
        compressed = [4 + len(compress(body, NEWEST_DICTIONARY)) for body in bodies]
        padding = statistics.mean(map(padded_length, compressed)) - statistics.mean(compressed)
        more = {"ours_bytes": ours, "stock_bytes": stock, "padding_bytes": round(padding), "turns": count}
        return [
            Figure("bytes_a_turn_over_stock", ours / stock, "ratio", more),
            Figure("bytes_a_vault_value", self._vault_bytes(), "bytes"),
        ]

    def _sizes(self) -> dict[str, int]:
        tables = {"ours": ("conversation.turn", "conversation.head", "key.session_key"), "stock": ("events",)}
        sizes = {}
        for side, url in (("ours", self._url), ("stock", self._url.replace("/discreet?", "/stock?"))):
            sizes[side] = _size(url, tables[side])
        return sizes

    def _vault_bytes(self) -> float:
        policy = load_policy(PROJECT / "privacy.yml")
        public = VaultPublicKey(VaultPrivateKey(bytes(32)).public_bytes)
        writer = VaultWriter(public, KeyRing({"value-1": bytes(32)}), policy)
        tables = ("vault.value", "key.value_key", "key.owner_key", "vault.confirmed_turn")
        before, count = _size(self._url, tables), 500
        for _ in range(count):
            subject, turn = secrets.token_bytes(16), secrets.token_bytes(16)
            finding = Finding(
                "payment_card", mint(policy.categories["payment_card"], "4111 1111 1111 1111"), "4111 1111 1111 1111"
            )
            with self.ours.database.transaction() as tx:
                writer.seal(tx, subject=subject, turn_id=turn, findings=(finding,))
                writer.confirm(tx, turn)
        return (_size(self._url, tables) - before) / count


def _say(tracker: Any, turn: Turn, domain: Domain) -> None:
    for event in _events(turn):
        tracker.update(event, domain)


def _events(turn: Turn) -> Any:
    return DialogueStateTracker.from_dict("", turn, []).events


def _size(url: str, tables: tuple[str, ...]) -> int:
    connection = connect(url, autocommit=True)
    with connection.cursor() as cursor:
        total = 0
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table}")
            cursor.execute("SELECT pg_total_relation_size(%s::regclass)", (table,))
            total += int(cursor.fetchone()[0])
    connection.close()
    return total


def _spread(values: list[float]) -> list[float]:
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    return [round(deciles[0], 3), round(deciles[-1], 3)]


if __name__ == "__main__":
    sys.exit(main())
