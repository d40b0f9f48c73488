"""From an alarm over its danger zone to the roll: one calls it at the desk, another marks it on a phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import NewPage, axe

# The cold store of the geodata, and the sign-in of the worker of its grid.
STORE = ("121.1270", "37.6852")
ITS_WORKER = "djj-i-005"


def test_a_zone_is_drawn_from_an_alarm_and_its_roll_is_called_from_door_to_door(
    new_page: NewPage,
) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/alarms/drill")
    expect(desk.locator("input[name=lon]")).not_to_have_value("")
    for name, degrees in zip(("lon", "lat"), STORE, strict=True):
        desk.locator(f"input[name={name}]").fill(degrees)
    desk.get_by_role("button", name="开始演练").click()
    desk.get_by_role("link", name="划定危险区").click()
    expect(desk.locator("input[name=lon]")).to_have_value("121.127000")
    # Only what the kind needs is there.
    expect(desk.get_by_label("燃烧对象")).to_be_hidden()
    desk.get_by_label("风的来向").fill("45")
    desk.get_by_label("风速").fill("3")
    desk.get_by_label("天空状况").select_option("night_cloud")
    desk.get_by_label("可能泄漏量").select_option("truck")
    desk.get_by_label("每秒泄漏量").fill("0.5")
    assert axe(desk) == []
    desk.get_by_role("button", name="划定").click()

    expect(desk.locator("path.danger-zone")).to_be_attached()
    expect(desk.locator("path.danger-level")).to_have_count(3)
    expect(desk.locator("path.danger-way").first).to_be_attached()
    expect(desk.locator("#grids")).to_contain_text("志成水产")
    expect(desk.locator(".drill-band")).to_be_visible()
    assert axe(desk) == []
    desk.get_by_role("button", name="启用危险区").click()
    desk.get_by_role("button", name="开始点名").click()
    roll = desk.locator("#roll")
    expect(roll.get_by_role("link", name="打开名单")).to_be_visible()
    expect(roll).to_contain_text("尚未核实")

    phone = new_page(signed_in_as=ITS_WORKER, width=390)
    phone.goto("/phone")
    phone.get_by_role("link", name="点名还有").last.click()
    phone.wait_for_url(f"{desk.url}/roll-call")
    entry = phone.locator(".roll-entry").filter(has_text="志成水产有限公司")
    expect(entry).to_be_visible()
    assert axe(phone) == []
    button = entry.get_by_role("button", name="需要帮助")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    button.click()
    expect(phone.locator(".roll-entry.needs_help")).to_be_visible()
    # The desk sees it without being asked.
    expect(roll).to_contain_text("需要帮助 1")
    roll.get_by_role("link", name="危险区报告").click()
    expect(desk.locator(".score")).to_contain_text("/ 100")
    assert axe(desk) == []
