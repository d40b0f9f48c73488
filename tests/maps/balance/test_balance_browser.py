"""A shift leader has more equal grids proposed, looks at them, and makes a draft, as people do it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe


@pytest.mark.thorough
def test_grids_are_proposed_seen_and_made_a_draft(new_page: NewPage) -> None:
    page = new_page(signed_in_as="shift", width=1440)
    page.goto("/grids/sets")
    page.click("a[href='/grids/balance']")
    assert axe(page) == []
    page.select_option("[name=scope]", label="季翔社区 · 社区网格 (7)")
    page.click("#asking button.main")
    expect(page.locator("[data-drawn]")).to_be_visible(timeout=120_000)
    page.click("[data-hand='0']")
    expect(page.locator("[data-row='0']")).to_have_class("line shown")
    page.check("[data-layer=before]")
    page.uncheck("[data-layer=hands]")
    assert axe(page) == []
    page.click("a[href$='/pack']")
    expect(page.locator(".balance-maps img")).to_have_count(2)
    assert axe(page) == []
    page.go_back()
    page.click("#deciding button.main")
    expect(page.locator("#checking button")).to_be_visible()
    page.click("#checking button")
    expect(page.locator(".page-head .chip")).to_have_text("已检查")
    expect(page.locator("#facts a[href^='/grids/balance/']")).to_be_visible()
