"""Forged tokens of the host site (RFC 8725, CWE-347, CWE-345): nobody becomes a customer by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.attacks.attack import Attack
from tests.attacks.hooks import confused, part, unsigned
from tests.attacks.site import AUDIENCE, ISSUER, Site

_OTHER = ed25519.Ed25519PrivateKey.generate()
_RSA = rsa.generate_private_key(65537, 2048)


def _claims(site: Site) -> dict[str, Any]:
    now = site.now()
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "anna",
        "jti": "12345678",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
    }


def _shown(token: Callable[[Site], Any]) -> Callable[[Site], bytes]:
    return lambda site: site.web({"sign_in": token(site)}, path="/chat/session")


def _token(key: Any = None, algorithm: str = "EdDSA", header: dict[str, Any] | None = None, **claims: Any) -> Any:
    return _shown(lambda site: site.sign_in_token(key, algorithm, header, **claims))


def _moved(**claims: int | None) -> Callable[[Site], bytes]:
    """Times by seconds from now; None leaves one out."""
    return _shown(
        lambda site: site.sign_in_token(**{n: None if v is None else site.now() + v for n, v in claims.items()})
    )


def _public(site: Site, form: str) -> bytes:
    public = site.signer.public_key()
    if form == "raw":
        return public.public_bytes_raw()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _tampered(site: Site) -> str:
    """Somebody else's name in a genuine token."""
    header, _, signature = site.sign_in_token().split(".")
    return f"{header}.{part({**_claims(site), 'sub': 'ben'})}.{signature}"


def _used(site: Site) -> str:
    token = site.sign_in_token()
    assert site.exchange(site.web({"sign_in": token}, path="/chat/session")).status == 201
    return token


def _two_payloads(site: Site) -> str:
    header, payload, signature = site.sign_in_token().split(".")
    return f"{header}.{payload}.{payload}.{signature}"


def _as_json(site: Site) -> str:
    header, payload, signature = site.sign_in_token().split(".")
    return json.dumps({"protected": header, "payload": payload, "signature": signature})


_JWK = jwt.algorithms.OKPAlgorithm.to_jwk(_OTHER.public_key(), as_dict=True)
_FORGED: dict[str, Callable[[Site], bytes]] = {
    "the algorithm none": _shown(lambda s: unsigned({"kid": "1"}, _claims(s))),
    "the algorithm NoNe": _shown(lambda s: unsigned({"kid": "1"}, _claims(s), "NoNe")),
    "EdDSA without a signature": _shown(lambda s: unsigned({"kid": "1"}, _claims(s), "EdDSA")),
    "EdDSA with a signature of zeros (CVE-2022-21449)": _shown(
        lambda s: unsigned({"kid": "1"}, _claims(s), "EdDSA", bytes(64))
    ),
    "HS256 by the public key in PEM": _shown(lambda s: confused({"kid": "1"}, _claims(s), _public(s, "pem"))),
    "HS256 by the public key's bytes": _shown(lambda s: confused({"kid": "1"}, _claims(s), _public(s, "raw"))),
    "HS256 by nothing": _shown(lambda s: confused({"kid": "1"}, _claims(s), b"")),
    "RS256, chosen by the caller": _token(_RSA, "RS256"),
    "somebody else's key": _token(_OTHER),
    "an unknown kid": _token(header={"kid": "2"}),
    "no kid": _token(header={"kid": None}),
    "a kid that is a path (CWE-22)": _token(_OTHER, header={"kid": "../../keys/model.json"}),
    "a kid with SQL (CWE-89)": _token(_OTHER, header={"kid": "x' UNION SELECT 'key' --"}),
    "a kid that is a number": _shown(lambda s: unsigned({"kid": 1}, _claims(s), "EdDSA", bytes(64))),
    "a kid that is a list": _shown(lambda s: unsigned({"kid": ["1"]}, _claims(s), "EdDSA", bytes(64))),
    "a key of the attacker's by jwk": _token(_OTHER, header={"jwk": _JWK}),
    "a key of the attacker's by jku (CWE-918)": _token(_OTHER, header={"kid": "9", "jku": "http://127.0.0.1:1/keys"}),
    "a key of the attacker's by x5u (CWE-918)": _token(_OTHER, header={"kid": "9", "x5u": "http://127.0.0.1:1/chain"}),
    "a critical extension": _token(header={"crit": ["b64"], "b64": False}),
    "another issuer": _token(iss="https://evil.example"),
    "the issuer with a slash": _token(iss=f"{ISSUER}/"),
    "no issuer": _token(iss=None),
    "another audience": _token(aud="shop"),
    "no audience": _token(aud=None),
    "an audience of a longer name": _token(aud="chat.evil"),
    "expired": _moved(iat=-400, nbf=-400, exp=-120),
    "without an end": _token(exp=None),
    "an end that never comes": _token(exp=2**53),
    "an end that is infinite": _shown(
        lambda s: unsigned({"kid": "1"}, {**_claims(s), "exp": float("inf")}, "EdDSA", bytes(64))
    ),
    "not valid yet": _moved(nbf=120),
    "issued in the future": _moved(iat=120, exp=180),
    "without a beginning": _token(nbf=None),
    "for a whole day": _moved(exp=86400),
    "no subject": _token(sub=None),
    "an empty subject": _token(sub=""),
    "a huge subject": _token(sub="x" * 4000),
    "a subject that is half a character": _token(sub="\ud800"),
    "an id that is half a character": _token(jti="\ud800" * 8),
    "no id": _token(jti=None),
    "a short id": _token(jti="1"),
    "a genuine token that was used before (CWE-294)": _shown(_used),
    "another name in a genuine token": _shown(_tampered),
    "two payloads": _shown(_two_payloads),
    "a token in JSON's form": _shown(_as_json),
    "five parts, as if encrypted": _shown(lambda s: f"{part({'alg': 'dir', 'enc': 'A256GCM', 'zip': 'DEF'})}....."),
    "a token larger than 8 KiB": _shown(lambda s: s.sign_in_token(more="x" * 8000)),
}
_CHANGES = {"a genuine token that was used before (CWE-294)": {}}
ATTACKS = [
    *(
        Attack(name, made, 401, "sign_in_failed", ("web", "sign_in_failed"), _CHANGES.get(name, {}))
        for name, made in _FORGED.items()
    ),
    *(
        Attack(f"{what} in place of a token", _shown(lambda s, v=value: v), 400, "bad_request", ("web", "bad_request"))
        for what, value in (
            ("a number", 7),
            ("a list", ["a"]),
            ("an object", {"sub": "anna"}),
            ("true", True),
            ("half a character", "\ud800"),
            ("a token in other characters", "é.é.é"),
        )
    ),
]
