"""A worker's form says how long it took; a leader freezes a ledger and takes it out to print."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe, too_wide
from tests.servers import Served, ask

MEASURED = "SELECT count(*) FROM form_time WHERE form = 'opinions.enter'"


@pytest.mark.thorough
def test_a_form_is_measured_and_a_ledger_is_frozen_and_taken_out(
    new_page: NewPage, served: Served
) -> None:
    phone = new_page(signed_in_as="worker", width=390)
    phone.goto("/opinions/new")
    phone.wait_for_load_state()
    before = ask(served, MEASURED)
    phone.locator("main textarea[name=words]").fill("【示例】楼道想装一个扶手")
    phone.get_by_text("填写坐标").click()
    phone.locator("main [name=lon]").fill("121.05")
    phone.locator("main [name=lat]").fill("37.67")
    phone.get_by_role("button", name="提交意见").click()
    expect(phone).not_to_have_url(re.compile("/opinions/new"))
    after = ask(served, MEASURED)
    assert after[0] == before[0] + 1

    leader = new_page(signed_in_as="leader", width=390)
    leader.goto("/ledgers")
    assert too_wide(leader) == 0
    assert axe(leader) == []
    leader.get_by_role("link", name="实有房屋").click()
    assert too_wide(leader) == 0
    assert axe(leader) == []
    leader.locator("select[name=place]").select_option(index=1)
    leader.get_by_role("button", name="固化").click()
    expect(leader.get_by_text("签名后未改动")).to_be_visible()
    assert too_wide(leader) == 0
    assert axe(leader) == []

    admin = new_page(signed_in_as="admin", width=390)
    for address in ("/ledgers/dwellings/layout", "/households/fields"):
        admin.goto(address)
        assert too_wide(admin) == 0
        assert axe(admin) == []
    leader.get_by_label("格式").select_option("pdf")
    with leader.expect_download() as taken:
        leader.get_by_role("button", name="下载").click()
    assert taken.value.suggested_filename.endswith(".pdf")
