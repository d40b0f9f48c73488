"""Figures in real browsers: from a number to its cases and an appeal, on desk and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, too_wide
from tests.servers import ask


@pytest.mark.thorough
def test_from_a_number_to_an_appeal_and_a_table(new_page: NewPage) -> None:
    office = new_page(signed_in_as="handler", width=1440)
    # In the first days of a quarter the case stands in the one before.
    (day,) = ask(
        new_page.served,
        "SELECT (c.received_at AT TIME ZONE 'Asia/Shanghai')::date FROM figure_appeal a"
        " JOIN case_file c ON c.id = a.case_id WHERE a.state = 'granted' LIMIT 1",
    )
    office.goto(f"/figures?span=quarter&on={day}")
    row = office.locator("tr", has=office.get_by_role("link", name="按期处置率"))
    assert axe(office) == []
    row.locator("td").nth(1).get_by_role("link").last.click()
    office.get_by_role("link", name="申诉", exact=True).last.click()
    office.get_by_label("指标", exact=True).select_option("avg_handle_time:department")
    office.get_by_label("不应计入的理由和依据").fill("现场等待产权单位到场")
    office.get_by_role("button", name="提交申诉").click()
    expect(office.get_by_text("申诉待裁定")).to_be_visible()
    judge = new_page(signed_in_as="shift", width=1440)
    judge.goto("/figures/appeals")
    judge.get_by_role("link", name="平均处置时长").first.click()
    expect(judge.get_by_text("现场等待产权单位到场")).to_be_visible()
    # One that was granted before: both values are there, and the case that was taken out.
    judge.goto(f"/figures/in_time_dispose_rate?span=quarter&by=department&on={day}")
    expect(judge.get_by_text("未计申诉")).to_be_visible()
    expect(judge.get_by_role("link", name="剔除的案件")).to_be_visible()
    assert axe(judge) == []
    with judge.expect_download() as loaded:
        judge.get_by_role("button", name="导出 CSV").click()
    assert loaded.value.suggested_filename.endswith(".csv")


@pytest.mark.thorough
def test_a_phone_shows_ones_own_figures_without_sliding_sideways(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="worker", width=390)
    phone.goto("/figures?span=quarter")
    expect(phone.get_by_text("这里只显示您本人的指标。")).to_be_visible()
    assert too_wide(phone) == 0
    assert axe(phone) == []


@pytest.mark.thorough
def test_a_supervisor_looks_and_says_that_it_is_fine(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/figures")
    desk.get_by_role("link", name="请看一看").click()
    expect(desk.get_by_role("heading", name="请看一看")).to_be_visible()
    assert axe(desk) == []
