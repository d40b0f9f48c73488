"""First pages: each face of the house gets its own, and a visitor sees nothing from inside."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.world import World, as_user, someone
from webapp.base import notices
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.cases import actions as cases
from webapp.cases.rules import Source
from webapp.grids.models import BoundarySet
from webapp.maps import queries


def words(client: FlaskClient, address: str) -> str:
    """The page at the address."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def test_a_visitor_finds_the_map_of_residents(client: FlaskClient) -> None:
    page = words(client, "/")
    assert "我家归哪个网格？" in page
    assert 'data-map="' in page
    assert "/desk" not in page


def test_whoever_holds_a_post_is_sent_to_its_page(app: Flask, world: World) -> None:
    assert as_user(app, world.worker).get("/").headers["Location"] == "/phone"
    assert as_user(app, world.dispatcher).get("/").headers["Location"] == "/desk"
    assert as_user(app, world.stranger).get("/").status_code == 200


def test_the_desk_is_for_the_desk_and_the_phone_for_staff(app: Flask, world: World) -> None:
    assert as_user(app, world.dispatcher).get("/desk").status_code == 200
    assert as_user(app, world.worker).get("/desk").status_code == 403
    assert as_user(app, world.worker).get("/phone").status_code == 200
    assert as_user(app, world.stranger).get("/phone").status_code == 403
    assert app.test_client().get("/phone").status_code == 302


def test_the_phone_outlines_the_grids_of_the_worker(app: Flask, world: World) -> None:
    page = words(as_user(app, world.worker), "/phone")
    assert f"&#34;mine&#34;: [{world.home.id}]" in page
    assert world.home.name in page


def test_the_figures_of_the_desk_are_counted(app: Flask, world: World) -> None:
    desk = as_user(app, world.dispatcher)
    answer = desk.get("/desk", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert answer.count('class="figure') == 5
    assert "<html" not in answer


def test_the_bell_says_how_many_notices_wait(app: Flask, world: World) -> None:
    desk = as_user(app, world.dispatcher)
    assert "count" not in words(desk, "/bell")
    notices.notify([world.dispatcher.id], "Reload the page.", url="/")
    assert ">1</span>" in words(desk, "/bell")


def test_the_bell_counts_no_further_than_it_shows(app: Flask, world: World) -> None:
    for _ in range(queries.MANY + 5):
        notices.notify([world.dispatcher.id], "Reload the page.", url="/")
    page = as_user(app, world.dispatcher).get("/desk").get_data(as_text=True)
    assert ">99+</span>" in page
    assert "超过 99 条未读" in page


def test_a_grid_is_found_by_part_of_its_name_and_by_its_code(client: FlaskClient) -> None:
    assert "恒祥社区一网格" in words(client, "/maps/search?q=恒祥")
    assert "大季家社区一网格" in words(client, "/maps/search?q=C-001")


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", "<script>"])
def test_a_sign_finds_itself_and_nothing_else(client: FlaskClient, sign: str) -> None:
    page = words(client, f"/maps/search?q={sign.replace('%', '%25')}")
    assert "data-select" not in page
    assert "<script>”" not in page


def test_a_point_has_its_grid_its_post_and_the_stations_that_serve_soonest(
    app: Flask, world: World
) -> None:
    lon, lat = world.spot(world.home)
    page = words(app.test_client(), f"/maps/here?lon={lon}&lat={lat}")
    assert world.home.name in page
    assert "网格员" in page or "Grid worker" in page
    assert page.count('class="near-row"') == 3
    assert "您的归属站" in page


def test_a_visitor_never_reads_the_name_of_a_worker(app: Flask, world: World) -> None:
    visitor = app.test_client()
    lon, lat = world.spot(world.home)
    for address in (
        "/",
        f"/maps/here?lon={lon}&lat={lat}",
        f"/grids/{world.home.display_code}",
        f"/maps/grids/{world.home.display_code}/watch",
    ):
        assert f">{world.worker.name}<" not in words(visitor, address)
    inside = words(as_user(app, world.worker), f"/maps/grids/{world.home.display_code}/watch")
    assert f">{world.worker.name}<" in inside


def test_far_away_is_in_none_of_our_grids(client: FlaskClient) -> None:
    page = words(client, "/maps/here?lon=116.4&lat=39.9")
    assert "不在本街道的网格内" in page


@pytest.mark.parametrize("wrong", ["lon=200&lat=37", "lon=x&lat=37", "lat=37"])
def test_a_point_that_is_none_is_refused(client: FlaskClient, wrong: str) -> None:
    assert client.get(f"/maps/here?{wrong}").status_code == 422


def test_the_mark_of_illustrative_data_goes_with_the_data(
    client: FlaskClient, session: Session
) -> None:
    assert "示意数据" in words(client, "/grids")
    db.session.execute(update(BoundarySet).values(illustrative=False))
    db.session.flush()
    assert "示意数据，非测绘成果" not in words(client, "/grids")


def test_large_type_is_remembered(app: Flask, world: World) -> None:
    reader = as_user(app, world.worker)
    reader.post("/type-size/large", data={"next": "/grids"})
    assert 'class="large"' in words(reader, "/grids")
    assert 'class="large"' in words(as_user(app, world.worker), "/grids")


def test_a_refusal_is_told_in_one_line_where_htmx_asked(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"HX-Request": "true"})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "data-told" in body
    assert "<html" not in body


def test_both_languages_have_every_page(client: FlaskClient) -> None:
    for address in ("/", "/grids", "/grids/places", "/sign-in", "/maps/search?q=x"):
        assert 'lang="zh-CN"' in words(client, address)
        assert 'lang="en"' in words(client, f"{address}{'&' if '?' in address else '?'}lang=en")


def test_styles_and_scripts_travel_small_and_once(client: FlaskClient) -> None:
    address = "/static/vendor/leaflet/leaflet.js"
    plain = client.get(address)
    small = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(small.get_data()) == plain.get_data()
    assert len(small.get_data()) < 0.4 * len(plain.get_data())
    again = {"Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]}
    assert client.get(address, headers=again).status_code == 304


def test_the_open_cases_of_a_grid_stand_on_its_page_for_staff(app: Flask, world: World) -> None:
    lon, lat = world.spot(world.home)
    case = cases.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )
    address = f"/maps/grids/{world.home.display_code}/watch"
    assert f"/cases/{case.id}" in words(as_user(app, world.worker), address)
    assert f"/cases/{case.id}" not in words(as_user(app, world.neighbour), address)
    assert "/cases/" not in words(app.test_client(), address)


def test_a_visitor_sees_the_way_in_but_not_on_the_page_of_it(client: FlaskClient) -> None:
    assert words(client, "/").count('href="/sign-in"') == 2
    assert words(client, "/sign-in").count('class="btn quiet" href="/sign-in"') == 0


@pytest.mark.parametrize(
    ("address", "link"),
    [("/grids/imports", "/grids/sets"), ("/grids/sets", "/grids/sets"), ("/grids", "/grids")],
)
def test_the_bar_marks_where_a_page_belongs(
    app: Flask, world: World, address: str, link: str
) -> None:
    page = words(as_user(app, world.admin), address)
    marked = re.findall(r'<a href="([^"]+)"\s+aria-current="page"', page.split("<main")[0])
    assert marked == [link]


@pytest.mark.parametrize(("role", "stands_in"), [("port_manager", "bar"), ("dispatcher", "menu")])
def test_whoever_keeps_the_ports_has_them_in_the_bar_and_others_in_the_menu(
    app: Flask, world: World, role: str, stands_in: str
) -> None:
    above = words(as_user(app, someone("looker", role)), "/desk").split("<main")[0]
    bar, menu = above.split("</nav>", 1)
    assert [part.count('href="/ports"') for part in (bar, menu)] == [
        stands_in == "bar",
        stands_in == "menu",
    ]
