"""The page as people use it: by keyboard, on a phone, with a bad connection, in two tabs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from discreet.assistant import Assistant
from tests.page.conftest import opened

pytestmark = [pytest.mark.browser, pytest.mark.servers]

CARD = "4000 0566 5566 5556"


def say(page: Page, text: str) -> None:
    before = page.locator(".bubble.bot").count()
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")
    expect(page.locator(".bubble.bot").nth(before)).to_be_visible()
    expect(page.locator(".typing")).to_be_hidden()


def last(page: Page) -> str:
    return page.locator(".bubble.bot p").last.inner_text()


def test_a_return_with_consent_a_card_and_no_mouse(page: Page) -> None:
    say(page, "I want to return the water bottle from DS-10601")
    expect(page.locator(".choices button")).to_have_count(3)
    page.get_by_role("button", name="It does not fit").focus()
    page.keyboard.press("Enter")
    yes = page.get_by_role("button", name="Yes, you may")
    expect(yes).to_be_visible()
    assert "May I use your card number" in last(page)
    yes.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Which card should the refund go to")).to_be_visible()
    say(page, f"it is {CARD}")
    expect(page.locator(".bubble.you p").last).to_have_text("it is [card •••• 5556]")
    assert CARD not in page.content()
    assert page.problems == []  # type: ignore[attr-defined]


def _hidden_below(page: Page) -> float:
    """Pixels of the conversation below what is in sight."""
    log = page.get_by_role("log")
    return float(log.evaluate("log => log.scrollHeight - log.clientHeight - log.scrollTop"))


def test_what_was_said_last_is_in_sight(page: Page) -> None:
    for text in ("who can read this", "what are my rights", "how does consent work", "what can you do"):
        say(page, text)
    assert _hidden_below(page) < 2
    page.set_viewport_size({"width": 375, "height": 380})
    page.wait_for_timeout(100)
    assert _hidden_below(page) < 2


def test_yes_and_no_weigh_the_same(page: Page) -> None:
    say(page, "I want to give feedback")
    boxes = [page.get_by_role("button", name=name).bounding_box() for name in ("Yes, you may", "No, thank you")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["height"] == boxes[1]["height"]
    styles = [
        page.get_by_role("button", name=name).evaluate(
            "e => getComputedStyle(e).backgroundColor + getComputedStyle(e).font"
        )
        for name in ("Yes, you may", "No, thank you")
    ]
    assert styles[0] == styles[1]


def test_buttons_go_once_something_else_was_said(page: Page) -> None:
    say(page, "hello")
    expect(page.locator(".choices button").first).to_be_visible()
    say(page, "tell me a joke")
    expect(page.get_by_role("button", name="Return something")).to_have_count(0)


def test_a_reply_that_was_lost_comes_once(page: Page) -> None:
    lost = []

    def lose(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
            return
        lost.append(route.fetch().text())  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/chat/messages", lose)
    say(page, "where is my order DS-10601")
    expect(page.locator(".bubble.you")).to_have_count(1)
    # The greeting, what the order number is used for, and the answer.
    expect(page.locator(".bubble.bot")).to_have_count(3)
    assert "delivered" in last(page)


def test_what_could_not_be_kept_can_be_sent_again(page: Page) -> None:
    answer = {"error": {"code": "try_again", "message": "I could not keep that safely, please send it again."}}
    page.route("**/chat/messages", lambda route: route.fulfill(status=503, headers={"Retry-After": "0"}, json=answer))
    page.get_by_label("Your message").fill("where is my order DS-10601")
    page.get_by_label("Your message").press("Enter")
    again = page.get_by_role("button", name="Send again")
    expect(again).to_be_visible(timeout=15000)  # said already while the page tries by itself
    expect(page.get_by_text("I could not keep that safely")).to_be_visible()
    page.unroute("**/chat/messages")
    again.click()
    expect(page.get_by_text("is delivered")).to_be_visible()
    expect(page.locator(".bubble.you")).to_have_count(1)
    expect(page.get_by_text("I could not keep that safely")).to_have_count(0)


def test_a_reload_shows_the_conversation_masked(page: Page) -> None:
    say(page, "my mail is grace@post.example")
    page.reload()
    expect(page.locator(".bubble.you p")).to_have_text("my mail is [e-mail address]")
    assert "grace@post.example" not in page.content()


def test_two_tabs_are_one_conversation(context: BrowserContext, assistant: Assistant, page: Page) -> None:
    say(page, "hello")
    other = opened(context, assistant)
    expect(other.locator(".bubble.you p")).to_have_text("hello")
    say(other, "tell me a joke")
    page.reload()
    expect(page.locator(".bubble.you")).to_have_count(2)


def test_ending_needs_a_second_word_and_forgets(page: Page) -> None:
    say(page, "hello")
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="Go on talking").click()
    expect(page.locator(".bubble.you")).to_have_count(1)
    page.get_by_role("button", name="End conversation").click()
    page.get_by_role("button", name="End it").click()
    expect(page.locator(".bubble.you")).to_have_count(0)


def test_markup_is_text(page: Page) -> None:
    say(page, "<img src=x onerror=document.title='owned'> <b>bold</b>")
    assert page.title() != "owned"
    assert page.locator(".bubble b, .bubble img").count() == 0
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_down_only(browser: Browser, assistant: Assistant, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640}, has_touch=True)
    page = opened(context, assistant)
    say(page, "x" * 400)
    say(page, "שלום, איפה ההזמנה שלי")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_problem_is_found(browser: Browser, assistant: Assistant, project: Path, scheme: str) -> None:
    axe = (project / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
    context = browser.new_context(bypass_csp=True, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = opened(context, assistant)
    say(page, "I want to give feedback")
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    assert [(item["id"], item["nodes"][0]["html"]) for item in found["violations"]] == []
    context.close()


def test_the_policy_forbids_what_the_page_does_not_need(page: Page, assistant: Assistant) -> None:
    response = page.request.get(assistant.address)
    policy = response.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for"):
        assert rule in policy
    assert "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    page.evaluate(
        "() => document.head.append(Object.assign(document.createElement('style'), {textContent: RED}))".replace(
            "RED", "'body{color:red}'"
        )
    )
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"


def test_the_cookie_is_out_of_reach_of_scripts(page: Page, context: BrowserContext) -> None:
    (cookie,) = context.cookies()
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


def test_a_host_sites_token_does_not_stay_in_the_address(context: BrowserContext, assistant: Assistant) -> None:
    page = context.new_page()
    page.goto(f"{assistant.address}/#sign_in=not-a-token")
    page.get_by_text("Signing in is not switched on here.").wait_for()
    assert "sign_in" not in page.evaluate("location.href")
    page.get_by_text("Hello, I am Discreet").wait_for()
    say(page, "hello")


def test_a_limit_is_said_while_it_is_waited_for(page: Page) -> None:
    sentence = "That is more than I can take at once."
    answer = {"error": {"code": "try_again", "message": sentence}}
    refused = iter([True])
    page.route(
        "**/chat/messages",
        lambda route: (
            route.fulfill(status=429, json=answer, headers={"Retry-After": "3"})
            if next(refused, False)
            else route.continue_()
        ),
    )
    page.get_by_label("Your message").fill("hello")
    page.get_by_label("Your message").press("Enter")
    page.get_by_text(sentence).wait_for()
    expect(page.locator(".bubble.you.pending")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text(sentence)).to_be_hidden()
