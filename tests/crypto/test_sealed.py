"""Sealed values open for exactly the category, person and token that they were sealed for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.crypto.sealed import MAX_VALUE, VaultPrivateKey, VaultPublicKey, open_column, seal_column
from discreet.errors import IntegrityError, SettingsError

PRIVATE = VaultPrivateKey(bytes(range(32)))
PUBLIC = VaultPublicKey(PRIVATE.public_bytes)
VALUE_KEY = bytes(range(32, 64))
BINDING: dict[str, Any] = {"category": "payment_card", "subject": bytes(16), "token": "vt_card_x"}


def test_the_public_key_is_x_wings() -> None:
    """The seed and the first bytes of the key of draft-connolly-cfrg-xwing-kem's first test vector."""
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    assert VaultPrivateKey(seed).public_bytes.hex().startswith("e2236b35a8c24b39")


@given(st.text(max_size=300))
def test_what_is_sealed_opens(value: str) -> None:
    sealed = PUBLIC.seal(VALUE_KEY, value=value, **BINDING)
    assert PRIVATE.open(VALUE_KEY, sealed=sealed, **BINDING) == value


ATTACKS: list[tuple[str, dict[str, Any], bytes]] = [
    ("another category", {"category": "iban"}, VALUE_KEY),
    ("another person", {"subject": b"\1" * 16}, VALUE_KEY),
    ("another token", {"token": "vt_card_y"}, VALUE_KEY),
    ("fields shifted", {"category": "payment_cardv", "token": "t_card_x"}, VALUE_KEY),
    ("the owner's key destroyed", {}, bytes(32)),
]


@pytest.mark.parametrize(("attack", "change", "value_key"), ATTACKS, ids=[row[0] for row in ATTACKS])
def test_a_value_out_of_place_does_not_open(attack: str, change: dict[str, Any], value_key: bytes) -> None:
    sealed = PUBLIC.seal(VALUE_KEY, value="4111", **BINDING)
    with pytest.raises(IntegrityError):
        PRIVATE.open(value_key, sealed=sealed, **{**BINDING, **change})


def test_another_private_key_does_not_open() -> None:
    sealed = PUBLIC.seal(VALUE_KEY, value="4111", **BINDING)
    with pytest.raises(IntegrityError):
        VaultPrivateKey(bytes(32)).open(VALUE_KEY, sealed=sealed, **BINDING)


@given(st.data())
def test_no_changed_byte_opens(data: st.DataObject) -> None:
    sealed = bytearray(PUBLIC.seal(VALUE_KEY, value="4111", **BINDING))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IntegrityError):
        PRIVATE.open(VALUE_KEY, sealed=bytes(sealed), **BINDING)


def test_the_length_of_a_value_is_hidden_in_steps_of_64_bytes() -> None:
    assert len({len(PUBLIC.seal(VALUE_KEY, value="x" * n, **BINDING)) for n in range(62)}) == 1


def test_sealing_twice_gives_different_bytes() -> None:
    assert PUBLIC.seal(VALUE_KEY, value="x", **BINDING) != PUBLIC.seal(VALUE_KEY, value="x", **BINDING)


def test_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        PUBLIC.seal(VALUE_KEY, value="x" * (MAX_VALUE + 1), **BINDING)
    with pytest.raises(SettingsError):
        VaultPublicKey(b"short")
    with pytest.raises(SettingsError):
        VaultPrivateKey(b"short")


def test_a_column_opens_only_for_its_column_and_owner() -> None:
    sealed = seal_column(VALUE_KEY, column="customers.name", owner=bytes(16), value="Ottilie")
    assert open_column(VALUE_KEY, column="customers.name", owner=bytes(16), sealed=sealed) == "Ottilie"
    for column, owner, key in (
        ("customers.email", bytes(16), VALUE_KEY),
        ("customers.name", b"\1" * 16, VALUE_KEY),
        ("customers.name", bytes(16), bytes(32)),
    ):
        with pytest.raises(IntegrityError):
            open_column(key, column=column, owner=owner, sealed=sealed)
    with pytest.raises(IntegrityError):
        open_column(VALUE_KEY, column="customers.name", owner=bytes(16), sealed=b"\1short")
