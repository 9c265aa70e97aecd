"""A real clamd for tests: on a Unix socket in a folder of its own, with signatures of ours only."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATTERN = b"discreet test signature 7f3a"
"""What the scanner finds anywhere in a file."""
KNOWN_FILE = b"\x89PNG\r\n\x1a\n a whole file that is known by its hash"
_CONFIG = """\
LocalSocket {folder}/clamd.ctl
LocalSocketMode 666
DatabaseDirectory {folder}/signatures
OfficialDatabaseOnly no
Foreground yes
StreamMaxLength {most}
MaxThreads 2
{user}
"""


@dataclass
class Scanner:
    """A running daemon."""

    socket: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """It is gone without a word."""
        self.process.kill()
        self.process.wait(10)


@contextmanager
def clamd(*, most: str = "20M") -> Iterator[Scanner]:
    """One that answers, and is gone at the end."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert program, "the tests of attachments need ClamAV's daemon: install Debian's package `clamav-daemon`"
    folder = Path(tempfile.mkdtemp(prefix="discreet-clamd-"))
    folder.chmod(0o755)
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Discreet.Pattern:0:*:{PATTERN.hex()}\n")
    (signatures / "own.hsb").write_text(
        f"{hashlib.sha256(KNOWN_FILE).hexdigest()}:{len(KNOWN_FILE)}:Discreet.Known:73\n"
    )
    config = folder / "clamd.conf"
    config.write_text(_CONFIG.format(folder=folder, most=most, user="User root" if os.geteuid() == 0 else ""))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "--config-file", str(config)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not (folder / "clamd.ctl").exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield Scanner(folder / "clamd.ctl", process)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
