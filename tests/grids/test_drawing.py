"""A border drawn anew in a real browser: by keyboard and by pointer, looked over live, saved as a draft."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe

# The first border between two grids in the list of the page.
INNER = "[...document.querySelectorAll('#field-arc option')].find(o => o.value && !o.text.includes('外边界')).value"


def _opened(new_page: NewPage) -> Page:
    page = new_page(signed_in_as="shift", width=1400)
    page.goto("/grids/sets")
    page.get_by_role("link", name="绘制边界").click()
    expect(page.locator("#field-arc option").nth(9)).to_be_attached()
    page.select_option("#field-arc", page.evaluate(INNER))
    expect(page.locator(".corner.chosen")).to_have_count(1)
    return page


def test_a_border_is_drawn_with_the_keyboard_alone_and_saved(new_page: NewPage) -> None:
    page = _opened(new_page)
    page.locator(".corner.chosen").focus()
    page.keyboard.press("Shift+ArrowRight")
    effect = page.locator("[data-effect]")
    expect(effect).to_contain_text("增加")
    expect(effect).to_contain_text("减少")
    expect(effect).to_contain_text("可以这样走")
    page.get_by_label("草案标题").fill("按键盘绘制")
    page.get_by_role("button", name="保存为草案").click()
    page.wait_for_url(re.compile(r"/grids/sets/\d+$"))
    expect(page.get_by_role("heading", name="按键盘绘制")).to_be_visible()
    expect(page.locator("[data-hand]")).to_have_count(1)


@pytest.mark.thorough
def test_a_corner_typed_too_far_is_told_at_once_and_cannot_be_saved(new_page: NewPage) -> None:
    page = _opened(new_page)
    save = page.get_by_role("button", name="保存为草案")
    expect(save).to_be_disabled()
    page.get_by_label("向东（米）").fill("4000")
    page.get_by_role("button", name="移动拐点").click()
    expect(page.locator("[data-effect]")).to_contain_text("相交")
    expect(save).to_be_disabled()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-effect]")).to_contain_text("尚未移动")


@pytest.mark.thorough
def test_a_corner_is_dragged_put_in_and_taken_out(new_page: NewPage) -> None:
    page = _opened(new_page)
    count = page.locator(".corner:not(.between)").count()
    page.get_by_role("button", name="在其后加拐点").click()
    expect(page.locator(".corner:not(.between)")).to_have_count(count + 1)
    corner = page.locator(".corner.chosen").bounding_box()
    assert corner
    page.mouse.move(corner["x"] + 7, corner["y"] + 7)
    page.mouse.down()
    page.mouse.move(corner["x"] + 15, corner["y"] + 12, steps=4)
    page.mouse.up()
    expect(page.locator("[data-effect]")).to_contain_text("平方米")
    page.get_by_role("button", name="删除拐点").click()
    expect(page.locator(".corner:not(.between)")).to_have_count(count)
    expect(page.locator("[data-effect]")).to_contain_text("尚未移动")


@pytest.mark.thorough
def test_the_outer_border_is_locked_until_it_may_move(new_page: NewPage) -> None:
    page = _opened(new_page)
    outer = page.evaluate(INNER.replace("!o.text", "o.text"))
    page.select_option("#field-arc", outer)
    expect(page.locator("[data-which]")).to_contain_text("外边界保持不变")
    expect(page.locator(".corner")).to_have_count(0)
    page.get_by_label("允许移动外边界").check()
    page.select_option("#field-arc", outer)
    expect(page.locator(".corner.chosen")).to_have_count(1)


@pytest.mark.thorough
def test_the_pages_of_borders_are_open_to_everybody_who_may_see_them(new_page: NewPage) -> None:
    page = _opened(new_page)
    # Corners stand as near to each other as the border wants; the buttons beside do the same.
    assert axe(page, without=["target-size"]) == []
    for path in ("/grids/sets", "/grids/sets/1"):
        page.goto(path)
        assert axe(page) == []
