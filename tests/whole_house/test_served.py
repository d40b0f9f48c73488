"""The real servers with demo data: every demo sign-in reaches its first page, and it is quiet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NewPage, axe

FIRST_PAGES = {
    "worker": "/phone",
    "dispatcher": "/desk",
    "street": "/desk",
    "station": "/applications/station",
    "agent": "/applications/desk",
}


@pytest.mark.parametrize(
    "username",
    [
        each if each in ("worker", "dispatcher") else pytest.param(each, marks=pytest.mark.thorough)
        for each in FIRST_PAGES
    ],
)
def test_a_demo_sign_in_reaches_its_first_page(new_page: NewPage, username: str) -> None:
    page = new_page(signed_in_as=username, width=390 if username in ("worker", "agent") else 1600)
    page.goto("/")
    assert page.url.endswith(FIRST_PAGES[username])
    expect(page.locator("main")).to_be_visible()
    assert axe(page) == []


def test_the_sign_in_page_speaks_both_languages(new_page: NewPage) -> None:
    for locale, words in (("zh_CN", "登录"), ("en", "Sign in")):
        page = new_page(locale=locale)
        page.goto("/sign-in")
        expect(page.get_by_role("button", name=words)).to_be_visible()
