"""The map in a browser: names that never overlap, lists that agree with it, positions in words."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page, Route, expect

from tests.browser import BOTH, NewPage, axe, too_wide
from webapp.base.datum import Datum, from_wgs84

IN_GRID = (121.0522, 37.6682)
OUTSIDE = (121.2, 37.8)

OVERLAPS = """
() => {
  const boxes = [...document.querySelectorAll(".grid-label, .place-label")].map((e) => e.getBoundingClientRect());
  let clashes = 0;
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (a.left + 1 < b.right && a.right - 1 > b.left && a.top + 1 < b.bottom && a.bottom - 1 > b.top) clashes += 1;
  }));
  return [boxes.length, clashes];
}
"""

# Nothing moves, and the names have been written since the marks stand where they stand.
SETTLED = """
() => !document.querySelector(".leaflet-zoom-anim, .leaflet-cluster-anim")
  && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))
"""


def ready(page: Page) -> None:
    """The outlines are drawn and named."""
    expect(page.locator(".grid-label").first).to_be_visible()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("address", "width"), [("/", 1440), pytest.param("/", 390, marks=pytest.mark.thorough)]
)
def test_names_never_overlap_at_any_scale(new_page: NewPage, address: str, width: int) -> None:
    page = new_page(width=width, reduced_motion="no-preference")
    page.goto(address)
    ready(page)
    for _step in range(6):
        count, clashes = page.evaluate(OVERLAPS)
        assert count > 0
        assert clashes == 0
        map_ = page.locator("#map")
        scale = map_.get_attribute("data-zoom")
        assert scale
        page.get_by_role("button", name="放大").click()
        expect(map_).not_to_have_attribute("data-zoom", scale)
        expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)


# What a person can see of the names: each with its box, the size of its letters, and what stands over the map.
NAMED = """
() => {
  const map = document.querySelector("#map");
  const around = map.getBoundingClientRect();
  const box = (e) => { const {left, top, right, bottom} = e.getBoundingClientRect(); return [left - around.left, top - around.top, right - around.left, bottom - around.top]; };
  const covers = [...map.parentElement.querySelectorAll(".map-tools, .map-legend, .map-mark, .desk-find > *")].filter((e) => e.getClientRects().length).map(box);
  const marks = [...map.querySelectorAll(".pin, .spot, .heap")].map(box);
  const labels = [...map.querySelectorAll(".grid-label")].map((e) => [box(e), parseFloat(getComputedStyle(e).fontSize), `${e.className} ${e.textContent}`]);
  return {labels, covers, marks, view: map.dataset.view.split(",").map(Number), size: [around.width, around.height]};
}
"""

# A grid is large enough for a name when a circle of this radius (pixels) fits into what is seen of it.
ROOM = 6.5


def _areas(page: Page, seen: dict[str, Any]) -> dict[str, Any]:
    """The part of each grid that can be seen, in the pixels of the map, by code."""
    west, south, east, north = seen["view"]
    wide, high = seen["size"]

    def mercator(lat: Any) -> Any:
        return np.arctanh(np.sin(np.radians(lat)))

    def pixels(at: Any) -> Any:
        x = (at[:, 0] - west) / (east - west) * wide
        y = (mercator(north) - mercator(at[:, 1])) / (mercator(north) - mercator(south)) * high
        return np.column_stack([x, y])

    answer = page.evaluate("fetch('/maps/layers/grids.json').then((a) => a.json())")
    free = shapely.box(0, 0, wide, high) - shapely.union_all(
        [shapely.box(*each) for each in seen["covers"]]
    )
    areas = {}
    for each in answer["features"]:
        area = shapely.transform(shapely.geometry.shape(each["geometry"]), pixels)
        areas[each["properties"]["code"]] = shapely.make_valid(area) & free
    return areas


def _unnamed(areas: dict[str, Any], labels: list[Any]) -> list[str]:
    """Codes of grids that are large enough, and in which no name stands."""
    middles = [shapely.Point((a + c) / 2, (b + d) / 2) for (a, b, c, d), _size, _words in labels]
    found = []
    for code, area in areas.items():
        if area.is_empty or shapely.maximum_inscribed_circle(area, 0.2).length < ROOM:
            continue
        if not any(area.buffer(2).contains(each) for each in middles):
            found.append(code)
    return found


@pytest.mark.parametrize(
    ("who", "address", "width"),
    [
        pytest.param("dispatcher", "/desk", 1440, marks=pytest.mark.thorough),
        pytest.param("dispatcher", "/desk", 390, marks=pytest.mark.thorough),
        (None, "/", 390),
    ],
)
def test_every_grid_with_room_for_a_number_is_named(
    new_page: NewPage, who: str | None, address: str, width: int
) -> None:
    page = new_page(signed_in_as=who, width=width)
    page.goto(address)
    ready(page)
    expect(page.locator(".pin, .spot, .heap").first).to_be_visible()
    for step in range(3):
        page.wait_for_function(SETTLED)
        seen = page.evaluate(NAMED)
        if step == 0 and width == 1440:
            assert len({words for _box, _size, words in seen["labels"]}) == 97
        areas = _areas(page, seen)
        assert _unnamed(areas, seen["labels"]) == []
        assert min(size for _box, size, _words in seen["labels"]) >= 10
        boxes = [shapely.box(*box) for box, _size, _words in seen["labels"]]
        for i, one in enumerate(boxes):
            assert not [other for other in boxes[i + 1 :] if one.intersection(other).area > 2]
        scale = page.locator("#map").get_attribute("data-zoom") or ""
        for _press in range(2):
            page.get_by_role("button", name="放大").click()
        expect(page.locator("#map")).not_to_have_attribute("data-zoom", scale)


@pytest.mark.thorough
def test_at_the_whole_view_marks_hide_no_name(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    expect(page.locator(".pin, .heap").first).to_be_visible()
    page.wait_for_function(SETTLED)
    seen = page.evaluate(NAMED)
    marks = [
        shapely.Point((a + c) / 2, (b + d) / 2).buffer((c - a) / 2) for a, b, c, d in seen["marks"]
    ]
    hidden = [
        words
        for box, _size, words in seen["labels"]
        if sum(shapely.box(*box).intersection(mark).area for mark in marks)
        > 0.25 * shapely.box(*box).area
    ]
    assert len(seen["labels"]) == 97
    assert hidden == []


def test_every_place_is_on_the_map_alone_or_in_a_count(new_page: NewPage) -> None:
    page = new_page(width=1440)
    page.goto("/")
    ready(page)
    expect(page.locator(".heap, .spot").first).to_be_visible()
    for name in ("缩小", "缩小", "放大"):
        alone = page.locator(".spot").count()
        counted = sum(int(number) for number in page.locator(".heap").all_inner_texts())
        assert alone + counted == 7
        scale = page.locator("#map").get_attribute("data-zoom") or ""
        page.get_by_role("button", name=name).click()
        if name == "放大":
            expect(page.locator("#map")).not_to_have_attribute("data-zoom", scale)
        expect(page.locator(".leaflet-zoom-anim, .leaflet-cluster-anim")).to_have_count(0)


def test_the_legend_counts_what_is_drawn(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    expect(page.locator(".legend-keys b")).to_have_text(["39", "18", "13", "27"])
    page.get_by_text("图层与着色").click()
    page.get_by_label("着色").first.select_option("load")
    assert page.locator(".legend-keys li").count() == 5


def test_a_row_a_mark_and_a_pane_show_the_same_case(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    row = page.locator("#queue [data-select]").first
    row.click()
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#chosen article")).to_be_visible()
    expect(page.locator(".pin.chosen")).to_be_visible()


def test_a_grid_chosen_on_the_map_opens_beside_it(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    # The legend comes when all layers are there: a pin that came later would take the click.
    expect(page.locator(".legend-keys b").first).to_be_visible()
    page.wait_for_function(SETTLED)
    # Names are written anew whenever something arrives, so their place is asked for in one go.
    x, y = page.evaluate(
        """() => {
            const found = [...document.querySelectorAll(".grid-label")].find((e) => e.textContent.includes("万华工业"));
            const box = found.getBoundingClientRect();
            return [box.x + 4, box.y + 4];
        }"""
    )
    page.mouse.click(x, y)
    expect(page.locator("#chosen h1")).to_contain_text("万华工业园")
    expect(page.locator(".grid-label.chosen")).to_contain_text("万华工业园")


@pytest.mark.thorough
def test_a_place_is_found_and_chosen_by_keyboard_alone(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    field = page.get_by_role("searchbox", name="查找网格或场所")
    field.focus()
    page.keyboard.type("DJJ-I-007")
    expect(page.locator(".finder-hits a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen h1")).to_have_text("电子材料产业园(中节能万润·九目化学)")


def test_a_case_reported_elsewhere_is_on_the_desk_within_seconds(
    new_page: NewPage,
) -> None:
    desk = new_page(signed_in_as="dispatcher", width=1440)
    desk.goto("/desk")
    ready(desk)
    expect(desk.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    before = int(desk.locator("#figures .figure").nth(1).locator("b").inner_text())
    worker = new_page(signed_in_as="worker", width=390, at=IN_GRID)
    worker.goto("/phone")
    token = worker.locator("meta[name=csrf-token]").get_attribute("content")
    assert token
    sent = worker.request.post(
        "/cases",
        form={
            "csrf_token": token,
            "class_code": "06010",
            "lon": str(IN_GRID[0]),
            "lat": str(IN_GRID[1]),
            "words": "门口有垃圾",
        },
        max_redirects=0,
    )
    assert sent.status in (201, 303), sent.text()[:400]
    expect(desk.locator("#figures .figure").nth(1).locator("b")).to_have_text(str(before + 1))
    # What is late stands first, then the newest.
    newest = desk.locator("#queue [data-select]:not(:has(.late))").first
    case_id = sent.headers["location"].rsplit("/", 1)[-1]
    expect(newest).to_have_attribute("data-select", f"case:{case_id}")
    expect(newest).to_contain_text("暴露垃圾")


def test_the_phone_says_in_words_where_it_is(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390, at=IN_GRID)
    page.goto("/phone")
    ready(page)
    expect(page.locator("[data-where]")).to_contain_text("季翔社区")
    expect(page.locator("[data-where-words]")).to_have_text(
        re.compile(r"(距边界|边界，约) \d+ 米 · 精度 \d+ 米")
    )
    report = page.get_by_role("link", name="上报")
    expect(report).to_have_attribute("href", re.compile(r"lon=121\.052.*&lat=37\.668"))


@pytest.mark.thorough
def test_a_phone_outside_says_which_grid_is_nearest(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390, at=OUTSIDE)
    page.goto("/phone")
    ready(page)
    expect(page.locator("[data-where]")).to_have_text("不在任何网格内")
    expect(page.locator("[data-where-words]")).to_contain_text("最近的是")


@pytest.mark.thorough
def test_a_phone_without_a_position_says_what_to_do(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390)
    page.goto("/phone")
    ready(page)
    expect(page.locator("[data-where-words]")).to_contain_text("没有定位权限")


@pytest.mark.thorough
def test_holding_the_map_offers_to_report_there(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390, at=IN_GRID)
    page.goto("/phone")
    ready(page)
    expect(page.locator("[data-where-words]")).to_contain_text("精度")
    page.locator("#map").click(button="right", position={"x": 200, "y": 200})
    expect(page.locator("[data-held]")).to_be_visible()
    expect(page.locator("[data-held-link]")).to_have_attribute("href", re.compile("lon=.*lat="))


@pytest.mark.thorough
def test_the_sheet_grows_and_shrinks_by_keyboard(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390, at=IN_GRID)
    page.goto("/phone")
    ready(page)
    grip = page.get_by_role("button", name="展开或收起列表")
    expect(grip).to_have_attribute("aria-expanded", "false")
    grip.press("ArrowUp")
    expect(grip).to_have_attribute("aria-expanded", "true")


def test_a_visitor_learns_who_looks_after_the_place(new_page: NewPage) -> None:
    page = new_page(width=390, at=IN_GRID)
    page.goto("/")
    ready(page)
    page.get_by_role("button", name="我现在的位置").click()
    expect(page.locator("#here h2").first).to_contain_text("季翔社区")
    expect(page.locator(".near-row")).to_have_count(3)


@pytest.mark.thorough
def test_a_visitor_may_type_the_name_of_the_place(new_page: NewPage) -> None:
    page = new_page(width=1440)
    page.goto("/")
    ready(page)
    page.get_by_role("searchbox").fill("恒祥社区一")
    page.locator(".finder-hits a").first.click()
    expect(page.locator("#here h2").first).to_have_text("恒祥社区一网格")


@pytest.mark.thorough
def test_measuring_says_how_long_and_escape_ends_it(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    page.get_by_role("button", name="测距").click()
    canvas = page.locator("#map")
    canvas.click(position={"x": 300, "y": 300})
    canvas.click(position={"x": 400, "y": 300})
    expect(page.locator(".map-measure")).to_have_text(re.compile(r"[\d.]+ (公里|米)"))
    expect(page.locator("#chosen article")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".map-measure")).to_have_count(0)


@pytest.mark.thorough
def test_the_map_is_printed_whole_on_a_sheet_of_its_own(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440, reduced_motion="no-preference")
    page.goto("/desk")
    ready(page)
    page.evaluate("window.print = () => (window.printed = true)")
    scale = page.locator("#map").get_attribute("data-zoom") or ""
    page.get_by_role("button", name="放大").click()
    expect(page.locator("#map")).not_to_have_attribute("data-zoom", scale)
    expect(page.locator(".leaflet-zoom-anim")).to_have_count(0)
    near = page.locator("#map").get_attribute("data-view") or ""
    page.get_by_role("button", name="打印").click()
    page.wait_for_function("window.printed")
    expect(page.locator(".grid-label")).to_have_count(97)
    expect(page.locator("#queue")).to_be_hidden()
    wide = page.locator("#map").evaluate("e => e.clientWidth")
    canvas = page.locator(".leaflet-overlay-pane canvas").first.evaluate("e => e.clientWidth")
    assert abs(wide - 277 / 25.4 * 96) < 2
    assert canvas >= wide
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#map")).to_have_attribute("data-view", near)


@pytest.mark.thorough
def test_the_borders_of_a_day_are_told_with_their_day(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    page.get_by_label("边界日期").fill("2001-01-01")
    expect(page.locator("[data-as-of-told]")).to_have_text("2001-01-01 的边界：0 个网格")
    page.get_by_role("button", name="回到今天").click()
    expect(page.locator("[data-as-of-told]")).to_be_hidden()
    ready(page)


def test_tiles_that_fail_give_way_to_the_built_in_map(new_page: NewPage) -> None:
    def with_source(route: Route) -> None:
        answer = route.fetch()
        source = {
            "name": "lost",
            "title": "航拍",
            "url": "/nowhere/{z}/{x}/{y}.png",
            "labels": None,
            "subdomains": "abc",
            "datum": "gcj02",
            "attribution": "©",
            "max_zoom": 18,
        }
        words = json.dumps([source], ensure_ascii=True).replace('"', "&#34;")
        body = answer.text().replace("&#34;rasters&#34;: []", f"&#34;rasters&#34;: {words}")
        route.fulfill(response=answer, body=body)

    page = new_page(signed_in_as="dispatcher", width=1440, forgive=["404"])
    page.route("**/desk", with_source)
    page.goto("/desk")
    ready(page)
    page.get_by_text("图层与着色").click()
    ground = page.get_by_label("底图")
    ground.select_option("lost")
    expect(page.locator("#told")).to_contain_text("航拍连接不上")
    expect(ground).to_have_value("built-in")


@pytest.mark.thorough
def test_the_shift_of_chinese_tiles_is_that_of_the_house(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/sign-in")
    for lon, lat in ((121.03, 37.70), (120.98, 37.72), (121.10, 37.65)):
        drawn = page.evaluate(
            "async (at) => (await import('/static/js/map/datum.js')).toGcj02(at)", [lon, lat]
        )
        assert drawn == pytest.approx(from_wgs84(lon, lat, Datum.GCJ02), abs=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "shortest"),
    [
        ("恒祥社区二网格", "恒祥二"),
        ("大季家村原址一网格", "大季家一"),
        ("小季家村原址网格", "小季家"),
        ("沙窝孙家村二网格", "沙窝孙家二"),
        ("电子材料产业园(中节能万润·九目化学)", "电子材料产业园"),
    ],
)
def test_a_long_name_is_shortened_to_what_people_say(
    new_page: NewPage, name: str, shortest: str
) -> None:
    page = new_page()
    page.goto("/sign-in")
    forms: Any = page.evaluate(
        """async (name) => {
            return (await import('/static/js/map/names.js')).forms(name, 'DJJ-C-001');
        }""",
        name,
    )
    assert forms[0] == [name]
    assert [shortest] in forms


@pytest.mark.parametrize(("width", "locale"), BOTH)
def test_pages_of_everybody_are_accessible(new_page: NewPage, locale: str, width: int) -> None:
    page = new_page(locale=locale, width=width, at=IN_GRID)
    for address in ("/", "/grids", "/grids/places", "/maps/search?q=C-0"):
        page.goto(address)
        assert axe(page) == [], address
    page.goto("/grids/DJJ-I-007")
    ready(page)
    expect(page.locator(".section").nth(3)).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize(("width", "locale"), BOTH)
def test_desk_and_phone_are_accessible(new_page: NewPage, locale: str, width: int) -> None:
    desk = new_page(locale=locale, width=width, signed_in_as="shift")
    desk.goto("/desk")
    ready(desk)
    desk.locator("#queue [data-select]").first.click()
    expect(desk.locator("#chosen article")).to_be_visible()
    assert axe(desk) == []
    phone = new_page(locale=locale, width=width, signed_in_as="worker", at=IN_GRID)
    phone.goto("/phone")
    ready(phone)
    expect(phone.locator("#today h2")).to_be_visible()
    assert axe(phone) == []


@pytest.mark.thorough
def test_large_type_keeps_the_page_in_its_width(new_page: NewPage) -> None:
    page = new_page(width=390)
    page.goto("/")
    page.get_by_label("设置").click()
    page.get_by_role("button", name="大字版").click()
    for address in ("/", "/grids", "/grids/DJJ-I-007", "/sign-in"):
        page.goto(address)
        assert too_wide(page) == 0, address
        assert axe(page) == [], address


@pytest.mark.thorough
def test_on_a_phone_the_desk_shows_the_chosen_case_under_its_place(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=390)
    page.goto("/desk")
    ready(page)
    expect(page.locator("#chosen")).to_be_hidden()
    page.locator("#queue [data-select]").nth(6).click()
    expect(page.locator("#chosen article")).to_be_in_viewport()
    expect(page.locator(".pin.chosen")).to_be_in_viewport()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".top")).to_be_in_viewport()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("worker", "/phone"),
        pytest.param("dispatcher", "/desk", marks=pytest.mark.thorough),
    ],
)
def test_a_case_page_leads_to_its_place_on_the_map(new_page: NewPage, who: str, home: str) -> None:
    page = new_page(signed_in_as=who, width=390, at=IN_GRID)
    page.goto("/cases")
    row = page.locator("[data-select]").first
    key = row.get_attribute("data-select")
    row.click()
    page.get_by_role("link", name="在地图上查看").click()
    assert key
    assert page.url.endswith(f"{home}?case={key.removeprefix('case:')}")
    expect(page.locator(".pin.chosen")).to_be_in_viewport()
    if who == "worker":
        page.locator("[data-found]").get_by_role("link", name="打开").click()
        expect(page).to_have_url(re.compile(rf"/cases/{key.removeprefix('case:')}$"))


@pytest.mark.thorough
def test_a_case_that_is_not_on_the_map_is_told(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390, at=IN_GRID)
    page.goto("/phone?case=999999")
    expect(page.locator("#told")).to_contain_text("地图上没有这件案件")


@pytest.mark.thorough
def test_names_stand_beside_marks_where_there_is_room(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/desk")
    ready(page)
    expect(page.locator(".pin, .heap").first).to_be_visible()
    page.wait_for_function(SETTLED)
    under, names = page.evaluate(
        """() => {
            const boxes = (which) => [...document.querySelectorAll(which)].map((e) => e.getBoundingClientRect());
            const [names, marks] = [boxes(".grid-label"), boxes(".pin, .heap")];
            const common = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
            const hidden = names.filter((a) => marks.reduce((sum, b) => sum + common(a, b), 0) > 0.3 * a.width * a.height);
            return [hidden.length, names.length];
        }"""
    )
    assert names > 30
    assert under == 0


@pytest.mark.thorough
def test_cases_on_the_map_are_named_in_the_language_of_the_page(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", locale="en")
    page.goto("/desk")
    ready(page)
    rows = page.evaluate("fetch('/maps/layers/cases.json').then((a) => a.json())")["rows"]
    assert rows
    assert not [row[4] for row in rows if re.search("[\u4e00-\u9fff]", row[4])]


@pytest.mark.thorough
def test_what_was_told_of_a_lost_try_is_gone_when_the_next_one_succeeds(new_page: NewPage) -> None:
    page = new_page(
        signed_in_as="dispatcher", width=1440, forgive=["Failed to load resource", "htmx:"]
    )
    page.goto("/desk")
    ready(page)
    page.get_by_role("link", name="待派遣").click()
    expect(page.get_by_role("link", name="待派遣")).to_have_attribute("aria-current", "true")
    page.locator("#queue [data-select]").first.click()
    dispatch = page.locator("#chosen .candidates button").first
    expect(dispatch).to_be_visible()
    page.context.set_offline(True)
    dispatch.click()
    expect(page.locator("#told")).to_contain_text("连接不上服务器")
    page.context.set_offline(False)
    dispatch.click()
    expect(page.locator("#chosen [aria-current=step]")).to_have_text("已派遣")
    expect(page.locator("#told [data-told]")).to_have_count(0)
