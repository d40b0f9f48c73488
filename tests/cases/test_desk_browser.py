"""The desk in a browser: worked with the keyboard alone."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe
from tests.servers import Served, ask


def reported(page: Page, words: str, at: tuple[float, float]) -> int:
    """A report of the desk, sent as its form sends it; answers its key."""
    answer: Any = page.evaluate(
        """async ([words, lon, lat]) => {
            const body = new FormData();
            const given = {class_code: "06010", lon, lat, words, client_id: crypto.randomUUID()};
            for (const [name, value] of Object.entries(given)) body.append(name, value);
            const token = document.querySelector("meta[name=csrf-token]").content;
            const answer = await fetch("/cases", {method: "POST", body,
                headers: {"Accept": "application/json", "X-CSRFToken": token}});
            return answer.json();
        }""",
        [words, *at],
    )
    return int(answer["id"])


def spot(served: Served, place: int) -> tuple[float, float]:
    """A point inside the n-th grid in force, degrees WGS 84."""
    found: tuple[float, float] = ask(
        served,
        """SELECT ST_X(p), ST_Y(p) FROM (
               SELECT ST_Transform(ST_PointOnSurface(v.geom), 4326) AS p
               FROM grid_version v JOIN grid g ON g.id = v.grid_id
               JOIN boundary_set s ON s.id = v.set_id AND s.state = 'active'
               ORDER BY g.display_code OFFSET %s LIMIT 1) spot""",
        place,
    )
    return found


def state(served: Served, case: int) -> str:
    """Where a case stands in the database."""
    return str(ask(served, "SELECT state FROM case_file WHERE id = %s", case)[0])


def test_a_desk_is_worked_with_the_keyboard_alone(new_page: NewPage, served: Served) -> None:
    page = new_page(signed_in_as="shift", width=1440)
    page.goto("/desk")
    expect(page.locator("#queue .queue-row").first).to_be_visible()
    mark = f"keys {time.time_ns()}"
    twice, elsewhere = spot(served, 11), spot(served, 30)
    first = reported(page, f"{mark} first", twice)
    second = reported(page, f"{mark} second", twice)
    others = [reported(page, f"{mark} other", elsewhere) for _each in range(2)]

    press = page.keyboard.press
    press("/")
    page.keyboard.type(mark)
    press("Enter")
    expect(page.locator("#queue .queue-row")).to_have_count(4)
    press("Escape")
    for _step in range(2):
        press("j")
    expect(page.locator(f"#queue [data-select='case:{second}']")).to_be_focused()
    expect(page.locator("#queue .doubted")).to_have_count(2)
    press("Enter")
    twins = page.locator("#chosen .twins")
    expect(twins).to_be_visible()
    expect(twins.locator(".twin")).to_have_count(1)
    press("m")
    expect(page.locator("#chosen [aria-current=step]")).to_have_text("已并案")
    assert state(served, second) == "merged"
    assert ask(served, "SELECT reports FROM case_file WHERE id = %s", first) == (2,)

    expect(page.locator("#queue .queue-row")).to_have_count(3)
    row = page.locator(f"#queue [data-select='case:{first}']")
    press("Escape")
    for _step in range(3):
        press("j")
    expect(row).to_be_focused()
    press("Enter")
    expect(page.locator("#chosen h1 + p")).to_contain_text(f"{mark} first")
    press("e")
    expect(
        page.locator("#chosen [data-move=file] [data-go], #chosen [data-move=file] select").first
    ).to_be_focused()
    page.locator("#chosen [data-move=file] [data-go]").press("Enter")
    expect(page.locator("#chosen [aria-current=step]")).to_have_text("已立案")

    expect(row).to_contain_text("已立案")
    press("Escape")
    press("k")
    press("x")
    press("k")
    press("x")
    expect(page.locator(".bulk-bar")).to_be_visible()
    press("b")
    for _step in range(2):
        press("Tab")
    press("Enter")
    unit = page.locator("#chosen [data-bulk] select[name=unit]")
    expect(unit).to_be_visible()
    unit.focus()
    press("ArrowDown")
    page.locator("#chosen [data-bulk] button.main").press("Enter")
    expect(page.locator("#chosen [role=status]")).to_contain_text("已办 2 件")
    assert {state(served, each) for each in others} == {"dispatched"}

    press("?")
    expect(page.get_by_role("dialog")).to_contain_text("快捷键")
    press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert axe(page) == []


@pytest.mark.thorough
def test_a_phrase_is_put_in_with_a_tap_and_a_filter_is_kept(new_page: NewPage) -> None:
    page = new_page(signed_in_as="dispatcher", width=1440)
    page.goto("/cases/phrases")
    page.get_by_label("内容").fill("请在两小时内到场")
    page.get_by_role("button", name="添加").click()
    page.goto("/desk")
    page.get_by_role("link", name="筛选").click()
    page.get_by_label("时限状态").select_option("soon")
    page.get_by_label("保存为").fill("快到期的")
    page.get_by_role("button", name="保存筛选").click()
    kept = page.locator(".kept-filters .tab", has_text="快到期的")
    expect(kept).to_be_visible()
    expect(kept).to_have_attribute("aria-current", "true")
    page.reload()
    expect(page.locator(".kept-filters .tab[aria-current]")).to_contain_text("快到期的")

    page.goto("/desk?show=new")
    page.locator("#queue .queue-row").first.click()
    page.locator("#chosen .more-moves > summary").click()
    page.locator("#chosen summary", has_text="不予受理").click()
    note = page.locator("#chosen [data-move=reject] textarea")
    note.focus()
    page.locator("[data-phrase]", has_text="请在两小时内到场").click()
    expect(note).to_have_value("请在两小时内到场")
