"""The tables of national ids as a whole: every name leads to every form that it has, every check is there."""

from __future__ import annotations

import re
from functools import cache
from random import Random

import pytest

from discreet.redaction.families.id_schemes import ONE_KIND
from discreet.redaction.families.id_schemes_world import ANYWHERE
from discreet.redaction.families.papers import LICENCE, PASSPORT
from discreet.redaction.families.scheme import Scheme, pleases
from discreet.redaction.find import find

_ALL = (*ONE_KIND, *ANYWHERE, PASSPORT, LICENCE)
_NAMED = sorted({(name.strip(), scheme) for scheme in ONE_KIND for name in scheme.names.split(",")}, key=str)
_NAMED = [(name, scheme) for name, scheme in _NAMED if not scheme.shapes.startswith("=")]
_ATOM = re.compile(r"(\[[^\]]+\]|[dax])(\d*)\??")


def _drawn(random: Random, shape: str) -> str:
    value = ""
    for atom, count in _ATOM.findall(shape):
        one = {"d": "0123456789", "a": "ABCDEFGH", "x": "123456789"}.get(atom) or atom[1:2]
        value += "".join(random.choice(one) for _ in range(int(count or 1)))
    return value


@cache
def _value(scheme: Scheme, shape: str) -> str | None:
    """Of that form, and right where the name is not enough; None where chance finds none."""
    random = Random(shape)
    drawn = (_drawn(random, shape) for _ in range(20_000))
    return next((value for value in drawn if scheme.accepts(value)), None)


@pytest.mark.parametrize("check", sorted({check for scheme in _ALL for check in scheme.checks.split()}))
def test_every_check_exists_and_is_not_pleased_by_anything(check: str) -> None:
    assert not pleases([check], "1")


@pytest.mark.parametrize(("name", "scheme"), [pytest.param(*row, id=f"{row[0]} {row[1].shapes}") for row in _NAMED])
def test_every_name_leads_to_every_form_that_it_has(name: str, scheme: Scheme) -> None:
    values = [_value(scheme, shape) for shape in scheme.shapes.split("|")]
    assert any(values)
    for value in filter(None, values):
        text = f"{name}: {value}."
        assert [text[span.start : span.end] for span in find(text)] == [value]


@pytest.mark.parametrize("name", sorted({name.strip() for name in (PASSPORT.names + "," + LICENCE.names).split(",")}))
def test_every_name_of_a_passport_or_licence_leads_to_one(name: str) -> None:
    (span,) = find(f"{name}: K7290513L")
    assert span.category in ("passport", "driving_licence")


@pytest.mark.parametrize("scheme", [scheme for scheme in ONE_KIND if scheme.strict], ids=lambda scheme: scheme.names)
def test_a_name_that_has_other_meanings_asks_for_right_check_digits(scheme: Scheme) -> None:
    assert scheme.checks
    value = next(filter(None, (_value(scheme, shape) for shape in scheme.shapes.split("|"))))
    wrong = next(w for d in "0123456789" if not scheme.checked(w := value[:-1] + d))
    assert find(f"{scheme.names.split(',')[0]} {wrong}") == ()


def test_a_number_that_breaks_its_check_is_none() -> None:
    assert not pleases(["cn.ric"], "411111191111111114")
    assert find("411111191111111114") == ()
