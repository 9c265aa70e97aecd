"""Sealed values against vectors of their own, for another implementation and for the next version of this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from discreet.crypto.sealed import VaultPrivateKey, open_column, seal_column
from discreet.errors import IntegrityError

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "sealed.json").read_text())


def _open(row: dict[str, Any]) -> str:
    return VaultPrivateKey(bytes.fromhex(row["seed"])).open(
        bytes.fromhex(row["value_key"]),
        category=row["category"],
        subject=bytes.fromhex(row["subject"]),
        token=row["token"],
        sealed=bytes.fromhex(row["sealed"]),
    )


@pytest.mark.parametrize("row", VECTORS["valid"], ids=lambda row: row["name"])
def test_a_valid_one_opens(row: dict[str, Any]) -> None:
    assert _open(row) == row["value"]


@pytest.mark.parametrize("row", VECTORS["invalid"], ids=lambda row: row["attack"])
def test_an_attack_does_not_open(row: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        _open(row)


@pytest.mark.parametrize("row", VECTORS["columns"], ids=lambda row: row["column"])
def test_a_column_is_sealed_to_these_very_bytes(row: dict[str, Any]) -> None:
    key, owner = bytes.fromhex(row["owner_key"]), bytes.fromhex(row["owner"])
    nonce = bytes.fromhex(row["nonce"])
    sealed = seal_column(key, column=row["column"], owner=owner, value=row["value"], random=lambda _: nonce)
    assert sealed.hex() == row["sealed"]
    assert open_column(key, column=row["column"], owner=owner, sealed=sealed) == row["value"]
