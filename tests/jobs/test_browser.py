"""The supermarket looks for somebody at the till, and a neighbour finds it: both roles, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe, too_wide


def _whole(page: Page) -> None:
    """Nothing sticks out to the side, and nothing breaks the rules of access."""
    assert too_wide(page) == 0, page.url
    assert axe(page) == []


def test_a_seeker_finds_work_and_agrees_to_be_known(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="seeker", width=390)
    phone.goto("/jisuban")
    phone.get_by_role("link", name="家门口就业").click()
    _whole(phone)
    phone.get_by_role("link", name="适合我的岗位").click()
    expect(phone.locator("#ranked .degree").first).to_contain_text("%")
    expect(phone.locator(".point-pin").first).to_be_visible()
    _whole(phone)
    shop = phone.locator("#ranked a", has_text="烟台蓬友商贸有限公司").first
    shop.click()
    expect(phone.locator("#why .why li")).to_have_count(3)
    phone.get_by_text("完整说明").click()
    expect(phone.locator("meter")).to_have_count(9)
    _whole(phone)
    phone.get_by_role("button", name="我有意向").click()
    expect(phone.get_by_text("有意向").first).to_be_visible()
    phone.get_by_role("link", name="查看进展与授权").click()
    expect(phone.get_by_text("求职者同意前，双方联系方式均隐藏。")).to_be_visible()
    phone.locator("summary", has_text="同意向该企业公开联系方式").click()
    phone.get_by_label("我同意，仅限该企业").check()
    phone.get_by_role("button", name="同意向该企业公开联系方式").click()
    expect(phone.get_by_text("已同意公开联系方式").first).to_be_visible()
    phone.get_by_label("用途").fill("问路线")
    phone.get_by_role("button", name="查看联系方式").click()
    expect(phone.get_by_role("status")).to_contain_text("人事")
    _whole(phone)


@pytest.mark.thorough
def test_an_employer_hires_whoever_came_to_the_interview(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="employer", width=1440)
    desk.goto("/jobs/firms")
    desk.get_by_role("link", name="烟台蓬友商贸有限公司").click()
    _whole(desk)
    desk.get_by_role("link", name="收银员").click()
    desk.get_by_role("link", name="候选人").click()
    _whole(desk)
    assert desk.locator("#met").get_by_text("居民").count() == 0
    desk.locator("#met a", has_text="已约面试").click()
    _whole(desk)
    desk.locator("summary", has_text="已签合同，录用").click()
    desk.get_by_role("button", name="已签合同，录用").click()
    expect(desk.get_by_text("已录用").first).to_be_visible()
    desk.locator(".crumbs a").click()
    expect(desk.get_by_text("剩余 2 / 共 3 个名额")).to_be_visible()


@pytest.mark.thorough
def test_staff_see_the_figures_that_the_subdistrict_reports(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="street", width=1440)
    desk.goto("/jobs/desk")
    for number, words in (
        ("52", "家企业发布岗位"),
        ("651", "个岗位名额"),
        ("469", "名求职者登记"),
    ):
        box = desk.locator(".job-figure", has_text=words)
        expect(box.locator("b")).to_have_text(number)
    _whole(desk)
    desk.set_viewport_size({"width": 390, "height": 844})
    _whole(desk)
    # No number is broken over two lines.
    lines = """each => each.map(one => {
        const text = document.createRange();
        text.selectNodeContents(one);
        return text.getClientRects().length;
    })"""
    assert set(desk.locator(".job-table td.num").evaluate_all(lines)) == {1}
    desk.set_viewport_size({"width": 1440, "height": 900})
    desk.locator(".job-figure", has_text="件回访到期").click()
    desk.locator(".lines a").first.click()
    desk.get_by_label("是否仍在岗？").select_option("1")
    desk.get_by_label("回访情况").fill("在岗，已缴社保")
    desk.get_by_role("button", name="登记回访").click()
    expect(desk.get_by_text("已回访").first).to_be_visible()
    _whole(desk)
