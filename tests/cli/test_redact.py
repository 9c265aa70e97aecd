"""``discreet redact`` as a designer or a measuring script runs it: lines in, lines out."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
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


def _piped(given: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "discreet.cli", "redact", "--project", str(PROJECT), *options]
    return subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)


def test_bytes_that_are_no_text_and_other_line_ends_come_out_as_they_came() -> None:
    said = _piped(
        f"\ufeffcard {CARD}\r\n".encode()
        + b"\xff\xfe card "
        + CARD.encode()
        + b"\xff\x00\n\r\ncaf\xe9, born 03/05/1984"
    )
    assert (said.returncode, said.stderr) == (0, b"")
    assert said.stdout.splitlines(keepends=True) == [
        "\ufeffcard [card]\r\n".encode(),
        b"\xff\xfe card [card]\xff\x00\n",
        b"\r\n",
        b"caf\xe9, born [date of birth]\n",
    ]


def test_json_that_is_odd_is_answered_line_by_line() -> None:
    odd = [
        '\ufeff{"text": "card ' + CARD + '"}',
        '{"text": "\\ud800 card ' + CARD + ' \\udfff"}',
        "[" * 100_000,
        '{"text": "' + "x" * 200_000 + " " + CARD + '"}',
    ]
    said = _piped("\n".join(odd).encode() + b'\n{"text": "\xff ' + CARD.encode() + b'"}', "--jsonl")
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert [list(answer) for answer in answers] == [["spans"], ["spans"], ["error"], ["spans"], ["spans"]]
    assert [[span["start"] for span in answer.get("spans", [])] for answer in answers] == [[5], [7], [], [200_001], [2]]
    assert (said.returncode, said.stderr) == (1, b"")


def test_a_reader_that_has_seen_enough_ends_the_run_without_a_word() -> None:
    command = [sys.executable, "-m", "discreet.cli", "redact", "--project", str(PROJECT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            run.stdin.write(b"a line\n" * 200_000)
            run.stdin.close()
        assert run.stderr.read() == b""
        assert run.wait(120) == 0
