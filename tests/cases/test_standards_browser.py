"""In real browsers: the report asks and stops, another class is one tap away, a rule is drawn and tried."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe


@pytest.mark.thorough
def test_the_report_asks_stops_and_keeps_the_answers(
    new_page: NewPage, home: tuple[float, float]
) -> None:
    phone = new_page(signed_in_as="worker", width=390, at=home)
    phone.goto("/cases/new?class_code=01037")
    expect(phone.locator("[data-place-words]")).to_contain_text("网格")
    phone.fill("textarea[name=words]", f"asked {time.time_ns()}")
    phone.get_by_label("共有几盏灯？").fill("2")
    send = phone.locator(".report-send button")
    phone.get_by_label("电线外露").check()
    expect(phone.locator("[data-asks]")).to_contain_text("95598")
    expect(send).to_be_disabled()
    phone.get_by_label("不亮", exact=True).check()
    expect(send).to_be_enabled()
    phone.get_by_label("人行横道 & 路口").check()
    phone.get_by_label("小区 <内部>").check()
    assert axe(phone) == []
    send.click()
    expect(phone.locator("article.case")).to_contain_text("人行横道 & 路口、小区 <内部>")


@pytest.mark.thorough
def test_what_is_not_answered_is_said_beside_its_question(
    new_page: NewPage, home: tuple[float, float]
) -> None:
    phone = new_page(signed_in_as="worker", width=390, at=home, forgive=("422",))
    phone.goto("/cases/new?class_code=01037")
    expect(phone.locator("[data-place-words]")).to_contain_text("网格")
    phone.fill("textarea[name=words]", f"unanswered {time.time_ns()}")
    phone.get_by_label("白天亮灯").check()
    phone.locator(".report-send button").click()
    expect(phone.locator("[data-error='answer.count']")).to_be_visible()
    expect(phone.get_by_label("白天亮灯")).to_be_checked()
    phone.get_by_label("共有几盏灯？").fill("1")
    phone.locator(".report-send button").click()
    expect(phone.locator("article.case h1")).to_be_visible()


@pytest.mark.thorough
def test_the_class_that_is_meant_is_one_tap_away(
    new_page: NewPage, home: tuple[float, float]
) -> None:
    phone = new_page(signed_in_as="worker", width=390, at=home)
    phone.goto("/cases/new?class_code=06010")
    phone.fill("textarea[name=words]", "stays")
    phone.locator(".class-hint a[data-take-class='06042']").click()
    expect(phone.locator("input[name=class_code]:checked")).to_have_value("06042")
    expect(phone.locator("textarea[name=words]")).to_have_value("stays")


@pytest.mark.thorough
def test_a_rule_is_drawn_on_the_map_tried_and_saved(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/standards/rules/new")
    title = f"画的 {time.time_ns()}"
    desk.get_by_label("规则名称").fill(title)
    desk.get_by_label("事项代码开头").fill("06")
    desk.locator("#field-basis").select_option("territory")
    desk.locator("#field-unit").select_option(label="社会事务办公室")
    box = desk.locator("#map")
    box.scroll_into_view_if_needed()
    expect(desk.locator(".grid-label").first).to_be_visible()
    size = box.bounding_box()
    assert size
    for x, y in ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)):
        box.click(position={"x": size["width"] * x, "y": size["height"] * y})
    expect(desk.locator("#field-where")).to_have_value("area")
    assert len(desk.locator("#field-area").input_value().splitlines()) == 4
    assert axe(desk) == []
    desk.get_by_role("button", name="先试算").click()
    expect(desk.locator("#trial")).to_be_visible()
    assert len(desk.locator("#field-area").input_value().splitlines()) == 4
    desk.get_by_role("button", name="保存").click()
    expect(desk).to_have_url(re.compile(r"/standards/rules/\d+$"))
    expect(desk.locator("h1")).to_have_text(title)
