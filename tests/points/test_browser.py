"""A resident finds where to go, takes a number, is called at a counter and sees it on the phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe
from tests.servers import ask

# A ticket asks how it stands so often; nobody waits for it here.
TICKET_LOOKS_MS = 10_000


def _always_open(served: object) -> None:
    """The first workstation is open at whatever hour the test runs."""
    ask(
        served,  # type: ignore[arg-type]
        "DELETE FROM opening_exception WHERE point_id = 1; DELETE FROM opening_hours WHERE point_id = 1;"
        " INSERT INTO opening_hours (point_id, weekday, opens, closes)"
        " SELECT 1, day, '00:00', '00:00' FROM generate_series(0, 6) day RETURNING id",
    )


def test_a_resident_is_led_to_a_point_and_served_there(new_page: NewPage) -> None:
    _always_open(new_page.served)
    visitor = new_page(width=390)
    visitor.goto("/nearest?lon=121.0535&lat=37.6665&mode=walk")
    rows = visitor.locator("[data-id]")
    expect(rows).to_have_count(7)
    expect(visitor.locator("path.way-line")).to_have_count(1)
    assert axe(visitor) == []
    visitor.get_by_label("出行方式").select_option("car")
    expect(rows.first).to_contain_text("驾车")

    clerk = new_page(signed_in_as="window", width=390)
    clerk.goto("/counter/1")
    close = clerk.get_by_role("button", name="关闭窗口")
    done = clerk.get_by_role("button", name="办完", exact=True)
    if not close.is_visible() and not done.is_visible():
        clerk.get_by_role("button", name="打开该窗口").first.click()
    while done.is_visible():
        done.click()
        clerk.wait_for_load_state()
    clerk.get_by_label(re.compile("老年人")).check()
    clerk.get_by_role("button", name="出号").click()
    given = clerk.get_by_role("link", name="打开").get_attribute("href")
    label = re.search(r"A\d{3}", clerk.get_by_role("status").first.inner_text())
    assert given
    assert label
    visitor.clock.install()
    visitor.goto(given)
    expect(visitor.get_by_role("heading", name=label[0])).to_be_visible()
    expect(visitor.locator("#ticket")).to_contain_text("人在您前面")
    clerk.get_by_role("button", name="叫下一位").click()
    expect(clerk.locator(".window.is-mine")).to_contain_text(label[0])
    visitor.clock.fast_forward(TICKET_LOOKS_MS)
    expect(visitor.locator("#ticket")).to_contain_text("请到1号窗口")
    board = new_page(width=1440)
    board.goto("/points/1/display")
    expect(board.locator("[data-called]").first).to_contain_text(label[0])
    assert axe(board) == []
    assert axe(clerk) == []
    done.click()
    expect(clerk.locator(".window.is-mine")).not_to_contain_text(label[0])
    visitor.clock.fast_forward(TICKET_LOOKS_MS)
    expect(visitor.locator("#ticket")).to_contain_text("已办理")


@pytest.mark.thorough
def test_the_queue_of_a_point_is_told_in_english_too(new_page: NewPage) -> None:
    _always_open(new_page.served)
    reader = new_page(width=390, locale="en")
    reader.goto("/points/1")
    expect(reader.get_by_role("heading", name="Queue now")).to_be_visible()
    expect(reader.locator("path.reach-area")).to_have_count(1)
    assert axe(reader) == []
