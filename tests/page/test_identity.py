"""Authenticators on the page: a passkey in Chromium's virtual authenticator, an authenticator app, recovery codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from discreet.assistant import Assistant
from tests.assistant.inbox import forget_attempts, letters, newest_code
from tests.conftest import running_assistant
from tests.page.test_page import last, say
from tests.records.identity.codes_of import totp_at

pytestmark = [pytest.mark.browser, pytest.mark.servers]


@pytest.fixture(scope="module")
def own() -> Iterator[Assistant]:
    with running_assistant() as started:
        yield started


def opened_at(context: BrowserContext, assistant: Assistant, host: str) -> Page:
    page = context.new_page()
    page.goto(assistant.address.replace("127.0.0.1", host))
    page.locator(".bubble").first.wait_for()
    return page


def virtual(page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verified, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made: dict[str, Any] = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def sign_in(page: Page, assistant: Assistant, email: str) -> None:
    forget_attempts(assistant)
    before = len(letters(assistant))
    say(page, "sign me in")
    if "e-mail address of your account" in last(page):
        say(page, email)
    say(page, newest_code(assistant, before + 1))
    assert "belongs to your account" in last(page)


def add(page: Page, assistant: Assistant, what: str) -> None:
    before = len(letters(assistant))
    say(page, f"set up {what}")
    assert "code of 8 digits" in last(page)
    say(page, newest_code(assistant, before + 1))


def test_a_passkey_is_made_and_used_and_needs_its_person(context: BrowserContext, own: Assistant) -> None:
    page = opened_at(context, own, "localhost")
    session, authenticator = virtual(page)
    sign_in(page, own, "casimir.oyelaran@post.example")
    add(page, own, "a passkey")
    expect(page.get_by_text("Your passkey is set up.")).to_be_visible()
    stored: dict[str, Any] = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert [one["rpId"] for one in stored["credentials"]] == ["localhost"]

    say(page, "sign me in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This conversation now belongs to your account.").nth(1)).to_be_visible()
    expect(page.locator(".bubble.you p").last).to_have_text("[passkey]")

    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    say(page, "sign me in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".banner")).to_contain_text("No passkey was used")
    assert page.get_by_text("This conversation now belongs to your account.").count() == 2
    assert any(letter["subject"].startswith("A new passkey") for letter in letters(own))


def test_a_passkey_elsewhere_is_said_and_a_code_helps(context: BrowserContext, own: Assistant) -> None:
    page = opened_at(context, own, "127.0.0.1")
    virtual(page)
    forget_attempts(own)
    before = len(letters(own))
    say(page, "sign me in")
    say(page, "ottilie.brandvold@post.example")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".banner")).to_contain_text("code instead")
    say(page, newest_code(own, before + 1))
    assert "belongs to your account" in last(page)


def test_an_app_and_recovery_codes_are_shown_once(context: BrowserContext, own: Assistant) -> None:
    import time

    page = opened_at(context, own, "localhost")
    sign_in(page, own, "imke.sandoval@post.example")
    add(page, own, "an authenticator app")
    picture = page.locator(".secret svg.qr")
    expect(picture).to_be_visible()
    secret = page.locator(".secret code").inner_text().replace(" ", "")
    assert re.fullmatch(r"[A-Z2-7]{32}", secret)
    say(page, totp_at(secret, time.time() - 30))
    assert "authenticator app is set up" in last(page)

    forget_attempts(own)
    before = len(letters(own))
    say(page, "give me recovery codes")
    say(page, newest_code(own, before + 1))
    assert "second proof" in last(page)
    say(page, totp_at(secret, time.time()))
    codes = page.locator(".secret li code")
    expect(codes).to_have_count(10)
    shown = codes.all_inner_texts()

    say(page, "sign me in")
    say(page, shown[0])
    assert "belongs to your account" in last(page)

    page.reload()
    page.locator(".bubble").first.wait_for()
    expect(page.locator(".secret")).to_have_count(0)
    for value in (secret, shown[0], shown[5]):
        assert value not in page.content()
    assert page.evaluate("fetch('/chat/shown', {method: 'POST'}).then((answer) => answer.json())") == {}
    logs = b"".join(file.read_bytes() for file in own.logs.glob("*.log"))
    assert all(value.encode() not in logs for value in (secret, *shown))

    forget_attempts(own)
    before = len(letters(own))
    say(page, "I lost my phone, remove the authenticator app")
    say(page, newest_code(own, before + 1))
    assert "second proof" in last(page)
    say(page, shown[1])
    assert "Done" in last(page)
    assert letters(own, before + 2)[-1]["subject"].startswith("Something was removed")
    say(page, "sign me in")
    say(page, totp_at(secret, time.time() + 30))
    assert "not right" in last(page)
