"""A grid worker keeps a home and makes a visit on the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe


@pytest.mark.thorough
def test_a_worker_sees_a_resident_whole_for_a_purpose_and_makes_a_visit(new_page: NewPage) -> None:
    phone = new_page(signed_in_as="worker", width=390)
    phone.goto("/buildings")
    assert axe(phone) == []
    phone.get_by_role("link", name="【示例】1号楼").click()
    expect(phone.get_by_role("heading", name="房屋")).to_be_visible()
    assert axe(phone) == []
    phone.get_by_role("link", name="201室").click()
    phone.locator("#residents a").first.click()
    assert axe(phone) == []
    expect(phone.locator("h1")).to_contain_text("*")
    phone.get_by_label("用途").first.fill("入户走访")
    phone.get_by_role("button", name="显示姓名和号码").click()
    expect(phone.locator("h1")).to_contain_text("示例居民·甲一之一")
    expect(phone.locator("#log")).to_contain_text("入户走访")

    phone.goto("/home-visits")
    assert axe(phone) == []
    phone.get_by_role("link", name="【示例】1号楼 1单元 2层 201室").click()
    assert axe(phone) == []
    done = phone.locator("form[action$='/done']")
    done.get_by_text("补充说明").click()
    done.locator("textarea").fill("在楼下遇见")
    done.get_by_label("设施待维修").check()
    done.get_by_role("button", name="走访完成").click()
    expect(phone.get_by_text("已走访").first).to_be_visible()
    expect(phone.get_by_role("link", name="上报为案件")).to_be_visible()
