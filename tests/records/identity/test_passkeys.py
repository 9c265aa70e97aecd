"""A passkey's answer counts for its question, origin and relying party, with its person verified, and no other does."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from discreet.errors import NotAuthentic
from discreet.records.identity import passkeys
from discreet.records.identity.authenticators import Passkey
from tests.records.identity.passkey_of import PRESENT, VERIFIED, SoftPasskey, text

ORIGIN, CUSTOMER = "https://chat.example.com", b"c" * 16


def registered(soft: SoftPasskey) -> Passkey:
    question = secrets.token_bytes(32)
    options = passkeys.options_to_create(ORIGIN, question, shop="Shop", customer=CUSTOMER, known=[])
    made = passkeys.verify_create(soft.made(options, ORIGIN), origin=ORIGIN, question=question)
    return Passkey(1, CUSTOMER, *made)


def test_a_passkey_is_made_and_used() -> None:
    soft = SoftPasskey()
    kept = registered(soft)
    assert kept.credential_id == soft.id
    question = secrets.token_bytes(32)
    options = passkeys.options_to_get(ORIGIN, question)
    assert (options["rpId"], options["userVerification"], options["challenge"]) == (
        "chat.example.com", "required", text(question),
    )  # fmt: skip
    assert not options.get("allowCredentials")
    soft.counter = 7
    assert passkeys.verify_get(soft.used(options, ORIGIN), kept, origin=ORIGIN, question=question) == 7


Forge = Callable[[SoftPasskey, dict[str, Any]], str]
WRONG_USES: dict[str, Forge] = {
    "wrong origin": lambda soft, options: soft.used(options, "https://chat.example.com.evil.example"),
    "origin without tls": lambda soft, options: soft.used(options, "http://chat.example.com"),
    "wrong relying party": lambda soft, options: soft.used(options, ORIGIN, rp="example.com"),
    "another challenge": lambda soft, options: soft.used({**options, "challenge": text(bytes(32))}, ORIGIN),
    "empty challenge": lambda soft, options: soft.used({**options, "challenge": ""}, ORIGIN),
    "person not verified": lambda soft, options: soft.used(options, ORIGIN, flags=PRESENT),
    "person not present": lambda soft, options: soft.used(options, ORIGIN, flags=VERIFIED),
    "registration in place of use": lambda soft, options: soft.used(options, ORIGIN, type="webauthn.create"),
    "another key": lambda soft, options: soft.used(options, ORIGIN, key=ec.generate_private_key(ec.SECP256R1())),
    "cloned authenticator": lambda soft, options: _counting(soft, 4).used(options, ORIGIN),
    "counter that stood still": lambda soft, options: _counting(soft, 5).used(options, ORIGIN),
    "counter back at zero": lambda soft, options: _counting(soft, 0).used(options, ORIGIN),
    "its key under another name": lambda soft, options: _named(soft, b"n" * 32).used(options, ORIGIN),
    "another credential": lambda soft, options: SoftPasskey(counter=9).used(options, ORIGIN),
    "no json": lambda soft, options: "{",
    "a list": lambda soft, options: "[]",
    "nothing in it": lambda soft, options: "{}",
    "far too long": lambda soft, options: soft.used(options, ORIGIN) + " " * passkeys.MAX_ANSWER,
}


def _named(soft: SoftPasskey, name: bytes) -> SoftPasskey:
    soft.id = name
    return soft


def _counting(soft: SoftPasskey, counter: int) -> SoftPasskey:
    soft.counter = counter
    return soft


@pytest.mark.parametrize("attack", WRONG_USES)
def test_a_wrong_use_is_refused(attack: str) -> None:
    soft = SoftPasskey(counter=5)
    kept = registered(soft)
    soft.counter = 6
    question = secrets.token_bytes(32)
    forged = WRONG_USES[attack](soft, passkeys.options_to_get(ORIGIN, question))
    with pytest.raises(NotAuthentic):
        passkeys.verify_get(forged, kept, origin=ORIGIN, question=question)


WRONG_MAKES: dict[str, Forge] = {
    "wrong origin": lambda soft, options: soft.made(options, "https://evil.example"),
    "wrong relying party": lambda soft, options: soft.made(options, ORIGIN, rp="evil.example"),
    "another challenge": lambda soft, options: soft.made({**options, "challenge": text(bytes(32))}, ORIGIN),
    "person not verified": lambda soft, options: soft.made(options, ORIGIN, flags=PRESENT),
    "use in place of registration": lambda soft, options: soft.made(options, ORIGIN, type="webauthn.get"),
    "no json": lambda soft, options: "nothing",
}


@pytest.mark.parametrize("attack", WRONG_MAKES)
def test_a_wrong_new_passkey_is_refused(attack: str) -> None:
    question = secrets.token_bytes(32)
    options = passkeys.options_to_create(ORIGIN, question, shop="Shop", customer=CUSTOMER, known=[b"k" * 16])
    assert [one["id"] for one in options["excludeCredentials"]] == [text(b"k" * 16)]
    with pytest.raises(NotAuthentic):
        passkeys.verify_create(WRONG_MAKES[attack](SoftPasskey(), options), origin=ORIGIN, question=question)


@pytest.mark.parametrize("answer", ["", "{", "[]", "{}", '{"rawId": 7}', '{"rawId": null}'])
def test_what_is_no_answer_names_no_credential(answer: str) -> None:
    with pytest.raises(NotAuthentic):
        passkeys.credential_id(answer)
