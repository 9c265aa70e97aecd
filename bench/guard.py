"""What the Guard costs a message: the same build with it and without it, side by side on one Postgres, alternating.

``python -m bench.guard``; ``--smoke`` for a quick try. Guarded: the page's channel with session, limits, redaction,
vault, handles, and replies that wait for the commit. Unguarded (``bench/plain``): the same store, locks, model and
patches behind a channel that lets everything through. No message reaches a custom action: that is the gate's cost.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.plain.server import PlainChat, plain_rasa
from bench.report import Figure, report
from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.records.limits import Limits, Rates
from discreet.storage.engine import Database
from tests.conftest import running_assistant

CONVERSATION = (
    "hello",
    "what can you do",
    "is this chat encrypted",
    "who can read this",
    "how long do you keep my data",
    "tell me a joke",
    "my mail is tom.berger@post.example",
    "are you a bot",
    "what are my rights",
    "how does consent work",
    "why is my card number hidden",
    "is this message from you",
    "thank you",
    "bye",
)
"""One of them holds personal data, which the guarded side seals."""
COUNTING = Path(__file__).parent / "plain" / "counting"
_TICKS = os.sysconf("SC_CLK_TCK")

Send = Callable[[str], list[str]]


@dataclass
class Side:
    """One server: how a conversation begins there, and what its messages took."""

    opened: Callable[[], Send]
    pid: int
    parses: Path
    latencies: dict[str, list[float]] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)
    parsed: int = 0
    messages: int = 0

    def round(self, conversations: int) -> None:
        """So many conversations, one after the other."""
        before, parsed = _cpu_seconds(self.pid), self.parses.stat().st_size
        for _ in range(conversations):
            send = self.opened()
            for text in CONVERSATION:
                begun = time.perf_counter()
                replies = send(text)
                self.latencies.setdefault(text, []).append(1000 * (time.perf_counter() - begun))
                if not replies:
                    raise RuntimeError(f"no reply to: {text}")
        said = conversations * len(CONVERSATION)
        self.cpu.append(1000 * (_cpu_seconds(self.pid) - before) / said)
        self.parsed += self.parses.stat().st_size - parsed
        self.messages += said

    def forget(self) -> None:
        """The warm-up is over."""
        self.latencies.clear()
        self.cpu.clear()
        self.parsed = self.messages = 0

    def median(self, leave_out: str = "") -> float:
        """Milliseconds a message."""
        return statistics.median(ms for text, took in self.latencies.items() if text != leave_out for ms in took)


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--smoke", action="store_true", help="a few rounds: shows that it works, proves no figure")
    arguments = parser.parse_args()
    rounds = 3 if arguments.smoke else arguments.rounds
    with tempfile.TemporaryDirectory(prefix="discreet-bench-") as folder:
        counts = [_count_file(Path(folder), name) for name in ("guarded", "plain")]
        environments = [{"PYTHONPATH": str(COUNTING), "BENCH_PARSES": str(file)} for file in counts]
        with running_assistant(
            durable=True,
            log_level="INFO",
            credentials=str(_credentials(Path(folder))),
            environment=tuple(environments[0].items()),
        ) as ours:
            with plain_rasa(ours, environments[1]) as plain:
                guarded = Side(lambda: _guarded(ours.address), ours.supervisor.pid("rasa"), counts[0])
                unguarded = Side(lambda: PlainChat(plain.port).send, plain.pid, counts[1])
                _alternate(guarded, unguarded, rounds)
            limits = _limits(ours, 100 if arguments.smoke else 1000)
    conditions = {"rounds": rounds, "messages": guarded.messages, "synchronous_commit": "on", "load": os.getloadavg()}
    return report("guard_smoke" if arguments.smoke else "guard", [*_figures(guarded, unguarded), *limits], conditions)


def _alternate(guarded: Side, unguarded: Side, rounds: int) -> None:
    for number in range(rounds + 1):
        for side in (guarded, unguarded) if number % 2 else (unguarded, guarded):
            side.round(conversations=2)
            if number == 0:
                side.forget()
        print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)


def _figures(guarded: Side, unguarded: Side) -> list[Figure]:
    personal = next(text for text in CONVERSATION if "@" in text)
    mine, peer = guarded.median(personal), unguarded.median(personal)
    sealed = statistics.median(guarded.latencies[personal]) - statistics.median(unguarded.latencies[personal])
    cpu, plain_cpu = statistics.median(guarded.cpu), statistics.median(unguarded.cpu)
    times = {"guarded_ms": round(mine, 2), "unguarded_ms": round(peer, 2), "n": guarded.messages}
    cpus = {"guarded_ms": round(cpu, 2), "unguarded_ms": round(plain_cpu, 2), "n": len(guarded.cpu)}
    return [
        Figure("p50_extra", mine - peer, "ms", times),
        Figure("p50_extra_with_a_value_to_seal", sealed, "ms", {"n": len(guarded.latencies[personal])}),
        Figure("cpu_over_unguarded", cpu / plain_cpu, "ratio", cpus),
        Figure("parses_a_message", guarded.parsed / guarded.messages, "times", {"n": guarded.messages}),
        Figure("parses_a_message_unguarded", unguarded.parsed / unguarded.messages, "times", {"n": unguarded.messages}),
    ]


def _limits(ours: Assistant, times: int) -> list[Figure]:
    """The limits' statement as the server runs it, measured inside the database: prepared, then executed."""
    database = Database(dict(ours._urls)["rasa"], pool_size=1)
    limits = Limits(secrets.token_bytes(32), Rates())
    planned, executed = [], []
    try:
        for number in range(times):
            sql, parameters = next(limits.message(f"session {number % 50}", f"203.0.113.{number % 200}"))
            with database.transaction() as tx:
                ((plan,),) = tx.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", *parameters)
            (found,) = json.loads(plan) if isinstance(plan, str) else plan
            planned.append(found["Planning Time"])
            executed.append(found["Execution Time"])
    finally:
        database.close()
    more = {"planning_ms": round(statistics.median(planned), 3), "n": times}
    return [Figure("limits_statement_p50", statistics.median(executed), "ms", more)]


def _guarded(address: str) -> Send:
    chat = Chat(address).open()
    return lambda text: chat.send(text).texts


def _credentials(folder: Path) -> Path:
    """Limits so wide that the bench does not meet them; they are counted all the same."""
    file = folder / "credentials.yml"
    wide = "{session: 100000, address: 100000, network: 100000}"
    file.write_text(f"discreet.rasa.web.WebChannel: {{limits: {wide}}}\n")
    return file


def _count_file(folder: Path, name: str) -> Path:
    """Both servers append to theirs, whichever user they run as."""
    folder.chmod(0o711)
    file = folder / name
    file.touch()
    file.chmod(0o666)
    return file


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    sys.exit(main())
