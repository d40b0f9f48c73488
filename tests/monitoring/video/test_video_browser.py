"""The desk looks at cameras on the wall and walks over them by rounds; a shift leader draws a zone on a picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from tests import databases
from tests.brokers import soon
from tests.browser import NewPage, axe, picture
from tests.monitoring.video import films
from tests.servers import Served, running
from webapp.app import create_app
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.sealing import seal
from webapp.monitoring.cameras import queries

# Where somebody wants to see the pages: a folder for their pictures.
SHOWN = os.environ.get("SHOWN")
# Four films that begin at once, on a busy machine.
FILMS_MS = 60_000


@pytest.fixture(scope="module")
def served(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The running house, six of whose cameras give a film on loopback."""
    instance, folder = tmp_path_factory.mktemp("filmed"), tmp_path_factory.mktemp("stream")
    films.made(folder / "yard.ts", films.LIVE_S)
    url = databases.clone_with_demo(cluster_url, "filmed", instance)
    with films.served(folder) as address, running(url, instance, CAMERA_HOSTS="127.0.0.1") as house:
        _give_films(house, f"{address}/yard.live")
        yield house
    databases.drop(cluster_url, "filmed")


def _give_films(house: Served, address: str) -> None:
    app = create_app(Settings.from_environment(dict(house.environment)))
    with app.app_context():
        for number in range(1, 7):
            code = f"CAM{number:04}"
            camera = queries.by_source("geodata", code)
            assert camera is not None
            camera.stream = seal(address.encode())
        db.session.commit()
        db.engine.dispose()


def show(page: Page, name: str) -> None:
    if SHOWN:
        picture(page, Path(SHOWN) / f"{name}.png")


@pytest.mark.thorough
def test_the_wall_plays_and_a_zone_is_drawn_by_clicking(new_page: NewPage) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/cameras/wall")
    assert axe(desk) == []
    desk.get_by_label("用途").fill("查看码头人员")
    for box in desk.locator(".picks input").all()[:2]:
        box.check()
    desk.get_by_role("button", name="显示视频墙").click()
    expect(desk.locator("[data-player]")).to_have_count(2)
    expect(desk.locator("[data-said]").first).to_have_text("实时，有数秒延迟", timeout=FILMS_MS)
    expect(desk.locator("video").first).to_be_visible(timeout=FILMS_MS)
    show(desk, "wall")
    assert axe(desk) == []
    desk.locator("[data-player] a").first.click()
    expect(desk.get_by_role("button", name="立即查看")).to_be_visible()
    desk.get_by_label("用途").first.fill("查看码头人员")
    desk.get_by_role("button", name="立即查看").click()
    expect(desk.locator("#view [data-player] img")).to_be_attached()
    show(desk, "camera")
    looked = desk.url
    desk.goto(f"{looked}/glance")
    desk.get_by_label("用途").fill("核对码头人员")
    desk.get_by_role("button", name="查看画面").click()
    expect(desk.locator(".glance [data-player] img")).to_be_visible()
    expect(desk.locator(".glance video")).to_be_hidden()
    assert axe(desk) == []
    desk.goto(looked)
    desk.get_by_role("link", name="区域和遮挡").click()
    desk.get_by_role("button", name="抓取画面").click()
    expect(desk.locator("[data-canvas] img")).to_be_visible()
    canvas = desk.locator("[data-canvas]")
    for x, y in ((60, 60), (260, 60), (260, 200)):
        canvas.click(position={"x": x, "y": y})
    assert len(desk.locator("[data-corners]").input_value().splitlines()) == 3
    desk.get_by_label("区域名称").fill("试画的区域")
    show(desk, "zones")
    assert axe(desk) == []
    desk.get_by_role("button", name="保存区域").click()
    expect(desk.locator("#zones").get_by_text("试画的区域")).to_be_visible()
    desk.goto("/cameras/health")
    assert axe(desk) == []
    show(desk, "health")
    phone = new_page(signed_in_as="shift", width=390, locale="en")
    phone.goto("/cameras/health")
    show(phone, "health-phone")
    phone.goto(desk.url.replace("/cameras/health", "/cameras/wall"))
    show(phone, "wall-phone")


def made(served: Served) -> set[str]:
    """The cameras whose films are being made."""
    return {
        each.name
        for each in (served.instance / "films").iterdir()
        if each.suffix == "" and each.is_dir()
    }


@pytest.mark.thorough
def test_a_round_walks_over_the_cameras_and_leaves_those_out_of_view(
    served: Served, new_page: NewPage
) -> None:
    desk = new_page(signed_in_as="shift", width=1440)
    desk.goto("/cameras/rounds")
    # Folded where there is a round already.
    desk.locator("details:has([name=usual])").evaluate("form => { form.open = true }")
    desk.get_by_label("轮巡名称").fill("码头一圈")
    desk.get_by_label("每路停留秒数").fill("12")
    for box in desk.locator(".picks input").all():
        box.check()
    desk.get_by_label("指挥台其他人也可启动").check()
    assert axe(desk) == []
    show(desk, "rounds")
    desk.get_by_role("button", name="保存轮巡").click()
    expect(desk.locator(".stops > li")).to_have_count(6)
    second = desk.locator(".stops > li").nth(1).locator(".grow").inner_text()
    desk.locator(".stops > li").nth(1).get_by_role("button", name="上移").click()
    expect(desk.locator(".stops > li").first).to_contain_text(second)
    assert axe(desk) == []
    show(desk, "round")
    order = [each.input_value() for each in desk.locator("[name=stop]").all()]
    desk.goto("/cameras/wall")
    desk.get_by_role("button", name="收藏：").last.click()
    expect(desk.locator(".star[aria-pressed=true]")).to_have_count(1)
    desk.get_by_label("用途").fill("夜间巡看码头")
    chosen = desk.locator("option", has_text="码头一圈").get_attribute("value")
    desk.get_by_label("轮巡或摄像头").select_option(chosen)
    # Whoever looked before has left: each film takes one of four places.
    soon(lambda: not made(served), "films of before go on", within_s=60)
    desk.get_by_role("button", name="显示视频墙").click()
    place, players = desk.locator("[data-place]"), desk.locator("[data-player]")
    expect(place).to_have_text("第 1–4 路，共 6 路")
    expect(players).to_have_count(4)
    desk.keyboard.press("Space")
    expect(desk.locator("video:visible")).to_have_count(4, timeout=FILMS_MS)
    assert made(served) == set(order[:4])
    show(desk, "round-1")
    assert axe(desk) == []
    # It walks on by itself; the films that nobody looks at any more end, and their places are taken.
    desk.keyboard.press("Space")
    expect(place).to_have_text("第 5–6 路，共 6 路", timeout=FILMS_MS)
    expect(players).to_have_count(2)
    desk.keyboard.press("Space")
    expect(desk.get_by_role("button", name="开始轮巡（空格）")).to_be_visible()
    expect(desk.locator("video:visible")).to_have_count(2, timeout=FILMS_MS)
    soon(lambda: made(served) == set(order[4:]), "films out of view go on")
    show(desk, "round-2")
    desk.keyboard.press("ArrowLeft")
    expect(place).to_have_text("第 1–4 路，共 6 路")
    expect(players).to_have_count(4)
    desk.keyboard.press("1")
    expect(players).to_have_count(1)
    expect(place).to_have_text("第 1–1 路，共 6 路")
    desk.keyboard.press("9")
    expect(players).to_have_count(6)
    # Six are more than are filmed at once: the others say so, and show pictures.
    said = desk.get_by_text("本机可同时提供的视频路数已满，改为显示图片。")
    expect(said).to_have_count(2, timeout=FILMS_MS)
    desk.keyboard.press("f")
    soon(lambda: desk.evaluate("document.fullscreenElement !== null"), "no full screen")
    show(desk, "round-full")
    desk.keyboard.press("f")
    soon(lambda: desk.evaluate("document.fullscreenElement === null"), "full screen stays")
    # The log has one line for each camera, and the wall is found as it was left.
    with (
        psycopg2.connect(databases.plain(served.database_url)) as connection,
        connection.cursor() as rows,
    ):
        rows.execute(
            "SELECT thing_id::text FROM event WHERE data->>'round' = '码头一圈' ORDER BY id"
        )
        assert sorted(each for (each,) in rows.fetchall()) == sorted(order)
    desk.goto("/cameras/wall")
    # One that began in the very moment of leaving ends when nobody has asked for it for half a minute.
    soon(lambda: not made(served), "films that nobody looks at go on", within_s=90)
    expect(desk.get_by_label("轮巡或摄像头")).not_to_have_value("")
    expect(desk.get_by_role("radio", name="9")).to_be_checked()
    phone = new_page(signed_in_as="dispatcher", width=390, locale="en", service_workers="block")
    phone.goto("/cameras/wall")
    phone.get_by_label("What for").fill("the quay at night")
    phone.get_by_label("Round or cameras").select_option(chosen)
    phone.get_by_role("button", name="Show the wall").click()
    expect(phone.locator("[data-place]")).to_have_text("1 to 4 of 6")
    expect(phone.locator("video:visible").first).to_be_visible(timeout=FILMS_MS)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    show(phone, "round-phone")
    phone.get_by_role("button", name="Next cameras").tap()
    expect(phone.locator("[data-place]")).to_have_text("5 to 6 of 6")
    assert axe(phone) == []
