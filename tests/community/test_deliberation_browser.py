"""A resident votes on the phone; what was decided becomes a livelihood item at the desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, code_sent, too_wide
from tests.servers import Served, ask

# Who lives in the second home of the first block.
RESIDENT = "+8613800001010"


@pytest.mark.thorough
def test_a_topic_goes_from_a_vote_on_the_phone_to_a_livelihood_item(
    new_page: NewPage, served: Served
) -> None:
    phone = new_page(width=390)
    phone.goto("/public/topics")
    assert axe(phone) == []
    assert too_wide(phone) <= 0
    phone.get_by_role("link", name="充电棚选址").click()
    phone.get_by_role("link", name="手机登录").click()
    phone.get_by_label("手机号码").fill(RESIDENT.removeprefix("+86"))
    phone.get_by_role("button", name="获取验证码").click()
    phone.get_by_label("六位验证码").fill(code_sent(phone, served, RESIDENT))
    phone.get_by_role("button", name="登录").click()
    assert axe(phone) == []
    phone.get_by_label("同意", exact=True).check()
    phone.get_by_role("button", name="投票").click()
    expect(phone.locator(".receipt-code")).to_have_text(re.compile(r"^(\w{4}-){3}\w{4}$"))
    assert axe(phone) == []
    assert too_wide(phone) <= 0

    # The publicity of the vote on paper is over.
    ask(
        served,
        "UPDATE topic SET publicised_on = publicised_on - 9, publicised_until = publicised_until - 9"
        " WHERE state = 'publicised' RETURNING id",
    )
    desk = new_page(signed_in_as="leader", width=1440)
    desk.goto("/topics?show=public")
    desk.get_by_role("link", name="停车位调整").click()
    assert axe(desk) == []
    step = desk.locator("details", has_text="落实决议").first
    step.locator("summary").click()
    step.get_by_role("button", name="落实决议").click()
    desk.get_by_role("button", name="转为为民实事").click()
    desk.get_by_role("link", name="为民实事 ").click()
    expect(desk.locator("h1")).to_contain_text("停车位调整")
    assert axe(desk) == []
