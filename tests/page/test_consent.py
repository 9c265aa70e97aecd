"""The page's own way to take consent back and to keep a receipt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from discreet.assistant import Assistant
from discreet.crypto import keyring
from discreet.records.consent.receipt import verify_receipt
from tests.page.test_page import last, say

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_consent_is_answered_kept_and_taken_back(page: Page, assistant: Assistant, tmp_path: Path) -> None:
    page.get_by_role("button", name="Your consent").click()
    page.get_by_role("button", name="Receipt").click()
    expect(page.get_by_text("I have not asked you for any consent yet")).to_be_visible()
    page.get_by_role("button", name="Close").click()

    say(page, "I want to give feedback")
    buttons = page.locator(".choices button")
    expect(buttons).to_have_text(["Yes, you may", "No, thank you", "Tell me more"])
    looks = [button.evaluate("b => { const s = getComputedStyle(b); return [s.color, s.backgroundColor, s.font] }")
             for button in buttons.all()[:2]]  # fmt: skip
    assert looks[0] == looks[1], "yes and no weigh the same"
    assert page.evaluate("document.activeElement.textContent") not in ("Yes, you may", "No, thank you")
    page.get_by_role("button", name="Yes, you may").click()
    expect(page.get_by_text("I am listening")).to_be_visible()

    page.get_by_role("button", name="Your consent").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Receipt").click()
    file = tmp_path / "receipt.json"
    download.value.save_as(file)
    public = keyring.key(keyring.keys_for("officer", assistant.keys), "receipt_public")
    assert verify_receipt(public, file.read_text())["events"][-1]["event_state"] == "dpv:ConsentGiven"
    assert json.loads(file.read_text()).keys() == {"protected", "payload", "signature"}

    page.get_by_role("button", name="Withdraw everything").click()
    expect(page.get_by_text("You have withdrawn your consent to: keep your feedback")).to_be_visible()
    say(page, "the boxes are too big")
    assert "May I use your feedback" in last(page), "the form asks again before it keeps anything"
    assert [p for p in page.problems if "404" not in p] == []  # type: ignore[attr-defined]
