"""A shift leader brings in a file of borders, as people do it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe
from tests.grids import boundary_fixtures as files


@pytest.mark.thorough
def test_a_gap_is_found_seen_mended_and_drafted(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(signed_in_as="shift", width=1400)
    page.goto("/grids/imports")
    page.set_input_files("[name=file]", files.gap_3_m(tmp_path))
    page.click("#send button")
    expect(page.locator("#verdict")).to_be_visible(timeout=30_000)
    expect(page.locator(".chip", has_text="E11")).to_be_visible()
    page.click("[data-fault='0']")
    expect(page.locator("[data-row='0']")).to_have_class("shown")
    assert axe(page) == []
    page.click("#answers button[name=mend]")
    expect(page.locator(".import-mended")).to_be_visible(timeout=30_000)
    page.check("[name=accept_changes]")
    page.click("form[action$='/draft'] button")
    expect(page.locator("a[href^='/grids/sets/']")).to_be_visible()
    assert axe(page) == []


@pytest.mark.thorough
def test_a_drawing_is_refused_in_one_sentence(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(signed_in_as="shift", width=390)
    page.goto("/grids/imports")
    page.set_input_files("[name=file]", files.dwg(tmp_path))
    page.click("#send button")
    expect(page.locator("#found")).to_contain_text("DWG", timeout=30_000)
    assert axe(page) == []
