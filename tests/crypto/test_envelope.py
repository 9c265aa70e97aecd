"""The record envelope: what was written opens, at its place, under its key, and nothing else does."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.crypto import compression
from discreet.crypto.compression import MAX_BODY, NEWEST_DICTIONARY, NO_DICTIONARY
from discreet.crypto.envelope import (
    GENESIS,
    DataKey,
    Head,
    RecordPlace,
    padded_length,
    previous_hash,
    record_hash,
)
from discreet.errors import IntegrityError

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "envelope.json").read_text())
KEY = DataKey.from_bytes(7, bytes(range(32)))
PLACE = RecordPlace(bytes(16), 1, 7, GENESIS, bytes(range(16)))


def _place(raw: dict[str, Any]) -> RecordPlace:
    turn = raw["turn_id"]
    return RecordPlace(
        bytes.fromhex(raw["conversation"]),
        raw["seq"],
        raw["session_key"],
        bytes.fromhex(raw["previous_hash"]),
        None if turn is None else bytes.fromhex(turn),
    )


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["name"])
def test_a_valid_record_opens_and_seals_to_the_same_bytes(case: dict[str, Any]) -> None:
    key = DataKey.from_bytes(case["place"]["session_key"], bytes.fromhex(case["data_key"]))
    place, record = _place(case["place"]), bytes.fromhex(case["record"])
    assert key.open(place, record) == case["body"].encode()
    nonce = bytes.fromhex(case["nonce"])
    assert key.seal(place, case["body"].encode(), lambda _: nonce, dictionary=record[1]) == record
    assert record_hash(place, record).hex() == case["hash"]
    assert previous_hash(record) == place.previous_hash


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["attack"])
def test_an_attacked_record_does_not_open(case: dict[str, Any]) -> None:
    key = DataKey.from_bytes(case["place"]["session_key"], bytes.fromhex(case["data_key"]))
    with pytest.raises(IntegrityError):
        key.open(_place(case["place"]), bytes.fromhex(case["record"]))


@given(st.binary(max_size=3000), st.sampled_from([NO_DICTIONARY, NEWEST_DICTIONARY]))
def test_whatever_is_sealed_opens(body: bytes, dictionary: int) -> None:
    assert KEY.open(PLACE, KEY.seal(PLACE, body, dictionary=dictionary)) == body


def test_a_dictionary_that_was_written_with_stays_as_it_is() -> None:
    """Every record that was written with it would be lost."""
    file = Path(compression.__file__).parent / "dictionaries" / "1.zstd"
    assert (
        hashlib.sha256(file.read_bytes()).hexdigest()
        == "695d5de7f76e90e6fb047967b0a2ce6577bd81a3257dcbfcb0208fffbc28e0b3"
    )


def test_threads_compress_at_once() -> None:
    bodies = [f"turn {number} ".encode() * 200 for number in range(64)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda body: KEY.open(PLACE, KEY.seal(PLACE, body)), bodies)) == bodies


def test_the_newest_dictionary_halves_a_turn() -> None:
    turn = json.dumps(
        {"e": [{"event": "user", "timestamp": 1.5, "text": "hello", "parse_data": {"intent": {"name": "greet"}}},
               {"event": "bot", "timestamp": 1.5, "text": "Hello!", "data": {"elements": None, "buttons": None}}]},
        separators=(",", ":"),
    ).encode()  # fmt: skip
    assert 2 * len(compression.compress(turn, NEWEST_DICTIONARY)) < len(compression.compress(turn, NO_DICTIONARY))


@given(st.binary(min_size=1, max_size=200), st.data())
def test_no_single_changed_byte_opens(body: bytes, data: st.DataObject) -> None:
    record = bytearray(KEY.seal(PLACE, body))
    # The previous hash in the header is a copy for readers that jump in; the binding covers the true one.
    index = data.draw(st.sampled_from([i for i in range(len(record)) if not 14 <= i < 46]))
    record[index] ^= data.draw(st.integers(1, 255))
    with pytest.raises(IntegrityError):
        KEY.open(PLACE, bytes(record))


def test_every_field_of_the_head_is_under_its_mac() -> None:
    head = Head(bytes(16), 3, bytes(32), 1, 7)
    mac = KEY.mac(head)
    KEY.verify(head, mac)
    changes: list[dict[str, Any]] = [
        {"conversation": b"\1" * 16}, {"seq": 2}, {"hash": b"\1" * 32}, {"session_seq": 2},
        {"session_key": 8}, {"base_seq": 1}, {"base_hash": b"\1" * 32},
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(IntegrityError):
            KEY.verify(replace(head, **change), mac)


@given(st.integers(0, 5_000_000))
def test_padding_grows_a_little_and_hides_much(length: int) -> None:
    padded = padded_length(length)
    assert max(length, 256) <= padded <= max(256, length * 1.12)


def test_padding_has_few_lengths() -> None:
    assert len({padded_length(length) for length in range(65_536)}) < 180


def test_a_body_that_is_too_large_is_refused_on_writing() -> None:
    with pytest.raises(ValueError, match="larger"):
        KEY.seal(PLACE, bytes(MAX_BODY + 1))


def test_a_compression_bomb_stops_at_the_limit() -> None:
    import zstandard

    bomb = zstandard.ZstdCompressor().compress(bytes(MAX_BODY + 1))
    from discreet.crypto import envelope

    nonce = bytes(12)
    sealed = KEY._record.encrypt(nonce, envelope._pad(bomb), PLACE.aad(0))
    with pytest.raises(IntegrityError):
        KEY.open(PLACE, bytes((1, 0)) + nonce + GENESIS + sealed)


def test_a_data_key_hides_itself() -> None:
    assert "bytes" not in repr(KEY)
    assert bytes(range(32)).hex() not in repr(KEY)
