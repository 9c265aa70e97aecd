"""A bot made by `rasa init`, with nothing of ours in it, does what docs/howto/another-bot.md says."""

from __future__ import annotations

import csv
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database
from tests.conftest import PROJECT, free_port, throwaway_postgres

pytestmark = pytest.mark.servers

HOW_TO = (PROJECT / "docs" / "howto" / "another-bot.md").read_text()
BLOCKS = {name: (kind, text) for kind, name, text in re.findall(r"```(sh|yaml) (\w+)\n(.*?)```", HOW_TO, re.DOTALL)}
SECRET = "zanzibarcheesecake"
LIGHT = {
    "recipe": "default.v1",
    "assistant_id": "another",
    "language": "en",
    "pipeline": [
        {"name": n} for n in ("WhitespaceTokenizer", "CountVectorsFeaturizer", "LogisticRegressionClassifier")
    ],
    "policies": [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}],
}


class Bot:
    """The folder of a bot, and whoever types commands in it."""

    def __init__(self, folder: Path, owner_url: str) -> None:
        self.folder = folder
        self.owner_url = owner_url
        self.used = {"install"}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DISCREET_")},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        }

    def says(self, name: str) -> str:
        """What stands in the how-to under that name."""
        self.used.add(name)
        return BLOCKS[name][1]

    def type(self, command: str, **environment: str) -> str:
        """Runs a command as a person would, and returns what it printed. It must succeed."""
        done = subprocess.run(
            ["bash", "-ec", command],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    @contextmanager
    def running(self, **environment: str) -> Iterator[int]:
        """`rasa run` with the endpoints as they are; yields its port."""
        port = free_port()
        command = f"exec {self.says('run').strip()} --port {port} --interface 127.0.0.1"
        with (self.folder / "rasa.log").open("ab") as kept:
            server = subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdout=kept,
                stderr=kept,
                start_new_session=True,
            )
        try:
            deadline = time.monotonic() + 300
            while not _answers(port):
                log = (self.folder / "rasa.log").read_text()[-3000:]
                assert server.poll() is None, log
                assert time.monotonic() < deadline, f"the bot did not start: {log}"
                time.sleep(0.3)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()

    def events(self) -> list[dict[str, Any]]:
        """What `rasa export` says, in order."""
        exported = self.folder / "exported.jsonl"
        exported.unlink(missing_ok=True)
        (self.folder / "export.yml").write_text(self.says("export_endpoints"))
        self.type(self.says("export"))
        return [json.loads(line) for line in exported.read_text().splitlines()]


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/status")
        return connection.getresponse().status in (200, 404)
    except OSError:
        return False


def _say(port: int, text: str, sender: str = "grace@example.org") -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/webhooks/rest/webhook", json.dumps({"sender": sender, "message": text}))
    answer = connection.getresponse()
    assert answer.status == 200
    return [reply.get("text") or reply["image"] for reply in json.loads(answer.read())]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own, because roles belong to the server."""
    with throwaway_postgres() as started:
        yield started


@pytest.fixture(
    scope="module",
    params=["as rasa init writes it, with a small model", pytest.param("rasa init", marks=pytest.mark.prove)],
)
def bot(request: pytest.FixtureRequest, server: EmbeddedPostgres) -> Iterator[Bot]:
    """`rasa init --no-prompt` also trains its large model, for two minutes: the full count does that."""
    folder = Path(tempfile.mkdtemp(prefix="another-bot-"))
    made = Bot(folder, server.url)
    try:
        if request.param == "rasa init":
            made.type("rasa init --no-prompt --init-dir .")
        else:
            made.type(f"{sys.executable} -c \"from rasa.cli.scaffold import create_initial_project as c; c('.')\"")
            (folder / "config.yml").write_text(json.dumps(LIGHT))
            made.type("rasa train")
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_how_to_is_true(bot: Bot, server: EmbeddedPostgres) -> None:
    """One long walk, because each step needs the one before and a bot takes its time to start."""
    endpoints = bot.folder / "endpoints.yml"
    before = endpoints.read_text()
    endpoints.write_text(f"{before}\ntracker_store:\n  type: SQL\n  dialect: sqlite\n  db: rasa.db\n")
    with bot.running() as port:
        assert _say(port, "hello")
        _say(port, f"I told nobody about the {SECRET}")
        _say(port, "hello", sender="ben@example.org")
    assert SECRET.encode() in (bot.folder / "rasa.db").read_bytes()

    assert "DISCREET_DATABASE_URL=" in bot.says("database")
    bot.type(bot.says("migrate"), DISCREET_DATABASE_URL=bot.owner_url)
    assert "source: 2 conversations" in bot.type(bot.says("import"))
    endpoints.write_text(f"{before}\n{bot.says('store')}\n{bot.says('locks')}")

    with bot.running() as port:
        _say(port, f"my {SECRET} again")
        _the_database_fails_and_comes_back(server, port)
    with bot.running(SANIC_WORKERS="2") as port:
        for number in range(8):
            _say(port, f"turn {number} of the {SECRET}")
    events = bot.events()
    said = [e["text"] for e in events if e["event"] == "user" and e["sender_id"] == "grace@example.org"]
    assert said[:4] == ["hello", f"I told nobody about the {SECRET}", f"my {SECRET} again", "and after that"]
    assert said[4:] == [f"turn {number} of the {SECRET}" for number in range(8)]
    assert [event["event"] for event in events].count("session_started") == 2, "a restart began a session anew"

    bot.type(bot.says("compare"))
    (bot.folder / "markers.yml").write_text("greeted:\n  intent: greet\n")
    bot.type(bot.says("markers"))
    with (bot.folder / "markers.csv").open() as file:
        assert {row["sender_id"] for row in csv.DictReader(file)} >= {"grace@example.org", "ben@example.org"}
    assert "0 damaged" in bot.type(bot.says("verify"))
    _no_word_lies_in_the_database(server)
    assert bot.used == set(BLOCKS), "a command of the how-to that nobody tried"


def _the_database_fails_and_comes_back(server: EmbeddedPostgres, port: int) -> None:
    """Nothing is answered and nothing goes on in memory: stock Rasa would go on with a blank conversation."""
    admin = Database(server.url)
    with admin.transaction() as tx:
        tx.execute("ALTER ROLE discreet_rasa NOLOGIN")
        tx.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'discreet_rasa'")
    for _ in range(2):
        with pytest.raises(http.client.RemoteDisconnected):
            _say(port, f"is the {SECRET} safe now")
    with admin.transaction() as tx:
        tx.execute("ALTER ROLE discreet_rasa LOGIN")
    for attempt in range(4):
        try:
            _say(port, "and after that")
            break
        except http.client.RemoteDisconnected:
            assert attempt < 3, "it did not come back"
    admin.close()


def _no_word_lies_in_the_database(server: EmbeddedPostgres) -> None:
    """Tables, indexes and write-ahead log, byte by byte."""
    admin = Database(server.url)
    with admin.autocommit() as tx:
        tx.execute("CHECKPOINT")
        assert tx.execute("SELECT count(*) > 8 FROM conversation.turn") == [(True,)]
        schemas = {row[0] for row in tx.execute("SELECT nspname FROM pg_namespace")}
    admin.close()
    assert "shop" not in schemas
    found = [
        str(file)
        for file in server.home.rglob("*")
        if file.is_file() and any(word in file.read_bytes() for word in (SECRET.encode(), b"grace@", b"ben@example"))
    ]
    assert found == []
