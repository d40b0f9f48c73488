"""Single sign-on as somebody sees it: by the button, through a real small service, and no more once blocked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import databases
from tests.browser import CHROMIUM, FLAGS, NewPage, Rooms, axe
from tests.people.single.entering import committed, entered
from tests.people.single.service import CLIENT, SECRET, Service, serving
from tests.servers import running
from tests.world import HOME_GRID

GRANT = {"claim": "groups", "value": "grid-1", "role": "grid_worker", "grid": HOME_GRID}


@dataclass
class Office:
    """A running house with its sign-in service and a browser that may go there."""

    new_page: NewPage
    service: Service


@pytest.fixture
def office(cluster_url: str, tmp_path: Path) -> Iterator[Office]:
    """Newcomers get an account, and posts by their groups."""
    name = "single_seen"
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"name": "办公平台", "newcomers": "create", "posts": [GRANT]}))
    (tmp_path / "secret").write_text(SECRET)
    url = databases.clone(cluster_url, name)
    with serving() as service:
        more = {
            "OIDC_ISSUER": service.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": f"file:{tmp_path / 'secret'}",
            "OIDC_RULES": str(rules),
        }
        with running(url, tmp_path, **more) as house:
            committed(house)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                pages = NewPage(house, Rooms(browser, house.url))
                yield Office(pages, service)
                # The way to the service leads outside of the house; nothing else does.
                faults = [each for each in pages.faults() if service.issuer not in each]
                assert faults == []
                browser.close()
    databases.drop(cluster_url, name)


@pytest.mark.thorough
def test_who_is_blocked_meanwhile_is_out_and_comes_in_no_more(office: Office) -> None:
    office.service.claims = {"sub": "u7", "name": "网格员·示例", "groups": ["grid-1"]}
    page = office.new_page(width=1280, forgive=["403", "401"])
    page.goto("/sign-in")
    assert axe(page) == []
    page.get_by_role("link", name="办公平台").click()
    page.wait_for_url(re.compile(r"/phone$"))
    expect(page.locator("header")).to_contain_text("网格员")
    admin = entered(office.new_page, "admin", width=1280)
    admin.goto("/people/accounts?q=示例")
    admin.get_by_role("link", name="网格员·示例").first.click()
    form = admin.locator("form[action$='/lock']")
    form.wait_for(state="attached")
    for fold in form.locator("xpath=ancestor::details[not(@open)]").all():
        fold.locator("summary").first.click()
    form.locator("[name=reason]").fill("离岗")
    form.locator("button").first.click()
    expect(admin.locator("main")).to_contain_text("离岗")
    # The session of before opens nothing any more, and the service leads to a refusal in one sentence.
    page.goto("/phone")
    expect(page).to_have_url(re.compile(r"/sign-in"))
    page.get_by_role("link", name="办公平台").click()
    expect(page.locator("main")).to_contain_text("锁定")
    page.goto("/phone")
    expect(page).to_have_url(re.compile(r"/sign-in"))
