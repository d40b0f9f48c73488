"""The page of webhooks used as an administrator uses it, with a real receiver and the real worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import databases
from tests.brokers import soon
from tests.browser import CHROMIUM, FLAGS, NewPage, Rooms, axe, too_wide
from tests.interop.webhooks.receivers import Receiver, receiving
from tests.people.single.entering import committed, entered
from tests.servers import running

NEAR = "127.0.0.0/8"


@pytest.fixture
def hall(cluster_url: str, tmp_path: Path) -> Iterator[tuple[NewPage, Receiver]]:
    """A running house that may speak to this machine, its people, a browser, and a receiver."""
    name = "hooks_seen"
    url = databases.clone(cluster_url, name)
    with receiving() as receiver, running(url, tmp_path, WEBHOOK_NETWORKS=NEAR) as house:
        committed(house)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            pages = NewPage(house, Rooms(browser, house.url))
            yield pages, receiver
            assert pages.faults() == []
            browser.close()
    databases.drop(cluster_url, name)


@pytest.mark.thorough
def test_an_endpoint_is_made_told_told_again_and_given_a_new_secret(
    hall: tuple[NewPage, Receiver],
) -> None:
    new_page, receiver = hall
    page = entered(new_page, "admin", width=1440)
    page.goto("/webhooks")
    assert axe(page) == []
    page.get_by_role("link", name="新建接收端").first.click()
    page.get_by_label("名称").fill("collector")
    page.get_by_label("接收地址").fill(receiver.url())
    page.get_by_label("案件上报").check()
    assert axe(page) == []
    page.get_by_role("button", name="保存").click()
    first = page.locator("input[readonly], output, code").first.input_value()
    assert first.startswith("whsec_")
    assert axe(page) == []
    page.get_by_role("link", name=re.compile("接收端")).last.click()
    page.get_by_role("button", name="发送测试").click()
    # The worker sends it by itself; the signature is checked by the library of the standard.
    soon(lambda: receiver.came, "the test arrives", 60)
    message = receiver.came[0]
    assert message.checked(first)["type"] == "webhook.test"
    address = page.url.split("?")[0]
    if "/deliveries/" not in address:
        page.goto(page.locator("#found a").first.get_attribute("href") or "")
    soon(lambda: page.reload() and page.locator("#tries").inner_text().count("200"), "taken", 30)
    expect(page.locator("main")).to_contain_text(message.id)
    assert too_wide(page) == 0
    assert axe(page) == []
    page.get_by_role("button", name="再次发送").or_(
        page.locator("form[action$='/again'] button")
    ).first.click()
    soon(lambda: len(receiver.came) == 2, "it is sent again", 60)
    assert receiver.ids() == [message.id, message.id]
    page.goto("/webhooks")
    page.get_by_role("link", name="collector").click()
    page.get_by_text("更换密钥").click()
    page.get_by_role("button", name="显示新密钥").click()
    second = page.locator("input[readonly], output, code").first.input_value()
    assert second.startswith("whsec_")
    assert second != first
    page.get_by_role("link", name=re.compile("接收端")).last.click()
    page.get_by_role("button", name="发送测试").click()
    soon(lambda: len(receiver.came) == 3, "another test arrives", 60)
    # No message is refused while the receiver still has the old one.
    assert receiver.came[2].checked(first) == receiver.came[2].checked(second)
