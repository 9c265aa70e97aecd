"""Whatever goes wrong, and whoever says so at debug level, a log line says where and what kind, never what was said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from discreet.logs import Seldom
from tests.conftest import PROJECT

SECRET = "turpentine-48213"
"""Reaches the process by its environment: the log may quote source lines."""

WAYS: dict[str, tuple[str, str]] = {
    "a message of SQLAlchemy": (
        """
        import sqlalchemy as sa
        engine = sa.create_engine("sqlite://", echo="debug")
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT :card"), {"card": secret}).fetchall()
        """,
        "sqlalchemy",
    ),
    "a statement that fails": (
        """
        import sqlalchemy as sa
        try:
            statement = sa.text("SELECT nothing FROM x WHERE y = :card")
            sa.create_engine("sqlite://").connect().execute(statement, {"card": secret})
        except sa.exc.OperationalError:
            logging.getLogger("sqlalchemy.engine").exception("failed with %s", secret)
        """,
        "sqlalchemy.exc.OperationalError",
    ),
    "a warning": ("import warnings; warnings.warn(f'cannot parse {secret}')", "py.warnings"),
    "a warning of its own kind": (
        """
        import warnings
        class Odd(UserWarning): pass
        warnings.warn(Odd(secret), stacklevel=1)
        """,
        "py.warnings",
    ),
    "a traceback with what is in its frames": (
        """
        def parse(text):
            inside = {"message": text}
            raise ValueError(f"cannot parse {inside}")
        try:
            parse(secret)
        except ValueError:
            logging.getLogger("rasa.core.processor").exception("failed on %s", secret, stack_info=True)
        """,
        "builtins.ValueError",
    ),
    "an exception with a cause and a context": (
        """
        try:
            try:
                raise KeyError(secret)
            except KeyError as error:
                raise RuntimeError(f"while {secret}") from error
        except RuntimeError:
            logging.getLogger("discreet.x").exception("a turn failed")
        """,
        "builtins.RuntimeError",
    ),
    "an exception named by what was said": (
        """
        try:
            raise type(secret.replace("-", "_"), (Exception,), {})()
        except Exception:
            logging.getLogger("rasa.x").exception("failed")
        """,
        "builtins.Exception",
    ),
    "structlog, as Rasa sets it up": (
        """
        import structlog
        from rasa.utils.log_utils import configure_structlog
        configure_structlog(logging.DEBUG)
        logs.configure("DEBUG")
        try:
            raise ValueError(secret)
        except ValueError:
            structlog.get_logger("rasa.y").exception("rest.message.received.failure", text=secret, copy={"a": secret})
        """,
        "rest.message.received.failure",
    ),
    "a message that looks like an event": (
        """logging.getLogger("rasa.z").debug('{"event": "' + secret.replace("-", "_") + '.x"}')""",
        "rasa.z",
    ),
    "a logger with handlers of its own": (
        """
        odd = logging.getLogger("odd")
        odd.addHandler(logging.StreamHandler()); odd.propagate = False
        logs.configure("DEBUG")
        odd.error("it was %s", secret)
        """,
        "odd",
    ),
    "a task that nobody waits for": (
        """
        import asyncio, gc
        async def main():
            async def fail(): raise ValueError(secret)
            asyncio.create_task(fail())
            await asyncio.sleep(0.05); gc.collect(); await asyncio.sleep(0.05)
        asyncio.run(main(), debug=True)
        """,
        "asyncio",
    ),
    "a thread that dies": (
        """
        import threading
        def fail(text): raise ValueError(text)
        thread = threading.Thread(target=fail, args=(secret,), name=secret); thread.start(); thread.join()
        """,
        "builtins.ValueError",
    ),
    "an object that cannot be taken away": (
        """
        class Odd:
            def __del__(self): raise ValueError(secret)
            def __repr__(self): return secret
        odd = Odd(); del odd
        """,
        "builtins.ValueError",
    ),
    "a refusal of ours, which says why": (
        "from discreet.errors import SettingsError; raise SettingsError('name the setting')",
        "name the setting",
    ),
    "the end of the process": ("raise RuntimeError(f'cannot go on with {secret}')", "builtins.RuntimeError"),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_what_was_said_reaches_the_log(way: str) -> None:
    code, kind = WAYS[way]
    program = "import logging, os\nfrom discreet import logs\nlogs.configure('DEBUG')\nsecret = os.environ['SECRET']\n"
    done = subprocess.run(
        [sys.executable, "-c", program + textwrap.dedent(code)],
        env={**os.environ, "SECRET": SECRET, "PYTHONWARNINGS": "default"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout + done.stderr
    assert kind in said, said
    for form in (SECRET, SECRET.replace("-", "_"), SECRET.partition("-")[0]):
        assert form not in said
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert lines
    assert all({"time", "level", "logger"} <= set(line) for line in lines)
    assert [line for line in done.stderr.splitlines() if not line.startswith("{")] == []


def test_what_strangers_cause_is_one_line_a_minute_that_says_how_many() -> None:
    now = 0.0
    seldom = Seldom(60.0, clock=lambda: now)
    assert [seldom.due() for _ in range(1000)] == [1, *[0] * 999]
    now = 59.9
    assert seldom.due() == 0
    now = 60.0
    assert seldom.due() == 1001
    assert seldom.due() == 0
    now = 200.0
    assert seldom.due() == 2
