"""Receipts: every field of the specification, signed; none that was changed, forged or made for another key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from discreet.crypto import jws
from discreet.crypto.signing import public_key_of
from discreet.errors import NotAllowed, NotAuthentic
from discreet.records.consent.fields import REQUIRED, problems
from discreet.records.consent.receipt import TYP, signed_receipt, verify_receipt
from tests.consent.world import ANNA, BEN, SEED, World

PUBLIC = public_key_of(SEED)
OTHER = bytes(32)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def receipt(world: World) -> str:
    """Of somebody who said yes twice, no once, took one back, and was told something."""
    world.say()
    world.say("delivery", given=False)
    world.say()
    world.say("feedback")
    world.withdraw(purposes={"feedback"})
    with world.actions.transaction() as tx:
        world.consent.tell(tx, ANNA, "order_support", turn_id=ANNA)
        return signed_receipt(tx, ANNA, SEED, random=bytes(16))


def test_a_receipt_holds_every_field_and_verifies(receipt: str) -> None:
    record = verify_receipt(PUBLIC, receipt)
    assert problems(record) == []
    assert {one["purpose_id"] for one in record["pii_processing"]} == {"refunds", "delivery", "feedback"}
    states = [(event["purpose"], event["event_state"].removeprefix("dpv:")) for event in record["events"]]
    assert states == [
        ("refunds", "ConsentRequested"), ("refunds", "ConsentGiven"), ("delivery", "ConsentRequested"),
        ("delivery", "ConsentRefused"), ("refunds", "ConsentRequested"), ("refunds", "RenewedConsentGiven"),
        ("feedback", "ConsentRequested"), ("feedback", "ConsentGiven"), ("feedback", "ConsentWithdrawn"),
    ]  # fmt: skip
    parties = {party["party_type"] for party in record["party_identification"]}
    assert {"dpv:DataController", "dpv:DataProtectionAuthority", "dpv:Recipient"} <= parties


def _all_fields() -> Iterator[tuple[str, str]]:
    for part, fields in REQUIRED.items():
        for name in fields:
            yield part, name


def _parts_of(record: dict[str, Any], part: str) -> list[dict[str, Any]]:
    if part == "header":
        return [record]
    if part == "pii_information":
        return [one for entry in record["pii_processing"] for one in entry["pii_information"]]
    found: list[dict[str, Any]] = record[part]
    return found


@pytest.mark.parametrize(("part", "name"), list(_all_fields()), ids=["/".join(row) for row in _all_fields()])
def test_no_required_field_may_be_missing_or_empty(receipt: str, part: str, name: str) -> None:
    record = verify_receipt(PUBLIC, receipt)
    entry = _parts_of(record, part)[0]
    value = entry.pop(name)
    assert problems(record) != []
    entry[name] = None
    assert problems(record) != []
    entry[name] = value
    assert problems(record) == []


def test_every_single_field_is_under_the_signature(receipt: str) -> None:
    """Leaf by leaf: another value anywhere, and the receipt is nobody's."""
    token = json.loads(receipt)
    payload = json.loads(_raw(token["payload"]))
    leaves = list(_leaves(payload))
    assert len(leaves) > 150
    for change, undo in leaves:
        change()
        with pytest.raises(NotAuthentic):
            verify_receipt(PUBLIC, json.dumps({**token, "payload": _b64(rfc8785.dumps(payload))}))
        undo()
    assert verify_receipt(PUBLIC, receipt) == payload


def _leaves(node: Any) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
    for key, value in items:
        if isinstance(value, dict | list):
            yield from _leaves(value)
        else:
            yield (lambda k=key, v=value: node.__setitem__(k, f"{v}x")), (lambda k=key, v=value: node.__setitem__(k, v))


Forge = Callable[[dict[str, str]], str]


def _with_header(changes: dict[str, Any], *, sign: Callable[[bytes], bytes] | None = None) -> Forge:
    """Another header, signed with the right key unless ``sign`` says how: what is refused is the header itself."""

    def forge(token: dict[str, str]) -> str:
        header = {**json.loads(_raw(token["protected"])), **changes}
        protected = _b64(rfc8785.dumps({k: v for k, v in header.items() if v is not None}))
        message = f"{protected}.{token['payload']}".encode()
        signature = (sign or Ed25519PrivateKey.from_private_bytes(SEED).sign)(message)
        return json.dumps({**token, "protected": protected, "signature": _b64(signature)})

    return forge


def _hs256(message: bytes) -> bytes:
    return hmac.new(PUBLIC, message, hashlib.sha256).digest()


def _hs256_pem(message: bytes) -> bytes:
    return hmac.new(jws.public_pem(PUBLIC).encode(), message, hashlib.sha256).digest()


_OTHER_KEY = Ed25519PrivateKey.from_private_bytes(OTHER)
_OTHER_JWK = {"kty": "OKP", "crv": "Ed25519", "x": _b64(_OTHER_KEY.public_key().public_bytes_raw())}
FORGERIES: list[tuple[str, Forge]] = [
    ("alg none", _with_header({"alg": "none"}, sign=lambda _: b"")),
    ("alg None, signed", _with_header({"alg": "None"})),
    ("HS256 under the public key", _with_header({"alg": "HS256"}, sign=_hs256)),
    ("HS256 under the public key's PEM", _with_header({"alg": "HS256"}, sign=_hs256_pem)),
    ("EdDSA said, HS256 done", _with_header({}, sign=_hs256)),
    ("another algorithm's name", _with_header({"alg": "ES256"})),
    ("another key", _with_header({}, sign=_OTHER_KEY.sign)),
    ("another key that the header brings", _with_header({"jwk": _OTHER_JWK}, sign=_OTHER_KEY.sign)),
    ("a key's address in the header", _with_header({"jku": "https://evil.example/keys"}, sign=_OTHER_KEY.sign)),
    ("a certificate in the header", _with_header({"x5c": ["AAAA"]})),
    ("another kid", _with_header({"kid": "../../dev/null"})),
    ("no kid", _with_header({"kid": None})),
    ("another typ", _with_header({"typ": "JWT"})),
    ("no typ", _with_header({"typ": None})),
    ("a critical extension", _with_header({"crit": ["b64"], "b64": False})),
    ("an unknown member", _with_header({"note": "x"})),
    ("a signature cut short", lambda t: json.dumps({**t, "signature": t["signature"][:-2]})),
    ("no signature", lambda t: json.dumps({**t, "signature": ""})),
    ("a payload cut short", lambda t: json.dumps({**t, "payload": t["payload"][:-4]})),
    ("no payload", lambda t: json.dumps({**t, "payload": ""})),
    ("padding", lambda t: json.dumps({**t, "signature": t["signature"] + "=="})),
    ("a second spelling", lambda t: json.dumps({**t, "signature": t["signature"][:-1] + _twin(t["signature"][-1])})),
    ("unprotected members", lambda t: json.dumps({**t, "header": {"alg": "none"}})),
    ("several signatures", lambda t: json.dumps({"payload": t["payload"], "signatures": [t]})),
    ("two protected headers", lambda t: json.dumps(t)[:-1] + ', "protected": "e30"}'),
    ("an array", lambda t: json.dumps([t])),
    ("compact, cut off", lambda t: f"{t['protected']}.{t['payload']}."),
    ("compact, five parts", lambda t: f"{t['protected']}.{t['payload']}.{t['signature']}.a.b"),
    ("half a file", lambda t: json.dumps(t)[: len(json.dumps(t)) // 2]),
    ("an empty file", lambda _: ""),
    ("no JSON", lambda _: "I agree"),
    ("a huge file", lambda t: json.dumps(t) + " " * jws.MAX_SIZE),
    ("deep nesting", lambda _: "{" + '"a":[' * 50_000),
]  # fmt: skip


def _twin(last: str) -> str:
    """A base64url character with the same leading bits: it decodes to the same bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(last) ^ 1]


@pytest.mark.parametrize(("attack", "forge"), FORGERIES, ids=[row[0] for row in FORGERIES])
def test_a_forged_receipt_is_refused(receipt: str, attack: str, forge: Forge) -> None:
    forged = forge(json.loads(receipt))
    with pytest.raises(NotAuthentic):
        verify_receipt(PUBLIC, forged)


def test_the_compact_form_verifies_too(receipt: str) -> None:
    token = json.loads(receipt)
    assert verify_receipt(PUBLIC, f"{token['protected']}.{token['payload']}.{token['signature']}")


def _resigned(receipt: str, change: Callable[[dict[str, Any]], object]) -> str:
    """As only the holder of the key could: what then still is refused hangs on the chain alone."""
    payload = json.loads(_raw(json.loads(receipt)["payload"]))
    change(payload)
    return jws.sign(SEED, payload, TYP)


BROKEN: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("an event taken out of the ledger", lambda p: p["ledger"].pop(1)),
    ("two events exchanged", lambda p: p["ledger"].insert(0, p["ledger"].pop(1))),
    ("an event twice", lambda p: p["ledger"].insert(1, p["ledger"][1])),
    ("a refusal turned into a yes", lambda p: p["ledger"][3].update(status="given")),
    ("an event that the ledger does not hold", lambda p: p["events"].append(p["events"][-1])),
    ("the withdrawal left out", lambda p: p["events"].pop()),
    ("a refusal shown as a yes", lambda p: p["events"][3].update(event_state="dpv:ConsentGiven")),
    ("no ledger", lambda p: p.update(ledger=[])),
    ("another profile", lambda p: p.update({"dct:conformsTo": []})),
]


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_receipt_whose_events_do_not_agree_is_refused(
    receipt: str, name: str, change: Callable[[dict[str, Any]], object]
) -> None:
    assert verify_receipt(PUBLIC, _resigned(receipt, lambda _: None))
    with pytest.raises(NotAuthentic):
        verify_receipt(PUBLIC, _resigned(receipt, change))


def test_a_receipt_of_somebody_who_was_never_asked_is_none(world: World) -> None:
    world.say()
    with pytest.raises(NotAllowed), world.actions.transaction() as tx:
        signed_receipt(tx, BEN, SEED, random=bytes(16))


def test_a_public_key_survives_its_file() -> None:
    assert jws.from_pem(jws.public_pem(PUBLIC)) == PUBLIC
    for bad in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(NotAuthentic):
            jws.from_pem(bad)
