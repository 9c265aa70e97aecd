"""Sealed values open for exactly the category, person and token that they were sealed for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.crypto.sealed import KEMS, MAX_VALUE, VaultPrivateKey, VaultPublicKey, open_column, seal_column
from discreet.errors import IntegrityError, SettingsError

PRIVATE = VaultPrivateKey(bytes(range(32)))
KEYS = {kem: VaultPublicKey(PRIVATE.public_bytes(kem)) for kem in KEMS}
PUBLIC = KEYS["x-wing"]
VALUE_KEY = bytes(range(32, 64))
BINDING: dict[str, Any] = {"category": "payment_card", "subject": bytes(16), "token": "vt_card_x"}


def test_the_public_key_is_x_wings() -> None:
    """The seed and the first bytes of the key of draft-connolly-cfrg-xwing-kem's first test vector."""
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    assert VaultPrivateKey(seed).public_bytes().hex().startswith("e2236b35a8c24b39")


@given(st.text(max_size=300), st.sampled_from(sorted(KEMS)))
def test_what_is_sealed_opens(value: str, kem: str) -> None:
    sealed = KEYS[kem].seal(VALUE_KEY, value=value, **BINDING)
    assert PRIVATE.open(VALUE_KEY, sealed=sealed, **BINDING) == value


ATTACKS: list[tuple[str, dict[str, Any], bytes]] = [
    ("another category", {"category": "iban"}, VALUE_KEY),
    ("another person", {"subject": b"\1" * 16}, VALUE_KEY),
    ("another token", {"token": "vt_card_y"}, VALUE_KEY),
    ("fields shifted", {"category": "payment_cardv", "token": "t_card_x"}, VALUE_KEY),
    ("the owner's key destroyed", {}, bytes(32)),
]


@pytest.mark.parametrize("kem", KEMS)
@pytest.mark.parametrize(("attack", "change", "value_key"), ATTACKS, ids=[row[0] for row in ATTACKS])
def test_a_value_out_of_place_does_not_open(attack: str, change: dict[str, Any], value_key: bytes, kem: str) -> None:
    sealed = KEYS[kem].seal(VALUE_KEY, value="4111", **BINDING)
    with pytest.raises(IntegrityError):
        PRIVATE.open(value_key, sealed=sealed, **{**BINDING, **change})


@pytest.mark.parametrize("kem", KEMS)
def test_another_private_key_does_not_open(kem: str) -> None:
    sealed = KEYS[kem].seal(VALUE_KEY, value="4111", **BINDING)
    with pytest.raises(IntegrityError):
        VaultPrivateKey(bytes(32)).open(VALUE_KEY, sealed=sealed, **BINDING)


@given(st.data(), st.sampled_from(sorted(KEMS)))
def test_no_changed_byte_opens(data: st.DataObject, kem: str) -> None:
    sealed = bytearray(KEYS[kem].seal(VALUE_KEY, value="4111", **BINDING))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IntegrityError):
        PRIVATE.open(VALUE_KEY, sealed=bytes(sealed), **BINDING)


@pytest.mark.parametrize("kem", KEMS)
def test_a_value_sealed_one_way_is_not_taken_for_the_other(kem: str) -> None:
    sealed = bytearray(KEYS[kem].seal(VALUE_KEY, value="4111", **BINDING))
    sealed[0] = 3 - sealed[0]
    with pytest.raises(IntegrityError):
        PRIVATE.open(VALUE_KEY, sealed=bytes(sealed), **BINDING)


def test_the_two_ways_share_no_key_and_differ_by_what_the_post_quantum_half_costs() -> None:
    assert PRIVATE.public_bytes("x25519") != PRIVATE.public_bytes("x-wing")[-32:]
    sizes = {kem: len(public.seal(VALUE_KEY, value="4111", **BINDING)) for kem, public in KEYS.items()}
    assert sizes["x-wing"] - sizes["x25519"] == 1088


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
    with pytest.raises(SettingsError, match="x25519"):
        PRIVATE.public_bytes("rsa")


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
