"""Drawing on the desk map narrows the queue, the queue narrows the map, and an address says both."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from playwright.sync_api import Page, expect

from tests.browser import BOTH, NewPage, axe

AREA = re.compile(r"/desk\?.*area=")


def opened(new_page: NewPage, **options: Any) -> Page:
    page = new_page(signed_in_as="dispatcher", **{"width": 1440, **options})
    page.goto("/desk")
    expect(page.locator(".grid-label").first).to_be_visible()
    expect(page.locator("#queue .queue-row").first).to_be_visible()
    expect(page.locator(".pin, .heap").first).to_be_visible()
    return page


def said(page: Page) -> shapely.Polygon:
    """The area of the address."""
    (words,) = parse_qs(urlsplit(page.url).query)["area"]
    return shapely.Polygon([tuple(map(float, each.split(","))) for each in words.split("_")])


def on_the_map(page: Page) -> int:
    """How many cases the marks of the map stand for."""
    heaps = sum(int(number) for number in page.locator(".heap").all_inner_texts())
    return page.locator(".pin").count() + heaps


def agreed(page: Page) -> int:
    """The number of the queue, when the map shows as many."""
    told = page.locator("#queue .queue-head .muted.num")
    expect(told).to_have_text(re.compile(r"\d+"))
    count = int(re.sub(r"\D", "", told.inner_text()))
    page.wait_for_function(
        """(count) => {
            const heaps = [...document.querySelectorAll(".heap")].reduce((sum, each) => sum + Number(each.textContent), 0);
            return document.querySelectorAll(".pin").length + heaps === count;
        }""",
        arg=count,
    )
    return count


def placed(page: Page) -> int:
    """How many of the open cases stand anywhere on the map."""
    rows = page.evaluate("fetch('/maps/layers/cases.json').then((a) => a.json())")["rows"]
    return len(rows)


def draw(page: Page, *corners: tuple[int, int]) -> None:
    for x, y in corners:
        page.locator("#map").click(position={"x": x, "y": y})


@pytest.mark.parametrize(
    "closed_by", ["Enter", pytest.param("first corner", marks=pytest.mark.thorough)]
)
def test_a_drawn_area_narrows_queue_and_map_and_leaves_by_its_chip(
    new_page: NewPage, closed_by: str
) -> None:
    page = opened(new_page)
    whole = placed(page)
    page.get_by_role("button", name="按范围筛选").click()
    page.get_by_role("button", name="画出区域").click()
    draw(page, (150, 330), (330, 340), (340, 500), (160, 490))
    expect(page.locator(".area-bar [role=status]")).to_contain_text("已有 4 个角点")
    if closed_by == "Enter":
        page.keyboard.press("Enter")
    else:
        draw(page, (152, 332))
    expect(page).to_have_url(AREA)
    inside = agreed(page)
    assert 0 < inside < whole
    area = said(page)
    rows = page.evaluate("fetch('/maps/layers/cases.json').then((a) => a.json())")["rows"]
    assert inside == sum(area.contains(shapely.Point(row[1], row[2])) for row in rows)
    chip = page.locator("[data-chip=area]")
    expect(chip).to_contain_text(str(inside))
    expect(page.locator("path.area-drawn")).to_be_visible()
    # Who is given the address sees the same.
    other = new_page(signed_in_as="shift", width=1440)
    other.goto(page.url)
    expect(other.locator("path.area-drawn")).to_be_visible()
    assert agreed(other) == inside
    chip.click()
    expect(page.locator("path.area-drawn")).to_have_count(0)
    expect(page.locator("#queue [data-chip]")).to_have_count(0)
    page.wait_for_function("!location.search.includes('area')")
    page.wait_for_function(
        """(whole) => {
            const heaps = [...document.querySelectorAll(".heap")].reduce((sum, each) => sum + Number(each.textContent), 0);
            return document.querySelectorAll(".pin").length + heaps === whole;
        }""",
        arg=whole,
    )


@pytest.mark.thorough
def test_a_box_takes_two_clicks_and_is_kept_under_a_name(new_page: NewPage) -> None:
    page = opened(new_page)
    page.get_by_role("button", name="按范围筛选").click()
    page.get_by_role("button", name="画方框").click()
    draw(page, (340, 500), (150, 330))
    expect(page).to_have_url(AREA)
    inside = agreed(page)
    assert said(page).equals(said(page).envelope)
    page.get_by_role("link", name="筛选", exact=True).click()
    expect(page.get_by_label("只看地图所画范围内")).to_be_checked()
    page.get_by_label("保存为").fill("镇区")
    page.get_by_role("button", name="保存筛选").click()
    kept = page.locator(".kept-filters").get_by_role("link", name="镇区")
    expect(kept).to_contain_text(str(inside))
    page.get_by_role("link", name="取消筛选").click()
    expect(page.locator("path.area-drawn")).to_have_count(0)
    kept.click()
    expect(page.locator("path.area-drawn")).to_be_visible()
    assert agreed(page) == inside


@pytest.mark.thorough
def test_by_keyboard_the_view_or_a_grid_narrows_the_queue(new_page: NewPage) -> None:
    page = opened(new_page)
    tool = page.get_by_role("button", name="按范围筛选")
    tool.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="画出区域")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="当前视图")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(AREA)
    expect(tool).to_be_focused()
    agreed(page)
    page.get_by_role("searchbox", name="查找网格或场所").fill("DJJ-C-015")
    expect(page.locator(".finder-hits a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen h1")).to_be_visible()
    tool.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="所选网格").press("Enter")
    expect(page).to_have_url(re.compile(r"/desk\?place=DJJ-C-015$"))
    expect(page.locator("[data-chip=place]")).to_contain_text("DJJ-C-015")
    expect(page.locator("path.area-drawn")).to_have_count(0)
    agreed(page)


@pytest.mark.thorough
def test_the_map_follows_every_filter_of_the_queue(new_page: NewPage) -> None:
    page = opened(new_page)
    page.locator("#queue .tab", has_text="待派遣").click()
    expect(page.locator("#queue .tab[aria-current=true]")).to_contain_text("待派遣")
    few = agreed(page)
    assert few < placed(page)
    page.locator("#queue").get_by_role("searchbox").fill("没有这样的案件")
    page.keyboard.press("Enter")
    expect(page.locator("#queue .empty-state")).to_be_visible()
    expect(page.locator(".pin, .heap")).to_have_count(0)


@pytest.mark.thorough
def test_a_line_across_itself_is_told_and_can_be_taken_back(new_page: NewPage) -> None:
    page = opened(new_page)
    page.get_by_role("button", name="按范围筛选").click()
    page.get_by_role("button", name="画出区域").click()
    told = page.locator(".area-bar [role=status]")
    draw(page, (150, 330))
    page.keyboard.press("Enter")
    expect(told).to_have_text("范围至少要有三个角点。")
    draw(page, (340, 500), (340, 330), (150, 500))
    page.keyboard.press("Enter")
    expect(told).to_have_text("边线自相交叉，请绕范围画一圈。")
    assert "area" not in page.url
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page).to_have_url(AREA)
    page.get_by_role("button", name="按范围筛选").click()
    page.get_by_role("button", name="画方框").click()
    draw(page, (300, 300))
    page.keyboard.press("Escape")
    expect(page.locator("path.area-drawn")).to_be_visible()
    expect(page).to_have_url(AREA)
    assert page.locator("#chosen article").count() == 0


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "locale"), BOTH)
def test_the_ways_to_draw_are_accessible_and_fit(
    new_page: NewPage, locale: str, width: int
) -> None:
    page = opened(new_page, locale=locale, width=width)
    page.locator(".map-tools [aria-expanded], .map-tools button").nth(3).click()
    bar = page.locator(".area-bar")
    expect(bar).to_be_visible()
    assert axe(page) == []
    edges = bar.bounding_box()
    assert edges
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= width
    bar.get_by_role("button").first.click()
    expect(bar.get_by_role("status")).to_be_visible()
    assert axe(page) == []
