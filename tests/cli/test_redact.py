"""``discreet redact`` as a designer or a measuring script runs it: lines in, lines out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from discreet.cli.redact import run as redact
from discreet.redaction.find import MAX_TEXT

PROJECT = Path(__file__).parent.parent.parent
CARD = "4000 0566 5566 5556"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command on lines: (its result, the lines that it printed)."""

    def run(*given: str, jsonl: bool = False, surrogates: int | None = None) -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in given)))
        result = redact(PROJECT, jsonl=jsonl, surrogates=surrogates)
        return result, capsys.readouterr().out.splitlines()

    return run


def test_each_line_comes_out_redacted(lines) -> None:  # type: ignore[no-untyped-def]
    result, said = lines(f"my card is {CARD}", "", "where is DS-10601")
    assert (result, said) == (0, ["my card is [card]", "", "where is DS-10601"])


def test_spans_are_code_points_of_the_original(lines) -> None:  # type: ignore[no-untyped-def]
    text = f"👩\u200d🚀 Zoë, card {CARD}\u200b, mail zoe@post.example"
    result, said = lines(json.dumps({"text": text}), jsonl=True)
    assert result == 0
    spans = json.loads(said[0])["spans"]
    assert [(span["type"], text[span["start"] : span["end"]]) for span in spans] == [
        ("CREDIT_CARD", CARD),
        ("EMAIL", "zoe@post.example"),
    ]


@pytest.mark.parametrize("line", ["", "text", "[]", "null", '{"txt": "x"}', '{"text": 5}'])
def test_a_line_that_is_no_text_is_answered_and_the_others_are_read(line: str, lines) -> None:  # type: ignore[no-untyped-def]
    result, said = lines(line, '{"text": "my mail is a@post.example"}', jsonl=True)
    assert result == 1
    assert list(json.loads(said[0])) == ["error"]
    assert [span["type"] for span in json.loads(said[1])["spans"]] == ["EMAIL"]


def test_surrogates_are_the_same_for_a_seed_and_never_the_value(lines) -> None:  # type: ignore[no-untyped-def]
    _, first = lines(f"card {CARD}", f"again {CARD}", surrogates=7)
    assert lines(f"card {CARD}", f"again {CARD}", surrogates=7)[1] == first
    assert lines(f"card {CARD}", f"again {CARD}", surrogates=8)[1] != first
    assert CARD not in "".join(first)
    assert first[0].removeprefix("card ") == first[1].removeprefix("again ")


def test_a_line_of_any_length_is_redacted(lines) -> None:  # type: ignore[no-untyped-def]
    long = f"{'word ' * MAX_TEXT}{CARD}"
    for options in ({}, {"surrogates": 1}):
        result, said = lines(long, **options)
        assert result == 0
        assert CARD not in said[0]
