"""The desk asks which cameras see a place, and finds them on list and map."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser import NewPage, axe


@pytest.mark.thorough
def test_the_desk_goes_from_a_case_to_the_cameras_and_their_ground(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/cases")
    desk.goto(str(desk.locator("a[href^='/cases/'][data-select]").first.get_attribute("href")))
    expect(desk.locator("[data-cameras] h2")).to_have_text("能看到此处的摄像头")
    desk.goto("/cameras")
    assert axe(desk) == []
    expect(desk.locator("path.camera-sector").first).to_be_attached()
    desk.locator("#found tbody a").first.click()
    expect(desk.locator("path.camera-sector")).to_have_count(1)
    desk.goto("/cameras?q=CAM0135")
    desk.locator("#found tbody a").first.click()
    # The list had this one alone on its map as well.
    expect(desk.locator("h1")).to_contain_text("CAM0135")
    expect(desk.locator("path.camera-sector")).to_have_count(1)
    # While the map still moves the mark may lie elsewhere when the button is let go: that is no click.
    assert any(_opened(desk) for _try in range(3))
    expect(desk.locator(".map-card")).to_contain_text("路口")
    desk.goto("/cameras/coverage")
    expect(desk.locator("tbody tr")).to_have_count(97)


def _opened(desk: Page) -> bool:
    card = desk.locator(".map-card")
    if card.is_visible():
        return True
    try:
        desk.locator(".spot.cameras").first.click()
        card.wait_for(timeout=4_000)
    except Error:
        return False
    return True


@pytest.mark.thorough
def test_a_worker_reads_the_cameras_of_the_own_grid_on_a_phone(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="worker", width=390)
    phone.goto("/cameras")
    expect(phone.locator("h1")).to_have_text("摄像头管理")
    assert axe(phone) == []
