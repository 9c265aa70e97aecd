"""Sessions on the running assistant: cookies, tokens of apps, customers of a host site, and what opens none."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from discreet.assistant import Assistant
from tests.conftest import named_mail_server, prepared_state, project_with, running_assistant

pytestmark = pytest.mark.servers

ISSUER, PUBLIC = "https://www.example.com", "https://chat.example.com"
KEY = ed25519.Ed25519PrivateKey.generate()
CHANNEL = {
    "public_url": PUBLIC,
    "host_sites": [ISSUER],
    "sign_in": {"issuer": ISSUER, "audience": "chat", "algorithm": "EdDSA", "keys": "keys.json"},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant of a host site, reached over https by a proxy."""
    project = project_with(tmp_path_factory.mktemp("site"), {"discreet.rasa.web.WebChannel": CHANNEL})
    listed = jwt.algorithms.OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    (project / "keys.json").write_text(json.dumps({"keys": [{**listed, "kid": "1"}]}))
    with running_assistant(project=project, state=named_mail_server(prepared_state())) as assistant:
        yield assistant


class Client:
    """One browser or app."""

    def __init__(self, assistant: Assistant) -> None:
        self._host = assistant.address.removeprefix("http://")
        self.headers: dict[str, str] = {"Content-Type": "application/json"}
        self.set_cookie = ""

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request(method, path, json.dumps(body or {}), {**self.headers, **headers})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        self.set_cookie = response.headers.get("Set-Cookie", "")
        if self.set_cookie:
            self.headers["Cookie"] = self.set_cookie.partition(";")[0]
        return response.status, json.loads(content) if content else None

    def say(self, text: str, **headers: str) -> tuple[int, Any]:
        return self.call("POST", "/chat/messages", {"id": secrets.token_hex(10), "text": text}, **headers)

    def history(self) -> tuple[int, list[str]]:
        status, content = self.call("GET", "/chat/history")
        return status, [message["text"] for message in content.get("messages", []) if message["from"] == "you"]


def token(customer: str, **claims: Any) -> str:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": "chat", "sub": customer, "jti": secrets.token_hex(8), "iat": now, "nbf": now}
    return jwt.encode({**made, "exp": now + 60, **claims}, KEY, "EdDSA", {"kid": "1"})


def test_a_browsers_cookie_over_http_is_for_this_machine(assistant: Assistant) -> None:
    browser = Client(assistant)
    assert browser.call("POST", "/chat/session")[0] == 201
    assert browser.set_cookie.startswith("discreet_session=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/chat"} <= set(browser.set_cookie.split("; "))
    opened = browser.set_cookie
    assert browser.call("POST", "/chat/session")[0] == 200
    assert browser.set_cookie == opened  # the same for a day more


def test_over_https_no_neighbour_can_set_the_cookie(site: Assistant) -> None:
    browser = Client(site)
    assert browser.call("POST", "/chat/session", Host="chat.example.com", Origin=PUBLIC)[0] == 201
    assert browser.set_cookie.startswith("__Host-discreet_session=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} <= set(browser.set_cookie.split("; "))
    assert "Domain" not in browser.set_cookie
    assert browser.say("hello")[0] == 200
    value = browser.headers["Cookie"].partition("=")[2]
    browser.headers["Cookie"] = f"discreet_session={value}"
    assert browser.say("hello")[0] == 401


def test_a_session_cannot_be_given_to_somebody(assistant: Assistant) -> None:
    victim = Client(assistant)
    victim.headers["Cookie"] = f"discreet_session={'A' * 43}"
    assert victim.call("POST", "/chat/session")[0] == 201
    assert "A" * 43 not in victim.set_cookie


def test_an_app_has_a_token_and_no_cookie(assistant: Assistant) -> None:
    app = Client(assistant)
    status, content = app.call("POST", "/chat/session", {"token": True})
    assert (status, app.set_cookie) == (201, "")
    app.headers["Authorization"] = f"Bearer {content['token']}"
    assert app.call("POST", "/chat/session", {"token": True}) == (200, {"protocol": 1})
    assert app.say("hello")[0] == 200
    assert app.history() == (200, ["hello"])
    other = Client(assistant)
    other.call("POST", "/chat/session")
    other.say("hi there")
    other.headers["Authorization"] = app.headers["Authorization"]
    assert other.history() == (200, ["hello"])
    assert app.call("DELETE", "/chat/session")[0] == 204
    app.headers.pop("Cookie", None)
    assert app.say("hello")[0] == 401


@pytest.mark.parametrize("wish", [{"token": "yes"}, {"sign_in": 7}, {"sign_in": ["a"]}])
def test_a_wish_that_is_none_is_refused(assistant: Assistant, wish: dict[str, Any]) -> None:
    assert Client(assistant).call("POST", "/chat/session", wish)[0] == 400


def test_a_customer_goes_on_with_the_conversation_on_another_device(site: Assistant) -> None:
    customer = secrets.token_hex(4)
    laptop, phone, stranger = Client(site), Client(site), Client(site)
    assert laptop.call("POST", "/chat/session", {"sign_in": token(customer)})[0] == 201
    laptop.say("hello from the laptop")
    phone.call("POST", "/chat/session", {"sign_in": token(customer)})
    assert phone.history() == (200, ["hello from the laptop"])
    stranger.call("POST", "/chat/session", {"sign_in": token(customer + "x")})
    assert stranger.history() == (200, [])
    phone.call("DELETE", "/chat/session")
    assert laptop.history()[0] == 200


def test_signing_in_ends_what_was_there_before(site: Assistant) -> None:
    browser = Client(site)
    browser.call("POST", "/chat/session")
    browser.say("hello")
    before = Client(site)
    before.headers["Cookie"] = browser.headers["Cookie"]
    assert browser.call("POST", "/chat/session", {"sign_in": token(secrets.token_hex(4))})[0] == 201
    assert browser.history() == (200, [])
    assert before.history()[0] == 401


def test_a_token_signs_in_once(site: Assistant) -> None:
    once = token(secrets.token_hex(4))
    assert Client(site).call("POST", "/chat/session", {"sign_in": once})[0] == 201
    status, content = Client(site).call("POST", "/chat/session", {"sign_in": once})
    assert (status, content["error"]["code"]) == (401, "sign_in_failed")


@pytest.mark.parametrize(
    "wrong",
    [lambda: "nonsense", lambda: token("anna", aud="shop"), lambda: token("anna", exp=int(time.time()) - 90)],
    ids=["nonsense", "for another audience", "expired"],
)
def test_a_wrong_token_opens_nothing(site: Assistant, wrong: Callable[[], str]) -> None:
    browser = Client(site)
    status, content = browser.call("POST", "/chat/session", {"sign_in": wrong()})
    assert (status, content["error"]["code"], browser.set_cookie) == (401, "sign_in_failed", "")


def test_where_it_is_not_switched_on_nobody_signs_in(assistant: Assistant) -> None:
    assert Client(assistant).call("POST", "/chat/session", {"sign_in": token("anna")})[0] == 401
