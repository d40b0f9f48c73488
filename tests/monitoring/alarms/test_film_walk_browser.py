"""An incident is walked to its very end: a film, the ring, the phone, another console, the closed case; and an exercise."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.brokers import soon
from tests.browser import NewPage, axe, picture, too_wide
from tests.cases.stages import picture as photo
from tests.databases import ROOT
from tests.monitoring.alarms.test_alarm_browser import not_yet
from tests.servers import Served, ask
from webapp.monitoring.video import example

# Where somebody wants to see the pages: a folder for their pictures.
SHOWN = os.environ.get("SHOWN")
# What a browser says while the web server is shot.
SHOT = ("net::ERR", "htmx:sendError", "htmx:afterRequest", "htmx:responseError")
# So long the film lasts at most; it is ended before.
MINUTES = 6
STORE = ("121.1270", "37.6852")


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A photo on the phone."""
    path = tmp_path / "shot.jpg"
    path.write_bytes(photo("teal", (640, 480)).getvalue())
    return path


def seen(page: Page, name: str) -> None:
    """The page holds what it promises, and is kept as a picture where somebody wants to see it."""
    assert axe(page) == []
    assert too_wide(page) == 0
    if SHOWN:
        picture(page, Path(SHOWN) / f"{name}.png")


@contextmanager
def film(served: Served, path: Path) -> Iterator[None]:
    """A drawn film plays to the camera of the demo store: somebody walks into its closed part and stays."""
    comes = example.walks(begins=2, since_x=0.1, to_x=0.7)
    example.written(path, example.film(MINUTES * 60, comes))
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "watch", "--file", str(path)]
    with (served.instance / "watch.log").open("ab") as log:
        playing = subprocess.Popen(words, cwd=ROOT, env=served.environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            playing.terminate()
            playing.wait()


def acknowledge(corner: Locator, words: str) -> None:
    """What rings with these words has been seen."""
    ringing = corner.locator(".line").filter(has_text=words)
    for left in reversed(range(ringing.count())):
        ringing.first.get_by_role("button").click()
        expect(ringing).to_have_count(left)


@pytest.mark.thorough
def test_somebody_enters_a_zone_on_a_film_and_the_case_is_closed_in_the_end(
    new_page: NewPage, served: Served, shot: Path, tmp_path: Path
) -> None:
    desk = new_page(signed_in_as="shift", width=1440, forgive=SHOT)
    desk.goto("/alarms/board")
    console = new_page(signed_in_as="dispatcher", width=1440, locale="en", forgive=SHOT)
    console.goto("/alarms")
    corner = desk.locator("#alarm-corner .ringing")
    with film(served, tmp_path / "enters.mp4"):
        expect(corner).to_contain_text("闯入", timeout=60_000)
        asked = (
            "SELECT a.username, i.id, i.case_id, l.id FROM alarm l"
            " JOIN incident i ON i.id = l.incident_id"
            " JOIN assignment s ON s.case_id = i.case_id AND s.ended_at IS NULL"
            " JOIN account a ON a.id = s.account_id"
            " WHERE l.source = 'video' AND l.kind = 'intrusion' AND NOT l.exercise"
            " ORDER BY l.id DESC"
        )
        worker, incident, case, alarm = soon(lambda: ask(served, asked), "nobody is asked")
        not_yet(served, incident)
        seen(desk, "walk-1-ring-desk-zh")
        # The other console hears it, too; one of both has seen it, and it is quiet at both.
        ring = console.locator("#alarm-corner .ringing")
        expect(ring).to_contain_text("Entered a closed zone")
        seen(console, "walk-2-ring-console-en")
        console.goto(f"/alarms/incidents/{incident}")
        acknowledge(corner, "闯入禁区")
        expect(ring.filter(has_text="Entered a closed zone")).to_have_count(0)

        phone = new_page(signed_in_as=worker, width=390, service_workers="block", forgive=SHOT)
        phone.goto("/phone")
        offer = phone.locator("#alarm-corner")
        expect(offer).to_contain_text("请您出警")
        seen(phone, "walk-3-offer-phone-zh")
        offer.get_by_role("button", name="签收").click()
        expect(phone.get_by_role("button", name="我已出发")).to_be_visible()
        # Another console hears of it without being asked.
        stages = console.locator(".stages li.done")
        expect(stages).to_have_count(5)
        seen(console, "walk-4-accepted-console-en")

        served.kill_web()
        served.start_web()
        phone.goto(f"/cases/{case}")
        phone.get_by_role("button", name="我已出发").click()
        expect(phone.get_by_role("button", name="我已出发")).to_have_count(0)
        phone.get_by_role("button", name="我已到场").click()
        expect(phone.locator(".stages li.done")).to_have_count(7)
        seen(phone, "walk-5-there-phone-zh")
        console.reload()
        expect(stages).to_have_count(7)
    desk.goto(f"/alarms/{alarm}")
    desk.get_by_role("button", name="告警条件已消失").click()
    expect(desk.get_by_role("button", name="告警条件已消失")).to_have_count(0)
    phone.get_by_text("反馈处置结果").first.click()
    phone.set_input_files("form[data-move=feedback] input[name=photo]", shot)
    phone.locator("form[data-move=feedback] button[type=submit]").click()
    expect(phone.locator("[aria-current=step]")).to_have_text("已处置")
    desk.goto(f"/alarms/{alarm}")
    desk.get_by_label("告警结论").select_option("real")
    desk.get_by_label("结论说明").fill("【示例】外来人员误入，已劝离")
    seen(desk, "walk-6-closing-desk-zh")
    desk.get_by_role("button", name="填写结论并关闭").click()
    expect(desk.locator("#ended")).to_contain_text("已劝离")
    seen(desk, "walk-7-closed-desk-zh")

    desk.goto(f"/desk?case={case}")
    desk.goto(f"/cases/{case}")
    desk.locator(".candidates").get_by_role("button").first.click()
    checker = soon(
        lambda: ask(
            served,
            "SELECT a.username FROM case_file c JOIN account a ON a.id = c.checker_id WHERE c.id = %s",
            case,
        ),
        "nobody looks again",
    )[0]
    looker = new_page(signed_in_as=checker, width=390, service_workers="block")
    looker.goto(f"/cases/{case}")
    looker.get_by_text("核查通过", exact=True).first.click()
    looker.fill("form[data-move=pass] textarea", "现场无人")
    looker.locator("form[data-move=pass] button").click()
    stands = "SELECT 1 FROM case_file WHERE id = %s AND state = %s"
    soon(lambda: ask(served, stands, case, "checked"), "the check has not arrived")
    desk.reload()
    desk.get_by_text("结案", exact=True).first.click()
    desk.locator("form[data-move=close] button[type=submit]").click()
    soon(lambda: ask(served, stands, case, "closed"), "the case is not closed")
    desk.goto(f"/alarms/incidents/{incident}")
    seen(desk, "walk-8-incident-desk-zh")
    # Nothing was lost or doubled by the web server that was shot: each step stands in the log once.
    moves = ask(
        served,
        "SELECT array_agg(move ORDER BY id) FROM event WHERE thing_kind = 'alarm' AND thing_id = %s",
        alarm,
    )[0]
    assert len(moves) == len(set(moves)), moves
    assert {"raise", "close"} <= set(moves)


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
