"""One matter in three windows: an agent applies for a resident, is asked once, it is done, and rated."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe, code_sent, too_wide
from tests.servers import Served, ask
from tests.services.conftest import photo

PHONE = "+8613800009902"
HOLDERS = """
    SELECT a.username FROM post p JOIN account a ON a.id = p.account_id
    WHERE p.unit_id = %s AND p.role = %s AND p.valid @> now() ORDER BY a.id LIMIT 1
"""


def _step(page: Page, place: str, name: str, **fields: str) -> None:
    """A step of the house is made on the page of the application."""
    page.goto(place)
    form = page.locator(f"form[action$='/{name}']")
    if not form.locator("button").first.is_visible():
        page.locator(f"details:has(form[action$='/{name}']) > summary").click()
    for field, value in fields.items():
        box = form.locator(f"[name={field}]")
        if box.evaluate("each => each.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    form.locator("button").last.click()
    page.wait_for_load_state("load")
    assert page.locator("[role=alert].told").all_inner_texts() == []


def test_an_agent_applies_is_asked_once_and_the_resident_rates(
    new_page: NewPage, served: Served, tmp_path: Path
) -> None:
    shot = tmp_path / "paper.jpg"
    shot.write_bytes(photo().getvalue())
    agent = new_page(width=390, signed_in_as="agent", forgive=("422",))
    agent.goto("/applications/desk")
    assert axe(agent) == []
    assert too_wide(agent) == 0
    agent.get_by_role("link", name="灵活就业社会保险补贴申领").last.click()
    agent.select_option("[name=how]", "spoken")
    agent.fill("[name=mandate]", "【示例】行动不便，请代为办理")
    for field, value in {
        "name": "示例居民",
        "identity_no": "11010519491231002X",
        "phone": PHONE,
        "address": "示例路1号",
        "work_kind": "网约车",
        "months": "6",
        "paid_amount": "5400",
        "bank_account": "6222021234567894",
    }.items():
        agent.fill(f"[name='field.{field}']", value)
    (grid,) = ask(
        served,
        "SELECT p.grid_id FROM post p JOIN account a ON a.id = p.account_id"
        " WHERE a.username = 'worker' AND p.role = 'grid_worker'",
    )
    agent.select_option("[name=grid]", str(grid))
    for paper in ("identity_card", "flexible_proof"):
        agent.set_input_files(f"input[name='paper.{paper}']", shot)
    assert axe(agent) == []
    assert too_wide(agent) == 0
    agent.get_by_role("button", name="提交申请").click()
    expect(agent.locator("#paper-contribution_receipt-error")).to_contain_text("缺少该材料")
    assert axe(agent) == []
    agent.set_input_files("input[name='paper.contribution_receipt']", shot)
    agent.get_by_role("button", name="提交申请").click()
    expect(agent.locator(".matter header .chip")).to_have_text("已提交")
    key, number, station, department = ask(
        served,
        "SELECT id, number, station_id, department_id FROM service_application ORDER BY id DESC LIMIT 1",
    )
    place = f"/applications/{key}"
    (head_name,) = ask(served, HOLDERS, station, "station_head")
    (clerk_name,) = ask(served, HOLDERS, department, "handler")

    head = new_page(width=1440, signed_in_as=head_name)
    head.goto("/applications")
    expect(head.locator("#found")).to_contain_text(number)
    assert axe(head) == []
    _step(head, place, "ask_supplement", lacking="请补充近六个月的缴费凭证")
    assert axe(head) == []
    expect(head.locator("main")).to_contain_text("计时暂停")

    agent.reload()
    expect(agent.locator(".matter-ask")).to_contain_text("近六个月的缴费凭证")
    agent.set_input_files("input[name='paper.contribution_receipt']", shot)
    agent.get_by_role("button", name="提交补正").click()
    expect(agent.locator(".matter header .chip")).to_have_text("已提交")
    head.goto(place)
    assert head.locator("form[action$='/ask_supplement']").count() == 0, "it is asked for only once"

    _step(head, place, "accept")
    worker = new_page(width=390, signed_in_as="worker")
    _step(worker, place, "to_station", note="【示例】情况属实")
    assert too_wide(worker) == 0
    _step(head, place, "to_street", note="【示例】材料齐全")
    clerk = new_page(width=1440, locale="en", signed_in_as=clerk_name)
    clerk.goto("/applications")
    _step(clerk, place, "to_district")
    _step(clerk, place, "publish")
    assert clerk.locator("form[action$='/approve']").count() == 0, "the notice is not over"
    row = "UPDATE service_application SET publicity_until = now() WHERE id = %s RETURNING id"
    ask(served, row, key)
    _step(clerk, place, "approve")
    assert axe(clerk) == []
    assert too_wide(clerk) == 0
    _step(head, place, "deliver", way="online")

    phone = new_page(width=390)
    phone.goto("/my-matters")
    phone.fill("input[name=phone]", PHONE)
    phone.get_by_role("button", name="获取验证码").click()
    phone.fill("input[name=code]", code_sent(phone, served, PHONE))
    phone.locator("main .btn.main").click()
    expect(phone.locator("h1")).to_have_text("我的办件")
    phone.get_by_text(number).click()
    expect(phone.locator("main")).to_contain_text("办得怎么样")
    assert axe(phone) == []
    assert too_wide(phone) == 0
    phone.get_by_text("非常满意").click()
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.locator("main")).to_contain_text("您的评价")
    assert ask(served, "SELECT level FROM service_rating WHERE application_id = %s", key) == (5,)
    phone.goto(f"/my-matters/{key}")
    phone.get_by_role("link", name="核验真伪").click()
    expect(phone.locator("h1")).to_have_text("文书真实有效")
    assert "示例居民" not in phone.locator("main").inner_text()
    assert axe(phone) == []
