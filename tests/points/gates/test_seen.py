"""Seen in a browser: a resident's code, the gate that reads it, and the page of those who serve."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, too_wide
from tests.servers import ask


@pytest.mark.thorough
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_gate_page_and_the_code_of_a_registration(new_page: NewPage, locale: str) -> None:
    desk = new_page(signed_in_as="street", width=1440, locale=locale)
    desk.goto("/gates")
    desk.get_by_role("link").filter(has_text="sampling-1").click()
    expect(desk.locator("#state")).to_contain_text("sampling-1")
    # The day on which somebody came: the demo data may be of before midnight.
    (day,) = ask(
        new_page.served,
        "SELECT max(e.at AT TIME ZONE 'Asia/Shanghai')::date FROM gate_event e"
        " JOIN gate g ON g.id = e.gate_id WHERE g.code = 'sampling-1' AND e.decision = 'admitted'",
    )
    desk.goto(f"{desk.url}?day={day}")
    # An hour in which somebody came; another may have seen nobody.
    expect(desk.locator(".gate-hours rect:not([width='0.0'])").first).to_be_visible()
    assert axe(desk) == []
    before = desk.locator(".gate-commands .line").count()
    desk.locator("#commands form:has(input[value=limit]) button").click()
    expect(desk.locator(".gate-commands .line")).to_have_count(before + 1)
    point = re.search(r"/points/(\d+)/gate", desk.url)
    assert point is not None

    phone = new_page(signed_in_as="leader" if locale == "en" else "shift", width=390, locale=locale)
    phone.goto(f"/points/{point[1]}")
    phone.locator("#register a").click()
    phone.locator("form:has(#starts-at) button").click()
    expect(phone.locator("img.gate-code")).to_be_visible()
    assert axe(phone) == []
    assert too_wide(phone) == 0
    phone.locator("form[action$=cancel] button").click()
    expect(phone.locator("img.gate-code")).to_have_count(0)


@pytest.mark.thorough
def test_whoever_was_led_aside_is_let_pass(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="street", width=390)
    desk.goto("/gates")
    desk.get_by_role("link").filter(has_text="sampling-1").click()
    waiting = desk.locator("#aside .line")
    expect(waiting).to_have_count(1)
    assert too_wide(desk) == 0
    desk.locator("#aside form[action$=let_pass] button").click()
    expect(waiting).to_have_count(0)
