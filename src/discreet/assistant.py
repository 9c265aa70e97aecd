"""The whole assistant as one object: database, keys, model, processes. What ``discreet up`` and the tests start."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import shutil
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from discreet import checks, logfiles, models
from discreet.checks import audit, channels, database, erasures, mail, project, state
from discreet.crypto import keyring
from discreet.crypto.rotation import entries
from discreet.crypto.signing import public_key_of
from discreet.errors import SettingsError, StorageUnavailable
from discreet.policy import load_policy
from discreet.settings import channel_secrets, mail_settings
from discreet.shop.seed import seed_if_empty
from discreet.storage.embedded import EmbeddedPostgres
from discreet.storage.engine import Database
from discreet.storage.migrations import Login, default_logins, kept_passwords, migrate
from discreet.storage.places import (
    Account,
    others_can_enter,
    private_folder,
    reachable_home,
    system_account,
)
from discreet.supervisor import Program, Supervisor

Say = Callable[[str], None]
_PROCESSES = ("rasa", "actions", "keeper", "payment")


@dataclass(frozen=True)
class Options:
    """How to start. ``database_url`` names somebody's own Postgres; empty starts the embedded one."""

    project: Path
    state: Path
    port: int = 5005
    database_url: str = ""
    role_urls: tuple[tuple[str, str], ...] = ()
    tls: tuple[Path, Path] | None = None
    """A certificate chain and its key, PEM. Then the page is served by TLS 1.3."""
    interface: str = "127.0.0.1"
    """Where the page listens; anything but this machine needs ``tls``."""
    durable: bool = True
    log_level: str = "INFO"
    vault_kem: str = "x-wing"
    """How new values are sealed: one of ``sealed.KEMS``. What is sealed already opens either way."""
    credentials: str = "credentials.yml"
    """Which channels Rasa serves; a path from the project folder."""
    environment: tuple[tuple[str, str], ...] = ()
    """More variables for the servers' environment, such as a proxy's."""


def handed_out(state: Path) -> Path:
    """The file in which a running assistant names the keys of each ring that its processes have been given."""
    return state / "running" / "rings.json"


def run_folder(state: Path) -> Path:
    """The file in which a running assistant names the folder of its sockets."""
    return state / "running" / "folder"


class Assistant:
    """Starts in order, stops in the opposite one, and goes on with the same keys and conversations next time."""

    def __init__(self, options: Options, say: Say = lambda _: None) -> None:
        self._options = options
        self._say = say
        self.state = private_folder(options.state, None, 0o711)
        self.logs = private_folder(self.state / "logs", None)
        self.keys = self.state / "keys"
        self.run = Path(tempfile.mkdtemp(prefix="discreet-"))
        self.run.chmod(0o711)
        self.postgres: EmbeddedPostgres | None = None
        homes = private_folder(self.run / "home", None, 0o711)
        self.supervisor = Supervisor(options.project, self.logs, homes, self.state / "running")
        self._accounts = self._system_accounts()
        self._urls: dict[str, str] = {}
        self._rings: list[tuple[int, int]] = []
        self._logs_keep = timedelta(days=30)

    @property
    def address(self) -> str:
        """Where the page is."""
        host = f"[{self._options.interface}]" if ":" in self._options.interface else self._options.interface
        return f"{'https' if self._options.tls else 'http'}://{host}:{self._options.port}"

    def start(self) -> None:
        """Everything up and answering. Raises DiscreetError with what to do; whatever was started is then stopped."""
        try:
            self._logs_keep = load_policy(self._options.project / "privacy.yml").logs_keep
            self.rotate_logs(time.time())
            self._require_safe_interface()
            self._require_sound_files()
            self.supervisor.stop_left_behind()
            self._require_free_port()
            keyring.create_keys(self.keys)
            owner_url = self._start_database()
            self._say("Preparing the database ...")
            self._urls = self._migrate(owner_url)
            self._require_sound_database(owner_url)
            model = self.model()
            seed_if_empty(Database(self._urls["actions"], pool_size=1), keyring.ring(self._keys("actions"), "value"))
            self._start_processes(model)
        except BaseException:
            self.stop()
            raise

    def hand_out_rings(self) -> None:
        """Gives the processes a key ring that has changed since, and says so in ``state/running/rings.json``."""
        found = self._ring_files()
        if found != self._rings:
            for name in _PROCESSES:
                self.supervisor.hand_out(name, self._secrets(name))
            self._rings = found
            self._acknowledge()

    def rotate_logs(self, now: float) -> None:
        """Puts logs aside and removes old ones as privacy.yml says; ``now`` is Unix time in seconds."""
        logs = [self.logs / f"{name}.log" for name in (*_PROCESSES, "train")]
        if self.postgres is not None:
            logs.append(self.postgres.log)
        logfiles.rotate(logs, self.logs, self._logs_keep, now)

    def stop(self) -> None:
        """Stops what was started, and nothing else."""
        self.supervisor.stop()
        handed_out(self.state).unlink(missing_ok=True)
        run_folder(self.state).unlink(missing_ok=True)
        if self.postgres is not None:
            self.postgres.stop()
        shutil.rmtree(self.run, ignore_errors=True)

    def __enter__(self) -> Assistant:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def model(self) -> Path:
        """A signed model that fits the training data; trained now when there is none."""
        seed = keyring.key(keyring.keys_for("trainer", self.keys), "model")
        folder = self.state / "models"
        found = models.fitting_model(self._options.project, folder, public_key_of(seed))
        if found is not None:
            return found
        self._say("Training the model (usually a minute) ...")
        return models.train(self._options.project, folder, seed, log=self.logs / "train.log")

    def _start_database(self) -> str:
        if self._options.database_url:
            return self._options.database_url
        self._say("Starting the embedded Postgres ...")
        self.postgres = EmbeddedPostgres(self.state, self.run, durable=self._options.durable)
        if self.postgres.home.parent != self.state:
            self._say(f"Its data lies in {self.postgres.home}, because other users cannot enter {self.state}.")
        return self.postgres.start()

    def _migrate(self, owner_url: str) -> dict[str, str]:
        """Brings the schema up to date and returns each role's URL."""
        given = dict(self._options.role_urls)
        logins = default_logins(kept_passwords(self.state / "role-passwords.json"))
        for role, url in given.items():
            logins[role] = Login(urlsplit(url).username or "")
        try:
            migrate(owner_url, logins, shop=True)
        except StorageUnavailable as error:
            raise SettingsError(f"{error}: start the database, or correct DISCREET_DATABASE_URL") from None
        return {**{role: login.url(owner_url) for role, login in logins.items()}, **given}

    def _require_sound_files(self) -> None:
        """What `discreet doctor` would stop for. Keys that are gone must not be made anew beside what they opened."""
        if not (self.state / "role-passwords.json").exists():
            keyring.create_keys(self.keys)
        elif self.keys.exists():
            keyring.create_later_keys(
                self.keys, but=("rights",) if erasures.has_lines(self.state) or audit.has_lines(self.state) else ()
            )
        certificate, key = self._options.tls or (None, None)
        folder, credentials = self._options.project, self._options.credentials
        checks.require(project.examine(folder, credentials=credentials))
        checks.require(channels.examine(folder / credentials, self.state))
        public = project.web_entry(folder / credentials).public_url
        host = urlsplit(public).hostname or ""
        letters = mail.examine(self.state, interface=self._options.interface, public_url=public)
        checks.require([*state.examine(self.state), *state.examine_tls(certificate, key, host), *letters])

    def _require_sound_database(self, owner_url: str) -> None:
        owner = Database(owner_url, pool_size=1)
        try:
            durable = self._options.durable and bool(self._options.database_url)
            checks.require(database.examine(owner, self._urls, self.keys, durable=durable))
            checks.require(erasures.examine(owner, self.state))
        finally:
            owner.close()

    def _start_processes(self, model: Path) -> None:
        account = self._accounts
        self._rings = self._ring_files()
        self._shared_folder("actions", account["actions"], account["rasa"])
        self._shared_folder("payment", account["payment"], account["actions"])
        ledger = erasures.prepared_folder(self.state, account["keeper"])
        heads = audit.prepared_folder(self.state, account["keeper"])
        book = private_folder(reachable_home(self.state, self.state / "payment"), account["payment"])
        python = sys.executable
        socket_path = str(self.run / "payment" / "payment.sock")
        self._say("Starting the servers (usually ten seconds) ...")
        for name, command in (
            ("payment", [python, "-m", "discreet.shop.payment_stand_in", socket_path, str(book / "refunds.sqlite")]),
            ("actions", [python, "-m", "discreet.sdk.server"]),
            ("keeper", [python, "-m", "discreet.keeper", str(ledger), str(heads)]),
            ("rasa", self._rasa_command(self._reachable_model(model))),
        ):
            environment = {**dict(self._options.environment), "LOG_LEVEL": self._options.log_level}
            if name == "rasa":
                environment.update(models.rasa_environment(self._options.log_level))
            user = account[name]
            if self.postgres is not None and name in self._urls:
                user = self.postgres.guest(user)
            self.supervisor.start(Program(name, command, self._secrets(name), user, environment))
        self._acknowledge()
        self.supervisor.wait_until(self._is_ready, seconds=120)

    def _rasa_command(self, model: Path) -> list[str]:
        command = [sys.executable, "-m", "rasa", "run", "--model", str(model), "--port", str(self._options.port)]
        command += [
            "--interface",
            self._options.interface,
            *self._tls_arguments(),
            "--endpoints",
            "endpoints.yml",
            "--credentials",
            self._options.credentials,
        ]
        return [*command, "--debug"] if self._options.log_level == "DEBUG" else command

    def _tls_arguments(self) -> list[str]:
        """Rasa's own user may not be able to reach the files: it gets copies in the run folder."""
        if self._options.tls is None:
            return []
        folder = private_folder(self.run / "tls", self._accounts["rasa"])
        arguments = []
        for option, file in zip(("--ssl-certificate", "--ssl-keyfile"), self._options.tls, strict=True):
            copy = folder / option.removeprefix("--")
            try:
                copy.write_bytes(file.read_bytes())
            except OSError:
                raise SettingsError(f"{file.name} cannot be read; name the certificate and its key again") from None
            copy.chmod(0o400)
            if (account := self._accounts["rasa"]) is not None:
                os.chown(copy, account.uid, account.gid)
            arguments += [option, str(copy)]
        return arguments

    def _require_safe_interface(self) -> None:
        if self._options.tls is None and not _is_loopback(self._options.interface):
            raise SettingsError(
                "Without TLS the page is for this machine only: give --tls-certificate and --tls-key, or keep "
                "--interface 127.0.0.1 and put a proxy in front (docs/howto/behind-a-proxy.md)."
            )

    def _secrets(self, name: str) -> dict[str, Any]:
        return {
            "role": name,
            "database_url": self._urls.get(name, ""),
            "run_dir": str(self.run),
            "project_dir": str(self._options.project),
            "keys": self._keys(name),
            "channels": channel_secrets(self.state) if name == "rasa" else {},
            "mail": mail_settings(self.state) if name == "actions" else {},
            "page": self._page if name == "actions" else "",
            "has_links": name == "actions" and self._public_url != "",
        }

    @property
    def _page(self) -> str:
        """The origin that passkeys are bound to: WebAuthn knows no addresses, so on this machine it is `localhost`."""
        scheme = "https" if self._options.tls else "http"
        return self._public_url or f"{scheme}://localhost:{self._options.port}"

    @property
    def _public_url(self) -> str:
        return project.web_entry(self._options.project / self._options.credentials).public_url

    def _ring_files(self) -> list[tuple[int, int]]:
        """Changes when a ring file does: it is replaced whole."""
        files = [self.keys / f"{name}.json" for name in keyring.RINGS]
        return [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files if file.exists()]

    def _acknowledge(self) -> None:
        ids = {name: [entry.id for entry in entries(self.keys, name)] for name in keyring.RINGS}
        file = handed_out(self.state)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(ids))
        draft.replace(file)
        run_folder(self.state).write_text(str(self.run))

    def _keys(self, role: str) -> dict[str, Any]:
        return keyring.keys_for(role, self.keys, kem=self._options.vault_kem)

    def _shared_folder(self, name: str, owner: Account | None, guest: Account | None) -> None:
        """A folder for a socket that exactly one other process may reach."""
        folder = private_folder(self.run / name, owner)
        if owner is not None and guest is not None:
            os.chown(folder, owner.uid, guest.gid)
            folder.chmod(0o710)

    def _reachable_model(self, model: Path) -> Path:
        """Rasa's own user may not enter the state folder: it gets a copy in the run folder."""
        account = self._accounts["rasa"]
        if account is None:
            return model
        folder = private_folder(self.run / "model", account)
        for file in (model, model.with_name(f"{model.name}.sig")):
            copy = folder / file.name
            shutil.copyfile(file, copy)
            copy.chmod(0o444)
        return folder / model.name

    def _system_accounts(self) -> dict[str, Account | None]:
        """Each process's own system user; none where we are not root, or where such a user could not reach the code."""
        reachable = all(others_can_enter(Path(p)) for p in (self._options.project, sys.prefix, sys.base_prefix))
        if os.geteuid() == 0 and not reachable:
            self._say(
                "All processes run as root: other users cannot enter this folder or its Python. "
                "See “Users” in docs/operate.md."
            )
        return {name: system_account(f"discreet-{name}") if reachable else None for name in _PROCESSES}

    def _require_free_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in self._options.interface else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._options.interface, self._options.port))
            except OSError:
                raise SettingsError(
                    f"Port {self._options.port} is taken by another program. Choose another: make run PORT=5006"
                ) from None

    def _is_ready(self) -> bool:
        host, port = self._options.interface, self._options.port
        connection = http.client.HTTPConnection(host, port, timeout=2)
        if self._options.tls:
            # The certificate names the public host, not the address by which we ask our own child.
            connection = http.client.HTTPSConnection(host, port, timeout=2, context=ssl._create_unverified_context())  # noqa: S323
        try:
            connection.request("GET", "/chat/ready")
            return connection.getresponse().status == 200 and (self.run / "actions" / "actions.sock").exists()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _is_loopback(interface: str) -> bool:
    try:
        return ipaddress.ip_address(interface).is_loopback
    except ValueError:
        raise SettingsError("--interface must be an address of this machine, such as 127.0.0.1") from None
