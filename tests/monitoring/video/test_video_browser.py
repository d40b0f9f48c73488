"""The desk looks at cameras on the wall, and a shift leader draws a zone on a picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import databases
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


@pytest.fixture(scope="module")
def served(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The running house, two of whose cameras give a film on loopback."""
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
        for code in ("CAM0001", "CAM0002"):
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
    for box in desk.locator(".picks input").all():
        box.check()
    desk.get_by_role("button", name="显示视频墙").click()
    expect(desk.locator("[data-player]")).to_have_count(2)
    expect(desk.locator("[data-said]").first).to_have_text("实时，有数秒延迟")
    expect(desk.locator("video").first).to_be_visible()
    show(desk, "wall")
    assert axe(desk) == []
    desk.locator("[data-player] a").first.click()
    expect(desk.get_by_role("button", name="立即查看")).to_be_visible()
    desk.get_by_label("用途").first.fill("查看码头人员")
    desk.get_by_role("button", name="立即查看").click()
    expect(desk.locator("#view [data-player] img")).to_be_attached()
    show(desk, "camera")
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
