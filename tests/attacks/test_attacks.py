"""Attacks on the running servers over real sockets: each is refused, counted, and changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.attacks import (
    action_calls,
    cross_channel,
    cross_site,
    handles,
    hooks,
    injection,
    json_bombs,
    languages,
    log_injection,
    oversize,
    paths,
    senders,
    sessions,
    sign_in,
    slow,
    smuggling,
)
from tests.attacks.attack import Attack, Reply
from tests.attacks.site import Site, running_site

pytestmark = pytest.mark.servers

FAMILIES: dict[str, list[Attack]] = {
    "spoofed sender": senders.ATTACKS,
    "cross-channel hijack": cross_channel.ATTACKS,
    "session fixation": sessions.ATTACKS,
    "cross-site request": cross_site.ATTACKS,
    "sign-in token": sign_in.ATTACKS,
    "webhook": hooks.ATTACKS,
    "injection": injection.ATTACKS,
    "button": handles.ATTACKS,
    "language": languages.ATTACKS,
    "oversize": oversize.ATTACKS,
    "request smuggling": smuggling.ATTACKS,
    "JSON bomb": json_bombs.ATTACKS,
    "path": paths.ATTACKS,
    "action call": action_calls.ATTACKS,
    "log injection": log_injection.ATTACKS,
}
ATTACKS = {f"{family}: {attack.name}": attack for family, attacks in FAMILIES.items() for attack in attacks}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("attacked")) as running:
        yield running


@pytest.fixture(scope="module")
def dripped(site: Site) -> Iterator[slow.Dripping]:
    """Slow clients, all at once; what they were told is waited for by the tests that ask."""
    with slow.dripping(site) as clients:
        yield clients


def test_there_are_two_hundred_attacks_and_each_has_a_name_of_its_own() -> None:
    names = [f"{family}: {attack.name}" for family, attacks in FAMILIES.items() for attack in attacks]
    names += [f"slow: {name}" for name in slow.CLIENTS]
    assert len(names) >= 200
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_each_refusal_is_one_that_metrics_show() -> None:
    """Only where words are taken as words, or a repeat is answered, there is nothing to count."""
    assert [name for name, attack in ATTACKS.items() if attack.status >= 400 and attack.counted is None] == []


@pytest.mark.usefixtures("dripped")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_counted_and_changes_nothing(site: Site, name: str) -> None:
    attack = ATTACKS[name]
    site.appear()
    raw = attack.made(site)
    before, counted = site.state(), site.counted()
    reply = site.exchange(raw, attack.door)
    assert (reply.status, reply.answers) == (attack.status, 1 if attack.status else 0), reply
    _require_a_refusal_that_people_can_read(attack, reply)
    after, count = site.state(), site.counted()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert {name: number for name, number in changed.items() if name not in attack.besides} == dict(attack.changes)
    if attack.counted is not None:
        assert count[attack.counted] == counted[attack.counted] + 1, count - counted
    if attack.after is not None:
        attack.after(site, reply)


def _require_a_refusal_that_people_can_read(attack: Attack, reply: Reply) -> None:
    if attack.code:
        assert reply.error["code"] == attack.code, reply
        if attack.door == "web" and "message" in reply.error:
            assert reply.error["message"].endswith("."), reply
    if attack.status >= 400:
        # Nothing of Rasa, of a file or of a traceback is told to whoever asks for what is not theirs.
        assert set(json.loads(reply.body)) == {"error"}


@pytest.mark.parametrize("client", slow.CLIENTS)
def test_a_slow_client_is_ended_counted_and_changes_nothing(site: Site, dripped: slow.Dripping, client: str) -> None:
    told = dripped.told(client)
    assert told.status in (0, 408), told
    assert dripped.unfinished() == {}
    assert site.counted()["web", "too_slow"] >= len(slow.CLIENTS)


def test_nothing_of_an_attack_reaches_a_log(site: Site) -> None:
    """One line stays one line, a JSON object; and nothing that an attacker wrote is in any."""
    site.exchange(site.web(text=log_injection.MARK))
    site.exchange(log_injection.ATTACKS[0].made(site))
    for process, lines in site.log():
        assert [line for line in lines if log_injection.MARK in line.lower()] == [], process
        assert [line for line in lines if "time" not in json.loads(line)] == [], process
    assert site.victim.send("where is my order DS-10601").texts
