"""Codes by their standards: RFC 6238 vectors, forms in disguise, recovery codes that are hashed and found."""

from __future__ import annotations

import base64
import re

import pytest

from discreet.records.identity import codes
from discreet.records.identity.operation import operation_hash
from tests.records.identity.codes_of import totp_at

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_6238 = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
"""Appendix B, SHA-1, the last six of its eight digits."""


@pytest.mark.parametrize(("now", "code"), RFC_6238, ids=[str(now) for now, _ in RFC_6238])
def test_totp_is_rfc_6238(now: int, code: str) -> None:
    assert codes.totp_step(RFC_SECRET, code, now) == now // 30
    assert totp_at(RFC_SECRET, now) == code


@pytest.mark.parametrize(
    ("late", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False), (90, False)]
)
def test_a_clock_may_be_one_step_off_and_no_more(late: int, taken: bool) -> None:
    found = codes.totp_step(RFC_SECRET, totp_at(RFC_SECRET, 1_700_000_010 + late), 1_700_000_010)
    assert (found is not None) is taken


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("12345678", "mail"), ("1234 5678", "mail"), ("1234-5678", "mail"), ("12 34 56 78", "mail"),
        ("123456", "totp"), ("123 456", "totp"), ("1234567", None), ("123456789", None), ("", None),
        ("k3m9x-7q2wd-p5t8v-z4n6c", "recovery"), ("K3M9X 7Q2WD P5T8V Z4N6C", "recovery"),
        ("K3M9X7Q2WDP5T8VZ4N6C", "recovery"), ("k3m9x-7q2wd-p5t8v", None), ("k3m9u-7q2wd-p5t8v-z4n6c", None),
    ],
)  # fmt: skip
def test_the_form_says_what_a_code_is_meant_to_be(typed: str, kind: str | None) -> None:
    assert codes.kind_of(typed) == kind


def test_recovery_codes_are_long_unlike_and_read_as_people_write_them() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == codes.RECOVERY_COUNT
    assert len({codes.recovery_finder(code) for code in made}) == codes.RECOVERY_COUNT
    kept = codes.recovery_hash(made[0])
    assert kept.startswith(b"$argon2id$v=19$m=19456,t=2,p=1$")
    assert codes.recovery_matches(kept, made[0].upper().replace("-", " ").replace("1", "l").replace("0", "O"))
    assert not codes.recovery_matches(kept, made[1])
    assert not codes.recovery_matches(None, made[0])


def test_a_code_of_nobody_costs_the_same_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    class Counting:
        def verify(self, kept: str, code: str) -> None:
            hashed.append(kept.rpartition("$")[0].rpartition("$")[0])
            argon.verify(kept, code)

    codes.recovery_matches(None, "x")  # makes what stands for nobody's, once a process
    argon = codes._ARGON
    monkeypatch.setattr(codes, "_ARGON", Counting())
    somebodys = argon.hash("y").encode()
    assert not codes.recovery_matches(somebodys, "x")
    assert not codes.recovery_matches(None, "x")
    assert hashed == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_a_mail_code_is_uniform_digits_with_leading_zeros() -> None:
    made = [codes.mail_code(b"k" * 32, number.to_bytes(32, "big")) for number in range(500)]
    assert all(re.fullmatch("[0-9]{8}", code) for code in made)
    assert len(set(made)) == 500
    assert any(code.startswith("0") for code in made)
    assert made[0] == codes.mail_code(b"k" * 32, bytes(32)) != codes.mail_code(b"l" * 32, bytes(32))


def test_a_mac_is_of_one_conversation_one_operation_and_one_code() -> None:
    base = (b"k" * 32, b"a" * 16, b"o" * 32, "12345678")
    macs = {codes.mail_code_mac(*base)}
    for index, other in enumerate((b"l" * 32, b"b" * 16, b"p" * 32, "12345679")):
        changed = [*base]
        changed[index] = other  # type: ignore[call-overload]
        macs.add(codes.mail_code_mac(*changed))  # type: ignore[arg-type]
    assert len(macs) == 5


def test_an_operation_is_its_action_and_every_parameter() -> None:
    base = operation_hash("action_change_address", {"order_number": "DS-10563", "delivery_address": "vt_addr_x"})
    assert base == operation_hash(
        "action_change_address", {"delivery_address": "vt_addr_x", "order_number": "DS-10563"}
    )
    others = [
        ("action_change_email", {"order_number": "DS-10563", "delivery_address": "vt_addr_x"}),
        ("action_change_address", {"order_number": "DS-10622", "delivery_address": "vt_addr_x"}),
        ("action_change_address", {"order_number": "DS-10563", "delivery_address": "vt_addr_y"}),
        ("action_change_address", {"order_number": "DS-10563"}),
        ("action_change_address", {"order_number": "DS-10563", "delivery_address": None}),
    ]
    assert len({base, *(operation_hash(name, parameters) for name, parameters in others)}) == 6
