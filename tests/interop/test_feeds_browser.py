"""A calendar is subscribed and a day replayed in a browser."""

from __future__ import annotations

import re

import icalendar
import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, too_wide


@pytest.mark.thorough
def test_a_private_address_is_made_read_and_ended(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390)
    page.goto("/people/me")
    page.get_by_role("link", name="我的订阅").click()
    section = page.locator("#subscription-calendar")
    section.get_by_role("button", name="生成专属地址").click()
    address = page.get_by_label("专属地址").input_value()
    assert address.endswith(".ics")
    assert too_wide(page) == 0
    assert axe(page) == []
    answer = page.request.get(address)
    assert answer.status == 200
    assert str(icalendar.Calendar.from_ical(answer.body())["version"]) == "2.0"
    page.get_by_role("link", name="返回我的订阅").click()
    expect(section).not_to_contain_text("尚未读取")
    section.get_by_role("button", name="停用此地址").click()
    expect(section.get_by_role("button", name="生成专属地址")).to_be_visible()
    assert page.request.get(address).status == 410


@pytest.mark.thorough
def test_a_day_is_replayed_and_nobody_takes_it_for_now(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    opener = page.get_by_role("button", name="回放", exact=True)
    opener.click()
    box = page.locator("[data-replay]")
    expect(page.locator("#map.is-past")).to_be_visible()
    expect(box).to_contain_text("不是现在")
    expect(page.locator("#figures")).to_be_hidden()
    counted = box.locator("[data-count=open]")
    expect(counted).to_have_text(re.compile(r"[1-9]"))
    assert axe(page) == []
    # The handle is moved by keyboard: to the first moment of the day, and on.
    time = page.get_by_label("时刻")
    time.press("Home")
    moment = box.locator("[data-moment]")
    expect(moment).to_contain_text("00:00")
    time.press("ArrowRight")
    expect(moment).to_contain_text("00:01")
    page.get_by_label("速度").select_option("3600")
    box.get_by_role("button", name="播放").click()
    expect(moment).not_to_contain_text("00:01")
    box.get_by_role("button", name="回到现在").click()
    expect(box).to_be_hidden()
    expect(page.locator("#map.is-past")).to_have_count(0)
    expect(page.locator("#figures")).to_be_visible()
    expect(opener).to_be_focused()
