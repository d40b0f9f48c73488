"""Each main job from its first page to its end by the keyboard alone: reached by Tab, seen, never held."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, code_sent
from tests.cases.stages import picture
from tests.cases.test_desk_browser import spot
from tests.keys import Keys
from tests.points.test_browser import _always_open
from tests.servers import Served, ask

pytestmark = [pytest.mark.thorough, pytest.mark.walk]

# Who lives in the fourth home of the first block: one vote a home, and no other test votes for this one.
RESIDENT = "+8613800001030"


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A photo on the disk."""
    path = tmp_path / "shot.jpg"
    path.write_bytes(picture("teal", (640, 480)).getvalue())
    return path


def test_a_case_is_reported_dispatched_and_handled(
    new_page: NewPage, served: Served, shot: Path
) -> None:
    here = spot(served, 11)
    worker = new_page(signed_in_as="worker", at=here)
    keys = Keys(worker)
    worker.goto("/cases/new")
    expect(worker.locator("[data-place-words]")).to_contain_text("网格")
    mark = f"by keys {time.time_ns()}"
    keys.give(worker.locator("input[name=photo]"), shot)
    expect(worker.locator("[data-shots] img")).to_have_count(1)
    keys.write(worker.locator("textarea[name=words]"), mark)
    keys.press(worker.locator("input[name=class_code]"), "Space")
    keys.press(worker.get_by_role("button", name="上报", exact=True))
    expect(worker.locator("article.case h1")).to_be_visible()
    (case,) = ask(served, "SELECT id FROM case_file WHERE words = %s", mark)

    desk = new_page(signed_in_as="shift", width=1440)
    keys = Keys(desk)
    desk.goto("/desk")
    expect(desk.locator("[data-live-state][data-state=live]")).to_be_visible()
    press = desk.keyboard.press
    press("/")
    desk.keyboard.type(mark)
    press("Enter")
    expect(desk.locator("#queue .queue-row")).to_have_count(1)
    press("Escape")
    press("j")
    row = desk.locator(f"#queue [data-select='case:{case}']")
    expect(row).to_be_focused()
    press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(row).to_be_focused()
    press("Enter")
    pane = desk.locator("#chosen")
    expect(pane.locator(".candidates li").first).to_be_visible()
    keys.press(pane.locator(".candidates").get_by_role("button", name="派遣"))
    expect(pane.locator("[aria-current=step]")).to_have_text("已派遣")

    (handler,) = ask(
        served,
        "SELECT a.username FROM case_file c JOIN account a ON a.id = c.handler_id WHERE c.id = %s",
        case,
    )
    hand = new_page(signed_in_as=handler, at=here)
    keys = Keys(hand)
    hand.goto(f"/cases/{case}")
    keys.press(hand.get_by_role("button", name="签收"))
    expect(hand.locator("[aria-current=step]")).to_have_text("处置中")
    form = hand.locator("form[data-move=feedback]")
    if not form.is_visible():
        keys.press(hand.locator("details:has(form[data-move=feedback]) > summary"))
    keys.give(form.locator("input[name=photo]"), shot)
    keys.press(form.locator("button[type=submit]"))
    expect(hand.locator("[aria-current=step]")).to_have_text("已处置")


def test_a_resident_applies_for_an_item(new_page: NewPage, served: Served, shot: Path) -> None:
    page = new_page(signed_in_as="resident1")
    keys = Keys(page)
    page.goto("/services")
    keys.press(page.locator("main").get_by_role("link", name="灵活就业社会保险补贴申领"))
    page.wait_for_url(re.compile(r"/services/[^/]+$"))
    keys.press(page.locator("main a[href$='/apply']"))
    page.wait_for_url(re.compile(r"/apply$"))
    said = {
        "name": "示例居民",
        "identity_no": "11010519491231002X",
        "phone": "+8613800009903",
        "address": "示例路1号",
        "work_kind": "网约车",
        "months": "6",
        "paid_amount": "5400",
        "bank_account": "6222021234567894",
    }
    (grid,) = ask(served, "SELECT id FROM grid ORDER BY display_code LIMIT 1")
    for field, words in said.items():
        if field == "work_kind":
            keys.choose(page.locator("[name=grid]"), str(grid))
        keys.write(page.locator(f"[name='field.{field}']"), words)
    for paper in ("identity_card", "flexible_proof", "contribution_receipt"):
        keys.give(page.locator(f"input[name='paper.{paper}']"), shot)
    before = ask(served, "SELECT count(*) FROM service_application")
    keys.press(page.get_by_role("button", name="提交申请"))
    expect(page.locator(".matter header .chip")).to_have_text("已提交")
    assert ask(served, "SELECT count(*) - %s FROM service_application", before[0]) == (1,)


def test_a_resident_votes(new_page: NewPage, served: Served) -> None:
    page = new_page()
    keys = Keys(page)
    page.goto("/public/topics")
    keys.press(page.get_by_role("link", name="充电棚选址"))
    page.wait_for_load_state()
    keys.press(page.get_by_role("link", name="手机登录"))
    keys.write(page.get_by_label("手机号码"), RESIDENT.removeprefix("+86"))
    page.keyboard.press("Enter")
    code = page.get_by_label("六位验证码")
    keys.write(code, code_sent(page, served, RESIDENT))
    page.keyboard.press("Enter")
    choice = page.get_by_label("同意", exact=True)
    expect(choice).to_be_visible()
    keys.choose(
        page.locator(f"input[name={choice.get_attribute('name')}]"),
        str(choice.get_attribute("value")),
    )
    if not choice.is_checked():
        page.keyboard.press("Space")
    keys.press(page.get_by_role("button", name="投票"))
    expect(page.locator(".receipt-code")).to_have_text(re.compile(r"^(\w{4}-){3}\w{4}$"))


def test_a_resident_takes_a_number(new_page: NewPage, served: Served) -> None:
    _always_open(served)
    page = new_page(signed_in_as="resident1")
    keys = Keys(page)
    page.goto("/points/1")
    keys.press(page.get_by_role("button", name="取号"))
    expect(page.locator("#ticket")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"[A-Z]\d{3}"))).to_be_visible()


def test_a_seeker_applies_for_a_job(new_page: NewPage) -> None:
    page = new_page(signed_in_as="seeker")
    keys = Keys(page)
    page.goto("/jobs")
    keys.press(page.get_by_role("link", name="适合我的岗位"))
    shop = page.locator("#ranked a", has_text="烟台蓬友商贸有限公司")
    expect(shop.first).to_be_visible()
    keys.press(shop)
    interest = page.get_by_role("button", name="我有意向")
    expect(interest).to_be_visible()
    keys.press(interest)
    expect(page.get_by_text("有意向").first).to_be_visible()
    expect(interest).to_have_count(0)
