"""A resident at a phone: reports without an account, follows the grid, reads the public case, rates it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe, code_sent, too_wide
from tests.cases.stages import picture
from tests.servers import Served, ask

PHONE = "+8613800009901"


@pytest.mark.thorough
def test_a_resident_reports_follows_reads_and_rates(
    new_page: NewPage, served: Served, home: tuple[float, float], tmp_path: Path
) -> None:
    shot = tmp_path / "shot.jpg"
    shot.write_bytes(picture("teal", (640, 480)).getvalue())
    phone = new_page(width=390, at=home, forgive=("422",))
    phone.goto("/")
    phone.locator(".home-tiles").get_by_text("我要上报").click()
    expect(phone.locator("h1")).to_have_text("我要上报")
    assert axe(phone) == []
    assert too_wide(phone) == 0
    words = f"resident {time.time_ns()}"
    phone.set_input_files("input[name=photo]", shot)
    phone.fill("textarea[name=words]", words)
    expect(phone.locator("[data-place-words]")).to_contain_text("网格")
    phone.get_by_text("乱堆杂物").first.click()
    phone.get_by_role("button", name="提交上报").click()
    expect(phone.locator("[data-error=phone]")).to_be_visible()
    phone.fill("input[name=phone]", PHONE)
    phone.get_by_role("button", name="获取验证码").click()
    phone.fill("input[name=code]", code_sent(phone, served, PHONE))
    phone.get_by_role("button", name="提交上报").click()
    expect(phone.locator("article.own h1")).to_have_text("乱堆杂物")
    case, number = ask(served, "SELECT id, number FROM case_file WHERE words = %s", words)
    expect(phone.locator("article.own")).to_contain_text(number)
    assert axe(phone) == []
    assert too_wide(phone) == 0

    phone.goto("/follow")
    (grid,) = ask(
        served,
        "SELECT g.display_code FROM case_file c JOIN grid g ON g.id = c.grid_id WHERE c.id = %s",
        case,
    )
    phone.select_option("select[name=grid]", grid)
    phone.select_option("select[name=every]", "once")
    phone.get_by_role("button", name="关注", exact=True).click()
    expect(phone.locator("#mine li")).to_have_count(1)
    assert axe(phone) == []
    assert too_wide(phone) == 0

    phone.goto(f"/public/cases?q={number}")
    expect(phone.locator("#public-list")).to_contain_text("没有符合的案件")
    desk = new_page(signed_in_as="dispatcher", width=1440)
    settle(desk, new_page, served, case, shot)
    phone.goto(f"/public/cases?q={number}&show=all")
    row = phone.locator("#public-list a.line")
    expect(row).to_have_count(1)
    assert axe(phone) == []
    assert too_wide(phone) == 0
    row.click()
    expect(phone.locator("article.case h1")).to_have_text("乱堆杂物")
    expect(phone.locator("article.case")).not_to_contain_text(words)

    phone.goto(f"/mine/{case}")
    phone.get_by_text("没有解决", exact=True).click()
    phone.get_by_text("非常不满意", exact=True).click()
    phone.fill("textarea[name=words]", "还在原地")
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.locator("article.own")).to_contain_text("还在原地")
    assert ask(served, "SELECT state FROM case_file WHERE id = %s", case) == ("processing",)
    desk.goto(f"/cases/{case}")
    expect(desk.locator("#chosen")).to_contain_text("还在原地")


def settle(desk: Page, new_page: NewPage, served: Served, case: int, shot: Path) -> None:
    """The case goes its way to the end, in the hands of a department, checked by the worker."""
    handler = new_page(signed_in_as="handler", width=1440)

    def move(page: Page, name: str, **fields: str) -> None:
        token = page.locator("meta[name=csrf-token]").get_attribute("content")
        files: dict[str, Any] = {}
        if name == "feedback":
            files["photo"] = {
                "name": "after.jpg",
                "mimeType": "image/jpeg",
                "buffer": shot.read_bytes(),
            }
        answer = page.request.post(
            f"/cases/{case}/{name}",
            multipart={"csrf_token": token or "", **fields, **files},
            max_redirects=0,
        )
        assert answer.status == 303, f"{name}: {answer.status} {answer.text()[:400]}"

    desk.goto(f"/cases/{case}")
    (unit,) = ask(
        served,
        """SELECT p.unit_id FROM post p JOIN account a ON a.id = p.account_id
           WHERE a.username = 'handler' AND p.unit_id IS NOT NULL LIMIT 1""",
    )
    move(desk, "dispatch", unit=str(unit))
    handler.goto(f"/cases/{case}")
    move(handler, "sign")
    move(handler, "feedback")
    checker = new_page(signed_in_as="worker", width=390)
    checker.goto("/phone")
    other = checker.locator("body").get_attribute("data-account") or ""
    move(desk, "send_check", worker=other)
    move(checker, "pass", note="到现场看过")
    move(desk, "close")
