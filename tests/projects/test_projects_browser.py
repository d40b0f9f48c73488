"""A member writes the day down without a network and says what holds the project up; the desk sees it and its ground."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, too_wide

pytestmark = pytest.mark.offline


def test_the_day_is_written_down_without_a_network_and_the_desk_sees_what_holds_it_up(
    new_page: NewPage,
) -> None:
    # The network may go while the pages of the day are still being kept.
    phone = new_page(
        signed_in_as="d06", width=390, forgive=("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    )
    phone.goto("/projects/mine")
    card = phone.locator(".my-project").filter(has_text="华润锦纶")
    button = card.get_by_role("link", name="填写今日日志")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    assert axe(phone) == []
    button.click()
    phone.wait_for_url("**/entries/new")
    phone.wait_for_load_state()
    phone.context.set_offline(True)
    phone.get_by_label("今天做了什么").fill("【示例】拆除围墙一段")
    phone.get_by_label("在场人员").fill("9")
    phone.get_by_role("button", name="登记").click()
    expect(phone.locator("[data-entry-kept]")).to_contain_text("已存在手机上")
    expect(phone.get_by_role("button", name="登记")).to_be_enabled()
    phone.context.set_offline(False)
    expect(phone.locator("[data-entry-kept]")).to_be_hidden()
    phone.goto("/projects/mine")
    card.get_by_role("link", name="当日报告").click()
    expect(phone.locator("#entries")).to_contain_text("拆除围墙一段")
    assert too_wide(phone) == 0
    phone.get_by_role("link", name="华润锦纶").click()
    phone.wait_for_load_state()
    expect(phone.locator("svg.gantt.narrow")).to_be_visible()
    expect(phone.locator("path.project-site")).to_be_attached()
    phone.locator("summary").filter(has_text="上报受阻").click()
    phone.get_by_label("受阻原因").select_option("weather")
    phone.get_by_label("具体情况").fill("【示例】大风停工")
    phone.get_by_role("button", name="确认受阻").click()
    expect(phone.locator("#blockers")).to_contain_text("大风停工")
    assert axe(phone) == []

    desk = new_page(signed_in_as="project", width=1440)
    desk.goto("/projects?blocked=1")
    desk.get_by_role("link", name="华润锦纶").click()
    expect(desk.locator("svg.gantt.wide")).to_be_visible()
    expect(desk.locator("#blockers")).to_contain_text("大风停工")
    desk.get_by_role("link", name="平整与配套").click()
    expect(desk.locator("path.project-parcel")).to_have_count(3)
    expect(desk.locator(".parcel-label").first).to_be_visible()
    assert axe(desk) == []
