"""The project's files: the policy, Rasa's endpoints and channels, and the installed packages."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.markers import Marker

from discreet.checks import Finding
from discreet.errors import DiscreetError, SettingsError
from discreet.policy import load_policy
from discreet.rasa.front import Front
from discreet.rasa.options import OTHER_ENDPOINTS

WEB = "discreet.rasa.web.WebChannel"
STORE = "discreet.rasa.tracker_store.EncryptedTrackerStore"
LOCKS = "discreet.rasa.lock_store.PostgresLockStore"
STOCK_CHANNELS = {
    "rest": "lets whoever calls it name the sender, the channel and metadata",
    "callback": "lets whoever calls it name the sender",
    "socketio": "lets a page of any site, and whoever knows a session's id, speak as somebody else",
    "rasa": "lets the caller name the conversation",
    "cmdline": "writes what was said to a terminal, past the guard",
    "telegram": "does not check that a message comes from Telegram",
    "slack": "accepts a recorded message again for five minutes",
    "twilio": "does not check that a message comes from Twilio",
    "twilio_voice": "does not check who calls, and tells anybody what was said last",
    "facebook": "lets the caller choose the algorithm that its signature is checked by",
    "hangouts": "takes two people of one name for one person",
    "botframework": "lets the caller choose the algorithm and where replies go, with the bot's own token",
    "mattermost": "does not check that a message comes from Mattermost",
    "rocketchat": "does not check that a message comes from Rocket.Chat",
    "webexteams": "does not check that a message comes from Webex",
}
"""Why none of Rasa's own channels may serve."""
_LOCKED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)(?: *; *([^\\\n]+?))? *\\?$", re.MULTILINE)


def examine(project: Path, *, credentials: str = "credentials.yml", store_alone: bool = False) -> Iterator[Finding]:
    """Everything about the project's files. ``credentials``: the file that names the channels, a path from there;
    ``store_alone``: a bot of its own that takes our store and nothing else."""
    yield from _endpoints(project, store_alone=store_alone)
    yield from _packages(project)
    if not store_alone:
        yield from _policy(project)
        yield from _channels(project / credentials)


def web_entry(credentials: Path) -> Front:
    """The web channel's settings as that file has them. Raises SettingsError."""
    entries = mapping(credentials)
    return Front.from_credentials(entries.get(WEB))


def _policy(project: Path) -> Iterator[Finding]:
    try:
        load_policy(project / "privacy.yml")
    except DiscreetError as error:
        yield Finding("policy", str(error), "put privacy.yml right")


def _endpoints(project: Path, *, store_alone: bool) -> Iterator[Finding]:
    try:
        given = mapping(project / "endpoints.yml")
    except SettingsError as error:
        yield Finding("endpoints", str(error), "bring it back")
        return
    for section, code, wanted, otherwise in (
        ("tracker_store", "store_class", STORE, "Rasa keeps conversations in clear, or in memory only"),
        ("lock_store", "lock_class", LOCKS, "two servers may write one conversation at once"),
    ):
        found = given.get(section) if isinstance(given.get(section), dict) else {}
        if found.get("type") != wanted:  # type: ignore[union-attr]
            yield Finding(
                code, f"endpoints.yml names another {section} than ours, so {otherwise}", f"write type: {wanted}"
            )
        elif section == "tracker_store" and not store_alone and found.get("require_guard") is not True:  # type: ignore[union-attr]
            yield Finding(
                "guard", "the tracker store takes messages that came round the guard", "write require_guard: true"
            )
    if not store_alone:
        for section, why in OTHER_ENDPOINTS.items():
            if section in given:
                yield Finding("endpoints", f"{section} in endpoints.yml {why}", f"take {section} out")


def _channels(file: Path) -> Iterator[Finding]:
    try:
        entries = mapping(file)
    except SettingsError as error:
        yield Finding("credentials", str(error), f"bring it back with at least `{WEB}:`")
        return
    if not entries:
        yield Finding("credentials", "credentials.yml names no channel", f"write `{WEB}:` into it")
    for name, entry in entries.items():
        if name in STOCK_CHANNELS:
            yield Finding(
                "channel", f"Rasa's own channel {name} {STOCK_CHANNELS[name]}", "take it out of credentials.yml; "
                f"guarded channels begin with discreet.rasa., such as {WEB}"
            )  # fmt: skip
        elif not str(name).startswith("discreet.rasa."):
            yield Finding("channel", f"the channel {name} is not guarded", "take it out of credentials.yml")
        elif not _class_exists(str(name)):
            yield Finding("channel", f"there is no channel {name}", "correct its name in credentials.yml")
        elif name == WEB:
            try:
                Front.from_credentials(entry)
            except SettingsError as error:
                yield Finding("credentials", str(error), "correct it (docs/operate.md)")
        scanner = entry.get("attachments") if isinstance(entry, dict) else None
        if isinstance(scanner, str) and not Path(scanner).is_socket():
            yield Finding(
                "scanner", f"no ClamAV listens where {name} has attachments scanned, so it takes none",
                "start clamd, or correct the path of its socket", stops=False,
            )  # fmt: skip


def _packages(project: Path) -> Iterator[Finding]:
    if sys.version_info[:2] != (3, 10):
        yield Finding("python", "this is not Python 3.10, the only version that Rasa 3.6 supports", "run `make setup`")
    locked = project / "requirements" / "runtime.txt"
    if not locked.exists():
        return
    installed = _installed()
    wrong = []
    for name, version, marker in _LOCKED.findall(locked.read_text()):
        if marker and not Marker(marker).evaluate():
            continue
        found = installed.get(_canonical(name))
        if found != version:
            wrong.append(f"{name} is {'missing' if found is None else 'not the locked version'}")
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        yield Finding("packages", f"installed packages differ: {', '.join(wrong[:3])}{more}", "run `make setup`")


def _installed() -> dict[str, str]:
    """Versions by name, from the names of folders: to read every package's own description takes half a second."""
    named = (folder.name.removesuffix(".dist-info") for path in sys.path for folder in Path(path).glob("*.dist-info"))
    return {_canonical(name): version for name, _, version in (one.rpartition("-") for one in named)}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _class_exists(path: str) -> bool:
    """Whether the module defines that class, without running it."""
    module, _, name = path.rpartition(".")
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    if spec is None or spec.origin is None:
        return False
    return re.search(rf"^class {re.escape(name)}\b", Path(spec.origin).read_text(), re.MULTILINE) is not None


def mapping(file: Path) -> dict[Any, Any]:
    """A YAML file of the project that holds a mapping; {} for an empty one. Raises SettingsError."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError:
        raise SettingsError(f"{file.name} is missing or cannot be read") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"{file.name} is not YAML") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(f"{file.name} holds no mapping")
    return content
