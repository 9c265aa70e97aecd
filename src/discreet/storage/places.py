"""Where a process of lesser rights may work: system users, and folders that they can reach.

Only a start as root separates processes by system user. Nothing here opens a folder that was closed: what another
user must reach and cannot goes to a private folder outside, which the state folder remembers.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A system user that a process runs as. ``guest_of`` are further groups, whose folders it may enter."""

    name: str
    uid: int
    gid: int
    guest_of: tuple[int, ...] = ()

    def popen_arguments(self) -> dict[str, object]:
        """For ``subprocess``: become this user and leave every group of ours."""
        return {"user": self.uid, "group": self.gid, "extra_groups": list(self.guest_of)}


def system_account(name: str) -> Account | None:
    """The system user of that name, made when missing; None unless we are root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", name], check=True, capture_output=True)
        entry = pwd.getpwnam(name)
    return Account(name, entry.pw_uid, entry.pw_gid)


def others_can_enter(folder: Path) -> bool:
    """Whether every user may pass through this folder and all above it."""
    folder = folder.resolve()
    return all(entry.stat().st_mode & stat.S_IXOTH for entry in (folder, *folder.parents) if entry.exists())


def reachable_home(state: Path, wanted: Path) -> Path:
    """``wanted`` where other users can enter its parents, else a private folder outside, the same one each time.

    The outside folder is noted in ``state/outside`` and removed by ``forget_outside``.
    """
    if os.geteuid() != 0 or others_can_enter(wanted.parent):
        return wanted
    note = state / "outside"
    if note.exists() and Path(note.read_text()).is_dir():
        return Path(note.read_text()) / wanted.name
    base = "/var/lib" if os.access("/var/lib", os.W_OK) else tempfile.gettempdir()
    outside = Path(tempfile.mkdtemp(prefix="discreet-", dir=base))
    outside.chmod(0o711)
    note.write_text(str(outside))
    return outside / wanted.name


def home_of(state: Path, name: str) -> Path:
    """Where a folder of the state lies, or would: outside where ``reachable_home`` put it there."""
    note = state / "outside"
    if note.exists() and (outside := Path(note.read_text()) / name).is_dir():
        return outside
    return state / name


def forget_outside(state: Path) -> None:
    """Removes the folder outside, if there is one. What was in it is gone."""
    note = state / "outside"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
        note.unlink()


def private_folder(path: Path, account: Account | None, mode: int = 0o700) -> Path:
    """Makes the folder if needed, with exactly this owner and mode."""
    path.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)
    return path
