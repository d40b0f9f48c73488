"""The leader of the street moves an item on, and a visitor finds what is done nearby."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe


@pytest.mark.thorough
def test_an_item_is_chosen_and_funded_at_the_desk_and_anybody_reads_it(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="street", width=1440)
    desk.goto("/livelihood?lane=waiting")
    assert axe(desk) == []
    desk.locator("a.item-row").first.click()
    choose = desk.locator("details", has_text="确定立项").first
    choose.locator("summary").click()
    assert axe(desk) == []
    choose.get_by_label("承办单位").select_option(index=1)
    choose.get_by_label("完成期限").fill("2099-12-01")
    choose.get_by_label("确定方式").fill("居民代表票决")
    choose.get_by_role("button", name="确定立项").click()
    expect(desk.locator(".stones li")).to_have_count(4)
    fund = desk.locator("details", has_text="资金到位登记").first
    fund.locator("summary").click()
    fund.get_by_label("投资（元）").fill("36000")
    fund.get_by_role("button", name="资金到位登记").click()
    expect(desk.locator("#facts")).to_contain_text("36,000")
    title = desk.locator("h1").inner_text()

    visitor = new_page(width=390)
    visitor.goto("/public/livelihood")
    assert axe(visitor) == []
    visitor.get_by_role("searchbox").fill(title)
    visitor.get_by_role("button", name="搜索").click()
    visitor.get_by_role("link", name=title).first.click()
    expect(visitor.locator("#facts")).to_contain_text("36,000")
    assert axe(visitor) == []
