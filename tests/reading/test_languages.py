"""Another language is noticed where it surely is one, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from discreet.reading import other_language
from discreet.reading.profiles import BY_CODE, ENGLISH, LATIN, OTHER_SCRIPTS
from tests.test_house import PROJECT, _examples

ROWS = [tuple(line.split("\t")) for line in (Path(__file__).parent / "languages.tsv").read_text().splitlines()]
OTHERS = [(code, text) for code, text in ROWS if code != "-"]
ENGLISH_ENOUGH = [text for code, text in ROWS if code == "-"]


def _noticed(text: str) -> str | None:
    found = other_language(text)
    return found.code if found else None


def test_the_table_is_wide() -> None:
    assert len(OTHERS) >= 60
    assert len({code for code, _ in OTHERS}) >= 10
    assert {code for code, _ in OTHERS} == set(BY_CODE)


def test_nine_of_ten_sentences_are_noticed_in_their_own_language() -> None:
    missed = [(code, text, _noticed(text)) for code, text in OTHERS if _noticed(text) != code]
    assert len(missed) <= len(OTHERS) / 10, missed


@pytest.mark.parametrize("text", ENGLISH_ENOUGH)
def test_names_addresses_numbers_and_mixtures_are_not(text: str) -> None:
    assert _noticed(text) is None


def test_nothing_that_the_assistant_learnt_from_is_taken_for_another_language() -> None:
    texts = [text for folder in ("data/nlu", "tests/unseen") for found in _examples(folder).values() for text in found]
    assert len(texts) > 3_000
    assert [text for text in texts if _noticed(text)] == []


def test_no_conversation_of_the_tests_is() -> None:
    said = []
    for path in sorted((PROJECT / "tests" / "conversations").rglob("*.yml")):
        for story in yaml.safe_load(path.read_text())["stories"]:
            said += [step["user"] for step in story["steps"] if "user" in step]
    assert len(said) > 50
    assert [text for text in said if _noticed(text)] == []


def test_no_profile_holds_an_english_word() -> None:
    assert [
        (p.code, (p.strong | p.weak) & ENGLISH) for p in (*LATIN, *OTHER_SCRIPTS) if (p.strong | p.weak) & ENGLISH
    ] == []


@pytest.mark.parametrize("code", BY_CODE)
def test_what_is_said_says_how_to_reach_a_person(code: str) -> None:
    assert BY_CODE[code].endswith("talk to a person")
