"""Chromium for the page's tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from discreet.assistant import Assistant

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_ARGUMENTS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert chromium, "the browser tests need Chromium: install Debian's package `chromium`"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 900, "height": 760})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, assistant: Assistant) -> Page:
    """The page, open, with everything that goes wrong in it collected in ``page.problems``."""
    return opened(context, assistant)


def opened(context: BrowserContext, assistant: Assistant) -> Page:
    page = context.new_page()
    problems: list[str] = []
    page.problems = problems  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(assistant.address)
    page.get_by_text("Hello, I am Discreet").or_(page.locator(".bubble").first).first.wait_for()
    return page
