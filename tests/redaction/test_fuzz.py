"""No text breaks a promise, and no text costs more than its length: small rounds here, many with ``make prove``."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import hostile
from bench.adversarial import FAMILIES
from bench.adversarial.disguise import SCRIPTS, ZERO_WIDTH
from bench.adversarial.wording import message
from discreet.redaction.find import find
from discreet.redaction.tokens import mint
from tests.redaction import promises

_MINTED = [
    mint(promises.policy().category(category), value, random=lambda size: bytes(range(size)))
    for category, value in (("payment_card", "4111111111111111"), ("email", "a@b.example"), ("phone", "+4479000000"))
]
_NASTY = (
    "0123456789 .-_/,:;@+()[]{}<>\n\t%&#ABDEabde"
    + ZERO_WIDTH
    + "".join(SCRIPTS.values())
    + "О٣４–ı\u0301\u20e3\ud7ff🙂"
)


@st.composite
def _drawn(draw: st.DrawFn) -> str:
    """A message of a family, as the examiner draws it."""
    family = draw(st.sampled_from(sorted(FAMILIES)))
    return message(family, FAMILIES[family](Random(draw(st.integers(0, 2**32))))).text


_PIECES = st.one_of(
    _drawn(),
    st.text(alphabet=_NASTY, max_size=40),
    st.text(max_size=20),
    st.sampled_from(sorted(hostile.PATTERNS.values())).map(lambda pattern: pattern * 5),
    st.sampled_from([*_MINTED, _MINTED[0].upper(), _MINTED[0][:-6], "v\u200bt_card_", "[card •••• 1111]", "[removed]"]),
)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Pieces joined, sometimes without anything between, sometimes with a character thrown in or lost."""
    text = draw(st.sampled_from(["", " ", "\n", ", "])).join(draw(st.lists(_PIECES, min_size=1, max_size=5)))
    for place, character in draw(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(_NASTY)), max_size=3)):
        place %= len(text) + 1
        text = text[:place] + character + text[place + draw(st.integers(0, 1)) :]
    return text


_CHECKS: list[Callable[[str], None]] = [
    promises.spans_lie_in_order_inside,
    promises.masked_once_is_masked_for_good,
    promises.sealed_values_leave_and_nothing_is_found_again,
]
_QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("promise", _CHECKS, ids=lambda check: check.__name__)
@settings(_QUIET, max_examples=150)
@given(text=_texts())
def test_no_text_breaks_the_promise(promise: Callable[[str], None], text: str) -> None:
    promise(text)


@pytest.mark.prove
@pytest.mark.parametrize("promise", _CHECKS, ids=lambda check: check.__name__)
@settings(_QUIET, max_examples=10_000)
@given(text=_texts())
def test_no_text_breaks_the_promise_very_many_times(promise: Callable[[str], None], text: str) -> None:
    promise(text)


@pytest.mark.parametrize("name", hostile.PATTERNS)
def test_twice_the_length_is_twice_the_work(name: str) -> None:
    once, twice = (promises.work(find, hostile.message(name, length)) for length in (2_000, 4_000))
    assert twice <= 2.2 * once + 200


@pytest.mark.prove
@settings(_QUIET, max_examples=300)
@given(piece=_texts().filter(bool))
def test_whatever_is_repeated_costs_its_length(piece: str) -> None:
    times = 1_500 // len(piece) + 1
    once, twice = piece * times, piece * 2 * times  # a piece that is cut through may be quite another one at the end
    find(twice)  # What is compiled at its first use is no part of it.
    assert promises.work(find, twice) <= 2.3 * promises.work(find, once) + 400


def test_work_that_grows_with_the_square_is_seen() -> None:
    def square(text: str) -> bool:
        return all(any(character == other for other in reversed(text)) for character in text)

    once, twice = (promises.work(square, ("xy" * length)[:length]) for length in (100, 200))
    assert twice <= 2.2 * once + 200
    once, twice = (promises.work(square, "".join(map(chr, range(64, 64 + length)))) for length in (100, 200))
    assert twice > 2.2 * once + 200


@pytest.mark.parametrize(
    "text",
    [
        "+44 7400 932966 lot 12345678",
        "my card 4000056655665556; IBAN ref 12345678901",
        "\ud800 card 4000056655665556 \udfff",
        "4000056655665556📞07700 900127",
        "me llamo Yt%34%34%34r?",
        "me llamo Yt&#52;4r?",
        "&#52;4 tom.berger@post.example&#52;",
        "4000056655665556\ufeff\u0301+44 7400 932966",
    ],
)
def test_a_mask_is_one_in_a_text_s_view_too(text: str) -> None:
    """Its signs stay what they are when a text is made plain: its words would be cues for what stands near."""
    promises.hold(text)
