"""An exercise begins at one desk, rings at another, and is quiet at both once one has seen it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import NewPage, axe


def test_what_begins_at_one_desk_rings_at_another_until_somebody_has_seen_it(
    new_page: NewPage,
) -> None:
    other = new_page(signed_in_as="dispatcher", width=1440)
    other.goto("/figures")
    corner = other.locator("#alarm-corner .ringing")
    expect(corner).to_have_count(0)

    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/alarms/drill")
    expect(desk.locator("input[name=lon]")).not_to_have_value("")
    assert axe(desk) == []
    desk.get_by_label("演练情景").fill("冷库液氨泄漏")
    desk.get_by_role("button", name="开始演练").click()
    expect(desk.locator(".drill-band")).to_be_visible()
    expect(desk.locator(".alarm-spot")).to_be_attached()
    assert axe(desk) == []

    expect(corner).to_contain_text("氨泄漏")
    expect(corner).to_contain_text("演练")
    expect(corner.get_by_role("button", name="声音已关闭")).to_be_visible()
    assert axe(other) == []
    other.keyboard.press("q")
    expect(corner).to_have_count(0)
    expect(desk.locator("#alarm-corner .ringing")).to_have_count(0)

    desk.get_by_role("link", name="事件、升级步骤与电话").click()
    expect(desk.locator("#ladder li").first).to_be_visible()
    assert axe(desk) == []
    desk.goto("/alarms/board")
    expect(desk.locator("path.camera-sector").first).to_be_attached()
    expect(desk.locator("#wall-live .alarm-row").first).to_be_visible()
    assert axe(desk) == []
