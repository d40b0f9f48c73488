"""A skipper leaves and comes back by phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import NewPage, axe


def test_a_skipper_reports_departure_and_return_on_the_phone(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="skipper", width=390)
    phone.goto("/vessels/mine")
    assert axe(phone) == []
    phone.get_by_role("link", name="出港报告").first.click()
    name = phone.locator("h1").inner_text()
    phone.get_by_label("前往何处").fill("近海")
    assert axe(phone) == []
    for box in phone.get_by_role("checkbox").all():
        box.check()
    phone.get_by_role("button", name="报告出港").click()
    card = phone.locator("section", has_text=name)
    expect(card).to_contain_text("近海")
    card.get_by_role("button", name="报告进港").click()
    expect(card).to_contain_text("在港")
