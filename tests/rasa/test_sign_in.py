"""A host site's token counts only when every part of it is right; each wrong one is an attack with a name."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa

from discreet.errors import BadInput, SettingsError, StorageUnavailable
from discreet.rasa.front import SignIn
from discreet.rasa.key_sets import MAX_DOCUMENT
from discreet.rasa.sign_in import AGES, MAX_TOKEN, Customer, Verifier

NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://www.example.com", "chat"
ED, OTHER_ED = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
SMALL_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 (must be refused)


def published(key: Any, key_id: str, **more: Any) -> dict[str, Any]:
    """A public key as it stands in a key set."""
    algorithm = jwt.algorithms.OKPAlgorithm if not isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.RSAAlgorithm
    listed: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)
    return {**listed, "kid": key_id, **more}


SET = {
    "keys": [
        published(ED, "ed"),
        published(OTHER_ED, "for encryption", use="enc"),
        published(RSA, "rsa", alg="RS256", use="sig"),
        published(SMALL_RSA, "small"),
        published(ed448.Ed448PrivateKey.generate(), "448"),
        {"kty": "oct", "kid": "secret", "k": base64.urlsafe_b64encode(bytes(32)).decode()},
        "nonsense",
    ]
}
CLAIMS = {
    "iss": ISSUER, "aud": AUDIENCE, "sub": "customer 7", "jti": "12345678",
    "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 290,
}  # fmt: skip


def token(key: Any = ED, algorithm: str = "EdDSA", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token; a claim of None is left out."""
    kept = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    named = {name: value for name, value in {"kid": "ed", **(header or {})}.items() if value is not None}
    return jwt.encode(kept, key, algorithm, named)


def verifier(folder: Path, algorithm: Any = "EdDSA") -> Verifier:
    (folder / "keys.json").write_text(json.dumps(SET))
    return Verifier(SignIn(ISSUER, AUDIENCE, algorithm, "keys.json"), folder, clock=lambda: float(NOW))


def signed_in(by: Verifier, shown: str) -> Customer:
    return asyncio.run(by.customer(shown))


def unsigned(header: dict[str, Any]) -> str:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(CLAIMS)}."


def test_a_right_token_names_its_customer(tmp_path: Path) -> None:
    by = verifier(tmp_path)
    anna = signed_in(by, token())
    assert signed_in(by, token(aud=["shop", AUDIENCE])) == anna
    assert anna.name == f"{ISSUER}\0customer 7"
    assert anna.token == "12345678"
    assert anna.seconds > 290
    assert signed_in(by, token(sub="customer 8")).name != anna.name
    with_rsa = token(RSA, "RS256", {"kid": "rsa"})
    assert signed_in(verifier(tmp_path, "RS256"), with_rsa).name == anna.name


WRONG: dict[str, Callable[[], str]] = {
    "no token": lambda: "",
    "nonsense": lambda: "a.b.c",
    "huge": lambda: token(more="x" * MAX_TOKEN),
    "unsigned": lambda: unsigned({"alg": "none", "kid": "ed"}),
    "unsigned, said otherwise": lambda: unsigned({"alg": "EdDSA", "kid": "ed"}),
    "an algorithm of its own choice": lambda: token(RSA, "RS256", {"kid": "rsa"}),
    "the public key as a secret": lambda: token(b"x" * 32, "HS256"),
    "a shared secret of the set": lambda: token(bytes(32), "HS256", {"kid": "secret"}),
    "somebody else's key": lambda: token(OTHER_ED),
    "a key for encryption": lambda: token(OTHER_ED, header={"kid": "for encryption"}),
    "an unknown key": lambda: token(header={"kid": "unknown"}),
    "no key named": lambda: token(header={"kid": None}),
    "a key in its own header": lambda: token(OTHER_ED, header={"jwk": published(OTHER_ED, "ed")}),
    "a critical extension": lambda: token(header={"crit": ["b64"], "b64": True}),
    "changed": lambda: token()[:-4] + "AAAA",
    "another issuer": lambda: token(iss="https://www.example.com.evil.example"),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="shop"),
    "no audience": lambda: token(aud=None),
    "too late": lambda: token(iat=NOW - 400, nbf=NOW - 400, exp=NOW - 61),
    "no end": lambda: token(exp=None),
    "an end as a text": lambda: token(exp=str(NOW + 100)),
    "too early": lambda: token(nbf=NOW + 61),
    "no beginning": lambda: token(nbf=None),
    "made in the future": lambda: token(iat=NOW + 61, exp=NOW + 100),
    "not said when it was made": lambda: token(iat=None),
    "for a day": lambda: token(exp=NOW + 86400),
    "ends before it was made": lambda: token(iat=NOW, exp=NOW - 30),
    "nobody": lambda: token(sub=None),
    "an empty name": lambda: token(sub=""),
    "a long name": lambda: token(sub="x" * 256),
    "half a character": lambda: token(sub="\ud800"),
    "an id that is half a character": lambda: token(jti="\ud800" * 8),
    "no id": lambda: token(jti=None),
    "a short id": lambda: token(jti="1"),
}


@pytest.mark.parametrize("attack", WRONG)
def test_a_wrong_token_is_nobody(tmp_path: Path, attack: str) -> None:
    with pytest.raises(BadInput) as refused:
        signed_in(verifier(tmp_path), WRONG[attack]())
    assert refused.value.code == "sign_in_failed"


@pytest.mark.parametrize("key_id", ["small", "ed", "448"])
def test_a_key_that_is_too_weak_or_of_another_kind_is_none(tmp_path: Path, key_id: str) -> None:
    with pytest.raises(BadInput):
        signed_in(verifier(tmp_path, "RS256"), token(SMALL_RSA, "RS256", {"kid": key_id}))


def test_a_key_file_that_changes_is_read_again(tmp_path: Path) -> None:
    by = verifier(tmp_path)
    signed_in(by, token())
    (tmp_path / "new").write_text(json.dumps({"keys": [published(OTHER_ED, "ed")]}))
    (tmp_path / "new").replace(tmp_path / "keys.json")
    assert signed_in(by, token(OTHER_ED)).name
    with pytest.raises(BadInput):
        signed_in(by, token())
    (tmp_path / "keys.json").unlink()
    with pytest.raises(StorageUnavailable):
        signed_in(by, token(OTHER_ED))


class Site(ThreadingHTTPServer):
    """A host site that publishes its keys, or whatever ``answer`` says."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: tuple[int, bytes] = (200, json.dumps(SET).encode())
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked += 1
                status, body = site.answer
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        yield started
        started.shutdown()


def test_keys_are_fetched_kept_and_not_asked_for_at_every_guess(site: Site, tmp_path: Path) -> None:
    now = [float(NOW)]
    rules = SignIn(ISSUER, AUDIENCE, "EdDSA", f"http://127.0.0.1:{site.server_address[1]}/keys.json")
    by = Verifier(rules, tmp_path, clock=lambda: now[0])

    async def story() -> None:
        await by.customer(token())
        await by.customer(token())
        assert site.asked == 1
        for number in range(5):
            with pytest.raises(BadInput):
                await by.customer(token(header={"kid": f"guess {number}"}))
        assert site.asked == 1
        now[0] += AGES.again + 1
        with pytest.raises(BadInput):
            await by.customer(token(header={"kid": "guess"}))
        assert site.asked == 2
        site.answer = (200, json.dumps({"keys": [published(OTHER_ED, "new")]}).encode())
        now[0] += AGES.again + 1
        await by.customer(token(OTHER_ED, header={"kid": "new"}))
        for broken in ((302, b""), (200, b"{"), (200, json.dumps(SET).encode().ljust(MAX_DOCUMENT + 1)), (500, b"")):
            site.answer = broken
            now[0] += AGES.fresh + 1
            fresh = {"iat": now[0], "nbf": now[0], "exp": now[0] + 60}
            if now[0] - NOW < AGES.stale:
                await by.customer(token(OTHER_ED, header={"kid": "new"}, **fresh))
        now[0] += AGES.stale
        with pytest.raises(StorageUnavailable):
            await by.customer(token(OTHER_ED, header={"kid": "new"}))

    asyncio.run(story())


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "EdDSA"},
        {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "none", "keys": "keys.json"},
        {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "HS256", "keys": "keys.json"},
        {"issuer": "", "audience": AUDIENCE, "algorithm": "EdDSA", "keys": "keys.json"},
        {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "EdDSA", "keys": "http://www.example.com/keys"},
        {"issuer": ISSUER, "audience": AUDIENCE, "algorithm": "EdDSA", "keys": "keys.json", "leeway": 1},
    ],
)
def test_wrong_settings_are_named(entry: Any) -> None:
    with pytest.raises(SettingsError, match="sign_in"):
        SignIn.from_credentials(entry)
