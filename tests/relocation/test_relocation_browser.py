"""Seen in a browser: a household goes from survey to clean land, and an old door is found on the map."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe, too_wide
from tests.relocation.estate import picture

FILE = {"name": "paper.png", "mimeType": "image/png", "buffer": picture()}


def _whole(page: Page) -> None:
    page.wait_for_load_state()
    assert not too_wide(page)
    assert axe(page) == []


def _step(page: Page, name: str, **fields: str) -> None:
    """The form of a move is filled in and sent; `file` is the picture of a paper."""
    form = page.locator(f'form[action$="/{name}"]')
    for field, value in fields.items():
        box = form.locator(f'[name="{field}"]')
        if field == "file":
            box.set_input_files(FILE)  # type: ignore[arg-type]  # typed for its own dictionaries
        else:
            box.fill(value)
    form.locator("button").click()


def _household(page: Page, number: int) -> None:
    page.locator(".my-household", has_text=f"第{number}户 ").click()


def test_a_household_goes_from_survey_to_clean_land(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="team4re", width=390)
    phone.goto("/relocation/mine")
    _whole(phone)
    _household(phone, 16)
    state = phone.locator("#main .chips .chip").first
    expect(state).to_have_text("已入户丈量")
    _step(phone, "value", amount="250000", file="")
    expect(state).to_have_text("已评估")
    _step(phone, "post", days="7")
    expect(state).to_have_text("公示中")
    # The figures are posted for seven days: another one has been for as long.
    phone.goto("/relocation/mine")
    _household(phone, 10)
    expect(state).to_have_text("协商中")
    _step(phone, "sign", amount="310000", file="")
    expect(state).to_have_text("已签订协议")
    _step(phone, "pay", amount="310000", words="一卡通记录")
    expect(state).to_have_text("补偿到位")
    _step(phone, "move_out", words="安置小区")
    expect(state).to_have_text("已搬离")
    _step(phone, "clear", file="")
    expect(state).to_have_text("已腾空清表")
    _whole(phone)
    here = phone.url
    desk = new_page(signed_in_as="lead4", width=1440)
    desk.goto(here)
    state = desk.locator("#main .chips .chip").first
    _step(desk, "verify", words="现场无遗留")
    expect(state).to_have_text("净地已核验")
    desk.get_by_label("用途").fill("核对材料")
    desk.get_by_role("button", name="查看姓名、电话和金额（留痕）").click()
    expect(desk.get_by_text("310,000.00元").first).to_be_visible()
    desk.locator(".crumbs a").last.click()
    expect(desk.locator("path.parcel.lane-clean")).to_have_count(1)
    _whole(desk)
    desk.get_by_role("link", name="何时净地？").click()
    expect(desk.locator("#helps .version").first).to_contain_text("项目提前")
    _whole(desk)
    visitor = new_page(width=390)
    visitor.goto("/jisuban")
    visitor.get_by_role("link", name="我的老门牌").click()
    visitor.get_by_label("街巷和门牌号").fill("老井街 7")
    visitor.get_by_role("button", name="搜索").click()
    expect(visitor.locator("path.spot-mark").first).to_be_visible()
    _whole(visitor)
    visitor.locator("#found .lines a").first.click()
    expect(visitor.get_by_text("如今这里是")).to_be_visible()
    _whole(visitor)
