"""What is shown once: to its conversation or behind its link, for five minutes, and to nobody a second time."""

from __future__ import annotations

from discreet.sdk.shown import SECONDS, ShownOnce

ANNA, BEN = b"a" * 16, b"b" * 16


class Clock:
    """Seconds, moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_is_taken_once_by_whichever_way_comes_first() -> None:
    shown = ShownOnce()
    link = shown.keep(ANNA, {"kind": "totp"})
    other = shown.keep(BEN, {"kind": "recovery"})
    assert shown.take_by(link) == {"kind": "totp"}
    assert shown.take_by(link) is None
    assert shown.take(ANNA) is None
    assert shown.take(BEN) == {"kind": "recovery"}
    assert shown.take_by(other) is None


def test_a_link_is_random_and_opens_nothing_else() -> None:
    shown = ShownOnce()
    links = {shown.keep(bytes([number]) * 16, {"number": number}): number for number in range(20)}
    assert len(links) == 20
    assert all(len(link) == 43 for link in links)
    assert shown.take_by("") is None
    assert shown.take_by("x" * 43) is None
    assert {link: shown.take_by(link) for link in links} == {link: {"number": n} for link, n in links.items()}


def test_it_is_gone_after_five_minutes_and_when_something_newer_takes_its_place() -> None:
    clock = Clock()
    shown = ShownOnce(clock)
    old = shown.keep(ANNA, {"kind": "old"})
    new = shown.keep(ANNA, {"kind": "new"})
    assert shown.take_by(old) is None
    clock.now = SECONDS
    assert shown.take_by(new) is None
    shown.keep(ANNA, {"kind": "late"})
    clock.now = 2 * SECONDS
    assert shown.take(ANNA) is None
