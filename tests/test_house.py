"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from discreet.cli import app
from discreet.policy import Policy

PROJECT = Path(__file__).parent.parent
SOURCES = sorted((PROJECT / "src" / "discreet").rglob("*.py"))

LAYERS = {
    "errors": set(),
    "logs": {"errors"},
    "metrics": set(),
    "logfiles": set(),
    "mail": {"errors"},
    "policy": {"errors"},
    "settings": {"errors", "crypto"},
    "crypto": {"errors"},
    "storage": {"errors"},
    "reading": set(),
    "defence": {"errors"},
    "redaction": {"errors", "policy"},
    "records": {"errors", "policy", "crypto", "storage"},
    "shop": {"errors", "crypto", "storage", "records"},
    "models": {"errors", "crypto", "redaction"},
    "client": {"errors"},
    "keeper": {"errors", "logs", "policy", "settings", "crypto", "storage", "records"},
    "sdk": {"errors", "logs", "metrics", "mail", "policy", "settings", "crypto", "storage", "records", "redaction"}
    | {"shop"},
    "rasa": {"errors", "logs", "metrics", "policy", "settings", "crypto", "storage", "records", "redaction", "models"}
    | {"reading", "defence"},
    "supervisor": {"errors", "storage"},
    "checks": {"errors", "mail", "policy", "settings", "crypto", "storage", "models", "records", "supervisor", "rasa"},
    "assistant": {
        "logfiles",
        "policy",
        "errors",
        "settings",
        "crypto",
        "storage",
        "shop",
        "models",
        "supervisor",
        "checks",
    },
}
"""What each part may import of the others: dependencies point one way. ``cli`` may import everything."""

OWNERS = {"rasa": "rasa", "rasa_sdk": "sdk", "psycopg2": "storage", "alembic": "storage"}
"""Whose old pins or drivers must not spread."""


def _imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _part(file: Path) -> str:
    return file.relative_to(PROJECT / "src" / "discreet").parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PROJECT / "src")))
def test_dependencies_point_one_way(file: Path) -> None:
    part = _part(file)
    if part in ("__init__", "cli"):
        return
    used = {name.split(".")[1] for name in _imports(file) if name.startswith("discreet.")} & set(LAYERS)
    assert used - {part} <= LAYERS[part]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PROJECT / "src")))
def test_frameworks_stay_in_their_part(file: Path) -> None:
    for framework, owner in OWNERS.items():
        if framework in {name.split(".")[0] for name in _imports(file)}:
            assert _part(file) == owner


def test_no_file_holds_a_second_idea() -> None:
    long = {str(file): len(file.read_text().splitlines()) for file in SOURCES}
    assert {file: lines for file, lines in long.items() if lines > 400} == {}


def test_no_committed_file_names_a_registry_or_a_machine() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    wrong = re.compile(
        "|".join(("p[y]pi\\.org", "p[y]thonhosted", "n[p]mjs\\.", "deb\\.d[e]bian", "/w[o]rk/", "/r[o]ot/\\."))
    )
    hits = [
        name for name in files
        if name and (PROJECT / name).is_file() and wrong.search((PROJECT / name).read_text(errors="ignore"))
    ]  # fmt: skip
    assert hits == []


def test_every_link_of_the_documents_leads_somewhere() -> None:
    documents = [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    documents += (PROJECT / "docs").rglob("*.md")
    dead = []
    for document in documents:
        for link in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text()):
            path, _, place = link.partition("#")
            aim = document.parent / path if path else document
            if not aim.exists() or (place and place not in _headings(aim)):
                dead.append(f"{document.relative_to(PROJECT)}: {link}")
    assert dead == []


def _headings(document: Path) -> set[str]:
    """What links call them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_slot_is_declared_in_the_policy(policy: Policy) -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text())
    assert set(domain["slots"]) == set(policy.slots)


def test_every_custom_action_has_a_purpose(policy: Policy) -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text())
    assert set(domain["actions"]) == set(policy.actions)


def test_every_response_is_said_by_somebody() -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text())
    said = "".join(
        file.read_text()
        for folder in ("data", "actions", "src")
        for file in (PROJECT / folder).rglob("*.*")
        if file.suffix in (".py", ".yml")
    )
    asked = {f"utter_ask_{form}_{slot}" for form, spec in domain["forms"].items() for slot in spec["required_slots"]}
    assert {name for name in domain["responses"] if name not in said and name not in asked} == set()


def test_the_answer_about_rights_names_the_officer_and_the_authority_of_the_policy(policy: Policy) -> None:
    told = yaml.safe_load((PROJECT / "domain.yml").read_text())["responses"]["utter_rights"][0]["text"]
    assert [policy.controller[name] for name in ("dpo", "authority") if policy.controller[name] not in told] == []


def test_every_intent_has_enough_examples_and_unseen_messages() -> None:
    trained, unseen = _examples("data/nlu"), _examples("tests/unseen")
    intents = set(yaml.safe_load((PROJECT / "domain.yml").read_text())["intents"])
    assert set(trained) == intents
    assert {intent: len(texts) for intent, texts in trained.items() if len(texts) < 20} == {}
    assert {intent: len(texts) for intent, texts in unseen.items() if len(texts) < 10} == {}


def test_no_unseen_message_is_trained_on() -> None:
    trained = {text for texts in _examples("data/nlu").values() for text in texts}
    assert {text for texts in _examples("tests/unseen").values() for text in texts if text in trained} == set()


def _examples(folder: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((PROJECT / folder).glob("*.yml")):
        for block in yaml.safe_load(file.read_text())["nlu"]:
            if "intent" in block:
                lines = [line.strip()[2:] for line in block["examples"].splitlines() if line.strip()]
                texts = [re.sub(r"\[([^\]]*)\][({][^)}]*[)}]", r"\1", line).lower() for line in lines]
                found.setdefault(block["intent"], []).extend(texts)
    return found


@pytest.mark.parametrize(
    "skill",
    [
        "greeting",
        "small_talk",
        "orders",
        "returns",
        "address",
        "privacy",
        "questions",
        "feedback",
        "handoff",
        "rights",
        "identity",
    ],
)
def test_a_skill_has_one_stem_everywhere(skill: str) -> None:
    for place in (f"data/nlu/{skill}.yml", f"data/rules/{skill}.yml", f"tests/unseen/{skill}.yml"):
        assert (PROJECT / place).exists()
    assert list((PROJECT / "tests" / "conversations" / skill).glob("*.yml"))


def test_every_setting_is_documented() -> None:
    documented = (PROJECT / "docs" / "operate.md").read_text()
    used = {name for file in SOURCES for name in re.findall(r"\bDISCREET_[A-Z_]+[A-Z]\b", file.read_text())}
    assert {name for name in used if name not in documented} == set()


def test_every_reason_of_a_refusal_is_documented() -> None:
    documented = (PROJECT / "docs" / "operate.md").read_text()
    source = "".join(file.read_text() for file in SOURCES)
    given = set(re.findall(r"\brefused\(\"(\w+)\"", source)) | set(re.findall(r"_unauthorised\(\"(\w+)\"", source))
    given |= {f"limit_{scope}" for scope in re.findall(r"TooMany\(\"(\w+)\"", source)}
    assert {"connections", "bad_signature", "limit_server"} <= given
    assert [reason for reason in given if f"`{reason}`" not in documented] == []


def test_every_finding_of_doctor_is_documented() -> None:
    documented = (PROJECT / "docs" / "operate.md").read_text()
    source = "".join(file.read_text() for file in SOURCES)
    codes = set(re.findall(r"Finding\(\s*\"(\w+)\"", source)) | {"store_class", "lock_class"}
    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"`{code}`" not in documented] == []


def test_every_command_is_documented() -> None:
    documented = (PROJECT / "docs" / "operate.md").read_text()
    names = _commands(get_command(app))
    assert {"up", "db verify", "keys list", "audit verify"} <= set(names)
    assert [name for name in names if f"discreet {name}" not in documented] == []


def _commands(group: Any, above: str = "") -> list[str]:
    found: list[str] = []
    for name, one in group.commands.items():
        found += _commands(one, f"{above}{name} ") if hasattr(one, "commands") else [above + name]
    return found
