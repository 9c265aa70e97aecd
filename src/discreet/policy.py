"""privacy.yml, read once into one frozen value: what the assistant may do with personal data.

Trust: the file is written by designers and data protection officers of the operator; nobody who chats
controls any of it. Legal terms follow the GDPR (Regulation (EU) 2016/679).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from discreet.errors import PolicyError

BASES = ("contract", "legal_obligation", "consent", "legitimate_interest")
STORES = ("vault", "tracker", "never")
ON_WITHDRAWAL = ("erase", "stop")
CHECKSUMS = ("none", "luhn")
ASSURANCE = {"aal1": 1, "aal2": 2}
"""Authenticator assurance levels (NIST SP 800-63B), as docs/spec/step-up.md reads them."""
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?\Z")


@dataclass(frozen=True)
class Purpose:
    """One reason for processing. ``data`` names the categories it covers; ``keep`` counts from the basis."""

    name: str
    basis: str
    notice: dict[str, str]
    why: dict[str, str]
    data: tuple[str, ...]
    keep: timedelta
    dpv: str
    recipients: tuple[dict[str, str], ...] = ()
    """Who else gets the data, in words, by language (GDPR art. 13(1)(e))."""
    on_withdrawal: str = "erase"
    """What a withdrawal does to what this consent alone covered: ``erase`` it, or ``stop`` using it until its age."""
    assurance: int = 0
    compelling: dict[str, str] = field(default_factory=dict)
    """Why an objection does not stop it (GDPR art. 21(1)), of a purpose on legitimate interest."""

    @property
    def needs_consent(self) -> bool:
        """True where only a yes makes the processing lawful (GDPR art. 6(1)(a))."""
        return self.basis == "consent"


@dataclass(frozen=True)
class Category:
    """One kind of personal data. ``kind`` is the short word inside its tokens, empty when it has none."""

    name: str
    label: dict[str, str]
    store: str
    kind: str
    found_by: tuple[str, ...]
    shows_last4: bool
    max_age: timedelta | None
    assurance: int = 0


@dataclass(frozen=True)
class CustomRecogniser:
    """What a value that only the operator knows looks like, and texts that show it. ``pattern`` is RE2."""

    category: str
    pattern: str
    checksum: str
    context: tuple[str, ...]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


@dataclass(frozen=True)
class StepUp:
    """How long a step-up is good for its operation, and what a change waits that was not proved by the old address."""

    fresh: timedelta = timedelta(minutes=5)
    waiting: timedelta = timedelta(days=3)


@dataclass(frozen=True)
class Policy:
    """The whole promise. ``hash`` is SHA-256 (hex) of the canonical content and names the notice version."""

    version: str
    languages: tuple[str, ...]
    controller: dict[str, str]
    purposes: dict[str, Purpose]
    categories: dict[str, Category]
    slots: dict[str, str]
    actions: dict[str, str]
    session_idle: timedelta
    recognisers: tuple[CustomRecogniser, ...]
    hash: str
    assurance: dict[str, int] = field(default_factory=dict)
    step_up: StepUp = StepUp()
    logs_keep: timedelta = timedelta(days=30)
    """How long a line of a log stays; it holds no value, and says when somebody talked."""

    def category(self, name: str) -> Category:
        """The category of that name; raises PolicyError for one that privacy.yml does not declare."""
        try:
            return self.categories[name]
        except KeyError:
            raise PolicyError(f"privacy.yml declares no data category {name!r}; add it under data:") from None

    def purpose(self, name: str) -> Purpose:
        """The purpose of that name; raises PolicyError for one that privacy.yml does not declare."""
        try:
            return self.purposes[name]
        except KeyError:
            raise PolicyError(f"privacy.yml declares no purpose {name!r}; add it under purposes:") from None

    def assurance_of(self, action: str, opens: Iterable[str] = ()) -> int:
        """The level that an action needs before it acts: 0 (none), 1 or 2. ``opens``: slots that it reveals."""
        purpose = self.purposes.get(self.actions.get(action, ""))
        opened = (category.assurance for category in map(self.category_of_slot, opens) if category)
        return max(self.assurance.get(action, 0), purpose.assurance if purpose else 0, *opened)

    def category_of_slot(self, slot: str) -> Category | None:
        """The category that a slot holds, None for nothing personal. Raises PolicyError for an unknown one."""
        name = self.slots.get(slot)
        if name is None:
            raise PolicyError(f"slot {slot!r} is not declared under slots: in privacy.yml")
        return None if name == "none" else self.category(name)

    def purposes_covering(self, category: str) -> tuple[Purpose, ...]:
        """Every purpose that names the category, in the order of the file."""
        return tuple(p for p in self.purposes.values() if category in p.data)


def load_policy(path: Path) -> Policy:
    """Reads and checks privacy.yml. Raises PolicyError naming the first line of thought to correct."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise PolicyError(f"{path.name} cannot be read; it must stand beside config.yml") from None
    except yaml.YAMLError:
        raise PolicyError(f"{path.name} is not valid YAML") from None
    if not isinstance(raw, dict):
        raise PolicyError(f"{path.name} is empty")
    return _checked(raw)


def parse_duration(text: object, where: str) -> timedelta:
    """An ISO 8601 duration of years (365 days), days, hours and minutes, such as P90D or PT60M.

    ``where`` names the place in the file. Raises PolicyError for anything else.
    """
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None or not any(match.groups()):
        raise PolicyError(f"{where} must be an ISO 8601 duration such as P90D or PT60M")
    years, days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=365 * years + days, hours=hours, minutes=minutes)


def _checked(raw: dict[str, Any]) -> Policy:
    section = {
        name: _mapping(raw, name)
        for name in ("policy", "controller", "purposes", "data", "slots", "actions", "session")
    }
    languages = tuple(section["policy"].get("languages") or ())
    if not languages:
        raise PolicyError("policy.languages in privacy.yml must name at least one language")
    categories = {name: _category(name, value, languages) for name, value in section["data"].items()}
    kinds = [c.kind for c in categories.values() if c.kind]
    if len(kinds) != len(set(kinds)):
        raise PolicyError("two data categories in privacy.yml share one token kind")
    purposes = {name: _purpose(name, value, languages, categories) for name, value in section["purposes"].items()}
    for slot, category in section["slots"].items():
        if category != "none" and category not in categories:
            raise PolicyError(f"slots.{slot} in privacy.yml names an undeclared category")
    actions, assurance = _actions(section["actions"])
    for action, purpose in actions.items():
        if purpose not in purposes:
            raise PolicyError(f"actions.{action} in privacy.yml names an undeclared purpose")
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), default=str)
    return Policy(
        version=str(section["policy"].get("version", "")),
        languages=languages,
        controller={k: str(v) for k, v in section["controller"].items()},
        purposes=purposes,
        categories=categories,
        slots=dict(section["slots"]),
        actions=actions,
        session_idle=parse_duration(section["session"].get("idle"), "session.idle"),
        recognisers=tuple(
            _recogniser(name, value, categories) for name, value in (raw.get("recognisers") or {}).items()
        ),
        hash=hashlib.sha256(canonical.encode()).hexdigest(),
        assurance=assurance,
        step_up=_step_up(raw.get("step_up")),
        logs_keep=_logs_keep(raw.get("logs")),
    )


def _mapping(raw: dict[str, Any], name: str) -> dict[str, Any]:
    value = raw.get(name)
    if not isinstance(value, dict) or not value:
        raise PolicyError(f"privacy.yml needs a section {name}:")
    return value


def _actions(section: dict[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """Purposes and assurances by action: ``name: purpose`` or ``name: {purpose, assurance}``."""
    purposes, assurance = {}, {}
    for name, value in section.items():
        entry = value if isinstance(value, dict) else {"purpose": value}
        if not set(entry) <= {"purpose", "assurance"} or not isinstance(entry.get("purpose"), str):
            raise PolicyError(f"actions.{name} in privacy.yml must name a purpose, and may name an assurance")
        purposes[name] = entry["purpose"]
        if "assurance" in entry:
            assurance[name] = _assurance(entry["assurance"], f"actions.{name}")
    return purposes, assurance


def _assurance(value: object, where: str) -> int:
    if not isinstance(value, str) or value not in ASSURANCE:
        raise PolicyError(f"{where}.assurance in privacy.yml must be one of {', '.join(ASSURANCE)}")
    return ASSURANCE[value]


def _step_up(value: object) -> StepUp:
    given = {} if value is None else value
    known = StepUp()
    if not isinstance(given, dict) or not set(given) <= set(vars(known)):
        raise PolicyError(f"step_up in privacy.yml may name {', '.join(vars(known))}")
    return StepUp(**{name: parse_duration(text, f"step_up.{name}") for name, text in given.items()})


def _logs_keep(value: object) -> timedelta:
    given = {"keep": "P30D"} if value is None else value
    if not isinstance(given, dict) or set(given) != {"keep"}:
        raise PolicyError("logs in privacy.yml names keep, such as {keep: P30D}")
    keep = parse_duration(given["keep"], "logs.keep")
    if keep < timedelta(days=1):
        raise PolicyError("logs.keep in privacy.yml must be a day at least")
    return keep


def _texts(value: object, languages: tuple[str, ...], where: str) -> dict[str, str]:
    if not isinstance(value, dict) or any(not value.get(language) for language in languages):
        raise PolicyError(f"{where} in privacy.yml needs a text in each of the policy's languages")
    return {str(k): str(v) for k, v in value.items()}


def _category(name: str, value: dict[str, Any], languages: tuple[str, ...]) -> Category:
    where = f"data.{name}"
    if value.get("store") not in STORES:
        raise PolicyError(f"{where}.store in privacy.yml must be one of {', '.join(STORES)}")
    if value["store"] == "vault" and not value.get("kind"):
        raise PolicyError(f"{where} in privacy.yml is stored in the vault and needs a token kind")
    age = value.get("max_age")
    return Category(
        name=name,
        label=_texts(value.get("label"), languages, f"{where}.label"),
        store=value["store"],
        kind=value.get("kind", ""),
        found_by=tuple(value.get("found_by", ())),
        shows_last4=value.get("show") == "last4",
        max_age=None if age is None else parse_duration(age, f"{where}.max_age"),
        assurance=_assurance(value["assurance"], where) if "assurance" in value else 0,
    )


def _recogniser(name: str, value: object, categories: dict[str, Category]) -> CustomRecogniser:
    where = f"recognisers.{name} in privacy.yml"
    if name not in categories:
        raise PolicyError(f"{where} names an undeclared category; add it under data:")
    if not isinstance(value, dict) or not isinstance(value.get("pattern"), str):
        raise PolicyError(f"{where} needs a pattern:")
    if value.get("checksum", "none") not in CHECKSUMS:
        raise PolicyError(f"{where}: checksum must be one of {', '.join(CHECKSUMS)}")
    if not value.get("examples") or not value.get("counter_examples"):
        raise PolicyError(f"{where} needs examples: and counter_examples:, at least one of each")
    return CustomRecogniser(
        category=name,
        pattern=value["pattern"],
        checksum=value.get("checksum", "none"),
        context=tuple(map(str, value.get("context", ()))),
        examples=tuple(map(str, value["examples"])),
        counter_examples=tuple(map(str, value["counter_examples"])),
    )


def _purpose(name: str, value: dict[str, Any], languages: tuple[str, ...], categories: dict[str, Category]) -> Purpose:
    where = f"purposes.{name}"
    if value.get("basis") not in BASES:
        raise PolicyError(f"{where}.basis in privacy.yml must be one of {', '.join(BASES)}")
    if value.get("on_withdrawal", "erase") not in ON_WITHDRAWAL:
        raise PolicyError(f"{where}.on_withdrawal in privacy.yml must be one of {', '.join(ON_WITHDRAWAL)}")
    recipients = value.get("recipients") or ()
    if not isinstance(recipients, list | tuple) or not all(recipients):
        raise PolicyError(f"{where}.recipients in privacy.yml must be a list of names")
    unknown = [c for c in value.get("data", ()) if c not in categories]
    if unknown:
        raise PolicyError(f"{where}.data in privacy.yml names undeclared categories: {', '.join(unknown)}")
    return Purpose(
        name=name,
        basis=value["basis"],
        notice=_texts(value.get("notice"), languages, f"{where}.notice"),
        why=_texts(value.get("why"), languages, f"{where}.why"),
        data=tuple(value.get("data", ())),
        keep=parse_duration(value.get("keep"), f"{where}.keep"),
        dpv=str(value.get("dpv", "")),
        recipients=tuple(_recipient(name, languages, f"{where}.recipients") for name in recipients),
        on_withdrawal=value.get("on_withdrawal", "erase"),
        assurance=_assurance(value["assurance"], where) if "assurance" in value else 0,
        compelling=_texts(value["compelling"], languages, f"{where}.compelling") if "compelling" in value else {},
    )


def _recipient(value: object, languages: tuple[str, ...], where: str) -> dict[str, str]:
    """A name, which is the same in every language, or one a language."""
    return dict.fromkeys(languages, value) if isinstance(value, str) else _texts(value, languages, where)
