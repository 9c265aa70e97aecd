"""`discreet db verify` names the conversation and the record, whether the assistant runs or not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.cli.db import run_verify
from discreet.cli.state import only_one
from discreet.crypto import keyring
from discreet.crypto.wrapping import KeyRing
from discreet.records.conversations import Conversations
from discreet.records.verify import Verdict, verify
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database
from discreet.storage.migrations import ROLES, default_logins, migrate
from discreet.storage.places import forget_outside

ANNA, BEN = b"a" * 16, b"b" * 16
RING = KeyRing({"kek-1": bytes(32)})


def _write(database: Database, ring: KeyRing) -> None:
    conversations = Conversations(ring)
    with database.transaction() as tx:
        for who in (ANNA, BEN):
            position = tx.run(conversations.begin(who, b"one"))
            for body in (b"two", b"three"):
                position = tx.run(conversations.append(position, body))
            tx.run(conversations.append(position, b"four", new_session=True))


def test_what_is_whole_verifies(owner: Database) -> None:
    _write(owner, RING)
    assert list(verify(owner, RING)) == [Verdict(ANNA, 4), Verdict(BEN, 4)]


DAMAGE = [
    ("edited", "UPDATE conversation.turn SET record = set_byte(record, 60, 0) || 'x' WHERE seq = 3 AND", 3),
    ("missing", "DELETE FROM conversation.turn WHERE seq = 2 AND", 2),
    ("all missing", "DELETE FROM conversation.turn WHERE", 1),
    ("in an older session", "UPDATE conversation.turn SET record = record || 'x' WHERE seq = 1 AND", 1),
    ("the key of an older session destroyed", "DELETE FROM key.session_key WHERE id = (SELECT session_key"
     " FROM conversation.turn WHERE seq = 1 AND conversation = 'aaaaaaaaaaaaaaaa') AND", 1),
    ("every key exchanged", "UPDATE key.session_key SET wrapped = decode(md5('a') || md5('b'), 'hex') WHERE", 1),
    ("the head moved", "UPDATE conversation.head SET seq = 3 WHERE", None),
    ("the head's MAC", "UPDATE conversation.head SET mac = decode(md5('a') || md5('b'), 'hex') WHERE", None),
    ("the head deleted", "DELETE FROM conversation.head WHERE", None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "statement", "seq"), DAMAGE, ids=[row[0] for row in DAMAGE])
def test_damage_is_named_by_conversation_and_record(
    owner: Database, what: str, statement: str, seq: int | None
) -> None:
    _write(owner, RING)
    with owner.transaction() as tx:
        tx.execute(f"{statement} conversation = %s", ANNA)
    verdicts = {verdict.conversation: verdict for verdict in verify(owner, RING)}
    assert verdicts == {ANNA: Verdict(ANNA, damaged=True, seq=seq), BEN: Verdict(BEN, 4)}


@pytest.fixture
def state() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="discreet-state-"))
    folder.chmod(0o711)
    keyring.create_keys(folder / "keys")
    yield folder
    forget_outside(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_the_command_starts_the_database_or_finds_the_one_that_runs(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ring = keyring.ring(keyring.keys_for("rasa", state / "keys"), "conversation")
    with only_one(state), EmbeddedPostgres(state, state / "run", durable=False) as server:
        migrate(server.url, default_logins(dict.fromkeys(ROLES, "x")), shop=True)
        owner = Database(server.url)
        _write(owner, ring)
        assert run_verify(state) == 0
        with owner.transaction() as tx:
            tx.execute("DELETE FROM conversation.turn WHERE seq = 2 AND conversation = %s", ANNA)
        owner.close()
    assert "2 conversations, 8 records verified, 0 damaged" in capsys.readouterr().out
    assert run_verify(state) == 1
    said = capsys.readouterr().out
    assert f"conversation {ANNA.hex()} is damaged at record 2" in said
    assert "1 damaged" in said
    assert not (state / "postgres" / "data" / "postmaster.pid").exists()


def test_without_keys_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_verify(tmp_path) == 1
    assert "missing" in capsys.readouterr().err
