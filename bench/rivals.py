"""The other redactors, each installed by hash in a throw-away environment and run in a process of its own.

Installing needs a Python that the peer runs on and a package index; a peer that cannot be had is named with the reason,
never replaced. ``<environment>.txt`` are the locked requirements, ``<peer>.py`` says how its findings are read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import corpora
from bench.scoring import Sample, Span

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "bench" / "peers"
PEERS = {
    "presidio_patterns": "presidio",
    "presidio_spacy_sm": "presidio",
    "scrubadub": "scrubadub",
    "datafog": "datafog",
    "datafog_rust": "datafog",
}
"""Peer -> environment."""
_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3")
_SPEED_TEXTS = 500
_INSTALL_SECONDS, _RUN_SECONDS = 900, 1800


@dataclass(frozen=True)
class Asked:
    """What every peer is given: the texts of each set, and which two are timed."""

    texts: dict[str, list[str]]
    timed: tuple[str, ...]

    @classmethod
    def of(cls, sets: dict[str, list[Sample]], *, times: bool) -> Asked:
        """All texts; times of the same two sets as ours."""
        texts = {name: [sample.text for sample in samples] for name, samples in sets.items()}
        return cls(texts, corpora.clean_and_dense(sets) if times else ())


@dataclass(frozen=True)
class Rival:
    """A peer's findings and times. ``hostile``: milliseconds a pattern, of those that its time allowed."""

    name: str
    version: str
    found: dict[str, list[tuple[Span, ...]]]
    speed: dict[str, dict[str, float]]
    hostile: dict[str, float]


def run(asked: Asked) -> tuple[list[Rival], dict[str, str]]:
    """Every peer that can be installed, and the reasons for the others."""
    rivals, missing = [], {}
    for environment in dict.fromkeys(PEERS.values()):
        folder = Path(tempfile.mkdtemp(prefix="discreet-peer-"))
        names = [name for name, needed in PEERS.items() if needed == environment]
        try:
            python = _installed(folder, environment)
            for name in names:
                print(f"  running {name} ...", flush=True)
                rivals.append(_asked(python, name, asked))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            done = {rival.name for rival in rivals}
            missing |= {name: str(error)[-300:] for name in names if name not in done}
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return rivals, missing


def _installed(folder: Path, environment: str) -> Path:
    chosen = next(filter(_is_new_enough, filter(None, map(shutil.which, _PYTHONS))), None)
    if chosen is None:
        raise ValueError("it needs Python 3.11 or newer on PATH")
    print(f"  installing {environment} ...", flush=True)
    subprocess.run([chosen, "-m", "venv", str(folder)], check=True, capture_output=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    requirements = str(FOLDER / f"{environment}.txt")
    done = subprocess.run([*command, "-r", requirements], capture_output=True, text=True, timeout=_INSTALL_SECONDS)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line] or ["pip failed"]
        raise ValueError(lines[-1])
    return python


def _is_new_enough(python: str) -> bool:
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", check], capture_output=True).returncode == 0


def _asked(python: Path, name: str, asked: Asked) -> Rival:
    """One process, one peer. It gets no more of this environment than the path of the bench."""
    clean = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(PROJECT), "HOME": str(python.parent)}
    timed = {set_: asked.texts[set_][:: max(1, len(asked.texts[set_]) // _SPEED_TEXTS)] for set_ in asked.timed}
    question = json.dumps({"texts": asked.texts, "timed": timed, "hostile": bool(asked.timed)})
    done = subprocess.run(
        [str(python), "-m", "bench.peers.serve", name],
        input=question, capture_output=True, text=True, env=clean, cwd=python.parent, timeout=_RUN_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise ValueError(f"it failed: {done.stderr.strip().splitlines()[-1:]}")
    answer = json.loads(done.stdout)
    found = {set_: [tuple(map(tuple, spans)) for spans in rows] for set_, rows in answer["found"].items()}
    return Rival(name, answer["version"], found, answer["speed"], answer["hostile"])
