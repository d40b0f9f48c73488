"""An officer inspects on the phone, and what is not in order goes its way to the enterprise."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe
from tests.monitoring.safety.test_dangers import picture


@pytest.mark.thorough
def test_an_inspection_on_the_phone_finds_a_danger_that_is_ordered_and_put_right(
    new_page: NewPage, tmp_path: Path
) -> None:
    photo = tmp_path / "found.jpg"
    photo.write_bytes(picture().getvalue())
    phone = new_page(signed_in_as="safety", width=390)
    phone.goto("/safety/inspections")
    assert axe(phone) == []
    phone.get_by_role("link", name="烟台蓬友商贸有限公司").click()
    phone.wait_for_load_state()
    items = phone.locator("fieldset.check-item")
    for place in range(items.count()):
        items.nth(place).get_by_text("合格", exact=True).click()
    first = items.first
    first.get_by_text("不合格", exact=True).click()
    first.get_by_label("不合格情况").fill("安全出口上锁")
    first.get_by_label("隐患照片").set_input_files(photo)
    assert axe(phone) == []
    phone.get_by_role("button", name="提交检查").click()
    phone.locator("#found").get_by_role("link", name="不合格").click()
    expect(phone.locator("h1")).to_have_text("安全出口上锁")
    assert axe(phone) == []
    order = phone.locator("details", has_text="下达整改").first
    order.locator("summary").click()
    order.get_by_role("button", name="下达整改").click()
    expect(phone.locator("main")).to_contain_text("整改中")
    address = phone.url

    enterprise = new_page(signed_in_as="employer", width=390)
    enterprise.goto("/safety/mine")
    enterprise.get_by_role("link", name="烟台蓬友商贸有限公司").click()
    assert axe(enterprise) == []
    enterprise.get_by_role("link", name="安全出口上锁").click()
    right = enterprise.locator("details", has_text="整改完成").first
    right.locator("summary").click()
    right.get_by_label("现在的照片").set_input_files(photo)
    right.get_by_label("整改情况").fill("已开锁")
    right.get_by_role("button", name="整改完成").click()
    expect(enterprise.locator("main")).to_contain_text("已整改待复查")
    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("复查合格")
