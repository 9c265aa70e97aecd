"""Rights on the page: a copy by its button, a certificate by its link, and deleting ends the conversation."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.test_page import last, say

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_a_copy_is_downloaded_once(page: Page, tmp_path: Path) -> None:
    say(page, "my card is 4000 0566 5566 5556")
    say(page, "what do you know about me?")
    page.get_by_role("button", name="Get a full copy").click()
    button = page.get_by_role("button", name="Download my copy")
    with page.expect_download() as waiting:
        button.click()
    file = tmp_path / "copy.zip"
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename == "discreet-copy.zip"
    with zipfile.ZipFile(file) as archive:
        data = json.loads(archive.read("data.json"))
    assert [one["value"] for one in data["values"]] == ["4000 0566 5566 5556"]
    expect(page.get_by_text("keep it where only you can read it")).to_be_visible()
    expect(button).to_be_disabled()
    page.reload()
    page.get_by_role("button", name="Download my copy").click()
    expect(page.get_by_text("There is no copy to fetch any more")).to_be_visible()
    assert not any("4000" in bubble for bubble in page.locator(".bubble").all_inner_texts())


def test_deleting_gives_a_certificate_and_a_fresh_page(page: Page) -> None:
    say(page, "delete my data")
    page.get_by_role("button", name="Yes, delete everything").click()
    link = page.get_by_role("link", name="Certificate")
    address = link.get_attribute("href") or ""
    assert address.startswith("/chat/certificate/rq_")
    expect(page.get_by_text("It will be gone in a few seconds")).to_be_visible()
    deadline = 60
    while page.request.get(page.url.rstrip("/") + address).status != 200:
        deadline -= 1
        assert deadline, "no certificate came"
        page.wait_for_timeout(500)
    page.get_by_label("Your message").fill("hello")
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_text("It will be gone in a few seconds")).to_have_count(0)
    expect(page.get_by_text("Hello, I am Discreet")).to_be_visible()
    say(page, "tell me a joke")
    assert "parcel" in last(page)
