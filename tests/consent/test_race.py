"""Withdrawal and use at once, from four processes: nothing is opened after the withdrawal was acknowledged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import IO, Any

import pytest

from discreet.policy import Policy
from tests.conftest import PROJECT, TestDatabase
from tests.consent.test_withdrawal import Sealed

SERVERS = 3


@contextmanager
def _servers(url: str) -> Iterator[list[subprocess.Popen[str]]]:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.consent.race_worker", url],
            cwd=PROJECT, env=os.environ | {"PYTHONWARNINGS": "ignore"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(SERVERS)
    ]  # fmt: skip
    try:
        for server in started:
            _answer(server)
        yield started
    finally:
        for server in started:
            _pipe(server.stdin).close()
            server.wait(30)
            _pipe(server.stdout).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def _answer(server: subprocess.Popen[str]) -> dict[str, Any]:
    line = _pipe(server.stdout).readline()
    assert line, "a server of the race has ended"
    answer: dict[str, Any] = json.loads(line)
    return answer


def _race(database: TestDatabase, policy: Policy, rounds: int) -> int:
    """Returns how many values were opened before their withdrawals."""
    world, random, opened = Sealed(database, policy), Random(1), 0
    with _servers(database.url("actions")) as servers:
        for number in range(rounds):
            subject = number.to_bytes(16, "big")
            token = world.seal(subject)
            world.say(subject=subject)
            for server in servers:
                _pipe(server.stdin).write(json.dumps({"token": token, "subject": subject.hex()}) + "\n")
                _pipe(server.stdin).flush()
            time.sleep(random.random() * 0.03)
            world.withdraw(subject)
            acknowledged = time.monotonic()
            for server in servers:
                answer = _answer(server)
                opened += answer["opened"]
                assert answer["last"] <= acknowledged, f"round {number}: a value was opened after the withdrawal"
    world.close()
    return opened


def test_no_value_is_opened_after_a_withdrawal(database: TestDatabase, policy: Policy) -> None:
    assert _race(database, policy, 25) > 25


@pytest.mark.prove
def test_no_value_is_opened_after_a_withdrawal_in_500_rounds(database: TestDatabase, policy: Policy) -> None:
    assert _race(database, policy, 500) > 500
