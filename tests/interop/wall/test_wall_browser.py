"""The big screen seen: how large its letters are, that it does not scroll, that it looks after itself."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.brokers import soon
from tests.browser import NewPage, axe, picture
from tests.servers import Served

# Each text that can be seen, with the height of its letters on the screen (px): as computed, and in a drawing as scaled.
SIZES = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim();
        const parent = walker.currentNode.parentElement;
        if (!text || !parent.checkVisibility() || parent.closest("script, title, style")) continue;
        const scale = parent.getScreenCTM?.().a ?? 1;
        found.push([text, parseFloat(getComputedStyle(parent).fontSize) * scale]);
    }
    return found;
}"""
# What is cut off at its edges, and what sticks out of the sheet.
CUT = """() => {
    const sheet = document.querySelector(".sheet").getBoundingClientRect();
    const all = [...document.querySelectorAll(".sheet *")].filter((each) => each.checkVisibility() && !each.closest("svg"));
    const out = all.filter((each) => {
        const box = each.getBoundingClientRect();
        return box.width && (box.bottom > sheet.bottom + 1 || box.right > sheet.right + 1 || box.top < sheet.top - 1);
    });
    const tall = all.filter((each) => each.scrollHeight > each.clientHeight + 2 && getComputedStyle(each).overflow === "hidden");
    const wide = [...document.querySelectorAll(".figure b, .figure span, .head *, .legend li, dt, dd, h2, strong")].filter(
        (each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 2 && each.clientWidth
    );
    return [...out, ...tall, ...wide].map((each) => each.className + ": " + each.textContent.trim().slice(0, 40));
}"""
# Where somebody wants to see the pages: a folder for their pictures.
SHOWN = os.environ.get("SHOWN")
SCENES = ("situation", "newest", "alarms")


def opened(page: Page, language: str, scene: str = "situation") -> None:
    page.goto(f"/wall?lang={language}&scene={scene}")
    expect(page.locator("[data-age]")).to_contain_text("·")


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (1920, 1080),
        pytest.param(3840, 2160, marks=pytest.mark.thorough),
        pytest.param(1280, 720, marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize("language", ["zh_CN", pytest.param("en", marks=pytest.mark.thorough)])
def test_it_is_read_at_five_metres_and_never_scrolls(
    new_page: NewPage, width: int, height: int, language: str
) -> None:
    page = new_page(signed_in_as="shift", width=width, height=height)
    for scene in SCENES:
        opened(page, language, scene)
        expect(page.locator(f"#scene-{scene}")).to_be_visible()
        sizes = page.evaluate(SIZES)
        assert len(sizes) > 25
        # 44 px of 1080: 28 mm on a screen of 55 inches.
        small = [each for each in sizes if each[1] < 44 / 1080 * height - 0.05]
        assert small == []
        assert page.evaluate(CUT) == []
        root = "document.documentElement"
        assert page.evaluate(f"[{root}.scrollHeight, {root}.scrollWidth]") == [height, width]


def test_it_keeps_to_the_guidelines(new_page: NewPage) -> None:
    page = new_page(signed_in_as="shift", width=1920, height=1080)
    for scene in SCENES:
        opened(page, "zh_CN", scene)
        assert axe(page) == []
        _shown(page, scene)


@pytest.mark.thorough
def test_one_scene_follows_another_until_it_is_held(new_page: NewPage) -> None:
    page = new_page(signed_in_as="shift", width=1920, height=1080)
    page.clock.install()
    page.goto("/wall")
    situation, newest, alarms = (page.locator(f"#scene-{name}") for name in SCENES)
    expect(situation).to_be_visible()
    page.clock.run_for(21_000)
    expect(newest).to_be_visible()
    expect(situation).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(alarms).to_be_visible()
    page.keyboard.press("Space")
    pause = page.locator("[data-pausing]")
    expect(pause).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(45_000)
    expect(alarms).to_be_visible()
    pause.click()
    page.clock.run_for(21_000)
    expect(situation).to_be_visible()
    first = page.locator(".going-by li:not([hidden])").inner_text()
    page.clock.run_for(7_000)
    expect(page.locator(".going-by li:not([hidden])")).not_to_have_text(first)


@pytest.mark.thorough
def test_news_reach_it_and_a_cut_is_told(new_page: NewPage, served: Served) -> None:
    page = new_page(
        signed_in_as="shift", width=1920, height=1080, forgive=["Failed to load resource", "ERR_"]
    )
    page.goto("/wall")
    expect(page.locator(".age[data-state=live]")).to_be_visible()
    many = int(page.locator("[data-figure=received] b").inner_text())
    worker = new_page(signed_in_as="worker", width=390)
    reported(worker)
    expect(page.locator("[data-figure=received] b")).to_have_text(str(many + 1))
    page.clock.install()
    page.reload()
    expect(page.locator("[data-age]")).to_contain_text("·")
    page.context.set_offline(True)
    page.clock.run_for(120_000)
    expect(page.locator(".is-cut")).to_be_visible()
    expect(page.locator("[data-cut]")).to_contain_text("连接中断")
    expect(page.locator(".age")).to_contain_text("分钟前")
    _shown(page, "cut")
    page.context.set_offline(False)
    page.clock.run_for(40_000)
    expect(page.locator(".is-cut")).to_have_count(0)


def _shown(page: Page, name: str) -> None:
    """A picture of it for the documents, where somebody asked for them."""
    if SHOWN:
        picture(page, Path(SHOWN) / f"wall-{name}-zh.png")


def reported(page: Page) -> None:
    """A report by the interface of machines and phones, with the form token of the page."""
    page.goto("/cases/new")
    sent: Any = page.evaluate(
        """async () => {
            const token = document.querySelector("meta[name=csrf-token]").content;
            const body = JSON.stringify({class_code: "06010", lon: 121.08, lat: 37.66, words: "一堆杂物", client_id: crypto.randomUUID()});
            const headers = {"Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json"};
            return (await fetch("/api/v1/cases", {method: "POST", headers, body})).status;
        }"""
    )
    assert sent in (200, 201)


@pytest.mark.thorough
def test_a_screen_without_a_keyboard_is_put_up_and_ended(new_page: NewPage) -> None:
    page = new_page(signed_in_as="shift", width=1440)
    page.goto("/people/me/subscriptions")
    section = page.locator("#subscription-wall")
    section.get_by_role("button", name="生成专属地址").click()
    where = page.get_by_label("专属地址").input_value()
    assert re.search(r"/screen/[\w-]{40,}$", where)
    expect(page.get_by_alt_text("地址的二维码")).to_be_visible()
    assert axe(page) == []
    screen = new_page(width=1920, height=1080, forgive=["Failed to load resource"])
    screen.clock.install()
    screen.goto(where)
    expect(screen.locator(".age[data-state=live]")).to_be_visible()
    expect(screen.locator("#scene-situation .grid")).to_have_count(97)
    page.goto("/people/me/subscriptions")
    page.locator("#subscription-wall").get_by_role("button", name="停用此地址").click()
    expect(
        page.locator("#subscription-wall").get_by_role("button", name="生成专属地址")
    ).to_be_visible()
    screen.clock.run_for(40_000)
    expect(screen.locator("[data-ended]")).to_contain_text("地址已停用")
    soon(lambda: screen.locator("[data-wall]").count() == 0, "nothing is left to be seen")
    screen.reload()
    expect(screen.locator("h1.ended")).to_be_visible()
    assert axe(screen) == []
