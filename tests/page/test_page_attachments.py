"""A photo from the page: a button where files are taken, and none where they are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.assistant.attaching import Shop, shop_with_attachments
from tests.defence import files
from tests.page.conftest import opened

pytestmark = [pytest.mark.browser, pytest.mark.servers]
CLIP = "Attach a photo or document"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with shop_with_attachments() as started:
        yield started


def _attach(page: Page, name: str, kind: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=CLIP).click()
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})


def test_a_photo_is_sent_shown_as_kept_and_answered(context: BrowserContext, shop: Shop) -> None:
    page = opened(context, shop.assistant)
    _attach(page, "tent.jpg", "image/jpeg", files.with_metadata("JPEG"))
    expect(page.locator(".bubble.you p").last).to_have_text("[file]")
    expect(page.locator(".bubble.bot p").last).to_contain_text("30 days")
    _attach(page, "tent.png", "image/png", b"<html>")
    expect(page.get_by_text("I cannot take that kind of file")).to_be_visible()
    _attach(page, "tent.png", "image/png", bytes(5 * 1024 * 1024 + 1))
    expect(page.get_by_text("too large")).to_be_visible()
    page.reload()
    expect(page.locator(".bubble.you p")).to_have_count(1)


def test_without_a_scanner_there_is_no_button(page: Page) -> None:
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("button", name=CLIP)).to_be_hidden()
