"""Dispatch in a real browser: candidates with their ways on the map, the set, and the rota."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, too_wide


def test_the_desk_reads_why_and_sends_the_first(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="dispatcher", width=1440)
    desk.goto("/desk")
    desk.get_by_role("link", name="待派遣").click()
    expect(desk.get_by_role("link", name="待派遣")).to_have_attribute("aria-current", "true")
    desk.locator("#queue [data-select]").first.click()
    first = desk.locator("#chosen .candidates[data-ways] > li").first
    expect(first).to_contain_text("理由：")
    expect(first).to_contain_text("沿道路")
    expect(first).to_contain_text("合计")
    expect(desk.locator("#chosen .candidates[data-ways] > li")).to_have_count(3)
    expect(desk.locator("#chosen .candidates[data-ways] > li").nth(1)).to_contain_text("未排首位：")
    # The minutes of each way stand on the map too.
    expect(desk.locator(".way-words")).to_have_count(3)
    assert axe(desk) == []
    first.get_by_role("button", name="派遣").click()
    expect(desk.locator("#chosen [aria-current=step]")).to_have_text("已派遣")
    expect(desk.locator(".way-words")).to_have_count(0)
    desk.get_by_text("为什么派他").click()
    expect(desk.locator("#chosen .why")).to_contain_text("已派")


@pytest.mark.thorough
def test_the_set_is_accepted_row_by_row(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/cases/proposal")
    rows = desk.locator("#proposal tbody tr")
    expect(rows.first).to_be_visible()
    before = rows.count()
    assert axe(desk) == []
    rows.first.get_by_role("button", name="只派这件").click()
    expect(desk.locator("#proposal [role=status]")).to_contain_text("已派遣 1 件")
    expect(rows).to_have_count(before - 1)


@pytest.mark.thorough
def test_the_rota_is_filled_by_hand_on_desk_and_phone(new_page: NewPage) -> None:
    for width in (1440, 390):
        page = new_page(signed_in_as="shift", width=width)
        page.goto("/rota")
        expect(page.locator("table.rota tbody tr").first).to_be_visible()
        assert axe(page) == [], width
        page.goto("/rota?q=季翔")
        page.locator("input[name=people]").first.check()
        page.get_by_role("button", name="排班上岗").click()
        page.wait_for_url("**/rota?week=*")
        page.locator("table.rota tbody a").first.click()
        expect(page.get_by_role("heading", name="班次")).to_be_visible()
        assert axe(page) == [], width
        assert too_wide(page) == 0, width
