"""What an examiner demands of chat: each line of ``cases/`` is a test. Their form: ``cases/README.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.redactor import typed

_FOLDER = Path(__file__).parent / "cases"
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|([ntr\\]))")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass(frozen=True)
class Case:
    """A text, and for each of its characters the type it must be found as, None for none, "" for either."""

    text: str
    wanted: tuple[str | None, ...]

    def faults(self, found: tuple[tuple[int, int, str], ...]) -> list[str]:
        """What leaks, what is lost, what is taken for something else, in words."""
        seen: list[str | None] = [None] * len(self.text)
        for start, end, kind in found:
            seen[start:end] = [kind] * (end - start)
        faults = {
            f"{want or 'nothing'} expected, {got or 'nothing'} found"
            for want, got in zip(self.wanted, seen, strict=True)
            if want != "" and want != got
        }
        stray = {kind for start, end, kind in found if all(want == "" for want in self.wanted[start:end])}
        return sorted(faults | {f"{kind} found in punctuation" for kind in stray})


def parsed(line: str) -> Case:
    """The case that a line says. Raises ValueError where types and marks do not agree."""
    types, _, marked = line.partition("\t")
    kinds = [] if types == "-" else types.split(" ")
    unescaped = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _PLAIN[match[2]], marked)
    text, wanted, inside = "", [], None
    remaining = iter(kinds)
    for character in unescaped:
        if character in "«»":
            if (character == "«") != (inside is None):
                raise ValueError("a mark is opened or closed twice")
            inside = next(remaining, "") if character == "«" else None
            if inside == "":
                raise ValueError("there are more marks than types")
            continue
        text += character
        wanted.append(inside if character.isalnum() else "")
    if inside is not None or next(remaining, None) is not None or not text:
        raise ValueError("a mark is left open, or there are more types than marks, or there is no text")
    return Case(text, tuple(wanted))


def _lines() -> Iterator[tuple[str, str]]:
    for file in sorted(_FOLDER.glob("*.tsv")):
        for line in file.read_text().splitlines():
            if line and not line.startswith("#"):
                yield file.stem, line


@pytest.mark.parametrize("line", [pytest.param(line, id=f"{name}: {line}") for name, line in _lines()])
def test_the_finding_is_this_and_nothing_else(line: str) -> None:
    case = parsed(line)
    assert case.faults(typed(case.text)) == []


def test_no_case_is_there_twice_and_every_file_has_both_kinds_but_the_two_special_ones() -> None:
    lines = list(_lines())
    assert len(set(lines)) == len(lines) >= 500
    with_finding = {name for name, line in lines if not line.startswith("-")}
    without = {name for name, line in lines if line.startswith("-")}
    assert {name for name, _ in lines} - with_finding == {"negatives"}
    assert {name for name, _ in lines} - without == {"mixed"}


def test_a_case_sees_what_leaks_what_is_lost_and_what_is_called_wrong() -> None:
    case = parsed("IP\tfrom «1.2» on")
    assert case.faults(((5, 8, "IP"),)) == []
    assert case.faults(()) == ["IP expected, nothing found"]
    assert case.faults(((5, 6, "IP"),)) == ["IP expected, nothing found"]
    assert case.faults(((5, 10, "IP"),)) == ["nothing expected, IP found"]
    assert case.faults(((5, 8, "URL"),)) == ["IP expected, URL found"]
    assert parsed("-\ta!").faults(((1, 2, "IP"),)) == ["IP found in punctuation"]


@pytest.mark.parametrize("line", ["IP\tno mark", "IP\t«1» «2»", "IP URL\t«1»", "IP\t«1", "IP\t1»", "-\t«1»", "IP"])
def test_a_line_whose_types_and_marks_disagree_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"mark|text"):
        parsed(line)
