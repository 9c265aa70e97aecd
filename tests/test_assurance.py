"""What privacy.yml may say of assurance, and that a word which means nothing stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from discreet.errors import PolicyError
from discreet.policy import Policy, load_policy
from tests.conftest import PROJECT


def changed(folder: Path, path: tuple[str, ...], value: Any) -> Path:
    raw = yaml.safe_load((PROJECT / "privacy.yml").read_text())
    place = raw
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    (folder / "privacy.yml").write_text(yaml.safe_dump(raw))
    return folder / "privacy.yml"


def test_the_higher_of_purpose_and_action_holds(policy: Policy, tmp_path: Path) -> None:
    assert policy.assurance_of("action_change_address") == 1
    assert policy.assurance_of("action_change_email") == 1
    assert policy.assurance_of("action_track_order") == 0
    assert policy.assurance_of("action_nobody_knows") == 0
    entry = {"purpose": "delivery", "assurance": "aal2"}
    assert load_policy(changed(tmp_path, ("actions", "action_change_address"), entry)).assurance_of(
        "action_change_address"
    ) == 2  # fmt: skip
    entry = {"purpose": "account", "assurance": "aal1"}
    higher = load_policy(changed(tmp_path, ("purposes", "account", "assurance"), "aal2"))
    assert higher.assurance_of("action_change_email") == 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("purposes", "delivery", "assurance"), "aal3"),
        (("purposes", "delivery", "assurance"), "AAL1"),
        (("purposes", "delivery", "assurance"), 1),
        (("purposes", "delivery", "assurance"), None),
        (("purposes", "delivery", "assurance"), ""),
        (("actions", "action_change_email", "assurance"), "high"),
        (("actions", "action_change_email"), {"purpose": "account", "asurance": "aal1"}),
        (("actions", "action_change_email"), {"assurance": "aal1"}),
        (("actions", "action_change_email"), ["account"]),
        (("step_up",), {"fresh": "5 minutes"}),
        (("step_up",), {"factors": ["sms"]}),
        (("step_up",), ["PT5M"]),
    ],
    ids=lambda part: "-".join(map(str, part)) if isinstance(part, tuple) else None,
)
def test_a_word_that_means_nothing_stops_the_start(tmp_path: Path, path: tuple[str, ...], value: Any) -> None:
    with pytest.raises(PolicyError):
        load_policy(changed(tmp_path, path, value))
