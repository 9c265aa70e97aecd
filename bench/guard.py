"""What the Guard costs a message: with it and without it, alternating.

``python -m bench.guard``; ``--smoke`` for a quick try. Guarded: the page's channel with session, limits, redaction,
vault, handles, and replies that wait for the commit. Unguarded (``bench/plain``): a second front of the same process
that lets everything through, because two processes of the same build differ by more than what is measured, whichever
of them had the better luck with memory. No message reaches a custom action: that is the gate's cost.
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
from urllib.parse import urlsplit

from bench import wire
from bench.report import Figure, report
from discreet.assistant import Assistant
from discreet.client import Chat
from discreet.records.limits import Limits, Rates
from discreet.storage.engine import Database
from tests.conftest import free_port, running_assistant

PERSONAL = "my mail is tom.berger@post.example"
"""Holds personal data, which the guarded side seals."""
CONVERSATION = (
    "hello",
    "what can you do",
    "is this chat encrypted",
    "who can read this",
    "how long do you keep my data",
    "tell me a joke",
    PERSONAL,
    "are you a bot",
    "what are my rights",
    "how does consent work",
    "why is my card number hidden",
    "is this message from you",
    "thank you",
    "bye",
)
SECOND_FRONT = Path(__file__).parent / "plain"

Send = Callable[[str], wire.Answer]


@dataclass
class Side:
    """One front: how a conversation begins there, and what its messages took."""

    opened: Callable[[], Send]
    pid: int
    parses: Path
    latencies: dict[str, list[float]] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)
    """Milliseconds a message, of each round."""
    opening: list[float] = field(default_factory=list)
    """Milliseconds a conversation, before its first message."""
    parsed: int = 0
    messages: int = 0

    def round(self, conversations: int) -> None:
        """So many conversations, one after the other."""
        begun = _cpu_seconds(self.pid)
        sends = [self.opened() for _ in range(conversations)]
        before, parsed = _cpu_seconds(self.pid), self.parses.stat().st_size
        self.opening.append(1000 * (before - begun) / conversations)
        for send in sends:
            for text in CONVERSATION:
                answer = send(text)
                self.latencies.setdefault(text, []).append(answer.ms)
                if answer.status != 200 or not answer.body["replies"]:
                    raise RuntimeError(f"no reply to: {text}")
        said = conversations * len(CONVERSATION)
        self.cpu.append(1000 * (_cpu_seconds(self.pid) - before) / said)
        self.parsed += self.parses.stat().st_size - parsed
        self.messages += said

    def forget(self) -> None:
        """The warm-up is over."""
        self.latencies.clear()
        self.cpu.clear()
        self.opening.clear()
        self.parsed = self.messages = 0

    def median(self, text: str) -> float:
        """Milliseconds of that message."""
        return statistics.median(self.latencies[text])


def main() -> int:
    """Prints and writes the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--smoke", action="store_true", help="a few rounds: shows that it works, proves no figure")
    arguments = parser.parse_args()
    rounds = 3 if arguments.smoke else arguments.rounds
    with tempfile.TemporaryDirectory(prefix="discreet-bench-") as folder:
        parses, port = _count_file(Path(folder)), free_port()
        environment = {"PYTHONPATH": SECOND_FRONT, "BENCH_PARSES": parses, "BENCH_PLAIN_PORT": port}
        with running_assistant(
            durable=True,
            log_level="INFO",
            credentials=str(credentials(Path(folder))),
            environment=tuple((name, str(value)) for name, value in environment.items()),
        ) as ours:
            pid = ours.supervisor.pid("rasa")
            guarded = Side(lambda: _guarded(ours.address), pid, parses)
            unguarded = Side(lambda: _unguarded(port), pid, parses)
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
    """Each message beside itself: they differ more among each other than the Guard costs."""
    extra = {text: guarded.median(text) - unguarded.median(text) for text in CONVERSATION}
    sealed = extra.pop(PERSONAL)
    cpu, plain_cpu = statistics.median(guarded.cpu), statistics.median(unguarded.cpu)
    cpus = {"guarded_ms": round(cpu, 2), "unguarded_ms": round(plain_cpu, 2), "n": len(guarded.cpu)}
    return [
        Figure("p50_extra", statistics.median(extra.values()), "ms", _each(extra) | {"n": guarded.messages}),
        Figure("p50_extra_with_a_value_to_seal", sealed, "ms", {"n": len(guarded.latencies[PERSONAL])}),
        Figure("cpu_over_unguarded", cpu / plain_cpu, "ratio", cpus),
        Figure("cpu_a_session", statistics.mean(guarded.opening), "ms", {"what": "opening one, before any message"}),
        Figure("parses_a_message", guarded.parsed / guarded.messages, "times", {"n": guarded.messages}),
        Figure("parses_a_message_unguarded", unguarded.parsed / unguarded.messages, "times", {"n": unguarded.messages}),
    ]


def _each(extra: dict[str, float]) -> dict[str, float]:
    return {text: round(ms, 2) for text, ms in extra.items()}


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
    """A new session of the page."""
    cookie, port = Chat(address).open().cookie or "", urlsplit(address).port or 0
    return lambda text: wire.post(port, "/chat/messages", {"id": secrets.token_hex(12), "text": text}, cookie)


def _unguarded(port: int) -> Send:
    sender = secrets.token_hex(8)
    return lambda text: wire.post(port, "/messages", {"sender": sender, "text": text})


def credentials(folder: Path) -> Path:
    """Limits so wide that no bench meets them; they are counted all the same. The server's user may read them."""
    folder.chmod(0o711)
    file = folder / "credentials.yml"
    wide = "{session: 100000, address: 100000, network: 100000}"
    file.write_text(f"discreet.rasa.web.WebChannel: {{limits: {wide}}}\n")
    return file


def _count_file(folder: Path) -> Path:
    """The server appends to it, whichever user it runs as."""
    folder.chmod(0o711)
    file = folder / "parses"
    file.touch()
    file.chmod(0o666)
    return file


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process, its threads included, to the nanosecond: /proc counts hundredths of a second,
    and a round takes thirty. The clock's number is what ``clock_getcpuclockid`` (POSIX) gives on Linux.
    """
    return time.clock_gettime((~pid << 3) | 2)


if __name__ == "__main__":
    sys.exit(main())
