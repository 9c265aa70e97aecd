"""After an erasure: not a byte of that person in the database's files, its log, its archive and exports; no way back.

On a server of its own that waits for the disk, because it looks at whole folders. Few people in ``make test``, fifty in
``make prove``.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from discreet.checks.erasures import examine
from discreet.cli.audit import run_show as show_audit
from discreet.cli.audit import run_verify as verify_audit
from discreet.cli.consent import run_export as export_consent
from discreet.cli.consent import run_verify as verify_consent
from discreet.cli.rights import run_certificate, run_list, run_show
from discreet.crypto import keyring
from discreet.crypto.signing import public_key_of
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.audit.chaining import Chaining
from discreet.records.audit.heads import heads_file, resume
from discreet.records.audit.verify import Verified, verify_log
from discreet.records.rights.erasing import Erasing, replay
from discreet.records.rights.ledger import Ledger
from discreet.records.rights.scrub import scrub
from discreet.storage.embedded import EmbeddedPostgres, _wheel_binaries
from discreet.storage.engine import SNAPSHOT, Database
from discreet.storage.migrations import ROLES, default_logins, migrate
from tests.conftest import throwaway_postgres
from tests.records.rights import remains
from tests.records.rights.people import Person, file, goes_on, live, readable


class Installation:
    """A durable server, its people, and a state folder with keys and ledger."""

    def __init__(self, server: EmbeddedPostgres, state: Path, policy: Policy, people: int) -> None:
        self.server, self.state, self.policy = server, state, policy
        passwords = {role: secrets.token_urlsafe(16) for role in ROLES}
        migrate(server.url, default_logins(passwords), shop=True)
        self.owner = Database(server.url, pool_size=2, statement_timeout_ms=120_000)
        keeper_url = default_logins(passwords)["keeper"].url(server.url)
        self.keeper = Database(keeper_url, pool_size=1, statement_timeout_ms=120_000)
        keyring.create_keys(state / "keys")
        (state / "erasures").mkdir()
        (state / "audit").mkdir()
        self.seed = keyring.key(keyring.keys_for("keeper", state / "keys"), "rights")
        self.ledger = Ledger(state / "erasures", self.seed)
        self.people = [live(self.owner, policy, f"person{number}") for number in range(people)]
        goes_on(self.owner, self.people[0])
        self.chaining = Chaining(self.keeper, state / "audit", self.seed)
        assert self.chaining.run_once(last=True) >= people

    @property
    def data(self) -> Path:
        return self.server.home

    def erase(self, person: Person) -> str:
        """As the keeper does it; the request's id."""
        request = file(self.owner, person)
        assert Erasing(self.keeper, self.ledger, self.seed, "keeper").run_filed() == 1
        return request

    def restart(self, data: Path | None = None) -> None:
        """Stops the server and starts it again, on other data where some is given: a restored backup."""
        self.owner.close()
        self.keeper.close()
        self.server.stop()
        if data is not None:
            shutil.rmtree(self.data / "data")
            shutil.copytree(data, self.data / "data", symlinks=True)
            subprocess.run(["chown", "-R", "--reference", str(self.data), str(self.data / "data")], check=True)
            (self.data / "data").chmod(0o700)
        self.server.start()

    def copy_of_files(self, to: Path) -> Path:
        """A backup of the files of a stopped server."""
        self.owner.close()
        self.keeper.close()
        self.server.stop()
        shutil.copytree(self.data / "data", to, symlinks=True)
        self.server.start()
        return to

    def archive(self) -> Path:
        """From the next start on, the log is archived there."""
        folder = self.data / "archive"
        folder.mkdir()
        subprocess.run(["chown", "--reference", str(self.data), str(folder)], check=True)
        with self.owner.autocommit() as tx:
            tx.execute("ALTER SYSTEM SET archive_mode = on")
            tx.execute(f"ALTER SYSTEM SET archive_command = 'cp %p {folder}/%f'")
        return folder

    def rotate(self, archive: Path) -> None:
        """What is older than the newest checkpoint goes, once the archive has taken it, as everybody's archive does."""
        deadline = time.monotonic() + 120
        with self.owner.autocommit() as tx:
            while tx.execute("SELECT 1 FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready' LIMIT 1"):
                assert time.monotonic() < deadline, "nothing archives"
                time.sleep(0.1)
            tx.execute("CHECKPOINT")
            ((oldest,),) = tx.execute("SELECT redo_wal_file FROM pg_control_checkpoint()")
        _run("pg_archivecleanup", str(archive), oldest)

    def verified(self) -> Verified:
        """The audit log, as staff see it."""
        lines = heads_file(self.state / "audit", public_key_of(self.seed)).lines()
        with self.owner.transaction() as tx:
            tx.execute(SNAPSHOT)
            return verify_log(tx, public_key_of(self.seed), lines)

    def exported(self, request: str, folder: Path) -> Path:
        """Everything that a command prints of everybody, and a dump."""
        state = self.state
        for name, work in {
            "consent": lambda: export_consent(state),
            "consent-verify": lambda: verify_consent(state, None, as_json=True),
            "requests": lambda: run_list(state, everything=True, as_json=True),
            "request": lambda: run_show(state, request, as_json=True),
            "certificate": lambda: run_certificate(state, request, as_json=True),
            "audit": lambda: show_audit(state, None, None, as_json=True),
            "audit-verify": lambda: verify_audit(state, None, as_json=True),
        }.items():
            with (folder / name).open("w") as output, contextlib.redirect_stdout(output):
                work()
        _run("pg_dump", "--format=plain", f"--file={folder / 'dump'}", f"--dbname={self.server.url}")
        return folder

    def findings(self) -> list[str]:
        """What doctor and the start say of the ledger."""
        return [finding.code for finding in examine(self.owner, self.state)]


@pytest.fixture(params=[pytest.param(5, id="few"), pytest.param(50, id="fifty", marks=pytest.mark.prove)])
def installed(request: pytest.FixtureRequest, policy: Policy, tmp_path: Path) -> Iterator[Installation]:
    with throwaway_postgres(durable=True) as server:
        made = Installation(server, tmp_path, policy, request.param)
        yield made
        made.owner.close()
        made.keeper.close()


def test_nothing_of_an_erased_person_remains_and_a_backup_does_not_bring_them_back(
    installed: Installation, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCREET_DATABASE_URL", installed.server.url)
    monkeypatch.setenv("DISCREET_STAFF_DATABASE_URL", installed.server.url)
    owner, (erased, *others) = installed.owner, installed.people
    noted = remains.of(owner, erased)
    with owner.autocommit() as tx:
        tx.execute("ANALYZE")  # statistics quote columns
        tx.execute("CHECKPOINT")
    assert set().union(*remains.found([installed.data], noted).values()) >= set(noted) - {"value", "pseudonym"}
    for folder in ("before", "exports"):
        (tmp_path / folder).mkdir()
    asked = file(owner, others[0], "objection")
    before = remains.found([installed.exported(asked, tmp_path / "before")], remains.written(noted))
    assert before["dump"] >= set(noted) - {"value", "pseudonym"}
    assert {"conversation id", "turn"} <= before["audit"] & before["consent"]
    archive = installed.archive()
    backup = installed.copy_of_files(tmp_path / "backup")

    request = installed.erase(erased)
    assert not readable(owner, policy, erased)
    assert installed.verified().damage == ()
    installed.chaining.run_once(last=True)
    verified = installed.verified()
    assert (verified.damage, verified.waiting) == ((), 0)
    assert verified.erased >= 1

    assert scrub(owner).log
    assert set().union(*remains.found([archive], noted).values()) >= {"sealed value", "wrapped key of the person"}
    installed.rotate(archive)
    assert remains.found([installed.data, tmp_path / "erasures", tmp_path / "audit"], noted) == {}
    exports = [installed.exported(request, tmp_path / "exports"), tmp_path / "erasures", tmp_path / "audit"]
    assert min(file.stat().st_size for file in exports[0].iterdir()) > 20
    assert remains.found(exports, remains.written(noted)) == {}
    assert all(readable(owner, policy, person) for person in others)
    assert installed.findings() == []

    installed.restart(backup)
    assert installed.findings() == ["erasures"]
    assert "a backup was restored" in installed.verified().damage[0].what
    assert readable(owner, policy, erased)  # which is why nothing may serve now
    with owner.transaction() as tx:
        assert replay(tx, installed.ledger.lines(), Audit("operator")) == 2  # the conversation, and its customer
    assert installed.findings() == []
    assert not readable(owner, policy, erased)
    assert all(readable(owner, policy, person) for person in others)
    with owner.transaction() as tx:
        heads = heads_file(installed.state / "audit", public_key_of(installed.seed))
        resume(tx, heads, installed.seed, "restored", int(time.time()))
    installed.chaining.run_once()
    verified = installed.verified()
    assert (verified.damage, verified.waiting, verified.resumed) == ((), 0, 1)
    scrub(owner)
    installed.rotate(archive)
    assert remains.found([installed.data], noted) == {}


def test_without_the_scrub_the_scan_finds_what_is_left(installed: Installation) -> None:
    """The scan is no scan that cannot fail: dead rows and the log still hold bytes, which no key opens any more."""
    noted = remains.of(installed.owner, installed.people[0])
    installed.erase(installed.people[0])
    with installed.owner.autocommit() as tx:
        tx.execute("CHECKPOINT")
    left = set().union(*remains.found([installed.data], noted).values())
    assert {"wrapped key of the person", "sealed value", "token"} <= left
    assert "value" not in left


def test_a_ledger_that_is_gone_stops_the_start(installed: Installation) -> None:
    installed.erase(installed.people[0])
    assert installed.findings() == []
    ledger = installed.state / "erasures" / "ledger"
    content = ledger.read_text()
    ledger.unlink()
    assert installed.findings() == ["erasures"]
    ledger.write_text(content.replace("eyJ", "eyK", 1))
    assert installed.findings() == ["erasure_ledger"]
    ledger.write_text(content)
    assert installed.findings() == []


def test_a_dump_from_before_is_no_way_back_either(installed: Installation, policy: Policy, tmp_path: Path) -> None:
    """``pg_dump`` and ``pg_restore``, into a database of another name: as on anybody's own Postgres."""
    erased, *others = installed.people
    dump = tmp_path / "dump"
    _run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={installed.server.url}")
    noted = remains.written(remains.of(installed.owner, erased))
    installed.erase(erased)
    with installed.owner.autocommit() as tx:
        tx.execute("CREATE DATABASE restored")
    url = installed.server.url.replace("/discreet?", "/restored?")
    _run("pg_restore", "--exit-on-error", f"--dbname={url}", str(dump))
    restored = Database(url, pool_size=1, statement_timeout_ms=120_000)
    assert [finding.code for finding in examine(restored, installed.state)] == ["erasures"]
    assert readable(restored, policy, erased)
    with restored.transaction() as tx:
        assert replay(tx, installed.ledger.lines(), Audit("operator")) == 2
    assert list(examine(restored, installed.state)) == []
    assert not readable(restored, policy, erased)
    assert all(readable(restored, policy, person) for person in others)
    later = tmp_path / "later"
    _run("pg_dump", "--format=plain", f"--file={later}", f"--dbname={url}")
    assert [name for name, forms in noted.items() if any(form in later.read_bytes() for form in forms)] == []
    restored.close()


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(_wheel_binaries() / program), *arguments], check=True, capture_output=True, timeout=120)
