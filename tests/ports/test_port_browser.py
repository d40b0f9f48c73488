"""A skipper leaves and comes back by phone, and answers a recall."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe

# No season ever closes for its kind in the demo data.
ANGLER = "鲁芝渔60107"


@pytest.mark.thorough
def test_a_skipper_reports_departure_and_return_on_the_phone(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="skipper", width=390)
    phone.goto("/vessels/mine")
    assert axe(phone) == []
    mine = phone.locator("section", has_text=ANGLER)
    mine.get_by_role("link", name="出港报告").click()
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


def test_a_recall_is_called_at_the_desk_and_answered_on_the_phone(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="port", width=1440)
    desk.goto("/recalls")
    desk.get_by_label("风力（级）").fill("12")
    desk.get_by_role("button", name="召回渔船").click()
    rows = desk.get_by_role("row", name="【示例】")
    waiting = rows.filter(has_text="未应答")
    expect(waiting.first).to_be_visible()
    assert axe(desk) == []
    before = waiting.count()
    phone = new_page(signed_in_as="skipper", width=390)
    phone.goto("/vessels/mine")
    assert axe(phone) == []
    phone.get_by_role("button", name="已知悉，马上回港").first.click()
    expect(phone.get_by_role("button", name="已知悉，马上回港")).to_have_count(before - 1)
    # Nobody touched the desk: the list hears it.
    expect(waiting).to_have_count(before - 1)
    desk.get_by_role("button", name="解除召回").click()
    expect(desk.locator(".page-head")).to_contain_text("已解除")
