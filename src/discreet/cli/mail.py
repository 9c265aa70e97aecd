"""``discreet mail``: what the assistant has written to customers, while no mail server is set up."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import time
from pathlib import Path
from typing import Any

from discreet.assistant import run_folder
from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.crypto.derived import derived
from discreet.crypto.signing import ActionCall, sign_action_call
from discreet.errors import SettingsError


@told
def run(state: Path, *, as_json: bool) -> int:
    """Prints the letters of the last quarter of an hour. Returns the exit code."""
    letters = read(state)
    if as_json:
        print(json.dumps({"letters": letters}))
        return 0
    for letter in letters:
        at = time.strftime("%H:%M:%S", time.localtime(letter["at"]))
        print(f"{at}  to {letter['to']}\n          {letter['subject']}\n\n{letter['text']}")
    if not letters:
        print("No letter in the last 15 minutes.")
    return 0


def read(state: Path) -> list[dict[str, Any]]:
    """The letters, oldest first, asked of the running action server. Raises SettingsError."""
    try:
        folder = Path(run_folder(state).read_text())
    except OSError:
        raise SettingsError("the assistant does not run here: start it with `make run`") from None
    key = derived(keyring.key(keyring.keys_for("actions", state / "keys"), "vault_seed"), "mail")
    headers = sign_action_call(key, ActionCall(secrets.token_bytes(16), 0, 0), b"", int(time.time()))
    connection = _Socket(folder / "actions" / "actions.sock")
    try:
        connection.request("GET", "/mail", headers=headers)
        response = connection.getresponse()
        letters = json.loads(response.read()).get("letters") if response.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException):
        raise SettingsError("the action server does not answer; is the assistant running?") from None
    finally:
        connection.close()
    if letters is None:
        raise SettingsError("letters go to the mail server of mail.yml; look there")
    return list(letters)


class _Socket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("actions", timeout=10)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self._path)
