"""Both ways of a message for every family that the examiner draws, without a server."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from bench.adversarial import FAMILIES
from discreet.policy import load_policy
from discreet.rasa.understanding import Understanding, mint_token
from discreet.records.consent.notice import notice_for
from discreet.redaction.redact import Redactor
from discreet.redaction.tokens import TOKEN
from tests.assistant.disguised import Planted, planted, traces_in
from tests.redaction import promises

_WITH_DATA = [name for name in FAMILIES if not name.startswith("not_")]


def _planted() -> dict[str, Planted]:
    return _drawn(20261201)


@cache
def _drawn(seed: int) -> dict[str, Planted]:
    return {one.family: one for one in planted(seed)[0]}


@pytest.mark.parametrize("family", _WITH_DATA)
def test_it_is_seen_through_and_does_not_pass_either_way(family: str) -> None:
    assert family in _planted(), "none of a dozen messages of this family was seen through"
    one = _planted()[family]
    assert traces_in(one.text.encode(), [one]) == {family}
    masked = promises.redactor().egress(one.text)
    assert traces_in(masked.encode(), [one]) == set()
    assert promises.redactor().egress(masked) == masked
    minted = mint_token(promises.policy())
    redacted = promises.redactor().ingress(one.text, minted)
    assert traces_in(redacted.text.encode(), [one]) == set()
    assert TOKEN.search(redacted.text) or redacted.burnt
    assert traces_in(promises.redactor().egress(redacted.text).encode(), [one]) == set()


def test_whatever_part_of_a_reply_holds_it_it_is_masked() -> None:
    understanding = Understanding(promises.policy(), promises.redactor(), mint_token(promises.policy()))
    for one in _planted().values():
        reply = {
            "text": one.text,
            "buttons": [{"title": one.text, "payload": "/affirm"}],
            "image": f"https://shop.example/i.png?alt={one.text}",
            "custom": {"card": {"title": one.text, "lines": [one.text, {"deep": one.text}]}, "count": 3},
        }
        assert traces_in(repr(understanding.masked(reply)).encode(), [one]) == set(), one.family
        assert understanding.masked(reply)["custom"]["count"] == 3


_REPLIES = (
    "Order DS-10601 ({}, Wool hat) is on its way.",
    "Order DS-10601 (Wool hat, {}) is on its way.",
    "{}",
    "Item: {}",
)


@pytest.mark.parametrize("family", _WITH_DATA)
def test_it_does_not_pass_inside_a_reply_about_an_order(family: str) -> None:
    for one in (several[family] for seed in range(2) if family in (several := _drawn(seed))):
        for reply in _REPLIES:
            masked = promises.redactor().egress(reply.format(one.text))
            assert traces_in(masked.encode(), [one]) == set(), (reply, one)


def test_what_the_shop_says_of_itself_passes(tmp_path: Path) -> None:
    """Its responses, the consent notices and its own address, mail and numbers arrive as they were written."""
    data = yaml.safe_load((promises.PROJECT / "privacy.yml").read_text())
    more = {
        "phone": "+45 86 12 34 56",
        "desk": "86 12 34 57",
        "account": "DK5000400440116243",
        "site": "kw.example/you",
    }
    data["controller"] |= more
    (tmp_path / "privacy.yml").write_text(yaml.safe_dump(data))
    policy = load_policy(tmp_path / "privacy.yml")
    responses = yaml.safe_load((promises.PROJECT / "domain.yml").read_text())["responses"]
    texts = [one["text"] for several in responses.values() for one in several if "text" in one]
    about = "We are at {address}. Write to {contact} or {dpo}, call {phone} or {desk}. Account {account}, site {site}."
    about = about.format(**policy.controller)
    redactor = Redactor(policy, public=[*texts, *policy.controller.values()])
    for text in [*texts, *(notice_for(policy, purpose).text for purpose in policy.purposes), about]:
        assert redactor.egress(text) == text
    masked = Redactor(policy).egress(about)
    assert not any(own in masked for own in (*more.values(), policy.controller["contact"]))


def test_not_even_the_shops_own_words_carry_a_token_out() -> None:
    """Somebody may have copied a conversation into a response of domain.yml."""
    policy = load_policy(promises.PROJECT / "privacy.yml")
    token = mint_token(policy)("email", "anna@post.example")
    redactor = Redactor(policy, public=[f"We wrote to {token}."])
    assert token not in redactor.egress(f"We wrote to {token}.")
