"""Key rings, the file keyring, identifiers and signatures."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from discreet.crypto import keyring
from discreet.crypto.identifiers import conversation_id, pseudonym, turn_id, web_session_id
from discreet.crypto.signing import ActionCall, sign_action_call, verify_action_call
from discreet.crypto.wrapping import KeyRing, Wrapped
from discreet.errors import IntegrityError, NotAuthentic, SettingsError

RING = KeyRing({"old": bytes(32), "new": b"\1" * 32})
CALL = ActionCall(bytes(range(16)), 12, 0)
BODY = b'{"next_action":"x"}'
NOW = 1_800_000_000


def test_new_keys_are_wrapped_by_the_newest_and_old_ones_still_unwrap() -> None:
    wrapped = RING.wrap(b"k" * 32, b"context")
    assert wrapped.kek == "new"
    assert RING.unwrap(wrapped, b"context") == b"k" * 32
    old = KeyRing({"old": bytes(32)}).wrap(b"k" * 32, b"context")
    assert RING.unwrap(old, b"context") == b"k" * 32


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(Wrapped("gone", bytes(60)), id="unknown key id"),
        pytest.param(Wrapped("new", bytes(60)), id="forged bytes"),
        pytest.param(Wrapped("new", b""), id="empty"),
    ],
)
def test_a_wrapped_key_that_is_not_ours_does_not_unwrap(wrapped: Wrapped) -> None:
    with pytest.raises(IntegrityError):
        RING.unwrap(wrapped, b"context")


def test_a_wrapped_key_opens_only_in_its_context_and_under_its_id() -> None:
    wrapped = RING.wrap(b"k" * 32, b"context")
    for kek, context in (("new", b"other"), ("old", b"context")):
        with pytest.raises(IntegrityError):
            RING.unwrap(Wrapped(kek, wrapped.blob), context)


def test_a_ring_must_hold_good_keys_and_hides_them() -> None:
    with pytest.raises(SettingsError):
        KeyRing({})
    with pytest.raises(SettingsError):
        KeyRing({"short": b"1"})
    assert repr(bytes(32)) not in repr(RING)


def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keyring.create_keys(folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    keyring.create_keys(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_each_process_gets_its_own_keys_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keyring.create_keys(folder)
    rasa, actions = keyring.keys_for("rasa", folder), keyring.keys_for("actions", folder)
    assert "vault_seed" not in rasa
    assert "model" not in rasa
    assert "conversation" not in actions
    assert set(keyring.keys_for("keeper", folder)) == {"conversation", "consent_head", "rights"}
    officer = keyring.keys_for("officer", folder)
    assert {"receipt", "value", "conversation", "action"} & (set(rasa) | set(officer)) == {
        "value",
        "conversation",
        "action",
    }
    assert set(officer) == {"identity", "consent_head", "receipt_public", "rights_public"}
    assert "consent_head" not in rasa
    with pytest.raises(SettingsError, match="vault_seed"):
        keyring.key(rasa, "vault_seed")
    with pytest.raises(SettingsError, match="conversation"):
        keyring.ring(actions, "conversation")


def test_a_missing_key_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keyring.create_keys(folder)
    (folder / "identity.json").unlink()
    with pytest.raises(SettingsError, match=r"identity\.json"):
        keyring.keys_for("rasa", folder)


def test_ids_of_different_kinds_and_keys_never_agree() -> None:
    one, other = bytes(32), b"\1" * 32
    ids = {
        conversation_id(one, "a"), conversation_id(one, "b"), conversation_id(other, "a"),
        web_session_id(one, "a"), turn_id(one, bytes(16), "a"), turn_id(one, b"\1" * 16, "a"),
    }  # fmt: skip
    assert len(ids) == 6
    assert pseudonym(one, "web", "a") != pseudonym(one, "telegram", "a")
    assert len(pseudonym(one, "web", "a")) == 26


def test_a_signed_call_verifies() -> None:
    headers = sign_action_call(bytes(32), CALL, BODY, NOW)
    assert verify_action_call(bytes(32), headers, BODY, NOW + 30) == CALL


FORGERIES = [
    ("no headers", lambda _: {}, BODY, NOW),
    ("no signature", lambda h: {**h, "X-Discreet-Signature": ""}, BODY, NOW),
    ("another body", lambda h: h, BODY + b" ", NOW),
    ("another turn", lambda h: {**h, "X-Discreet-Turn": "00" * 16}, BODY, NOW),
    ("another fence", lambda h: {**h, "X-Discreet-Fence": "13"}, BODY, NOW),
    ("another ordinal", lambda h: {**h, "X-Discreet-Ordinal": "1"}, BODY, NOW),
    ("another time", lambda h: {**h, "X-Discreet-Time": str(NOW + 1)}, BODY, NOW),
    ("replayed later", lambda h: h, BODY, NOW + 31),
    ("from the future", lambda h: h, BODY, NOW - 31),
    ("fields shifted", lambda h: {**h, "X-Discreet-Fence": "1", "X-Discreet-Ordinal": "2\n0"}, BODY, NOW),
]


@pytest.mark.parametrize(("attack", "change", "body", "now"), FORGERIES, ids=[row[0] for row in FORGERIES])
def test_a_forged_call_is_refused(attack: str, change: object, body: bytes, now: int) -> None:
    headers = change(sign_action_call(bytes(32), CALL, BODY, NOW))  # type: ignore[operator]
    with pytest.raises(NotAuthentic):
        verify_action_call(bytes(32), headers, body, now)


def test_another_key_signs_nothing() -> None:
    with pytest.raises(NotAuthentic):
        verify_action_call(b"\1" * 32, sign_action_call(bytes(32), CALL, BODY, NOW), BODY, NOW)
