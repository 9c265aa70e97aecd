"""Notices: two layers, two languages, said anew when they change, told where nothing is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from discreet.errors import NotAllowed, PolicyError
from discreet.policy import Policy
from discreet.records.consent import Consent
from discreet.records.consent.notice import notice_for
from discreet.records.consent.phrases import PHRASES
from discreet.records.consent.said import withdrawn_sentence
from discreet.redaction.redact import Redactor
from tests.consent.world import ANNA, HEAD_KEY, TURN, World, changed_policy


@pytest.mark.parametrize("purpose", ["refunds", "delivery", "feedback", "transcript"])
def test_details_say_what_article_13_asks_for(policy: Policy, purpose: str) -> None:
    details = notice_for(policy, purpose).details
    declared, controller = policy.purpose(purpose), policy.controller
    for part in (
        declared.notice["en"], declared.why["en"], "art. 6(1)(a)", "Your rights", "I withdraw my consent", "complain",
        controller["name"], controller["address"], controller["contact"], controller["dpo"], controller["authority"],
        *([names["en"] for names in declared.recipients] or ["nobody but the shop"]),
    ):  # fmt: skip
        assert part in details
    assert len(notice_for(policy, purpose).text) < len(details)


def test_every_phrase_is_there_in_every_language() -> None:
    assert len({frozenset(phrases) for phrases in PHRASES.values()}) == 1


def test_a_notice_is_in_the_persons_language(policy: Policy) -> None:
    notice = notice_for(policy, "refunds", "de")
    assert notice.text.startswith("Darf ich Ihre Angaben (Kartennummer und Kontonummer) verwenden, um eine Erstattung")
    assert "höchstens 30 Tage" in notice.text
    assert "Aufsichtsbehörde" in notice.details
    assert "Wer sie bekommt: der Zahlungsdienst." in notice.details
    assert notice_for(policy, "refunds", "fr").language == "en"


def test_a_yes_in_one_language_counts_in_the_others(world: World) -> None:
    world.answer(world.ask(language="de"))
    assert world.is_live()
    assert world.owner("SELECT DISTINCT language FROM consent.event") == [("de",)]


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_notice_loses_a_word_to_the_mask(policy: Policy, language: str) -> None:
    redactor = Redactor(policy, public=policy.controller.values())
    for purpose in policy.purposes.values():
        notice = notice_for(policy, purpose.name, language)
        said = (notice.text, notice.details, withdrawn_sentence([purpose], language), *purpose.compelling.values())
        assert [text for text in said if redactor.egress(text) != text] == []


def test_what_two_languages_say_is_the_same_as_data(policy: Policy) -> None:
    told = ("purpose", "basis", "dpv", "keep_seconds", "recipients", "on_withdrawal", "controller")
    for purpose in policy.purposes:
        english, german = (notice_for(policy, purpose, language).content for language in ("en", "de"))
        assert {name: english[name] for name in told} == {name: german[name] for name in told}
        assert list(english["data"]) == list(german["data"])
        assert english["text"] != german["text"]


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("more data", {"data": ["payment_card", "iban", "phone"]}, "It now covers your phone number too."),
    ("less data", {"data": ["payment_card"]}, "It no longer covers your account number."),
    ("a longer time", {"keep": "P60D"}, "at most 60 days instead of 30 days."),
    (
        "another recipient",
        {"recipients": ["the payment provider", "a debt collector"]},
        "a debt collector gets it too.",
    ),
    ("one recipient fewer", {"recipients": []}, "the payment provider no longer gets it."),
    ("another purpose", {"notice": {"en": "sell it"}}, "It is now used to sell it."),
    ("another fate", {"on_withdrawal": "stop"}, "A withdrawal now means: It is then no longer used"),
    ("other words", {"why": {"en": "Because."}}, "Only the wording is new."),
]


@pytest.mark.parametrize(("name", "change", "said"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_changed_notice_asks_again_and_says_what_is_new(
    world: World, tmp_path: Path, name: str, change: dict[str, Any], said: str
) -> None:
    world.say()
    later = Consent(changed_policy(tmp_path, {"refunds": change}), HEAD_KEY)
    with world.actions.transaction() as tx:
        assert not later.is_live(tx, ANNA, "refunds")
        with pytest.raises(NotAllowed):
            later.require(tx, ANNA, "refunds")
        asked = later.ask(tx, ANNA, "refunds", resume="x", turn_id=TURN)
        assert asked.changed is not None
        assert said in asked.changed
        later.answer(tx, ANNA, asked.operation, given=True, method="button", turn_id=TURN)
        assert later.is_live(tx, ANNA, "refunds")
        assert later.ask(tx, ANNA, "refunds", resume="x", turn_id=TURN).changed is None


IN_ANOTHER_LANGUAGE: list[tuple[str, dict[str, Any], str]] = [
    (
        "another purpose",
        {"notice": {"en": "sell it", "de": "sie zu verkaufen"}},
        "Es wird jetzt verwendet, um sie zu verkaufen.",
    ),
    (
        "another recipient",
        {
            "recipients": [
                {"en": "the payment provider", "de": "der Zahlungsdienst"},
                {"en": "a bank", "de": "eine Bank"},
            ]
        },
        "Auch eine Bank bekommt es.",
    ),
    ("other words in the language that was answered", {"why": {"en": "Because."}}, "Nur die Worte sind neu."),
]


@pytest.mark.parametrize(("name", "change", "said"), IN_ANOTHER_LANGUAGE, ids=[row[0] for row in IN_ANOTHER_LANGUAGE])
def test_what_is_new_is_the_same_in_whichever_language_it_is_asked_again(
    world: World, tmp_path: Path, name: str, change: dict[str, Any], said: str
) -> None:
    world.answer(world.ask(language="en"))
    later = Consent(changed_policy(tmp_path, {"refunds": change}), HEAD_KEY)
    with world.actions.transaction() as tx:
        asked = later.ask(tx, ANNA, "refunds", resume="x", turn_id=TURN, language="de")
    assert asked.changed is not None
    assert asked.changed.endswith(f"hat sich etwas geändert. {said}")


def test_a_new_version_that_says_the_same_asks_nobody_again(world: World, tmp_path: Path) -> None:
    world.say()
    later = Consent(changed_policy(tmp_path), HEAD_KEY)
    with world.actions.transaction() as tx:
        assert later.is_live(tx, ANNA, "refunds")


def test_a_first_question_speaks_of_no_change(world: World) -> None:
    with world.actions.transaction() as tx:
        assert world.consent.ask(tx, ANNA, "refunds", resume="x", turn_id=TURN).changed is None


def test_another_basis_is_told_once(world: World) -> None:
    with world.actions.transaction() as tx:
        assert not tx.run(world.consent.told(ANNA, "order_support"))
        notice = world.consent.tell(tx, ANNA, "order_support", turn_id=TURN)
        assert "May I" not in notice.text
        assert "what you ordered cannot be handled without it" in notice.text
        assert tx.run(world.consent.told(ANNA, "order_support"))
        assert not tx.run(world.consent.told(ANNA, "security"))
    assert world.damage() == []


def test_a_no_stands_against_other_tasks_and_not_against_the_same(world: World) -> None:
    world.answer(world.ask(resume="return"), given=False)
    with world.actions.transaction() as tx:
        assert not world.consent.refusal_stands(tx, ANNA, "refunds", resume="return")
        assert not world.consent.refusal_stands(tx, ANNA, "delivery", resume="voucher")
        assert world.consent.refusal_stands(tx, ANNA, "refunds", resume="voucher")
    with world.actions.transaction() as tx:
        # Told so, and begun again on purpose.
        assert not world.consent.refusal_stands(tx, ANNA, "refunds", resume="voucher")
    assert world.ask(resume="voucher").purpose == "refunds"


def test_a_no_is_forgotten_after_a_day(world: World) -> None:
    world.answer(world.ask(resume="return"), given=False)
    world.owner("UPDATE consent.state SET at = at - interval '25 hours'")
    with world.actions.transaction() as tx:
        assert not world.consent.refusal_stands(tx, ANNA, "refunds", resume="voucher")


@pytest.mark.parametrize(
    ("field", "value"), [("on_withdrawal", "keep"), ("recipients", "everybody"), ("recipients", [""])]
)
def test_a_policy_that_says_neither_is_refused(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(PolicyError, match=field):
        changed_policy(tmp_path, {"refunds": {field: value}})
