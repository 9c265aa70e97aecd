"""A record's body is read back as exactly what was written, whatever JSON can say."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.errors import IntegrityError
from discreet.rasa.codec import TurnBody

_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text(max_size=6), _json, max_size=4), max_size=4), st.none() | st.text())
def test_a_body_comes_back_as_it_was(events: list[dict[str, Any]], shown: str | None) -> None:
    body = TurnBody(events, "sender", 1, shown, [{"text": "hi"}])
    again = TurnBody.decode(body.encode())
    assert again == body
    # 1 and 1.0 and True are equal, and not the same slot value.
    assert json.dumps(again.events) == json.dumps(events)


@given(st.floats(1.6e9, 2.1e9))
def test_no_time_loses_a_digit(time: float) -> None:
    assert TurnBody.decode(TurnBody([{"timestamp": time}]).encode()).events[0]["timestamp"] == time


def test_not_a_number_stays_one() -> None:
    assert math.isnan(TurnBody.decode(TurnBody([{"value": math.nan}]).encode()).events[0]["value"])


@pytest.mark.parametrize(
    "text", [chr(0xD800), chr(0xDC00), "\\" + chr(0xD83D), "\\ud83d" + chr(0xDE42), "🙂", "9" * 40]
)
def test_a_text_that_is_no_unicode_comes_back_too(text: str) -> None:
    assert TurnBody.decode(TurnBody([{"text": text}], shown=text).encode()).events[0]["text"] == text


@pytest.mark.parametrize("number", [2**64, 2**70, -(2**63) - 1, 10**19, 10**30])
def test_a_whole_number_stays_whole(number: int) -> None:
    again = TurnBody.decode(TurnBody([{"value": number}]).encode()).events[0]["value"]
    assert (again, type(again)) == (number, int)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"n": "x"}'])
def test_another_format_is_an_error_of_ours(body: bytes) -> None:
    with pytest.raises(IntegrityError):
        TurnBody.decode(body)
