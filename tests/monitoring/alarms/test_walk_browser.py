"""An exercise is walked to its very end: it rings, is acknowledged at another console, over, and closed with its outcome."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import NewPage, axe, picture, too_wide
from tests.servers import Served, ask

# Where somebody wants to see the pages: a folder for their pictures.
SHOWN = os.environ.get("SHOWN")
STORE = ("121.1270", "37.6852")


def seen(page: Page, name: str) -> None:
    """The page holds what it promises, and is kept as a picture where somebody wants to see it."""
    assert axe(page) == []
    assert too_wide(page) == 0
    if SHOWN:
        picture(page, Path(SHOWN) / f"{name}.png")


def acknowledge(corner: Locator, words: str) -> None:
    """What rings with these words has been seen."""
    ringing = corner.locator(".line").filter(has_text=words)
    ringing.first.get_by_role("button").click()
    expect(ringing).to_have_count(0)


@pytest.mark.thorough
def test_an_exercise_with_ammonia_is_walked_to_its_end_on_a_phone_in_english(
    new_page: NewPage, served: Served
) -> None:
    desk = new_page(signed_in_as="shift", width=390, locale="en")
    desk.goto("/alarms/drill")
    expect(desk.locator("input[name=lon]")).not_to_have_value("")
    for name, degrees in zip(("lon", "lat"), STORE, strict=True):
        desk.locator(f"input[name={name}]").fill(degrees)
    seen(desk, "walk-b1-drill-phone-en")
    desk.get_by_role("button", name="Begin the exercise").click()
    expect(desk.locator(".drill-band").first).to_be_visible()
    alarm = int(desk.url.rsplit("/", 1)[-1])
    console = new_page(signed_in_as="dispatcher", width=1440)
    console.goto("/figures")
    ring = console.locator("#alarm-corner .ringing")
    expect(ring).to_contain_text("演练")
    acknowledge(ring, "演练")
    desk.reload()
    seen(desk, "walk-b2-alarm-phone-en")
    desk.get_by_role("button", name="The condition is over").click()
    close = desk.get_by_role("button", name="Close with its outcome")
    desk.get_by_label("What it turned out to be").select_option("test")
    desk.get_by_label("Note of the outcome").fill("【示例】exercise over")
    seen(desk, "walk-b3-closing-phone-en")
    close.click()
    expect(desk.locator("#ended")).to_contain_text("exercise over")
    seen(desk, "walk-b4-closed-phone-en")
    kept = "SELECT state, outcome FROM alarm WHERE id = %s"
    assert ask(served, kept, alarm) == ("closed", "test")
    ended = (
        "SELECT i.ended_at IS NOT NULL, i.case_id FROM alarm l"
        " JOIN incident i ON i.id = l.incident_id WHERE l.id = %s"
    )
    assert ask(served, ended, alarm) == (True, None)
