"""An area drawn on the map narrows the queue and the map beside it alike."""

from __future__ import annotations

import math
from typing import Any

import pytest
import shapely
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.cases.test_desk import numbers, statements
from tests.world import World, as_user
from webapp.base import clock, drawn
from webapp.cases import moves
from webapp.cases.desk import actions, queries
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case
from webapp.grids.models import Grid

MACHINE = {"Accept": "application/json"}


def around(world: World, grid: Grid, half: float = 0.0002) -> str:
    """A box around the middle of a grid, as an address says it."""
    lon, lat = world.spot(grid)
    corners = [
        (lon - half, lat - half),
        (lon + half, lat - half),
        (lon + half, lat + half),
        (lon - half, lat + half),
    ]
    return "_".join(f"{x:.5f},{y:.5f}" for x, y in corners)


def two(world: World) -> tuple[Case, Case]:
    """A case at home and one next door."""
    lon, lat = world.spot(world.next_door)
    return reported(world), reported(world, by=world.neighbour, lon=lon, lat=lat)


def test_the_queue_holds_what_lies_inside_the_area(session: Session, world: World) -> None:
    here, there = two(world)
    assert numbers(world.dispatcher, area=around(world, world.home)) == {here.number}
    assert numbers(world.dispatcher, area=around(world, world.next_door)) == {there.number}
    assert numbers(world.dispatcher, area=around(world, world.home), of_class="99") == set()


def test_the_map_shows_what_the_queue_shows(app: Flask, world: World) -> None:
    here, there = two(world)
    browser = as_user(app, world.dispatcher)

    def shown(address: str) -> list[int]:
        answer = browser.get(f"/maps/layers/cases.json?{address}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return sorted(row[0] for row in answer.get_json()["rows"])

    box = "bbox=120,37,122,38"
    assert shown(box) == sorted([here.id, there.id])
    assert shown(f"{box}&area={around(world, world.home)}") == [here.id]
    assert shown(f"{box}&place={world.next_door.display_code}") == [there.id]
    assert shown(f"{box}&show=checked") == []
    assert shown(f"id={there.id}&area={around(world, world.home)}") == []
    moves.reject(here, by=world.dispatcher, note="nothing there")
    assert shown(box) == [there.id]
    assert shown(f"{box}&show=ended") == [here.id]


def test_an_area_shows_nobody_more_than_they_may_see(app: Flask, world: World) -> None:
    _here, there = two(world)
    area = around(world, world.next_door)
    address = f"/maps/layers/cases.json?area={area}"
    assert numbers(world.worker, area=area) == set()
    assert as_user(app, world.worker).get(address).get_json()["rows"] == []
    assert [row[0] for row in as_user(app, world.neighbour).get(address).get_json()["rows"]] == [
        there.id
    ]
    assert as_user(app, world.stranger).get(address).status_code == 403
    assert as_user(app, world.stranger).get(f"/cases?area={area}").status_code == 403
    assert app.test_client().get(address, headers=MACHINE).status_code == 401


def test_an_area_is_kept_with_its_filter_and_leaves_by_its_chip(app: Flask, world: World) -> None:
    two(world)
    area = around(world, world.home)
    browser = as_user(app, world.dispatcher)
    browser.post(
        "/cases/filters", data={"area": area, "light": "green", "name": "round the school"}
    )
    wish = Wish.asked({"area": area, "light": "green"})
    assert [each.wish for each in queries.filters(world.dispatcher)] == [wish.address]
    page = browser.get(f"/cases?area={area}&light=green").get_data(as_text=True)
    chip = page[page.index('data-chip="area"') :]
    assert 'href="/cases?light=green"' in chip
    assert '<span class="num">1</span>' in chip[: chip.index("</li>")]
    assert f'value="{wish.area}"' in browser.get(f"/cases/filter?area={area}").get_data(
        as_text=True
    )


def test_a_kept_filter_with_words_comes_back_to_the_desk(app: Flask, world: World) -> None:
    browser = as_user(app, world.dispatcher)
    answer = browser.post(
        "/cases/filters", data={"q": '路灯"', "name": "灯"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Trigger"] == '{"wangge:narrowed": "q=%E8%B7%AF%E7%81%AF%22"}'


def test_an_area_costs_the_queue_and_the_map_no_further_question(
    app: Flask, session: Session, world: World
) -> None:
    two(world)
    wish = Wish(area=around(world, world.home))
    actions.keep_filter(wish, name="x", by=world.dispatcher)
    asked = []
    for address in ("/cases", "/maps/layers/cases.json"):
        browser = as_user(app, world.dispatcher)
        browser.get(address)
        for further in ("", f"?area={wish.area}"):
            with statements(session) as seen:
                assert browser.get(address + further).status_code == 200
            asked.append(len(seen))
    assert asked[0] == asked[1]
    assert asked[2] == asked[3]


def test_an_area_is_looked_up_in_the_index(session: Session, world: World) -> None:
    narrowed = queries.narrowing(
        world.dispatcher, Wish(area=around(world, world.home)), clock.now()
    )
    session.execute(text("SET LOCAL enable_seqscan = off"))
    asked = select(Case.id).where(*narrowed).compile(session.connection())
    plan = session.connection().exec_driver_sql(f"EXPLAIN {asked}", asked.params)
    assert "idx_case_file_geom" in "\n".join(row[0] for row in plan)


CORNERS = [(121.05, 37.66), (121.06, 37.66), (121.06, 37.67), (121.05, 37.67)]


def said(corners: list[tuple[float, float]]) -> str:
    return "_".join(f"{x},{y}" for x, y in corners)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "121,37",
        "121,37_122,38",
        "121,37_122,38_121,37",
        "a,b_c,d_e,f",
        "121,37;122,38;123,37",
        "nan,1_2,3_4,5",
        "1e5,1_2,3_4,5",
        said([CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]]),
        "121.05,37.66_121.06,37.66_121.07,37.66",
        "0.1,0.1_0.2,0.1_0.2,0.2",
        "_".join(
            f"{121 + math.cos(i / 10) / 50:.5f},{37.6 + math.sin(i / 10) / 50:.5f}"
            for i in range(62)
        ),
        "121.0,37.0_" * 4000,
    ],
)
def test_what_is_no_area_is_refused_with_words(app: Flask, world: World, wrong: str) -> None:
    browser = as_user(app, world.dispatcher)
    for address in ("/cases", "/maps/layers/cases.json"):
        answer = browser.get(address, query_string={"area": wrong}, headers=MACHINE)
        assert answer.status_code == (422 if wrong else 200), wrong
        if wrong:
            assert answer.get_json()["error"]["fields"]["area"]


def test_a_slip_of_the_hand_is_mended() -> None:
    # A line that goes a metre too far before it turns back.
    slipped = [*CORNERS, (121.05, 37.66003), (121.05003, 37.66003), (121.05003, 37.65999)]
    plain = drawn.plain(said(slipped))
    shape = shapely.Polygon([tuple(map(float, each.split(","))) for each in plain.split("_")])
    assert shape.is_valid
    assert shape.area == pytest.approx(shapely.Polygon(CORNERS).area, rel=0.02)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=9))
def test_every_area_is_plain_and_stays_so_or_is_refused(steps: list[tuple[int, int]]) -> None:
    words = said([(121 + x / 1000, 37.6 + y / 1000) for x, y in steps])
    try:
        plain = drawn.plain(words)
    except ValueError:
        return
    assert len(plain) <= drawn.LONGEST
    assert drawn.plain(plain) == plain
    shape: Any = drawn.shape(plain)
    assert shape.is_valid
    assert shape.area > 0
