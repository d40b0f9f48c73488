"""The whole life of a case in real browsers, and a report made without a network."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import NewPage, axe
from tests.cases.stages import picture
from tests.servers import Served, ask

pytestmark = pytest.mark.offline

# What Chromium itself says when the network is gone on purpose.
GONE = (
    "ERR_INTERNET_DISCONNECTED",
    "Failed to fetch",
    "Failed to load resource",
    "EventSource",
    "htmx:",
)

# The pages that must open offline are in the worker's hands.
UNTIL_KEPT = """async (pages) => {
    while (!(await Promise.all(pages.map((page) => caches.match(page)))).every(Boolean)) {
        await new Promise((go) => setTimeout(go, 50));
    }
}"""


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A photo on the phone."""
    path = tmp_path / "shot.jpg"
    path.write_bytes(picture("teal", (640, 480)).getvalue())
    return path


def fill_report(page: Page, shot: Path, words: str) -> None:
    """The three taps: a photo, what it is, and the words by which this test knows it."""
    page.set_input_files("input[name=photo]", shot)
    page.get_by_text("乱堆杂物").first.click()
    page.fill("textarea[name=words]", words)
    expect(page.locator("[data-place-words]")).to_contain_text("网格")


def test_a_case_goes_from_the_phone_to_closed_while_the_desk_listens(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    desk = new_page(signed_in_as="dispatcher", width=1440)
    desk.goto("/desk")
    expect(desk.locator("[data-live-state][data-state=live]")).to_be_visible()
    phone = new_page(signed_in_as="worker", width=390, at=home)
    phone.goto("/cases/new")
    words = f"whole path {time.time_ns()}"
    fill_report(phone, shot, words)
    phone.get_by_role("button", name="上报").click()
    expect(phone.locator("article.case h1")).to_have_text("乱堆杂物")
    case, number = ask(served, "SELECT id, number FROM case_file WHERE words = %s", words)

    row = desk.locator(f"[data-select='case:{case}']")
    expect(row).to_be_visible()
    row.click()
    pane = desk.locator("#chosen")
    expect(pane).to_contain_text(number)
    expect(pane.locator(".candidates li").first).to_contain_text("理由：")
    pane.locator(".candidates").get_by_role("button", name="派遣").first.click()
    expect(pane.locator("[aria-current=step]")).to_have_text("已派遣")

    (handler,) = ask(
        served,
        "SELECT a.username FROM case_file c JOIN account a ON a.id = c.handler_id WHERE c.id = %s",
        case,
    )
    hand = phone if handler == "worker" else new_page(signed_in_as=handler, width=390, at=home)
    hand.goto(f"/cases/{case}")
    hand.get_by_role("button", name="签收").click()
    expect(hand.locator("[aria-current=step]")).to_have_text("处置中")
    hand.get_by_text("反馈处置结果").first.click()
    hand.set_input_files("form[data-move=feedback] input[name=photo]", shot)
    hand.locator("form[data-move=feedback] button[type=submit]").click()
    expect(hand.locator("[aria-current=step]")).to_have_text("已处置")

    expect(pane.locator("[aria-current=step]")).to_have_text("已处置")
    pane.locator(".candidates").get_by_role("button").first.click()
    expect(pane.locator("[aria-current=step]")).to_have_text("核查中")
    (checker,) = ask(
        served,
        "SELECT a.username FROM case_file c JOIN account a ON a.id = c.checker_id WHERE c.id = %s",
        case,
    )
    assert checker != handler
    looker = new_page(signed_in_as=checker, width=390)
    looker.goto(f"/cases/{case}")
    looker.get_by_text("核查通过", exact=True).first.click()
    looker.fill("form[data-move=pass] textarea", "从路边看已清理")
    looker.locator("form[data-move=pass] button").click()
    expect(looker.locator("article.case")).to_contain_text("核查通过")

    expect(pane.get_by_text("结案", exact=True).first).to_be_visible()
    pane.get_by_text("结案", exact=True).first.click()
    pane.locator("form[data-move=close] button[type=submit]").click()
    expect(pane.locator("header .chip.done")).to_have_text("已结案")
    assert ask(served, "SELECT state FROM case_file WHERE id = %s", case) == ("closed",)


def test_a_report_without_a_network_waits_in_sight_and_arrives_once_with_its_true_time(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home, forgive=GONE)
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/cases/new", "/cases/unsent"])
    page.goto("/cases/new")
    words = f"no network {time.time_ns()}"
    fill_report(page, shot, words)
    context: BrowserContext = page.context
    context.set_offline(True)
    before = datetime.now(UTC)
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)
    expect(page.locator("h1 [data-offline-count]")).to_have_text("1")
    after = datetime.now(UTC)
    assert ask(served, "SELECT count(*) FROM case_file WHERE words = %s", words) == (0,)

    context.set_offline(False)
    expect(page.locator("[data-unsent-list] li")).to_have_count(0)
    happened, received, files = ask(
        served,
        """SELECT happened_at, received_at,
                  (SELECT count(*) FROM case_media m WHERE m.case_id = c.id)
           FROM case_file c WHERE words = %s""",
        words,
    )
    assert before - timedelta(seconds=1) <= happened <= after
    assert received > happened
    assert files == 1


@pytest.mark.thorough
def test_a_report_that_was_refused_is_put_right_and_sent_again(
    new_page: NewPage, served: Served, home: tuple[float, float], shot: Path
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home, forgive=(*GONE, "422"))
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/cases/new", "/cases/unsent"])
    page.goto("/cases/new")
    words = f"put right {time.time_ns()}"
    fill_report(page, shot, words)
    # A phone whose clock runs an hour ahead: the server believes no report from the future.
    page.evaluate(
        """() => { const now = Date.prototype.toISOString;
            Date.prototype.toISOString = function () { return now.call(new Date(this.getTime() + 3600000)); }; }"""
    )
    context: BrowserContext = page.context
    context.set_offline(True)
    page.get_by_role("button", name="上报").click()
    row = page.locator("[data-unsent-list] li")
    expect(row).to_contain_text("乱堆杂物")
    context.set_offline(False)
    expect(row).to_contain_text("手机时钟")
    assert ask(served, "SELECT count(*) FROM case_file WHERE words = %s", words) == (0,)

    row.get_by_role("link", name="修改").click()
    expect(page.locator("[data-error=happened_at]")).to_contain_text("手机时钟")
    expect(page.locator("textarea[name=words]")).to_have_value(words)
    expect(page.locator(".shot img")).to_have_count(1)
    expect(page.locator("input[name=class_code]:checked")).to_have_count(1)
    page.reload()
    expect(page.locator("textarea[name=words]")).to_have_value(words)
    earlier = datetime.now(UTC) - timedelta(hours=2)
    page.fill("#when", (earlier + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"))
    page.fill("textarea[name=words]", f"{words} again")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("article.case h1")).to_have_text("乱堆杂物")
    happened, files = ask(
        served,
        """SELECT happened_at, (SELECT count(*) FROM case_media m WHERE m.case_id = c.id)
           FROM case_file c WHERE words = %s""",
        f"{words} again",
    )
    assert abs(happened - earlier) < timedelta(minutes=1)
    assert files == 1
    page.goto("/cases/unsent")
    expect(row).to_have_count(0)


@pytest.mark.thorough
def test_a_report_refused_in_its_form_waits_for_the_person_too(
    new_page: NewPage, home: tuple[float, float], shot: Path
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home, forgive=("422",))
    page.goto("/cases/new")
    fill_report(page, shot, "x" * 10)
    page.evaluate("document.querySelector('[name=words]').value = 'x'.repeat(4001)")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("[data-error=words]")).to_be_visible()
    assert "unsent=" in page.url
    page.goto("/cases/unsent")
    expect(page.locator("[data-unsent-list] li")).to_have_count(1)
    page.locator("[data-unsent-list]").get_by_role("link", name="修改").click()
    expect(page.locator("[data-error=words]")).to_be_visible()
    page.fill("textarea[name=words]", "short")
    page.get_by_role("button", name="上报").click()
    expect(page.locator("article.case h1")).to_have_text("乱堆杂物")


@pytest.mark.thorough
def test_a_step_that_came_too_late_shows_both_versions_and_nothing_of_it_to_the_next_person(
    new_page: NewPage, served: Served, home: tuple[float, float]
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home, forgive=(*GONE, "409"))
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/cases/new", "/cases/unsent"])
    (case,) = ask(
        served,
        """SELECT c.id FROM case_file c JOIN account a ON a.id = c.handler_id
           WHERE a.username = 'worker' AND c.state = 'dispatched' LIMIT 1""",
    )
    page.goto(f"/cases/{case}")
    context: BrowserContext = page.context
    context.set_offline(True)
    page.reload()
    expect(page.locator("[data-kept]")).to_be_visible()
    page.get_by_role("button", name="签收").click()
    row = page.locator("[data-unsent-list] li")
    expect(row).to_contain_text("签收")

    faster = new_page(signed_in_as="worker", width=390)
    faster.goto(f"/cases/{case}")
    expect(faster.locator("[data-kept]")).to_be_hidden()
    faster.get_by_role("button", name="签收").click()
    expect(faster.locator("[aria-current=step]")).to_have_text("处置中")
    context.set_offline(False)
    expect(row.locator("[data-both]")).to_contain_text("处置中")
    # The other one has taken it on already: this step is open no more, and the page says so.
    expect(row.get_by_role("button", name="保留对方的")).to_be_visible()
    expect(row.get_by_role("button", name="按我的办理")).to_be_hidden()
    expect(row.locator("[data-closed]")).to_be_visible()

    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".menu summary").first.click()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in")
    page.fill("input[name=username]", "leader")
    page.fill("input[name=password]", served.password("leader"))
    page.locator("form[action*=sign-in] button[type=submit]").first.click()
    page.wait_for_url("**/phone")
    page.goto("/cases/unsent")
    expect(page.locator("[data-others]")).to_contain_text("1")
    expect(row).to_have_count(0)
    assert page.evaluate(f"caches.match('/cases/{case}').then(Boolean)") is False


@pytest.mark.thorough
def test_the_pages_of_the_case_can_be_used_by_everybody(
    new_page: NewPage, home: tuple[float, float]
) -> None:
    page = new_page(signed_in_as="worker", width=390, at=home)
    for path in ("/cases/new", "/cases", "/cases/today", "/cases/unsent", "/cases/classes"):
        page.goto(path)
        expect(page.locator("main h1, main h2").first).to_be_visible()
        assert axe(page) == [], path
    page.goto("/cases")
    page.locator("[data-select]").first.click()
    expect(page.locator("article.case")).to_be_visible()
    assert axe(page) == []
