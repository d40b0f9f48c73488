"""People in a real browser: on a phone and at the desk, in both languages, by hand and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import BOTH, NewPage, axe, too_wide
from tests.servers import Served, ask

PAGES = (
    "/people/accounts",
    "/people/accounts/new",
    "/people/accounts/{account}",
    "/people/accounts/{account}/change",
    "/people/accounts/{account}/posts/new",
    "/people/posts/{post}/end",
    "/people/posts/{post}/rotation",
    "/people/posts/grid/DJJ-C-001",
    "/people/units",
    "/people/units/{unit}",
    "/people/units/new",
    "/people/enterprises",
    "/people/enterprises/{firm}",
    "/people/enterprises/{firm}/change",
    "/people/hand-overs",
    "/people/roster",
    "/people/tokens/new",
    "/people/rights",
    "/people/me",
    "/people/me/password",
)


@pytest.fixture(scope="module")
def keys(served: Served) -> dict[str, int]:
    """Keys of a worker, the worker's post, a community and an enterprise of the demo data."""
    found = ask(
        served,
        """SELECT a.id, p.id, (SELECT min(id) FROM unit WHERE kind = 'community'),
                  (SELECT min(id) FROM enterprise)
           FROM account a JOIN post p ON p.account_id = a.id
           WHERE a.username = 'worker' AND p.role = 'grid_worker'""",
    )
    return dict(zip(("account", "post", "unit", "firm"), found, strict=True))


def phone_of(new_page: NewPage, username: str) -> Page:
    """The phone of a worker; all demo accounts have the one password of the installation."""
    page = new_page(width=390, forgive=("403",))
    word = new_page.served.password("worker")
    new_page.send(page.context, "/sign-in", username=username, password=word)
    return page


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("width", "locale"), [*BOTH, pytest.param(390, "en", marks=pytest.mark.thorough)]
)
def test_every_page_is_in_everybody_s_reach_and_fits(
    new_page: NewPage, keys: dict[str, int], width: int, locale: str
) -> None:
    page = new_page(signed_in_as="admin", width=width, locale=locale)
    for path in PAGES:
        page.goto(path.format(**keys))
        assert axe(page) == [], path
        assert too_wide(page) == 0, path


def test_before_the_door_everything_is_in_reach(new_page: NewPage) -> None:
    page = new_page(width=390)
    for path in ("/sign-in", "/sign-in/phone"):
        page.goto(path)
        assert axe(page) == []


def test_a_wrong_password_is_told_beside_its_field(new_page: NewPage) -> None:
    page = new_page(width=390, forgive=("401",))
    page.goto("/sign-in")
    page.get_by_label("用户名").fill("nobody")
    page.get_by_label("密码", exact=False).fill("not the password")
    page.keyboard.press("Enter")
    expect(page.locator("#field-password-error")).to_have_text("用户名或密码不正确。")
    expect(page.get_by_label("用户名")).to_have_value("nobody")


@pytest.mark.thorough
def test_a_phone_code_is_asked_for_and_a_wrong_one_refused(new_page: NewPage) -> None:
    page = new_page(width=390, forgive=("401",))
    page.goto("/sign-in/phone")
    page.get_by_label("手机号码").fill("138 0013 8000")
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("138****8000")).to_be_visible()
    page.get_by_label("六位验证码").fill("000000")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#field-code-error")).to_be_visible()


@pytest.mark.thorough
def test_the_form_of_a_post_asks_for_what_the_post_is_held_over(
    new_page: NewPage, keys: dict[str, int]
) -> None:
    page = new_page(signed_in_as="admin")
    page.goto(f"/people/accounts/{keys['account']}/posts/new")
    page.get_by_label("岗位").select_option("grid_leader")
    expect(page.get_by_label("网格", exact=True)).to_be_visible()
    expect(page.get_by_label("单位", exact=True)).to_be_hidden()
    page.get_by_label("岗位").select_option("dispatcher")
    expect(page.get_by_label("网格", exact=True)).to_be_hidden()
    expect(page.get_by_label("单位", exact=True)).to_have_value(re.compile("[0-9]+"))


def found(page: Page) -> list[str]:
    return page.locator("#found tbody th").all_inner_texts()


@pytest.mark.thorough
def test_the_list_answers_while_one_types(new_page: NewPage) -> None:
    page = new_page(signed_in_as="admin")
    page.goto("/people/accounts")
    page.get_by_role("searchbox").fill("派遣员")
    expect(page.locator("#found tbody tr")).to_have_count(2)
    assert all("派遣员" in name for name in found(page))
    expect(page).to_have_url(re.compile("q="))


@pytest.mark.thorough
def test_a_number_is_shown_after_its_purpose_without_leaving_the_page(
    new_page: NewPage, keys: dict[str, int]
) -> None:
    page = new_page(signed_in_as="admin", forgive=("422",))
    page.goto(f"/people/enterprises/{keys['firm']}/change")
    page.get_by_label("手机号码").fill("0535 6370000")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#phone")).to_contain_text("****")
    page.get_by_text("显示完整号码").click()
    page.get_by_label("用途").fill("隐患整改回访")
    page.locator("#phone button").click()
    expect(page.locator("#phone")).to_contain_text("0535")
    expect(page.locator("#phone")).not_to_contain_text("****")


@pytest.mark.thorough
def test_the_pin_of_an_enterprise_fills_in_the_numbers(new_page: NewPage) -> None:
    page = new_page(signed_in_as="worker", width=390, at=(121.0705, 37.7005))
    page.goto("/people/enterprises/new")
    page.locator("[data-pick] .leaflet-container").wait_for()
    page.locator("[data-pick]").scroll_into_view_if_needed()
    page.get_by_role("button", name="定位").click()
    expect(page.get_by_label("经度")).to_have_value(re.compile(r"121\.07"))
    expect(page.get_by_label("纬度")).to_have_value(re.compile(r"37\.70"))
    expect(page.locator("[data-spot-words]")).not_to_be_empty()


def test_a_post_is_passed_on_and_the_paper_signed_by_both(new_page: NewPage) -> None:
    admin = new_page(signed_in_as="admin")
    admin.goto("/people/accounts?q=djj-r-005")
    admin.locator("#found tbody a").first.click()
    admin.get_by_role("link", name="轮换").click()
    admin.wait_for_load_state()
    admin.get_by_label("接任人").press_sequentially("djj-r-006")
    expect(admin.locator("#people-options option")).to_have_count(1)
    admin.get_by_role("button", name="轮换").click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("准备中")
    paper = admin.url
    assert axe(admin) == []

    giver = phone_of(new_page, "djj-r-005")
    giver.goto("/people/me")
    giver.get_by_role("link", name="准备中").click()
    giver.get_by_label("接任人需要知道的事").fill("钥匙在值班室。")
    giver.get_by_role("button", name="签字移交").click()
    expect(giver.get_by_role("heading", level=1)).to_contain_text("已移交")

    taker = phone_of(new_page, "djj-r-006")
    taker.goto(paper)
    expect(taker.get_by_text("钥匙在值班室。")).to_be_visible()
    taker.get_by_role("button", name="签字接收").click()
    expect(taker.get_by_role("heading", level=1)).to_contain_text("已接收")

    admin.goto(paper)
    admin.emulate_media(media="print")
    expect(admin.get_by_role("button", name="打印")).to_be_hidden()
    expect(admin.get_by_text("钥匙在值班室。")).to_be_visible()


def test_the_pages_work_without_a_script(new_page: NewPage) -> None:
    page = new_page(signed_in_as="admin", java_script_enabled=False)
    page.goto("/people/accounts/new")
    page.get_by_label("姓名").fill("临时人员")
    page.get_by_label("用户名").fill("temporary")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("临时人员")
    page.get_by_role("link", name="安排岗位").click()
    page.get_by_label("岗位").select_option("grid_worker")
    page.get_by_label("网格", exact=True).select_option("DJJ-C-002")
    page.get_by_role("button", name="安排岗位").click()
    expect(page.locator(".posts-rows tbody tr")).to_have_count(1)
