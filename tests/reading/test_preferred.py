"""The language that a client asks for is one of the policy's, whatever the client says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.reading import preferred_language
from discreet.reading.preferred import MAX_LENGTH

TWO = ("en", "de")
# What is said, and the language of an assistant that speaks English first, and German.
SAID = {
    "nothing": ("", "en"),
    "one language": ("de", "de"),
    "a region": ("de-AT", "de"),
    "a script and a region": ("de-Latn-CH", "de"),
    "small and large letters": ("DE-at", "de"),
    "what a browser sends": ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"),
    "what an English browser sends": ("en-GB,en;q=0.9,de;q=0.8", "en"),
    "weights in another order": ("en;q=0.4, de;q=0.5", "de"),
    "equal weights, the first": ("de, en", "de"),
    "equal weights, the other first": ("en;q=1.0, de", "en"),
    "a language that nobody here speaks, first": ("fr, de;q=0.2", "de"),
    "only languages that nobody here speaks": ("fr, tr;q=0.5", "en"),
    "a weight of three digits": ("en;q=0.001, de;q=0.002", "de"),
    "a space before the weight": ("en ; q=0.1 , de ; q=0.2", "de"),
    "anything": ("*", "en"),
    "anything, but rather German": ("*;q=0.5, de", "de"),
    "anything first, and German": ("*, de;q=0.5", "de"),
    "anything but English": ("en;q=0, *", "de"),
    "not German": ("de;q=0, en;q=0.1", "en"),
    "not German, but Austrian": ("de-AT, de;q=0", "en"),
    "not Austrian, and nothing else": ("de-AT;q=0", "en"),
    "not English": ("en;q=0", "de"),
    "neither": ("en;q=0, de;q=0", "en"),
    "a private part": ("de-x-formal", "de"),
    "a private part behind another": ("de-DE-x-formal-very", "de"),
    # What is no range is passed over, and what stands beside it counts.
    "a prefix of a tag": ("d", "en"),
    "a longer word": ("deutsch", "en"),
    "an underscore": ("de_DE", "en"),
    "a weight above one": ("de;q=2, en;q=0.1", "en"),
    "a weight below nothing": ("de;q=-1", "en"),
    "a weight that is no number": ("de;q=high", "en"),
    "two weights": ("de;q=0.5;q=0.9", "en"),
    "another parameter": ("de;level=1", "en"),
    "garbage before it": (";;;, =, \x00, de", "de"),
    "commas": (",,,,", "en"),
    "a header of its own behind it (CWE-113)": ("de\r\nX-Evil: 1", "en"),
    "a line of its own": ("de\n", "en"),
    "SQL (CWE-89)": ("de' OR '1'='1", "en"),
    "a path (CWE-22)": ("../../de", "en"),
    "a template (CWE-1336)": ("{{7*7}}, ${de}", "en"),
    "another alphabet's letters (CWE-1007)": ("dе", "en"),
    "digits of another alphabet": ("en;q=0.1, de;q=٠", "en"),
    "a list of 10,000 characters": ("de," * 3333, "en"),
    "a tag of 10,000 characters": ("de-" + "a" * 10_000, "en"),
    "10,000 subtags": ("de" + "-a" * 5_000, "en"),
    "the longest list that is read": ("fr," * ((MAX_LENGTH - 2) // 3) + "de", "de"),
    "one character more than that": ("de" + "," * (MAX_LENGTH - 1), "en"),
}


@pytest.mark.parametrize("name", SAID)
def test_the_language_that_is_asked_for(name: str) -> None:
    said, language = SAID[name]
    assert preferred_language(said, TWO) == language


def test_a_longer_tag_of_the_policy_is_found_by_itself_and_by_what_is_longer_still() -> None:
    languages = ("en", "pt-BR", "zh-Hant")
    assert preferred_language("pt-br", languages) == "pt-BR"
    assert preferred_language("zh-hant-tw, pt-BR;q=0.5", languages) == "zh-Hant"
    assert preferred_language("pt", languages) == "en"  # RFC 4647, 3.4: a range is made shorter, never longer


@given(st.text(max_size=60) | st.from_regex(r"([a-z]{1,9}(-[a-z0-9]{1,9})*(;q=[0-9.]{1,5})?[, ]{0,2}){0,9}"))
def test_whatever_is_said_the_answer_is_one_of_the_policys(said: str) -> None:
    assert preferred_language(said, TWO) in TWO
