"""Keys by their issuer's prefix. The bodies are drawn here, so that nobody's scanner finds a key in this repository."""

from __future__ import annotations

import random
import string

import pytest

from bench.redactor import typed
from discreet.redaction.families.keys import PREFIX

_HEX, _BODY = "0123456789abcdef", string.ascii_letters + string.digits
_ISSUERS = {
    "rzp_live_": (14, _BODY),
    "SK": (32, _HEX),
    "AC": (32, _HEX),
    "lin_api_": (40, _BODY),
    "glsa_": (32, _BODY),
    "nvapi-": (64, _BODY),
    "gsk_": (52, _BODY),
    "figd_": (40, _BODY),
    "sntrys_": (60, _BODY),
    "ATATT3": (60, _BODY),
    "xai-": (80, _BODY),
    "r8_": (37, _BODY),
    "dapi": (32, _HEX),
    "ops_eyJ": (60, _BODY),
    "EAA": (120, _BODY),
    "secret_": (43, _BODY),
    "ntn_": (46, _BODY),
}


@pytest.mark.parametrize("prefix", _ISSUERS)
def test_a_key_is_known_by_its_prefix_and_half_of_it_is_none(prefix: str) -> None:
    length, letters = _ISSUERS[prefix]
    drawn = random.Random(prefix)
    key = prefix + "".join(drawn.choice(letters) for _ in range(length))
    assert typed(f"here: {key}, thanks") == ((6, 6 + len(key), "API_KEY"),)
    assert typed(f"x{key}") == ()
    assert typed(f"here: {key[: len(prefix) + 8]} ok") == ()


@pytest.mark.parametrize("prefix", _ISSUERS)
def test_what_names_the_service_stays_in_an_invented_key(prefix: str) -> None:
    assert PREFIX.match(prefix + "0") is not None
