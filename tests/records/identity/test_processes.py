"""Guessing from several servers at once: processes of their own, on one database."""

from __future__ import annotations

import json
import subprocess
import sys

from discreet.records.identity import attempts
from tests.conftest import PROJECT, TestDatabase
from tests.records.identity.conftest import ANNA_TALKS, World

PROCESSES, GUESSES = 3, 12
GUESSER = """
import json, sys
from discreet.crypto.wrapping import KeyRing
from discreet.records.identity.attempts import Locked
from discreet.sdk.identity import identity_for
from discreet.mail import Mailer, MemoryOutbox
from discreet.shop.postgres import PostgresShop
from discreet.storage.engine import Database
given = json.loads(sys.stdin.readline())
ring, database = KeyRing({"value-1": bytes(32)}), Database(given["url"])
identity = identity_for(b"v" * 32, ring, PostgresShop(database, ring), Mailer(MemoryOutbox()))
print("ready", flush=True)
sys.stdin.readline()
for code in given["codes"]:
    try:
        with database.transaction() as tx:
            print(identity.challenges.answer(tx, bytes.fromhex(given["subject"]), code, 0.0).outcome.value)
    except Locked:
        print("locked")
"""


def test_three_servers_guess_no_more_often_than_one(world: World, database: TestDatabase) -> None:
    code = int(world.begin())
    running = []
    for number in range(PROCESSES):
        codes = [f"{(code + 1 + number * GUESSES + i) % 10**8:08d}" for i in range(GUESSES)]
        process = subprocess.Popen(
            [sys.executable, "-c", GUESSER], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        given = {"url": database.url("actions"), "subject": ANNA_TALKS.hex(), "codes": codes}
        process.stdin.write(json.dumps(given) + "\n")
        process.stdin.flush()
        running.append(process)
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outcomes: list[str] = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        outcomes += process.communicate(timeout=120)[0].split()
    assert len(outcomes) == PROCESSES * GUESSES
    assert outcomes.count("wrong") == attempts.CONVERSATION.failures
    assert set(outcomes) == {"wrong", "locked"}
