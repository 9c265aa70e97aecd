"""An operator answers requests from the command line, restores a backup, and is stopped until erasures are replayed.

And what the running assistant left of an erased person in its folders: logs, database, ledgers, what commands print.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from discreet.cli.database import owner_database
from discreet.client import Chat
from discreet.crypto import keyring
from discreet.crypto.identifiers import conversation_id, pseudonym
from discreet.errors import NotAuthentic
from tests.assistant.canaries import disguises
from tests.assistant.commands import discreet
from tests.assistant.up import Up, running_up
from tests.conftest import free_port
from tests.records.rights import remains

pytestmark = pytest.mark.servers

CARD = "4000 0566 5566 5556"


def _sender(state: Path, chat: Chat) -> str:
    assert chat.cookie is not None
    identity = keyring.key(keyring.keys_for("rasa", state / "keys"), "identity")
    return pseudonym(identity, "web", chat.cookie.partition("=")[2])


def _stopped(up: Up) -> None:
    up.process.terminate()
    up.process.wait(60)


def _noted(state: Path, chat: Chat, sender: str) -> dict[str, list[bytes]]:
    """Everything of this person that could name or open them, as any file may have written it."""
    assert chat.cookie is not None
    subject = conversation_id(keyring.key(keyring.keys_for("rasa", state / "keys"), "identity"), sender)
    with owner_database(state) as database:
        noted = remains.recorded(database, subject)
        with database.transaction() as tx:
            noted["token"] = [
                row[0].encode() for row in tx.execute("SELECT token FROM vault.value WHERE subject = %s", subject)
            ]
    for name in ("wrapped key of a session", "wrapped key of the person", "sealed value", "record", "token", "turn"):
        assert noted[name], name
    noted["conversation id"] = [subject]
    return {
        **remains.written(noted),
        "pseudonym": [sender.encode()],
        "browser's cookie": [chat.cookie.partition("=")[2].encode()],
        "value": list(disguises(CARD)),
    }


def _folders(state: Path) -> list[Path]:
    """Every folder of the state but the keys, wherever it lies; the models are large and older than any person."""
    outside = [Path((state / "outside").read_text())] if (state / "outside").exists() else []
    found = [folder for home in (state, *outside) for folder in sorted(home.iterdir()) if folder.is_dir()]
    return [folder for folder in found if folder.name not in ("keys", "models", "postgres-binaries")]


def test_requests_a_restored_backup_and_a_replay(state: Path, tmp_path: Path) -> None:
    port = free_port()
    with running_up(state, port) as up:
        up.wait_for("Ready")
        anna, ben = (Chat(f"http://127.0.0.1:{port}").open() for _ in range(2))
        for chat in (anna, ben):
            chat.send(f"my card is {CARD}")
        sender = _sender(state, anna)
        noted = _noted(state, anna, sender)
        found = remains.found([state / "logs"], noted)
        assert found == {}, found
        _stopped(up)
        shutil.copytree(state / "postgres", tmp_path / "backup", symlinks=True)

    with running_up(state, port) as up:
        up.wait_for("Ready")
        assert "Nothing is open" in discreet(state, "rights", "list").stdout
        for wrong in (("rights", "show", "rq_x"), ("rights", "run", "rq_x"), ("rights", "certificate", "rq_x"),
                      ("rights", "file", "erasure", "nobody"), ("rights", "file", "copy", sender),
                      ("rights", "file", "objection", sender, "--purpose", "refunds")):  # fmt: skip
            refused = discreet(state, *wrong)
            assert refused.returncode == 1, wrong
            assert refused.stderr.startswith("discreet: "), refused.stderr
        frozen = discreet(state, "rights", "file", "restriction", sender).stdout.strip()
        listed = json.loads(discreet(state, "rights", "list", "--json").stdout)["requests"]
        assert [(one["id"], one["kind"], one["state"]) for one in listed] == [(frozen, "restriction", "filed")]
        assert "due 20" in discreet(state, "rights", "extend", frozen, "--reason", "many requests").stdout
        assert discreet(state, "rights", "extend", frozen, "--reason", "again").returncode == 1
        assert "done for 1 conversation" in discreet(state, "rights", "run", frozen).stdout
        shown = json.loads(discreet(state, "rights", "show", frozen, "--json").stdout)
        assert [row["event"] for row in shown["log"]] == ["asked", "filed", "extended", "done"]
        assert "subject" not in shown
        refused_one = discreet(state, "rights", "file", "lifting", sender).stdout.strip()
        assert discreet(state, "rights", "refuse", refused_one, "--reason", "not the same person").returncode == 0
        erased = discreet(state, "db", "erase", sender)
        assert erased.returncode == 0, erased.stderr
        request = erased.stdout.split()[-1]
        certificate = json.loads(discreet(state, "rights", "certificate", request, "--json").stdout)
        assert certificate["states"]["residual_scan"] == {"rows": 0, "keys": 0}
        assert discreet(state, "rights", "certificate", frozen).returncode == 1
        assert discreet(state, "rights", "run", request).returncode == 1
        with pytest.raises(NotAuthentic):
            anna.history()
        left = set().union(*remains.found(_folders(state), noted).values())
        assert {"sealed value", "wrapped key of the person"} <= left, "the scan would find what is there"
        scrubbed = discreet(state, "db", "scrub")
        assert scrubbed.returncode == 0, scrubbed.stderr
        exports = tmp_path / "exports"
        exports.mkdir()
        for command in (("consent", "export"), ("audit", "show", "--json"), ("rights", "list", "--all", "--json"),
                        ("rights", "show", request, "--json"), ("rights", "certificate", request, "--json"),
                        ("audit", "verify", "--json"), ("db", "verify")):  # fmt: skip
            printed = discreet(state, *command)
            assert printed.returncode == 0, printed.stderr
            (exports / "-".join(command)).write_text(printed.stdout + printed.stderr)
        audit = json.loads((exports / "audit-verify---json").read_text())
        assert audit["damage"] == []
        assert audit["links"] > 0
        assert {"logs", "audit", "erasures", "postgres"} <= {folder.name for folder in _folders(state)}
        assert remains.found([*_folders(state), exports], noted) == {}
        assert len(ben.history()) == 2
        _stopped(up)
    assert remains.found(_folders(state), noted) == {}
    assert discreet(state, "audit", "verify").returncode == 0

    shutil.rmtree(state / "postgres" / "data")
    shutil.copytree(tmp_path / "backup" / "data", state / "postgres" / "data", symlinks=True)
    subprocess.run(
        ["chown", "-R", "--reference", str(state / "postgres"), str(state / "postgres" / "data")], check=True
    )
    (state / "postgres" / "data").chmod(0o700)
    with running_up(state, port) as up:
        up.process.wait(120)
        assert up.process.returncode == 1
        assert "replay-erasures" in up.said
    findings = json.loads(discreet(state, "doctor", "--json").stdout)["findings"]
    assert {"erasures", "audit_chain"} <= {finding["code"] for finding in findings}
    restored = discreet(state, "audit", "verify")
    assert restored.returncode == 1
    assert "a backup was restored" in restored.stdout
    replayed = discreet(state, "db", "replay-erasures")
    assert replayed.returncode == 0, replayed.stderr
    assert "1 erasures, 1 conversations" in replayed.stdout
    resumed = discreet(state, "audit", "resume", "--reason", "the disk of the database broke")
    assert resumed.returncode == 0, resumed.stderr
    with running_up(state, port) as up:
        up.wait_for("Ready")
        with pytest.raises(NotAuthentic):
            anna.history()
        assert len(ben.history()) == 2
        _stopped(up)
    assert "audit_chain" not in discreet(state, "doctor", "--json").stdout
    verified = json.loads(discreet(state, "audit", "verify", "--json").stdout)
    assert (verified["damage"], verified["waiting"], verified["resumed"]) == ([], 0, 1)
