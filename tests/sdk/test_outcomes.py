"""What a step of an action gives comes back as it was, and nothing comes back as what it was not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.errors import NotAllowed
from discreet.records.consent import Operation
from discreet.records.erasure import Scope
from discreet.records.identity.accounts import Account
from discreet.records.identity.challenges import Outcome, Proof, Result, Waiting
from discreet.records.rights.copies import Ticket
from discreet.records.rights.requests import Confirmed
from discreet.sdk.outcomes import as_json, of_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.frozensets(st.text() | st.binary(max_size=4), max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)
RECORDS: list[Any] = [
    Account(b"a" * 16, decoy=True),
    Confirmed("rq_x", "erasure", None, "email", "vt_mail_x"),
    Operation("op_x", "refunds", b"h" * 32, "action_x"),
    Proof(b"a" * 16, ("mail", "totp"), 2, new_address=True, passkey=7),
    Result(Outcome.MORE, Account(b"a" * 16), locked=True),
    Scope((b"a" * 16, b"b" * 16), ()),
    Ticket("link", "passphrase"),
    Waiting("action_x", b"o" * 32, 2, None, ("mail",), new_address=False),
    ("action_x", Result(Outcome.GONE)),
]


@given(PLAIN)
def test_plain_values_come_back(value: Any) -> None:
    back = of_json(json.loads(json.dumps(as_json(value))))
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize("value", RECORDS, ids=lambda value: type(value).__name__)
def test_records_come_back(value: Any) -> None:
    back = of_json(json.loads(json.dumps(as_json(value))))
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize(
    "value", [object(), NotAllowed("x"), {1, 2}, [b"", 0.5j]], ids=["object", "error", "set", "deep"]
)
def test_anything_else_is_refused_by_its_type(value: Any) -> None:
    with pytest.raises(TypeError, match="gives plain values"):
        as_json(value)


def test_no_name_in_what_is_read_makes_anything_but_these() -> None:
    with pytest.raises(KeyError):
        of_json({"Popen": ["true"]})
